// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows become intent. Knows the text forms of the columns; must not know the kernel. A row that
 * cannot be understood is refused here, before anything is touched.
 */
#include "ops/intent.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/entities.h"

void intent_split_name(struct arena *a, const char *text, const char **name, const char **server)
{
	/* In the path of a file '@' means nothing. */
	const char *at = str_iends(text, ".conf") ? NULL : strrchr(text, '@');

	*name = at ? arena_strndup(a, text, (size_t)(at - text)) : text;
	*server = at && at[1] ? at + 1 : NULL;
}

/* Calls `each` for every item of a comma list, without surrounding white space. */
static int for_each_item(struct arena *a, const char *list,
	int (*each)(struct arena *a, const char *item, struct tunnel *t, struct err *e),
	struct tunnel *t, struct err *e)
{
	for (const char *p = list; p && *p;) {
		const char *end = strchr(p, ',');
		const char *next = end ? end + 1 : p + strlen(p);
		int r;

		if (!end)
			end = p + strlen(p);
		while (p < end && str_is_space(*p))
			p++;
		while (end > p && str_is_space(end[-1]))
			end--;
		if (end > p && (r = each(a, arena_strndup(a, p, (size_t)(end - p)), t, e)))
			return r;
		p = next;
	}
	return 0;
}

static int add_address(struct arena *a, const char *item, struct tunnel *t, struct err *e)
{
	struct ip_prefix p;

	if (!ip_prefix_parse(item, &p))
		return err_set(e, E_ADDRESS, "'%s' is not an address", item);
	*LIST_PUSH(a, t, addresses) = p;
	return 0;
}

static int add_dns(struct arena *a, const char *item, struct tunnel *t, struct err *e)
{
	struct ip_addr addr;

	(void)e;
	if (ip_addr_parse(item, &addr))
		*LIST_PUSH(a, t, dns) = addr;
	else
		*LIST_PUSH(a, t, search) = item;
	return 0;
}

static int add_allowed(struct arena *a, const char *item, struct tunnel *t, struct err *e)
{
	struct tunnel_peer *peer = &t->peers[t->n_peers - 1];
	struct ip_prefix p;

	/* '+' and '-' mean an incremental change of a running device; on a fresh one '+' is plain
	 * and '-' takes away what is not there (wg(8)). */
	if (*item == '-')
		return 0;
	if (!ip_prefix_parse(*item == '+' ? item + 1 : item, &p))
		return err_set(e, E_ADDRESS, "'%s' is not a prefix", item);
	ip_prefix_mask(&p);
	*LIST_PUSH(a, peer, allowed) = p;
	return 0;
}

/* Addresses in file order: `order` says "4" or "6" per address. */
static int add_addresses(struct arena *a, const char *v4, const char *v6, const char *order,
	struct tunnel *t, struct err *e)
{
	struct tunnel four = {0}, six = {0};
	size_t i = 0, k = 0;
	int r;

	if ((r = for_each_item(a, v4, add_address, &four, e)) ||
		(r = for_each_item(a, v6, add_address, &six, e)))
		return r;
	for (const char *p = order; p && *p; p++) {
		if (*p == '4' && i < four.n_addresses)
			*LIST_PUSH(a, t, addresses) = four.addresses[i++];
		else if (*p == '6' && k < six.n_addresses)
			*LIST_PUSH(a, t, addresses) = six.addresses[k++];
	}
	while (i < four.n_addresses)
		*LIST_PUSH(a, t, addresses) = four.addresses[i++];
	while (k < six.n_addresses)
		*LIST_PUSH(a, t, addresses) = six.addresses[k++];
	return 0;
}

static int parse_endpoint(struct arena *a, const char *text, struct tunnel_peer *p, struct err *e)
{
	const char *colon = text ? strrchr(text, ':') : NULL;
	const char *host = text;
	size_t len;
	uint32_t port;

	if (!text)
		return 0;
	if (!colon || !str_to_u32(colon + 1, 1, 65535, &port))
		return err_set(e, E_ENDPOINT, "'%s' is not an endpoint", text);
	len = (size_t)(colon - text);
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']')
		host++, len -= 2;
	if (!len)
		return err_set(e, E_ENDPOINT, "'%s' is not an endpoint", text);
	p->host = arena_strndup(a, host, len);
	p->port = (uint16_t)port;
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

static int add_peer(struct ops *o, const struct server_slot *row, struct tunnel *t, struct err *e)
{
	struct tunnel_peer *p = LIST_PUSH(o->arena, t, peers);
	int r;

	p->name = row->name;
	p->keepalive = row->keepalive;
	if (!wg_key_parse(row->public_key, strlen(row->public_key), &p->public_key))
		return err_set(e, E_KEY, "the public key of server '%s' is not valid", row->server);
	if ((r = parse_endpoint(o->arena, row->endpoint, p, e)) ||
		(r = reference_key(o, row->preshared_key, &p->preshared, e)) ||
		(r = for_each_item(o->arena, row->allowed_ips, add_allowed, t, e)))
		return err_wrap(e, "server '%s'", row->server);
	return 0;
}

/* The key, addresses and DNS of the configuration, or of a server that brings its own. */
static int add_identity(struct ops *o, const struct config *c, const struct server_slot *s,
	struct tunnel *t, struct err *e)
{
	const char *sealed = s->private_key ? s->private_key : c->private_key;
	bool own = s->own_ipv4 || s->own_ipv6;
	int r;

	if (s->private_key) {
		SECRET_CLEANUP struct wg_secret key = {0};
		const struct seal_key *k;

		if ((r = store_seal_key(o->store, &k, e)) ||
			(r = seal_open_secret(k, sealed, &key, e)))
			return r;
		secret_public_key(&key, &t->public_key);
	} else if (!wg_key_parse(c->public_key, strlen(c->public_key), &t->public_key)) {
		return err_set(e, E_KEY, "the public key of '%s' is not valid", t->name);
	}
	if ((r = seal_id(sealed, t->private_key.id, e)) ||
		(r = add_addresses(o->arena, own ? s->own_ipv4 : c->assigned_ipv4,
			 own ? s->own_ipv6 : c->assigned_ipv6,
			 own ? s->own_address_order : c->address_order, t, e)))
		return r;
	return for_each_item(o->arena, s->own_dns ? s->own_dns : c->dns_servers, add_dns, t, e);
}

/* Routing tables by name are few; the numbers are those of iproute2's rt_tables. */
int intent_parse_table(const char *text, struct tunnel *t, struct err *e)
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

/* The kernel's WireGuard would take it and never get an answer. */
static int check_dialect(const struct config *c, struct err *e)
{
	if (!c->dialect)
		return 0;
	err_set(e, E_UNSUPPORTED, "%s is an %s configuration", c->sponsor_name, c->dialect);
	return err_hint(e, "WireGuard cannot speak it; ask the sponsor for a WireGuard file");
}

static int load_rows(
	struct ops *o, const char *name, const char *server, struct tunnel *ret, struct err *e)
{
	struct server_list servers = {0};
	struct tunnel t = {.keep_ssh = true};
	struct config c;
	const char *machine;
	int r;

	if ((r = ops_store(o, false, false, e)) || (r = ops_machine(o, &machine, e)) ||
		(r = store_config_get(o->store, o->arena, name, machine, &c, e)))
		return r;
	if (!c.this_machine) {
		err_set(e, E_OTHER_DEVICE, "that is %s's configuration", c.peer_name);
		return err_hint(e, "wf deploy %s/%s", c.peer_name, c.sponsor_name);
	}
	if ((r = check_dialect(&c, e)))
		return r;
	t.config_id = c.id;
	t.name = arena_printf(o->arena, "%s/%s", c.peer_name, c.sponsor_name);
	t.title = c.name ? c.name : c.sponsor_name;
	str_copy(t.ifname, sizeof(t.ifname), c.interface_name);
	t.listen_port = c.listen_port;
	t.mtu = c.mtu;
	t.fwmark = c.fwmark;
	r = server ? store_server_match(o->store, o->arena, c.id, server, &servers, e)
		   : store_server_active(o->store, o->arena, c.id, &servers, e);
	if (r)
		return r;
	t.server = servers.items[0].server;
	t.country = servers.items[0].country;
	t.city = servers.items[0].city;
	if ((r = intent_parse_table(c.table_setting, &t, e)) ||
		(r = add_identity(o, &c, &servers.items[0], &t, e)))
		return r;
	LIST_FOREACH (s, &servers, items) {
		if (!str_ieq(s->server, t.server)) {
			err_set(e, E_AMBIGUOUS, "'%s' fits more than one server of %s", server,
				t.title);
			return err_hint(
				e, "'%s' and '%s' among them; name one", t.server, s->server);
		}
		if ((r = add_peer(o, s, &t, e)))
			return r;
	}
	*ret = t;
	return 0;
}

int intent_load(
	struct ops *o, const char *name, const char *server, struct tunnel *ret, struct err *e)
{
	const char *path = intent_file_path(o->arena, name);
	struct err why = {0};
	int r;

	if (path == name && server)
		return err_set(
			e, E_USAGE, "a file has no servers to choose from, such as '%s'", server);
	if (path == name)
		return intent_load_file(o, path, ret, e);
	r = load_rows(o, name, server, ret, &why);
	if (r == -E_NOT_FOUND && path && !server)
		return intent_load_file(o, path, ret, e);
	if (r)
		*e = why;
	return r;
}
