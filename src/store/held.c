/*
 * held.c
 *	  Readings that are held until they are merged, and their order.
 */
#include "postgres.h"

#include "held.h"
#include "utils/memutils.h"

static int
compare_times(const void *a, const void *b)
{
	const SgHeld *x = a;
	const SgHeld *y = b;

	if (x->starts_at != y->starts_at)
		return x->starts_at < y->starts_at ? -1 : 1;
	return x->turn < y->turn ? -1 : 1;
}

void
sg_held_sort(SgHeld *rows, uint32 count)
{
	for (uint32 i = 1; i < count; i++)
		if (rows[i].starts_at < rows[i - 1].starts_at)
		{
			qsort(rows, count, sizeof(SgHeld), compare_times);
			return;
		}
}

static int
compare_series(const void *a, const void *b, void *arg)
{
	const SgHeldKey *keys = arg;

	return memcmp(&keys[*(const uint32 *) a], &keys[*(const uint32 *) b], sizeof(SgHeldKey));
}

bool
sg_held_ascend(const SgHeldKey *keys, uint32 nseries)
{
	for (uint32 i = 1; i < nseries; i++)
		if (memcmp(&keys[i - 1], &keys[i], sizeof(SgHeldKey)) > 0)
			return false;
	return true;
}

SgHeld *
sg_held_deal(MemoryContext context, const SgHeld *rows, uint32 count, const SgHeldKey *keys,
			 uint32 nseries)
{
	SgHeld *dealt = MemoryContextAllocHuge(context, sizeof(SgHeld) * count);
	uint32 *order = palloc(sizeof(uint32) * nseries);
	uint32 *place = palloc0(sizeof(uint32) * nseries);
	uint32 at = 0;

	for (uint32 i = 0; i < count; i++)
		place[rows[i].series]++;
	for (uint32 i = 0; i < nseries; i++)
		order[i] = i;
	qsort_arg(order, nseries, sizeof(uint32), compare_series, (void *) keys);
	for (uint32 i = 0; i < nseries; i++)
	{
		uint32 n = place[order[i]];

		place[order[i]] = at;
		at += n;
	}
	for (uint32 i = 0; i < count; i++)
		dealt[place[rows[i].series]++] = rows[i];
	pfree(order);
	pfree(place);
	return dealt;
}
