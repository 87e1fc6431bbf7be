// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names as typed. Knows the grammar of SPONSOR, PEER/SPONSOR and @SERVER; which names there may be,
 * the looking up itself and near names are store's. Nothing here is ever used as a
 * path.
 */
#include "ops/name.h"

#include <string.h>

#include "base/str.h"
#include "model/state.h"

int name_parse(struct arena *a, const char *text, struct name *ret, struct err *e)
{
	struct name n = {0};
	/* The first one: a server's name may hold an '@', a configuration's cannot. */
	const char *at = strchr(text, '@');

	if (str_iends(text, ".conf")) {
		ret->config = ret->server = NULL;
		ret->file = text;
		return 0;
	}
	n.config = at ? arena_strndup(a, text, (size_t)(at - text)) : text;
	n.server = at ? at + 1 : NULL;
	if (str_empty(n.config))
		err_set(e, E_USAGE, "'%s' names no configuration", text);
	else if (at && str_empty(n.server))
		err_set(e, E_USAGE, "'%s' names no server behind the '@'", text);
	else if (*n.config == '/' || n.config[strlen(n.config) - 1] == '/' ||
		strchr(n.config, '/') != strrchr(n.config, '/'))
		err_set(e, E_USAGE, "'%s' is neither SPONSOR nor DEVICE/SPONSOR", text);
	else {
		*ret = n;
		return 0;
	}
	return err_hint(e, "'wf list' shows the names");
}

int name_config(
	struct ops *o, const char *text, struct config *ret, const char **server, struct err *e)
{
	const char *machine;
	struct name n;
	int r;

	if ((r = name_parse(o->arena, text, &n, e)) || (r = ops_machine(o, &machine, e)))
		return r;
	if (n.file) {
		err_set(e, E_NOT_FOUND, "'%s' is a file, not a configuration in the database",
			text);
		return err_hint(e, "take it in with 'wf import %s'", text);
	}
	if (n.server && !server) {
		err_set(e, E_USAGE, "'%s': a whole configuration is meant here", text);
		return err_hint(e, "leave '@%s' away", n.server);
	}
	if ((r = store_config_get(o->store, o->arena, n.config, machine, ret, e)))
		return r;
	if (server)
		*server = n.server;
	return 0;
}

static int ambiguous(
	const struct config *c, const char *server, const struct server_list *l, struct err *e)
{
	const char *first = l->items[0].server, *other = NULL;
	size_t n = 1;

	for (size_t i = 1; i < l->n_items; i++) {
		if (str_ieq(l->items[i].server, l->items[i - 1].server))
			continue;
		if (n++ == 1)
			other = l->items[i].server;
	}
	if (n == 1)
		return 0;
	err_set(e, E_AMBIGUOUS, "'%s' fits %zu servers of %s", server, n, c->sponsor_name);
	return err_hint(e, "'%s' and '%s' are among them; name one", first, other);
}

int name_server(struct ops *o, const struct config *c, const char *server, struct server_list *ret,
	struct err *e)
{
	struct server_list l = {0};
	int r;

	if (!server)
		return store_server_active(o->store, o->arena, c->id, ret, e);
	if ((r = store_server_match(o->store, o->arena, c->id, server, &l, e)) ||
		(r = ambiguous(c, server, &l, e)))
		return r;
	*ret = l;
	return 0;
}

const char *name_interface(struct arena *a, const char *sponsor)
{
	char name[WF_IFNAME_SIZE] = "wg-";
	size_t n = 3;

	for (const char *p = sponsor; *p && n < sizeof(name) - 1; p++) {
		char c = str_lower(*p);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			name[n++] = c;
		else if (name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n > 2 && name[n - 1] == '-')
		n--;
	name[n] = '\0';
	return arena_strdup(a, n > 2 ? name : "wg-vpn");
}
