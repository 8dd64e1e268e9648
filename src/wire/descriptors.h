/*
 * descriptors.h
 *	  Descriptors that PostgreSQL did not open, counted among its own: or its files could not be opened any more.
 */
#ifndef SG_DESCRIPTORS_H
#define SG_DESCRIPTORS_H

#include "postgres.h"

/*
 * Counts a descriptor that was just opened (-1 stays -1), and returns it. If PostgreSQL has too few left, closes it
 * and returns -1 with errno set. May be called by a library's callback: takes no PostgreSQL memory, raises nothing.
 */
extern int sg_descriptor_count(int fd);

/* Closes one and gives it back; what close() returns. */
extern int sg_descriptor_close(int fd);

/* Ends a connection that was counted, without closing its descriptor; what is none of ours is left alone. */
extern void sg_descriptor_shut(int fd);

/* How many PostgreSQL can lend, once some are spared for what else the backend opens. */
extern int sg_descriptor_most(void);

#endif
