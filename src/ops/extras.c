// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The `extras` columns in clear, made and taken apart. Knows their lines; what the JSON in them
 * says is wgconf's. JSON of one line never holds a line break, so the split is exact.
 */
#include "ops/extras.h"

#include <string.h>

#include "base/str.h"
#include "wgconf/lines.h"

#define SAVE_CONFIG "SaveConfig = "

const char *extras_of_config(struct arena *a, const struct conf *c)
{
	const char *lines = conf_interface_lines_to_json(a, c);

	if (c->save_config < 0)
		return lines;
	return arena_printf(
		a, "%s\n" SAVE_CONFIG "%s", lines ? lines : "", c->save_config ? "true" : "false");
}

const char *extras_of_slot(
	struct arena *a, const struct conf_peer *p, bool own_interface, const char *interface)
{
	const char *lines = conf_peer_lines_to_json(a, p);

	if (!own_interface)
		return lines;
	return arena_printf(a, "%s\n%s", lines ? lines : "", interface ? interface : "");
}

/* The two lines; NULL for an empty first one, and for a second one that is not there. */
static int open_lines(
	struct ops *o, const char *sealed, const char **first, const char **second, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text open = {0};
	const struct seal_key *k;
	const char *end;
	int r;

	*first = *second = NULL;
	if (!sealed)
		return 0;
	if ((r = store_seal_key(o->store, &k, e)) || (r = seal_open_bytes(k, sealed, &open, e)))
		return r;
	end = strchr(open.s, '\n');
	if (end)
		*second = arena_strdup(o->arena, end + 1);
	if (end != open.s && open.len)
		*first = arena_strndup(o->arena, open.s, end ? (size_t)(end - open.s) : open.len);
	return 0;
}

int extras_open_config(struct ops *o, const char *sealed, struct extras *ret, struct err *e)
{
	const char *first, *second;
	int r = open_lines(o, sealed, &first, &second, e);

	if (r)
		return r;
	*ret = (struct extras){
		.interface = first,
		.save_config = !second ? -1 : str_eq(second, SAVE_CONFIG "true"),
	};
	return 0;
}

int extras_open_slot(struct ops *o, const char *sealed, struct extras *ret, struct err *e)
{
	const char *first, *second;
	int r = open_lines(o, sealed, &first, &second, e);

	if (r)
		return r;
	*ret = (struct extras){
		.peer = first,
		.own_interface = second != NULL,
		.interface = str_empty(second) ? NULL : second,
		.save_config = -1,
	};
	return 0;
}
