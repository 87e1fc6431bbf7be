// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One file of an import becomes one server of its group. Knows when a server is new, the same,
 * changed or only has a name that is taken; what the configuration itself says is group.c's. A file
 * whose key is not the configuration's brings its own, and nothing of it is lost by that.
 */
#include "ops/group.h"

#include "base/str.h"
#include "ops/convert.h"
#include "ops/extras.h"
#include "ops/hooks.h"
#include "ops/server_set.h"
#include "wgconf/lines.h"

#define MAX_SAME_NAME 1000

/* A server as a file gives it, before the database has seen it. */
struct incoming {
	struct server_slot *slots;
	const char **extras; /* their lines in clear, NULL for usual ones */
	size_t n;
	uint64_t digest;
};

static struct import_config *report_of(const struct import *im, const struct group *g)
{
	return &im->report->configs[g->report];
}

static bool same_identity(const struct identity *id, const struct config *row)
{
	return str_eq(id->ipv4, row->assigned_ipv4) && str_eq(id->ipv6, row->assigned_ipv6) &&
		str_eq(id->order, row->address_order);
}

/* What cannot differ between the servers of one configuration is said, not dropped in silence. */
static void note_interface(
	struct import *im, const struct group *g, const struct source_file *f, const struct conf *c)
{
	const struct config *row = &g->row;

	if (c->mtu != row->mtu || c->listen_port != row->listen_port || c->fwmark != row->fwmark ||
		!str_eq(c->table, row->table_setting))
		import_note(im, f->place, 0, 0,
			"MTU, ListenPort, FwMark or Table differ from the configuration's first "
			"file; the first file's hold");
	if (!hooks_equal(c, &g->hooks))
		import_note(im, f->place, 0, 0,
			"its hooks differ from those of the configuration's first file; the first "
			"file's are kept");
}

/* What the server has for itself: key, addresses, DNS, and the lines of its [Interface]. */
static int set_own(struct import *im, struct group *g, struct arena *a, const struct conf *c,
	struct incoming *in, struct err *e)
{
	struct server_slot *s = &in->slots[0];
	bool own_key = !secret_equal(&g->key, &c->private_key);
	struct identity id;
	const char *lines;
	int r;

	if (own_key && (r = sealer_seal(&im->sealer, &c->private_key, &s->private_key, e)))
		return r;
	convert_identity(a, c, &id);
	if (own_key || !same_identity(&id, &g->row)) {
		s->own_ipv4 = id.ipv4;
		s->own_ipv6 = id.ipv6;
		s->own_address_order = id.order;
	}
	/* "" is "none", NULL "as the configuration". */
	if (!str_eq(id.dns, g->row.dns_servers))
		s->own_dns = id.dns ? id.dns : "";
	lines = conf_interface_lines_to_json(a, c);
	in->extras[0] = extras_of_slot(
		a, &c->peers[0], !str_eq(lines, g->lines) && hooks_equal(c, &g->hooks), lines);
	return 0;
}

/* What is no text (control characters, broken UTF-8) is spelled out. NULL gives NULL. */
static const char *safe_text(struct arena *a, const char *text)
{
	char safe[512];

	if (!text)
		return NULL;
	str_escape(safe, sizeof(safe), text);
	return arena_strdup(a, safe);
}

static int make_slots(struct import *im, struct group *g, struct arena *a, const struct conf *c,
	const struct server_name *name, struct incoming *in, struct err *e)
{
	const char *server = safe_text(a, name->server);
	int r;

	in->n = c->n_peers;
	in->slots = arena_alloc(a, in->n * sizeof(*in->slots));
	in->extras = arena_alloc(a, in->n * sizeof(*in->extras));
	for (size_t i = 0; i < in->n; i++) {
		const struct conf_peer *p = &c->peers[i];
		struct server_slot *s = &in->slots[i];

		*s = (struct server_slot){
			.config_id = g->row.id,
			.server = server,
			.slot = (int)i + 1,
			.country = name->country,
			.city = name->city,
			.host = name->host,
		};
		convert_peer(a, p, s);
		s->name = safe_text(a, s->name);
		if ((r = sealer_seal(&im->sealer, &p->preshared, &s->preshared_key, e)))
			return r;
		if (i) /* the first slot's are set with what else it carries for all */
			in->extras[i] = extras_of_slot(a, p, false, NULL);
	}
	r = set_own(im, g, a, c, in, e);
	in->digest = server_digest(in->slots, in->n);
	return r;
}

static int add_slots(struct import *im, struct incoming *in, struct err *e)
{
	int r;

	for (size_t i = 0; i < in->n; i++) {
		struct server_slot *s = &in->slots[i];

		if ((r = sealer_seal_text(&im->sealer, in->extras[i], &s->extras, e)) ||
			(r = store_server_add(im->o->store, s, e)))
			return r;
	}
	return 0;
}

/*
 * The number of peers is another one: the server is made anew beside the old one, takes over
 * whether it is active, and then its name.
 */
static int replace_slots(
	struct import *im, struct incoming *in, const struct known_server *k, struct err *e)
{
	struct arena *a = im->o->arena;
	const char *name = in->slots[0].server, *beside = arena_printf(a, "%s~", name);
	bool active = k->rows[0].is_active;
	int r;

	for (size_t i = 0; i < in->n; i++)
		in->slots[i].server = beside;
	if ((r = add_slots(im, in, e)) ||
		(active &&
			(r = store_server_activate(
				 im->o->store, in->slots[0].config_id, beside, e))) ||
		(r = store_server_remove(im->o->store, in->slots[0].config_id, name, e)))
		return r;
	for (size_t i = 0; i < in->n; i++) {
		in->slots[i].server = name;
		if ((r = store_server_update(im->o->store, &in->slots[i], e)))
			return r;
	}
	return 0;
}

static int update_slots(
	struct import *im, struct incoming *in, const struct known_server *k, struct err *e)
{
	int r;

	if (in->n != k->n_rows)
		return replace_slots(im, in, k, e);
	for (size_t i = 0; i < in->n; i++) {
		struct server_slot row = in->slots[i];
		bool equal;

		row.id = k->rows[i].id;
		row.is_active = k->rows[i].is_active;
		row.extras = k->rows[i].extras;
		if ((r = sealer_text_equal(&im->sealer, row.extras, in->extras[i], &equal, e)) ||
			(!equal &&
				(r = sealer_seal_text(
					 &im->sealer, in->extras[i], &row.extras, e))) ||
			(r = store_server_update(im->o->store, &row, e)))
			return r;
	}
	return 0;
}

static int lines_differ(struct import *im, const struct incoming *in, const struct known_server *k,
	bool *ret, struct err *e)
{
	bool equal = true;

	for (size_t i = 0; i < in->n && i < k->n_rows && equal; i++) {
		int r = sealer_text_equal(&im->sealer, k->rows[i].extras, in->extras[i], &equal, e);

		if (r)
			return r;
	}
	*ret = !equal;
	return 0;
}

static int merge(struct import *im, struct group *g, struct incoming *in,
	const struct known_server *k, struct err *e)
{
	STRBUF_CLEANUP struct strbuf what = {0};
	struct import_config *rep = report_of(im, g);
	bool lines;
	int r;

	server_difference(k->rows, k->n_rows, in->slots, in->n, &what);
	if ((r = lines_differ(im, in, k, &lines, e)))
		return r;
	if (!what.len && lines)
		strbuf_add(&what, "comments or unknown keys");
	if (!what.len) {
		rep->unchanged++;
		return 0;
	}
	rep->changed++;
	if (rep->n_changes < IMPORT_MAX_CHANGES)
		*LIST_PUSH(im->o->arena, rep, changes) =
			arena_printf(im->o->arena, "%s: %s", in->slots[0].server, what.s);
	return update_slots(im, in, k, e);
}

static void rename_slots(struct arena *a, struct incoming *in, const char *base, unsigned n)
{
	const char *name = arena_printf(a, "%s (%u)", base, n);

	for (size_t i = 0; i < in->n; i++)
		in->slots[i].server = name;
}

int group_add(struct import *im, struct group *g, struct arena *a, const struct source_file *f,
	const struct conf *c, struct err *e)
{
	struct import_config *rep = report_of(im, g);
	struct server_name name;
	struct incoming in = {0};
	struct known_server *k;
	const char *base;
	int r;

	server_name_guess(a, g->provider, f->name, c, &name);
	if ((r = make_slots(im, g, a, c, &name, &in, e)))
		return r;
	note_interface(im, g, f, c);
	rep->files++;
	rep->amneziawg |= c->amneziawg;
	base = in.slots[0].server;
	k = server_set_find(&g->servers, base);
	/* Several files of one name: the same server twice, or two servers. */
	for (unsigned n = 2; k && k->seen; n++) {
		if (k->digest == in.digest) {
			import_note(im, f->place, 0, 0, "the same server came twice; taken once");
			return 0;
		}
		if (n > MAX_SAME_NAME)
			return err_set(e, E_LIMIT, "more than %d servers are called '%s'",
				MAX_SAME_NAME, base);
		rename_slots(a, &in, base, n);
		k = server_set_find(&g->servers, in.slots[0].server);
	}
	rep->own_keys += in.slots[0].private_key != NULL;
	if (k) {
		r = merge(im, g, &in, k, e);
	} else {
		k = server_set_add(im->o->arena, &g->servers, in.slots[0].server);
		k->country = arena_strdup(im->o->arena, name.country);
		rep->added++;
		r = add_slots(im, &in, e);
	}
	k->seen = true;
	k->digest = in.digest;
	return r;
}
