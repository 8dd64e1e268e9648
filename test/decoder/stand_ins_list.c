/*-------------------------------------------------------------------------
 *
 * stand_ins_list.c
 *	  The backend's lists, as far as the decoders use them.
 *
 * Each cell array is a piece of memory of its own and moves whenever it
 * grows, so that nobody can count on the old place.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/pg_list.h"

static List *
list_of(NodeTag type, int length)
{
	List *list = palloc0(offsetof(List, initial_elements));

	list->type = type;
	list->length = length;
	list->max_length = length;
	list->elements = palloc(sizeof(ListCell) * length);
	return list;
}

List *
list_make1_impl(NodeTag t, ListCell datum1)
{
	List *list = list_of(t, 1);

	list->elements[0] = datum1;
	return list;
}

List *
list_make2_impl(NodeTag t, ListCell datum1, ListCell datum2)
{
	List *list = list_of(t, 2);

	list->elements[0] = datum1;
	list->elements[1] = datum2;
	return list;
}

List *
lappend(List *list, void *datum)
{
	if (list == NIL)
		return list_make1_impl(T_List, (ListCell){.ptr_value = datum});
	list->elements = repalloc(list->elements, sizeof(ListCell) * (list->length + 1));
	list->max_length = ++list->length;
	list->elements[list->length - 1].ptr_value = datum;
	return list;
}

List *
list_concat(List *list1, const List *list2)
{
	for (int i = 0; list2 != NIL && i < list2->length; i++)
		list1 = lappend(list1, list2->elements[i].ptr_value);
	return list1;
}

List *
list_copy(const List *list)
{
	return list_concat(NIL, list);
}

void
list_free(List *list)
{
	if (list == NIL)
		return;
	pfree(list->elements);
	pfree(list);
}
