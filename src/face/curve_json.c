/*
 * curve_json.c
 *	  A curve as a JSON object, and back.
 *
 * The object has the members "starts_at", "step" (ISO 8601), "watts" (an array of numbers and nulls) and, if
 * a slot has one, "natures" (an array as long, of strings and nulls). What is read may say its start and step
 * as PostgreSQL reads a time and an interval, and have other members, which are not looked at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/grid.h"
#include "base/power.h"
#include "catalog/pg_type.h"
#include "curve_call.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_to_jsonb);
PG_FUNCTION_INFO_V1(sg_curve_from_jsonb);

/* ---- writing ---- */

static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *text)
{
	JsonbValue value = {.type = jbvString};

	value.val.string.val = pstrdup(text);
	value.val.string.len = (int) strlen(text);
	(void) pushJsonbValue(state, token, &value);
}

static void
push_null(JsonbParseState **state)
{
	JsonbValue value = {.type = jbvNull};

	(void) pushJsonbValue(state, WJB_ELEM, &value);
}

static void
push_head(JsonbParseState **state, const SgCurveHead *head)
{
	char start[MAXDATELEN + 1];
	int utc = 0;

	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	JsonEncodeDateTime(start, TimestampTzGetDatum(head->start), TIMESTAMPTZOID, &utc);
	push_text(state, WJB_KEY, "starts_at");
	push_text(state, WJB_VALUE, start);
	push_text(state, WJB_KEY, "step");
	if (head->step % SECS_PER_MINUTE == 0)
		push_text(state, WJB_VALUE, psprintf("PT%uM", head->step / SECS_PER_MINUTE));
	else
		push_text(state, WJB_VALUE, psprintf("PT%uS", head->step));
}

static void
push_watts(JsonbParseState **state, const SgSlots *slots)
{
	JsonbValue value = {.type = jbvNumeric};

	push_text(state, WJB_KEY, "watts");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (uint32 i = 0; i < slots->head.count; i++)
	{
		if (slots->nature[i] == SG_SLOT_MISSING)
		{
			push_null(state);
			continue;
		}
		value.val.numeric = int64_div_fast_to_numeric(slots->values[i], slots->head.scale);
		(void) pushJsonbValue(state, WJB_ELEM, &value);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
push_natures(JsonbParseState **state, const SgSlots *slots)
{
	push_text(state, WJB_KEY, "natures");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (uint32 i = 0; i < slots->head.count; i++)
	{
		const char *nature = sg_curve_nature(slots, i);

		if (nature == NULL)
			push_null(state);
		else
			push_text(state, WJB_ELEM, nature);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

Datum
sg_curve_to_jsonb(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	JsonbParseState *state = NULL;
	bool natures = false;

	for (uint32 i = 0; i < slots->head.count; i++)
		natures |= sg_curve_nature(slots, i) != NULL;
	sg_power_shorten(slots);
	push_head(&state, &slots->head);
	push_watts(&state, slots);
	if (natures)
		push_natures(&state, slots);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* ---- reading ---- */

static void
complain(const char *member, const char *expected)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the JSON value is not that of a curve"),
					errdetail("Its member \"%s\" has to be %s.", member, expected)));
}

static JsonbValue *
find_member(Jsonb *json, const char *name)
{
	return getKeyJsonValueFromContainer(&json->root, name, (int) strlen(name), NULL);
}

static char *
need_text(Jsonb *json, const char *name, const char *expected)
{
	JsonbValue *value = find_member(json, name);

	if (value != NULL && value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	complain(name, expected);
	return NULL;
}

static TimestampTz
need_start(Jsonb *json)
{
	char *text = need_text(json, "starts_at", "a string, a time");
	TimestampTz start = DatumGetTimestampTz(DirectFunctionCall3(
		timestamptz_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));

	sg_face_check_finite(start);
	return start;
}

static uint32
need_step(Jsonb *json)
{
	char *text = need_text(json, "step", "a string, a length of time");

	return sg_face_step(DatumGetIntervalP(DirectFunctionCall3(
		interval_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

/* An array, entered; its elements are next. */
static JsonbIterator *
enter_array(const JsonbValue *array, const char *name, uint32 *count)
{
	JsonbIterator *iterator;
	JsonbValue ignored;

	if (array->type != jbvBinary || !JsonContainerIsArray(array->val.binary.data))
		complain(name, "an array");
	*count = JsonContainerSize(array->val.binary.data);
	if (*count > SG_CURVE_MAX_SLOTS)
		sg_grid_complain_slots();
	iterator = JsonbIteratorInit(array->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &ignored, true);
	return iterator;
}

static SgSlots *
read_watts(const JsonbValue *array, TimestampTz start, uint32 step)
{
	uint32 count;
	JsonbIterator *iterator = enter_array(array, "watts", &count);
	SgSlots *slots = sg_curve_make(start, step, count, 0);
	double *watts = palloc0(sizeof(double) * Max(count, 1));
	JsonbValue value;

	for (uint32 i = 0; JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM; i++)
	{
		if (value.type == jbvNull)
			continue;
		if (value.type != jbvNumeric)
			complain("watts", "an array of numbers and nulls");
		slots->nature[i] = 0;
		watts[i] = DatumGetFloat8(
			DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)));
	}
	sg_power_keep_watts(slots, watts);
	return slots;
}

static void
read_natures(const JsonbValue *array, SgSlots *slots)
{
	uint32 count;
	JsonbIterator *iterator = enter_array(array, "natures", &count);
	JsonbValue value;

	if (count != slots->head.count)
		complain("natures", "as long as \"watts\"");
	for (uint32 i = 0; JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM; i++)
	{
		char *nature;

		if (value.type == jbvNull || slots->nature[i] == SG_SLOT_MISSING)
			continue;
		if (value.type != jbvString)
			complain("natures", "an array of strings and nulls");
		nature = pnstrdup(value.val.string.val, value.val.string.len);
		slots->nature[i] = sg_curve_nature_number(&slots->head.natures, nature);
		pfree(nature);
	}
}

Datum
sg_curve_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb *json = PG_GETARG_JSONB_P(0);
	JsonbValue *watts;
	JsonbValue *natures;
	SgSlots *slots;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the JSON value is not that of a curve"),
						errdetail("It has to be an object.")));
	watts = find_member(json, "watts");
	if (watts == NULL)
		complain("watts", "an array");
	slots = read_watts(watts, need_start(json), need_step(json));
	natures = find_member(json, "natures");
	if (natures != NULL && natures->type != jbvNull)
		read_natures(natures, slots);
	PG_RETURN_DATUM(sg_face_curve(slots));
}
