/*
 * flow_curve.c
 *	  R63, R65, R66 and the series that Switchgrid makes of them.
 */
#include "postgres.h"

#include "flow_file.h"
#include "flow_points.h"
#include "flow_series.h"
#include "flows.h"

static void
decode(SgPointsKind kind, const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
	   SgFault *fault)
{
	SgFileKind file = sg_file_look(&body, &len, fault);
	SgPoints points;

	if (file == SG_FILE_NONE)
		return;
	sg_points_begin(&points, kind, request, fault);
	if (file == SG_FILE_JSON)
		sg_series_read(&points, body, len, emit, arg);
	else
		sg_series_read_table(&points, body, len);
	sg_points_give(&points, emit, arg);
}

void
sg_flow_curve(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			  SgFault *fault)
{
	decode(SG_POINTS_CURVE, request, body, len, emit, arg, fault);
}

void
sg_flow_energy(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			   SgFault *fault)
{
	decode(SG_POINTS_ENERGY, request, body, len, emit, arg, fault);
}

void
sg_flow_peaks(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			  SgFault *fault)
{
	decode(SG_POINTS_PEAKS, request, body, len, emit, arg, fault);
}
