// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One configuration of an import: opened from the database or made from the first file, brought up
 * to date, reported. Knows what belongs to a configuration and what to its servers
 * (group_server.c); its key is open in guarded memory while the import runs, and nowhere else.
 */
#include "ops/group.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ops/convert.h"
#include "ops/extras.h"
#include "ops/hooks.h"
#include "ops/name.h"
#include "ops/policy.h"
#include "ops/server_set.h"
#include "store/name.h"
#include "wgconf/lines.h"

static struct import_config *report_of(const struct import *im, const struct group *g)
{
	return &im->report->configs[g->report];
}

static void say_change(
	struct import *im, struct group *g, const char *what, const char *old, const char *fresh)
{
	struct import_config *rep = report_of(im, g);

	if (str_eq(old, fresh))
		return;
	g->touched = true;
	*LIST_PUSH(im->o->arena, rep, changes) = arena_printf(
		im->o->arena, "%s %s → %s", what, old ? old : "none", fresh ? fresh : "none");
}

static const char *number_text(struct arena *a, int64_t n, int64_t none)
{
	return n == none ? NULL : arena_printf(a, "%lld", (long long)n);
}

/* The [Interface] of the same key came again: what it says now is what holds. */
static void update_interface(struct import *im, struct group *g, const struct conf *c)
{
	struct arena *a = im->o->arena;
	struct config old = g->row;
	struct config *row = &g->row;

	convert_interface(a, c, row);
	row->dialect = c->amneziawg ? "amneziawg" : NULL;
	say_change(im, g, "IPv4 Address", old.assigned_ipv4, row->assigned_ipv4);
	say_change(im, g, "IPv6 Address", old.assigned_ipv6, row->assigned_ipv6);
	say_change(im, g, "DNS", old.dns_servers, row->dns_servers);
	say_change(im, g, "MTU", number_text(a, old.mtu, 0), number_text(a, row->mtu, 0));
	say_change(im, g, "ListenPort", number_text(a, old.listen_port, -1),
		number_text(a, row->listen_port, -1));
	say_change(
		im, g, "FwMark", number_text(a, old.fwmark, -1), number_text(a, row->fwmark, -1));
	say_change(im, g, "Table", old.table_setting, row->table_setting);
	if (!str_eq(old.address_order, row->address_order) || !str_eq(old.dialect, row->dialect))
		g->touched = true;
}

static void keep_hooks(struct import *im, struct group *g, const struct conf *c)
{
	g->hooks = (struct conf){0};
	LIST_FOREACH (h, c, hooks) {
		struct conf_hook *copy = LIST_PUSH(im->o->arena, &g->hooks, hooks);

		*copy = *h;
		copy->command = arena_memdup(im->o->arena, h->command, h->len);
	}
	report_of(im, g)->hooks = (unsigned)c->n_hooks;
}

/* The name of the file is that of its interface: in hooks it stands for %i as well. */
static int store_hooks(struct import *im, struct group *g, const struct conf *c, struct err *e)
{
	struct import_config *rep = report_of(im, g);
	const char *dot = strrchr(g->first->name, '.');
	size_t len = dot ? (size_t)(dot - g->first->name) : strlen(g->first->name);
	struct hook_report hooks;
	int r = hooks_store(
		im->o, c, arena_strndup(im->o->arena, g->first->name, len), g->row.id, &hooks, e);

	if (r)
		return r;
	rep->held_back = hooks.held_back;
	LIST_FOREACH (p, &hooks, patterns) {
		*LIST_PUSH(im->o->arena, rep, patterns) = *p;
		if (p->flaw)
			import_note(im, g->first->place, p->line, 1,
				arena_printf(im->o->arena, "hooks: %s: %s", p->rationale, p->flaw));
	}
	keep_hooks(im, g, c);
	return 0;
}

/* Other hooks: what was trusted is not what is there now. */
static int update_hooks(struct import *im, struct group *g, const struct conf *c, struct err *e)
{
	struct import_config *rep = report_of(im, g);
	struct policy was = {0}, is = {0};
	size_t before = g->hooks.n_hooks;
	int r;

	if (hooks_equal(c, &g->hooks))
		return 0;
	if ((r = policy_load(im->o, g->row.id, &was, e)) ||
		(r = hooks_remove(im->o, g->row.id, e)) || (r = store_hooks(im, g, c, e)) ||
		(r = policy_load(im->o, g->row.id, &is, e)))
		return r;
	*LIST_PUSH(im->o->arena, rep, changes) = arena_printf(im->o->arena,
		"hooks: %zu → %zu; any trust in them is withdrawn", before, c->n_hooks);
	if (was.kill_switch && !is.kill_switch)
		*LIST_PUSH(im->o->arena, rep, changes) =
			"the kill switch went with the old hooks: it is OFF ('wf set NAME "
			"kill-switch=on')";
	return 0;
}

static int update_lines(struct import *im, struct group *g, const struct conf *c, struct err *e)
{
	const char *text = extras_of_config(im->o->arena, c);
	bool equal;
	int r;

	g->lines = conf_interface_lines_to_json(im->o->arena, c);
	if ((r = sealer_text_equal(&im->sealer, g->row.extras, text, &equal, e)) || equal)
		return r;
	g->touched = true;
	return sealer_seal_text(&im->sealer, text, &g->row.extras, e);
}

static int load_lines(struct import *im, struct group *g, struct err *e)
{
	struct extras extras;
	int r = extras_open_config(im->o, g->row.extras, &extras, e);

	g->lines = r ? NULL : extras.interface;
	return r;
}

static int load_servers(struct import *im, struct group *g, struct err *e)
{
	struct server_list l = {0};
	int r = store_server_list(im->o->store, im->o->arena, g->row.id, &l, e);

	if (r)
		return r;
	LIST_FOREACH (s, &l, items) {
		if ((r = sealer_learn(&im->sealer, &s->preshared_key, e)) ||
			(r = sealer_learn(&im->sealer, &s->private_key, e)))
			return r;
	}
	server_set_load(im->o->arena, &g->servers, &l);
	return 0;
}

static int open_existing(struct import *im, struct group *g, const struct conf *c, struct err *e)
{
	struct conf old = {0};
	const struct seal_key *k;
	int r;

	if ((r = store_seal_key(im->o->store, &k, e)) ||
		(r = sealer_learn(&im->sealer, &g->row.private_key, e)) ||
		(r = seal_open_secret(k, g->row.private_key, &g->key, e)) ||
		(r = load_lines(im, g, e)) || (r = load_servers(im, g, e)) ||
		(r = hooks_load(im->o, im->o->arena, g->row.id, &old, e)))
		return r;
	keep_hooks(im, g, &old);
	if (!secret_equal(&g->key, &c->private_key))
		return 0;
	update_interface(im, g, c);
	return (r = update_hooks(im, g, c, e)) ? r : update_lines(im, g, c, e);
}

static int set_interface_name(struct import *im, struct group *g, struct err *e)
{
	const char *wanted = im->opt->interface_name;
	const char *name;
	int r;

	if (wanted && im->groups->next)
		return err_set(e, E_USAGE,
			"--interface names one interface, and these files are more than one "
			"configuration");
	if (g->existing && (!wanted || str_eq(wanted, g->row.interface_name)))
		return 0;
	if (wanted && (r = store_interface_check(wanted, e)))
		return r;
	if ((r = store_interface_name(im->o->store, im->o->arena, im->peer.id,
		     wanted ? wanted : name_interface(im->o->arena, g->row.sponsor_name), &name,
		     e)))
		return r;
	if (wanted && !str_eq(wanted, name)) {
		err_set(e, E_EXISTS, "another configuration of '%s' has the interface name '%s'",
			im->peer.name, wanted);
		return err_hint(e, "'%s' is free", name);
	}
	if (g->existing)
		say_change(im, g, "interface", g->row.interface_name, name);
	g->row.interface_name = name;
	return 0;
}

/* The same key twice on one device would be one tunnel under two names. */
static int refuse_same_key(struct import *im, const char *public_key, struct err *e)
{
	size_t n, len = strlen(im->peer.name);
	const char **names;
	int r = store_config_same_key(im->o->store, im->o->arena, public_key, 0, &names, &n, e);

	for (size_t i = 0; i < n && !r; i++) {
		if (!str_istarts(names[i], im->peer.name) || names[i][len] != '/')
			continue;
		r = err_set(e, E_EXISTS, "'%s' has this key already", names[i]);
		err_hint(e, "take the file in with --sponsor '%s'", names[i] + len + 1);
	}
	return r;
}

static int make_new(struct import *im, struct group *g, const struct sponsor *s,
	const struct conf *c, const char *public_key, struct err *e)
{
	struct config *row = &g->row;
	int r;

	*row = (struct config){
		.local_peer_id = im->peer.id,
		.sponsor_id = s->id,
		.peer_name = im->peer.name,
		.sponsor_name = s->name,
		.name = s->name,
		.guid = public_key,
		.public_key = public_key,
		.dialect = c->amneziawg ? "amneziawg" : NULL,
	};
	convert_interface(im->o->arena, c, row);
	g->lines = conf_interface_lines_to_json(im->o->arena, c);
	if ((r = refuse_same_key(im, public_key, e)) || (r = set_interface_name(im, g, e)) ||
		(r = secret_from_bytes(secret_bytes(&c->private_key), &g->key, e)) ||
		(r = sealer_seal(&im->sealer, &c->private_key, &row->private_key, e)) ||
		(r = sealer_seal_text(
			 &im->sealer, extras_of_config(im->o->arena, c), &row->extras, e)) ||
		(r = store_config_add(im->o->store, row, e)))
		return r;
	return store_hooks(im, g, c, e);
}

int group_open(struct import *im, const struct sponsor *s, const struct provider *p,
	const struct source_file *f, const struct conf *c, const char *public_key,
	struct group **ret, struct err *e)
{
	struct group *g = ARENA_NEW(im->o->arena, struct group);
	struct import_config *rep = LIST_PUSH(im->o->arena, im->report, configs);
	struct err none = {0};
	int r;

	g->provider = p;
	g->first = f;
	g->report = im->report->n_configs - 1;
	rep->device = arena_strdup(im->o->arena, c->device);
	rep->peer = im->peer.name;
	rep->sponsor = s->name;
	*im->end = g;
	im->end = &g->next;
	r = store_config_find(im->o->store, im->o->arena, im->peer.id, s->id, &g->row, &none);
	g->existing = r == 0;
	if (!r)
		(void)((r = open_existing(im, g, c, e)) || (r = set_interface_name(im, g, e)));
	else if (r == -E_NOT_FOUND)
		r = make_new(im, g, s, c, public_key, e);
	else
		*e = none;
	g->first = NULL;
	if (r)
		return r;
	*ret = g;
	return 0;
}

/*
 * When every server came with one and the same new key, it is the configuration's: a sponsor's new
 * bundle replaces the old key instead of giving each server its own.
 */
static int promote_key(struct import *im, struct group *g, struct err *e)
{
	struct server_list l = {0};
	const struct server_slot *first;
	char key[WG_KEY_TEXT_SIZE];
	struct wg_key public;
	const struct seal_key *k;
	int r = store_server_list(im->o->store, im->o->arena, g->row.id, &l, e);

	if (r || !l.n_items || !(first = &l.items[0])->private_key)
		return r;
	LIST_FOREACH (s, &l, items)
		if (s->slot == 1 && !str_eq(s->private_key, first->private_key))
			return 0;
	secret_clear(&g->key);
	if ((r = store_seal_key(im->o->store, &k, e)) ||
		(r = seal_open_secret(k, first->private_key, &g->key, e)))
		return r;
	secret_public_key(&g->key, &public);
	wg_key_format(&public, key);
	say_change(im, g, "public key", g->row.public_key, key);
	g->row.private_key = first->private_key;
	g->row.public_key = arena_strdup(im->o->arena, key);
	g->row.pending_remote_update = false;
	LIST_FOREACH (s, &l, items) {
		if (s->slot != 1)
			continue;
		s->private_key = NULL;
		if ((r = store_server_update(im->o->store, s, e)))
			return r;
	}
	return 0;
}

static int ask_deployed(struct import *im, struct group *g, struct err *e)
{
	enum import_deployed d = im->opt->deployed;
	char now[CLOCK_TEXT_SIZE];

	if (d == IMPORT_DEPLOYED_ASK && !report_of(im, g)->this_machine && !g->existing) {
		enum ops_answer answer = OPS_NO;
		struct err none = {0};
		int r = im->o->ui->confirm(im->o->ui->ctx,
			arena_printf(im->o->arena,
				"Is the configuration of %s already deployed on %s?",
				g->row.sponsor_name, im->peer.name),
			OPS_NO, "--deployed or --not-deployed", &answer, &none);

		if (r && r != -E_NEED_ANSWER) {
			*e = none;
			return r;
		}
		d = answer == OPS_YES ? IMPORT_DEPLOYED_YES : IMPORT_DEPLOYED_ASK;
	}
	if (d == IMPORT_DEPLOYED_ASK || (d == IMPORT_DEPLOYED_NO && !g->row.last_deployed_at))
		return 0;
	clock_now(now);
	g->row.last_deployed_at = d == IMPORT_DEPLOYED_YES ? arena_strdup(im->o->arena, now) : NULL;
	g->touched = true;
	return 0;
}

static void report_identity(struct import *im, struct group *g)
{
	struct import_config *rep = report_of(im, g);
	const struct config *row = &g->row;

	rep->name = row->name;
	rep->interface_name = row->interface_name;
	rep->public_key = row->public_key;
	rep->ipv4 = row->assigned_ipv4;
	rep->ipv6 = row->assigned_ipv6;
	rep->dns = row->dns_servers;
	rep->is_new = !g->existing;
	rep->amneziawg = row->dialect != NULL;
	rep->deployed = row->last_deployed_at != NULL;
}

int group_finish(struct import *im, struct group *g, struct err *e)
{
	struct import_config *rep = report_of(im, g);
	struct policy policy = {0};
	int r;

	rep->this_machine = im->peer.machine_id && str_eq(im->peer.machine_id, im->o->machine);
	if (rep->own_keys && (r = promote_key(im, g, e)))
		return r;
	if ((r = ask_deployed(im, g, e)))
		return r;
	if (g->touched && (r = store_config_update(im->o->store, &g->row, e)))
		return r;
	if ((r = policy_load(im->o, g->row.id, &policy, e)))
		return r;
	rep->kill_switch = policy.kill_switch;
	report_identity(im, g);
	server_set_count(&g->servers, &rep->servers, &rep->countries);
	return store_config_same_key(im->o->store, im->o->arena, g->row.public_key, g->row.id,
		&rep->same_key, &rep->n_same_key, e);
}

void group_free_all(struct import *im)
{
	for (struct group *g = im->groups; g; g = g->next) {
		secret_clear(&g->key);
		server_set_free(&g->servers);
	}
}
