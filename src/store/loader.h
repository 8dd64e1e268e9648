/*
 * loader.h
 *	  Many readings on their way into the store: collected, put in order, merged month by month.
 */
#ifndef SG_LOADER_H
#define SG_LOADER_H

#include "postgres.h"
#include "reading.h"

typedef struct SgLoader SgLoader;

/*
 * Begins to load. What is collected lives in the current memory context and is bounded by
 * maintenance_work_mem; at the bound it is merged, and collecting begins anew.
 *
 * Readings that come by point and time are merged as soon as some whole months are there, so that little
 * memory is used and no month is written twice. Others are put in order first.
 */
extern SgLoader *sg_loader_begin(void);

/*
 * Takes a row of the columns that the map tells; false if it says nothing. Of two readings of one instant the later
 * one counts. Raises 22xxx for what cannot be kept, with the number of the row, and what merging raises.
 */
extern bool sg_loader_add(SgLoader *loader, const SgReadingMap *map, const Datum *values,
						  const bool *nulls);

/* Merges what has been taken up to now. */
extern void sg_loader_flush(SgLoader *loader);

/* The last reading that was taken; its texts are gone with its row. */
extern const SgReading *sg_loader_last(const SgLoader *loader);

/* Merges what is left. Returns how many rows said something. */
extern int64 sg_loader_end(SgLoader *loader);

#endif
