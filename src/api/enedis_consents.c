/*
 * enedis_consents.c
 *	  The rights on points, as Data Connect 2026 tells them: its subscribed services.
 */
#include "postgres.h"

#include "enedis_consents.h"
#include "enedis_facts.h"
#include "row.h"

void
sg_enedis_consents_url(const SgRequest *request, StringInfo out)
{
	appendStringInfoString(out, request->endpoint->path);
}

/* Points are 14 digits: nothing to escape. */
char *
sg_enedis_consents_body(const SgRequest *request)
{
	const char *rest = "\"comptage\": false, \"serviceType\": \"ACCES\", "
					   "\"etatCode\": [\"ACTIF\", \"DEMANDE\", \"TERMINE\", \"SUPPRIME\"]}";

	if (request->authorisation != 0)
		return psprintf("{\"autorisationId\": " INT64_FORMAT ", %s", request->authorisation, rest);
	return psprintf("{\"pointId\": [\"%s\"], %s", request->point, rest);
}

static void
give_service(const SgNode *service, const SgRequest *request, SgEmit emit, void *arg,
			 SgFault *fault)
{
	SgRow row;

	sg_row_begin(&row, &sg_relation_consent, fault);
	/* a service that does not name its consent was found by it */
	if (request->authorisation != 0)
		sg_row_integer(&row, SG_CONSENT_AUTHORISATION, request->authorisation);
	sg_row_member(&row, SG_CONSENT_POINT_ID, service, "pointId");
	sg_row_member(&row, SG_CONSENT_AUTHORISATION,
				  sg_member_object_if(service, "autorisation", fault), "autorisationId");
	sg_row_member(&row, SG_CONSENT_SERVICE_ID, service, "id");
	sg_row_member(&row, SG_CONSENT_SERVICE, service, "serviceCode");
	sg_row_member(&row, SG_CONSENT_KIND, service, "mesuresTypeCode");
	sg_row_member(&row, SG_CONSENT_STEP, service, "mesuresPas");
	sg_row_member(&row, SG_CONSENT_STATE, service, "etatCode");
	sg_row_member(&row, SG_CONSENT_CONSUMPTION, service, "soutirage");
	sg_row_member(&row, SG_CONSENT_PRODUCTION, service, "injection");
	sg_row_member(&row, SG_CONSENT_STARTS_ON, service, "dateDebut");
	sg_row_member(&row, SG_CONSENT_ENDS_ON, service, "dateFin");
	sg_row_text(&row, SG_CONSENT_RAW, sg_node_print(service));
	if (row.nulls[SG_CONSENT_POINT_ID] || row.nulls[SG_CONSENT_STATE])
		sg_fault_set(fault, SG_FAULT_SHAPE, "A service has no \"pointId\" or no \"etatCode\".");
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

/* The list must be whole: rights that stand on another page must not look as if they were not there. */
static void
check_services(const SgNode *root, const SgNode *list, SgFault *fault)
{
	char *total = sg_member_text(root, "nbTotalServices", fault);

	if (total != NULL && atoi(total) > sg_node_count(list))
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer lists %d of %s services.",
					 sg_node_count(list), total);
	else if (sg_node_count(list) == 0)
		sg_fault_set(fault, SG_FAULT_EMPTY, "The list of services is empty.");
}

void
sg_enedis_consents(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				   SgFault *fault)
{
	SgJson *json = sg_enedis_open(body, len, fault);
	const SgNode *root = json != NULL ? sg_json_root(json) : NULL;
	const SgNode *list = root != NULL ? sg_member_list(root, "serviceSouscrit", fault) : NULL;

	if (list != NULL)
		check_services(root, list, fault);
	for (int i = 0; list != NULL && i < sg_node_count(list) && fault->kind == SG_FAULT_NONE; i++)
		give_service(sg_node_element(list, i), request, emit, arg, fault);
	if (json != NULL)
		sg_json_close(json);
}
