// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values to columns and back. Knows the text forms of the columns (comma lists in file order,
 * "host:port", "[v6]:port"); must not know the database. Going there and back changes nothing.
 */
#include "ops/convert.h"

#include <string.h>

#include "base/str.h"

static void add_item(struct strbuf *b, const char *item)
{
	if (b->len)
		strbuf_add(b, ", ");
	strbuf_add(b, item);
}

static const char *take_text(struct arena *a, struct strbuf *b)
{
	const char *s = b->len ? arena_strdup(a, b->s) : NULL;

	strbuf_free(b);
	return s;
}

static const char *dns_text(struct arena *a, const struct conf *c)
{
	struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (d, c, dns)
		add_item(&b, ip_addr_format(d, text));
	LIST_FOREACH (s, c, search)
		add_item(&b, *s);
	return take_text(a, &b);
}

void convert_identity(struct arena *a, const struct conf *c, struct identity *ret)
{
	struct strbuf v4 = {0}, v6 = {0}, order = {0};
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (addr, c, addresses) {
		bool four = addr->prefix.addr.family == AF_INET;

		add_item(four ? &v4 : &v6, ip_prefix_format(&addr->prefix, text));
		strbuf_addc(&order, four ? '4' : '6');
	}
	*ret = (struct identity){
		.ipv4 = take_text(a, &v4),
		.ipv6 = take_text(a, &v6),
		.order = take_text(a, &order),
		.dns = dns_text(a, c),
	};
}

void convert_interface(struct arena *a, const struct conf *c, struct config *row)
{
	struct identity id;

	convert_identity(a, c, &id);
	row->assigned_ipv4 = id.ipv4;
	row->assigned_ipv6 = id.ipv6;
	row->address_order = id.order;
	row->dns_servers = id.dns;
	row->listen_port = c->listen_port;
	row->mtu = c->mtu;
	row->fwmark = c->fwmark;
	row->table_setting = arena_strdup(a, c->table);
}

static const char *endpoint_text(struct arena *a, const struct conf_peer *p)
{
	if (!p->endpoint_host)
		return NULL;
	return arena_printf(a, strchr(p->endpoint_host, ':') ? "[%s]:%u" : "%s:%u",
		p->endpoint_host, p->endpoint_port);
}

static const char *allowed_text(struct arena *a, const struct conf_peer *p)
{
	struct strbuf b = {0};
	char text[IP_TEXT_SIZE];
	const char *s;

	LIST_FOREACH (w, p, allowed) {
		const char sign[] = {w->sign, '\0'};

		add_item(&b, sign);
		strbuf_add(&b, w->text ? w->text : ip_prefix_format(&w->prefix, text));
	}
	s = take_text(a, &b);
	return s ? s : "";
}

void convert_peer(struct arena *a, const struct conf_peer *p, struct server_slot *row)
{
	char key[WG_KEY_TEXT_SIZE];

	wg_key_format(&p->public_key, key);
	row->name = arena_strdup(a, p->name);
	row->public_key = arena_strdup(a, key);
	row->endpoint = endpoint_text(a, p);
	row->allowed_ips = allowed_text(a, p);
	row->keepalive = p->keepalive;
}

void convert_use_own(struct config *row, const struct server_slot *s)
{
	if (s->own_ipv4 || s->own_ipv6) {
		row->assigned_ipv4 = s->own_ipv4;
		row->assigned_ipv6 = s->own_ipv6;
		row->address_order = s->own_address_order;
	}
	if (s->own_dns)
		row->dns_servers = s->own_dns;
}

static int each_item(struct arena *a, const char *list,
	int (*each)(void *ctx, const char *item, struct err *e), void *ctx, struct err *e)
{
	const char *item;
	size_t len;
	int r;

	while (str_next_item(&list, &item, &len))
		if ((r = each(ctx, arena_strndup(a, item, len), e)))
			return r;
	return 0;
}

struct target {
	struct arena *a;
	struct conf *conf;
	struct conf_peer *peer;
};

static int add_address(void *ctx, const char *item, struct err *e)
{
	struct target *t = ctx;
	struct ip_prefix p;

	if (!ip_prefix_parse(item, &p))
		return err_set(e, E_ADDRESS, "'%s' is not an address", item);
	LIST_PUSH(t->a, t->conf, addresses)->prefix = p;
	return 0;
}

int convert_add_addresses(struct arena *a, const char *list, struct conf *c, struct err *e)
{
	return each_item(a, list, add_address, &(struct target){.a = a, .conf = c}, e);
}

static int add_dns(void *ctx, const char *item, struct err *e)
{
	struct target *t = ctx;
	struct ip_addr addr;

	(void)e;
	if (ip_addr_parse(item, &addr))
		*LIST_PUSH(t->a, t->conf, dns) = addr;
	else
		*LIST_PUSH(t->a, t->conf, search) = item;
	return 0;
}

/* Addresses rest by family; `order` says how they lay in the file. */
static int add_addresses(struct arena *a, const struct identity *id, struct conf *c, struct err *e)
{
	struct conf v4 = {0}, v6 = {0};
	size_t i = 0, k = 0;
	int r;

	if ((r = convert_add_addresses(a, id->ipv4, &v4, e)) ||
		(r = convert_add_addresses(a, id->ipv6, &v6, e)))
		return r;
	for (const char *p = id->order; p && *p; p++) {
		if (*p == '4' && i < v4.n_addresses)
			*LIST_PUSH(a, c, addresses) = v4.addresses[i++];
		else if (*p == '6' && k < v6.n_addresses)
			*LIST_PUSH(a, c, addresses) = v6.addresses[k++];
	}
	while (i < v4.n_addresses)
		*LIST_PUSH(a, c, addresses) = v4.addresses[i++];
	while (k < v6.n_addresses)
		*LIST_PUSH(a, c, addresses) = v6.addresses[k++];
	return 0;
}

static int to_identity(struct arena *a, const struct identity *id, struct conf *c, struct err *e)
{
	int r = add_addresses(a, id, c, e);

	return r ? r : each_item(a, id->dns, add_dns, &(struct target){.a = a, .conf = c}, e);
}

int convert_to_interface(struct arena *a, const struct config *row, struct conf *c, struct err *e)
{
	const struct identity id = {
		.ipv4 = row->assigned_ipv4,
		.ipv6 = row->assigned_ipv6,
		.order = row->address_order,
		.dns = row->dns_servers,
	};

	c->listen_port = row->listen_port;
	c->mtu = row->mtu;
	c->fwmark = row->fwmark;
	c->table = row->table_setting;
	return to_identity(a, &id, c, e);
}

static int add_allowed(void *ctx, const char *item, struct err *e)
{
	struct target *t = ctx;
	bool sign = *item == '+' || *item == '-';
	struct conf_allowed w = {.sign = sign ? *item : 0};
	char text[IP_TEXT_SIZE];

	if (!ip_prefix_parse(item + sign, &w.prefix))
		return err_set(e, E_ADDRESS, "'%s' is not a prefix", item);
	ip_prefix_mask(&w.prefix);
	if (!str_eq(ip_prefix_format(&w.prefix, text), item + sign))
		w.text = item + sign;
	*LIST_PUSH(t->a, t->peer, allowed) = w;
	return 0;
}

static int set_endpoint(struct arena *a, const char *text, struct conf_peer *p, struct err *e)
{
	const char *colon = text ? strrchr(text, ':') : NULL;
	const char *host = text;
	size_t len;
	uint32_t port;

	if (!text)
		return 0;
	len = colon ? (size_t)(colon - text) : 0;
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']')
		host++, len -= 2;
	if (!len || !str_to_u32(colon + 1, 1, 65535, &port))
		return err_set(e, E_ENDPOINT, "'%s' is not an endpoint", text);
	p->endpoint_host = arena_strndup(a, host, len);
	p->endpoint_port = (uint16_t)port;
	return 0;
}

int convert_to_peer(
	struct arena *a, const struct server_slot *row, struct conf_peer *p, struct err *e)
{
	struct target t = {.a = a, .peer = p};
	int r;

	p->name = row->name;
	p->keepalive = row->keepalive;
	if (!wg_key_parse(row->public_key, strlen(row->public_key), &p->public_key))
		return err_set(e, E_KEY, "the public key of server '%s' is not valid", row->server);
	if ((r = set_endpoint(a, row->endpoint, p, e)) ||
		(r = each_item(a, row->allowed_ips, add_allowed, &t, e)))
		return err_wrap(e, "server '%s'", row->server);
	return 0;
}
