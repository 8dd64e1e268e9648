/*
 * grid.h
 *	  The slots of curves as places in time: where grids meet, what spans share, arrays that grow.
 */
#ifndef SG_GRID_H
#define SG_GRID_H

#include "base/compat.h"
#include "base/curve.h"

/* Equal slots from a start. */
typedef struct SgGrid
{
	TimestampTz start;
	uint32 step; /* seconds */
	uint32 count;
} SgGrid;

/* Arrays, one entry for each slot of a grid, with room before and after them. */
typedef struct SgRoom
{
	SgGrid grid;
	uint32 first; /* where the grid's first slot stands in the arrays */
	uint32 size;  /* entries of the arrays; 0 before there are any */
} SgRoom;

/* The slots of a curve. */
extern SgGrid sg_grid_of(const SgCurveHead *head);

/* When the last slot ends. */
extern TimestampTz sg_grid_end(const SgGrid *grid);

/* Does a slot of the grid, or of one that goes on before and after it, begin at an instant? */
extern bool sg_grid_meets(const SgGrid *grid, TimestampTz at);

/* How many slots of "step" seconds fit between two instants; they may be more than a curve may have. */
extern uint64 sg_grid_slots(TimestampTz from, TimestampTz until, uint32 step);

/*
 * The longest step on which the slots of both grids begin and end, in seconds. Raises 22023 if the
 * grids are apart by a fraction of a second.
 */
extern uint32 sg_grid_common_step(const SgGrid *a, const SgGrid *b);

/* What two spans share, in slots of "step"; no slot if they share nothing. Raises 54000. */
extern SgGrid sg_grid_intersect(const SgGrid *a, const SgGrid *b, uint32 step);

/* From the start of the earlier to the end of the later, in slots of "step". Raises 54000. */
extern SgGrid sg_grid_unite(const SgGrid *a, const SgGrid *b, uint32 step);

/* Raises 54000: more slots than a curve may have. */
pg_noreturn extern void sg_grid_complain_slots(void);

/*
 * The part of a curve that lies in the grid, with its slots: each value is held over the slots of the
 * grid that lie in its own. The grid is a part of the curve's span, on a step that divides the curve's.
 * Where nothing has to be repeated, the arrays are the curve's own.
 */
extern SgSlots sg_grid_view(const SgSlots *slots, const SgGrid *grid);

/*
 * Makes a room hold this grid, which has its own step and contains its span. Returns false if the
 * arrays do as they are, true if each has to be moved by sg_room_move.
 */
extern bool sg_room_cover(SgRoom *room, const SgGrid *grid);

/*
 * Moves an array of entries of so many bytes from the room that it was made for; frees it. New entries
 * are zero. The new array is made in the current memory context.
 */
extern void *sg_room_move(void *array, size_t width, const SgRoom *before, const SgRoom *now);

#endif
