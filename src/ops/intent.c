// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows become intent, by way of the .conf value they stand for: rows and files are understood by
 * the same code. Must not know the kernel. A row that cannot be understood is refused here, before
 * anything is touched.
 */
#include "ops/intent.h"

#include <string.h>

#include "base/str.h"
#include "ops/convert.h"
#include "ops/name.h"
#include "ops/policy.h"

/* Routing tables by name are few; the numbers are those of iproute2's rt_tables. */
static int parse_table(const char *text, struct tunnel *t, struct err *e)
{
	static const struct {
		const char *name;
		uint32_t number;
	} names[] = {{"main", 254}, {"default", 253}, {"local", 255}};

	t->table_mode = TABLE_AUTO;
	if (str_empty(text) || str_ieq(text, "auto"))
		return 0;
	t->table_mode = TABLE_OFF;
	if (str_ieq(text, "off"))
		return 0;
	t->table_mode = TABLE_NUMBER;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_ieq(text, names[i].name)) {
			t->table = names[i].number;
			return 0;
		}
	}
	if (!str_to_u32(text, 1, UINT32_MAX, &t->table))
		return err_set(e, E_NUMBER, "Table is off, auto, a number or main, not '%s'", text);
	return 0;
}

static void take_peer(struct arena *a, const struct conf_peer *p, struct tunnel_peer *ret)
{
	ret->name = p->name;
	ret->public_key = p->public_key;
	ret->host = p->endpoint_host;
	ret->port = p->endpoint_port;
	ret->keepalive = p->keepalive;
	/* '+' and '-' mean an incremental change of a running device; on a fresh one '+' is plain
	 * and '-' takes away what is not there (wg(8)). */
	LIST_FOREACH (w, p, allowed)
		if (w->sign != '-')
			*LIST_PUSH(a, ret, allowed) = w->prefix;
}

int intent_take_conf(struct arena *a, const struct conf *c, struct tunnel *t, struct err *e)
{
	int r = parse_table(c->table, t, e);

	if (r)
		return r;
	LIST_FOREACH (addr, c, addresses)
		*LIST_PUSH(a, t, addresses) = addr->prefix;
	LIST_FOREACH (d, c, dns)
		*LIST_PUSH(a, t, dns) = *d;
	LIST_FOREACH (s, c, search)
		*LIST_PUSH(a, t, search) = *s;
	t->listen_port = c->listen_port;
	t->mtu = c->mtu;
	t->fwmark = c->fwmark;
	LIST_FOREACH (p, c, peers)
		take_peer(a, p, LIST_PUSH(a, t, peers));
	return 0;
}

static int reference_key(struct ops *o, const char *sealed, struct key_ref *ret, struct err *e)
{
	SECRET_CLEANUP struct wg_secret s = {0};
	const struct seal_key *k;
	int r;

	if (!sealed)
		return 0;
	if ((r = store_seal_key(o->store, &k, e)) || (r = seal_open_secret(k, sealed, &s, e)) ||
		(r = seal_id(sealed, ret->id, e)))
		return r;
	secret_fingerprint(&s, ret->fp);
	return 0;
}

/* The key of the configuration, or of a server that brings its own. */
static int take_private_key(struct ops *o, const struct config *c, const struct server_slot *s,
	struct tunnel *t, struct err *e)
{
	SECRET_CLEANUP struct wg_secret own = {0};
	const struct seal_key *k;
	int r;

	if (!s->private_key) {
		if (!wg_key_parse(c->public_key, strlen(c->public_key), &t->public_key))
			return err_set(e, E_KEY, "the public key of '%s' is not valid", t->name);
		return seal_id(c->private_key, t->private_key.id, e);
	}
	if ((r = store_seal_key(o->store, &k, e)) ||
		(r = seal_open_secret(k, s->private_key, &own, e)))
		return r;
	secret_public_key(&own, &t->public_key);
	return seal_id(s->private_key, t->private_key.id, e);
}

static int take_rows(struct ops *o, const struct config *c, const struct server_list *servers,
	struct tunnel *t, struct err *e)
{
	struct config row = *c;
	struct conf conf = {0};
	int r;

	convert_use_own(&row, &servers->items[0]);
	if ((r = take_private_key(o, c, &servers->items[0], t, e)) ||
		(r = convert_to_interface(o->arena, &row, &conf, e)))
		return r;
	LIST_FOREACH (s, servers, items)
		if ((r = convert_to_peer(o->arena, s, LIST_PUSH(o->arena, &conf, peers), e)))
			return r;
	if ((r = intent_take_conf(o->arena, &conf, t, e)))
		return r;
	for (size_t i = 0; i < servers->n_items; i++)
		if ((r = reference_key(
			     o, servers->items[i].preshared_key, &t->peers[i].preshared, e)))
			return err_wrap(e, "server '%s'", servers->items[i].server);
	return 0;
}

/* The kernel's WireGuard would take it and never get an answer. */
static int check_dialect(const struct config *c, struct err *e)
{
	if (!c->dialect)
		return 0;
	err_set(e, E_UNSUPPORTED, "%s is an %s configuration", c->sponsor_name, c->dialect);
	return err_hint(e, "WireGuard cannot speak it; ask the sponsor for a WireGuard file");
}

int intent_of_rows(struct ops *o, const struct config *c, const struct server_list *servers,
	struct tunnel *ret, struct err *e)
{
	struct tunnel t = {.keep_ssh = true, .config_id = c->id};
	int r;

	t.name = arena_printf(o->arena, "%s/%s", c->peer_name, c->sponsor_name);
	t.title = c->name ? c->name : c->sponsor_name;
	str_copy(t.ifname, sizeof(t.ifname), c->interface_name);
	t.server = servers->items[0].server;
	t.country = servers->items[0].country;
	t.city = servers->items[0].city;
	if ((r = take_rows(o, c, servers, &t, e)) || (r = policy_load(o, c->id, &t.policy, e)))
		return r;
	*ret = t;
	return 0;
}

static int load_rows(
	struct ops *o, const char *name, struct tunnel *ret, struct hook_set *hooks, struct err *e)
{
	struct server_list servers = {0};
	const char *server;
	struct config c;
	int r;

	if ((r = ops_store(o, false, false, e)) || (r = name_config(o, name, &c, &server, e)))
		return r;
	if (!c.this_machine) {
		err_set(e, E_OTHER_DEVICE, "that is %s's configuration", c.peer_name);
		return err_hint(
			e, "'wf generate %s/%s' writes its file", c.peer_name, c.sponsor_name);
	}
	if ((r = check_dialect(&c, e)) || (r = name_server(o, &c, server, &servers, e)) ||
		(hooks && (r = trust_load(o, c.id, hooks, e))))
		return r;
	return intent_of_rows(o, &c, &servers, ret, e);
}

int intent_load(
	struct ops *o, const char *name, struct tunnel *ret, struct hook_set *hooks, struct err *e)
{
	struct err why = {0};
	const char *path;
	struct name n;
	int r;

	if ((r = name_parse(o->arena, name, &n, e)))
		return r;
	if (n.file)
		return intent_load_file(o, n.file, ret, hooks, e);
	r = load_rows(o, name, ret, hooks, &why);
	path = n.server ? NULL : intent_file_path(o->arena, n.config);
	if (r == -E_NOT_FOUND && path)
		return intent_load_file(o, path, ret, hooks, e);
	if (r)
		*e = why;
	return r;
}
