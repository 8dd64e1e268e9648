/*
 * refuse.c
 *		Errors of the Switchgrid API: each generation has its own shape of them.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
answer(Exchange *x, int status, json_t *document)
{
	exchange_json(x, document);
	x->status = status;
}

static json_t *
short_error(const Exchange *x, const char *message)
{
	return json_pack("{s:s}", generation_of(x) == OF_V2 ? "error" : "message", message);
}

/* With a fault when a correct client would never have asked; false. */
bool
refuse(Exchange *x, int status, const char *fault, const char *message)
{
	json_t *root;

	if (status == 400)
	{
		root = must(json_array());
		refuse_at(x, root, NULL, message);
		json_decref(root);
	}
	else
		answer(x, status, short_error(x, message));
	if (fault != NULL)
		exchange_fault(x, "%s", fault);
	return false;
}

/* ["requests",0,"type"] in words. */
static char *
path_text(const json_t *path)
{
	return must(json_dumps(path, JSON_COMPACT));
}

/* What is wrong with one place in a body; without a tag it is no fault.  False. */
bool
refuse_at(Exchange *x, const json_t *path, const char *tag, const char *message)
{
	char *where = path_text(path);
	json_t *issue = json_pack("{s:s, s:O, s:s}", "_tag", tag != NULL ? tag : "Forbidden", "path",
							  path, "message", message);

	if (tag != NULL)
		exchange_fault(x, "%s at %s", message, where);
	if (generation_of(x) == OF_V2)
		answer(x, 400, json_pack("{s:[o]}", "error", must(issue)));
	else
	{
		char text[256];

		snprintf(text, sizeof(text), "%s at %s", message, where);
		answer(x, 400,
			   json_pack("{s:s, s:s, s:[o]}", "_tag", "HttpApiDecodeError", "message", text,
						 "issues", must(issue)));
	}
	free(where);
	return false;
}

/* An error that a scenario asks for by name, in Switchgrid's words. */
void
refuse_canned(Exchange *x, const Canned *canned)
{
	if (canned->code == NULL || canned->text == NULL)
		exchange_canned_at(x, canned, 0);
	else
		answer(x, canned->status, short_error(x, canned->text));
}
