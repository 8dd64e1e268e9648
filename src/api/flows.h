/*
 * flows.h
 *	  The files that Enedis delivers to an order, and the series that Switchgrid makes of them.
 *
 * Each is an endpoint's decode. An order's file may be about more than was asked for: of several points and
 * directions, those of the request are taken. A file that names other points only is a fault. What the body is
 * (a file of the asynchronous services, an answer of the synchronous ones, a series in its normal form, CSV) is
 * told by the body, never by the type that was ordered.
 */
#ifndef SG_FLOWS_H
#define SG_FLOWS_H

#include "postgres.h"
#include "endpoint.h"

/*
 * R63 and what Switchgrid makes of it, into load_curve (active power) and quantity_curve (all else).
 *
 * A normal series begins its intervals at the instants that it names. Enedis names their end if the meter is a
 * Linky, and their beginning otherwise; each series says by itself which it is of: see sg_points_settle.
 */
extern void sg_flow_curve(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						  SgFault *fault);

/*
 * A table that somebody downloaded, into load_curve and quantity_curve: R63 of any number of points, or the hours that a
 * customer's own account exports (flow_export.c has its form). The request names no point. A direction of its endpoint is that of a
 * file that does not tell any; one that tells the other is a fault. What is another kind of
 * export has the code SG_OTHER_EXPORT in the fault.
 */
#define SG_OTHER_EXPORT "other export"
extern void sg_flow_export(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						   SgFault *fault);

/* R65 into daily_energy. */
extern void sg_flow_energy(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						   SgFault *fault);

/* R66 into daily_max_power: of the whole point, not of its phases. */
extern void sg_flow_peaks(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						  SgFault *fault);

/* R64 into register_reading. */
extern void sg_flow_registers(const SgRequest *request, char *body, size_t len, SgEmit emit,
							  void *arg, SgFault *fault);

/* R67 into billed_quantity. */
extern void sg_flow_billed(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						   SgFault *fault);

/* C68 into contract, address, holder and connection. */
extern void sg_flow_contract(const SgRequest *request, char *body, size_t len, SgEmit emit,
							 void *arg, SgFault *fault);

#endif
