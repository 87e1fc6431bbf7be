// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows become a .conf value, and that a text in guarded memory. Knows which of a server's own
 * columns take the place of the configuration's. A key is in clear only in that text.
 */
#include "ops/generate.h"

#include "base/file.h"
#include "ops/convert.h"
#include "ops/extras.h"
#include "ops/hooks.h"
#include "ops/name.h"
#include "ops/policy.h"
#include "ops/portable.h"
#include "wgconf/lines.h"
#include "wgconf/print.h"

#define MAX_TEXT (256 * 1024) /* a file that was read, with what printing may add to it */

static int open_key(struct ops *o, const char *sealed, struct wg_secret *ret, struct err *e)
{
	const struct seal_key *k;
	int r;

	if (!sealed)
		return 0;
	if ((r = store_seal_key(o->store, &k, e)))
		return r;
	return seal_open_secret(k, sealed, ret, e);
}

/* Columns of the configuration, and in their place those the server has for itself. */
static int fill_interface(struct ops *o, const struct config *c, const struct server_slot *s,
	struct conf *conf, struct err *e)
{
	struct config row = *c;
	int r;

	convert_use_own(&row, s);
	if ((r = convert_to_interface(o->arena, &row, conf, e)) ||
		(r = hooks_load(o, o->arena, c->id, conf, e)))
		return r;
	return open_key(o, s->private_key ? s->private_key : c->private_key, &conf->private_key, e);
}

static int fill_lines(struct ops *o, const struct config *c, const struct server_slot *s,
	struct conf *conf, struct err *e)
{
	struct extras of_config, of_server;
	const char *lines;
	int r;

	if ((r = extras_open_config(o, c->extras, &of_config, e)) ||
		(r = extras_open_slot(o, s->extras, &of_server, e)))
		return r;
	conf->save_config = of_config.save_config;
	lines = of_server.own_interface ? of_server.interface : of_config.interface;
	return lines ? conf_interface_lines_from_json(o->arena, lines, conf, e) : 0;
}

static int fill_peer(struct ops *o, const struct server_slot *s, struct conf_peer *p, struct err *e)
{
	struct extras extras;
	int r;

	if ((r = convert_to_peer(o->arena, s, p, e)) ||
		(r = open_key(o, s->preshared_key, &p->preshared, e)) ||
		(r = extras_open_slot(o, s->extras, &extras, e)))
		return r;
	return extras.peer ? conf_peer_lines_from_json(o->arena, extras.peer, p, e) : 0;
}

static int fill(struct ops *o, const struct config *c, const struct server_list *servers,
	struct conf *conf, struct err *e)
{
	int r;

	if ((r = fill_interface(o, c, &servers->items[0], conf, e)) ||
		(r = fill_lines(o, c, &servers->items[0], conf, e)))
		return r;
	LIST_FOREACH (s, servers, items) {
		struct conf_peer *p = LIST_PUSH(o->arena, conf, peers);

		if ((r = fill_peer(o, s, p, e)))
			return r;
	}
	return 0;
}

/* The text has the file's hooks; what the user said since is in rows alone. */
static int find_settings(struct ops *o, const struct config *c, bool *ret, struct err *e)
{
	struct command_pair_list l = {0};
	int r = store_command_list(o->store, o->arena, c->id, &l, e);

	LIST_FOREACH (row, &l, items)
		*ret |= policy_is_user(row);
	return r;
}

int generate_text(
	struct ops *o, const char *name, bool portable, struct generated *ret, struct err *e)
{
	struct conf conf = {.listen_port = -1, .fwmark = -1, .save_config = -1};
	struct generated g = {0};
	struct server_list servers = {0};
	const char *server;
	int r;

	if ((r = ops_store(o, false, false, e)) ||
		(r = name_config(o, name, &g.config, &server, e)) ||
		(r = name_server(o, &g.config, server, &servers, e)) ||
		(r = secret_text_new(MAX_TEXT, &g.text, e)))
		return r;
	g.server = servers.items[0].server;
	r = fill(o, &g.config, &servers, &conf, e);
	if (!r)
		r = portable ? portable_fill(o, &g.config, &servers, &conf, &g.held_back, e)
			     : find_settings(o, &g.config, &g.settings_missing, e);
	if (!r)
		r = conf_print(&conf, &g.text, e);
	conf_clear(&conf);
	if (r) {
		secret_text_free(&g.text);
		return r;
	}
	*ret = g;
	return 0;
}

int generate_file(struct ops *o, const char *name, bool portable, const char *path,
	struct generated *ret, struct err *e)
{
	struct generated g;
	int r = generate_text(o, name, portable, &g, e);

	if (r)
		return r;
	if (!o->dry_run && (r = file_place(path, g.text.s, g.text.len, 0600, true, e))) {
		secret_text_free(&g.text);
		return r;
	}
	*ret = g;
	return 0;
}
