// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations and objects in words close to those of ip(8) and wg(8). Knows every field that is
 * compared; must not show a key: secrets are named by id only. Invariant: the text of a state
 * depends on nothing but the set of its objects.
 */
#include "plan/text.h"

#include "plan/canon.h"
#include "plan/text_parts.h"

#define TABLE_MAIN   254 /* RT_TABLE_MAIN */
#define KEY_ID_SHOWN 8

const char *stage_name(enum stage s)
{
	switch (s) {
	case STAGE_BEFORE: return "BEFORE";
	case STAGE_TIGHTEN: return "TIGHTEN";
	case STAGE_MAKE: return "MAKE";
	case STAGE_VERIFY: return "VERIFY";
	case STAGE_MOVE: return "MOVE";
	case STAGE_BREAK: return "BREAK";
	case STAGE_LOOSEN: return "LOOSEN";
	case STAGE_AFTER: return "AFTER";
	case STAGE_COUNT: break;
	}
	return "?";
}

static const char *link_kind_name(enum link_kind kind)
{
	switch (kind) {
	case LINK_WIREGUARD: return "wireguard";
	case LINK_USERSPACE: return "userspace";
	case LINK_FOREIGN: break;
	}
	return "foreign";
}

static void add_table(struct strbuf *out, uint32_t table)
{
	if (table == TABLE_MAIN)
		strbuf_add(out, "main");
	else if (table >= WF_TABLE_BASE)
		strbuf_addf(out, "0x%x", table);
	else
		strbuf_addf(out, "%u", table);
}

static void add_key(struct strbuf *out, const struct key_ref *k)
{
	if (k->id[0])
		strbuf_addf(out, "key#%.*s", KEY_ID_SHOWN, k->id);
	else
		strbuf_add(out, key_ref_is_set(k) ? "key#?" : "none");
}

static void add_public(struct strbuf *out, const struct wg_key *k)
{
	char text[WG_KEY_TEXT_SIZE];

	wg_key_format(k, text);
	strbuf_add(out, text);
}

static void add_prefix(struct strbuf *out, const struct ip_prefix *p)
{
	char text[IP_TEXT_SIZE];

	strbuf_add(out, ip_prefix_is_default(p) ? "default" : ip_prefix_format(p, text));
}

static const char *family_flag(uint8_t family)
{
	return family == AF_INET6 ? "-6 " : "";
}

static void add_link(struct strbuf *out, const struct link_state *l)
{
	strbuf_addf(out, "mtu %u %s", l->mtu, l->up ? "up" : "down");
}

static void add_route(struct strbuf *out, const struct route_state *r)
{
	uint8_t usual = r->ifname[0] ? WF_RTPROTO : WF_RTPROTO_KERNEL;

	if (r->type == ROUTE_UNREACHABLE)
		strbuf_add(out, "unreachable ");
	add_prefix(out, &r->dst);
	if (r->ifname[0])
		strbuf_addf(out, " dev %s", r->ifname);
	strbuf_add(out, " table ");
	add_table(out, r->table);
	strbuf_addf(out, " metric %u", r->metric);
	if (r->protocol != usual)
		strbuf_addf(out, " proto %u", r->protocol);
}

static void add_rule(struct strbuf *out, const struct rule_state *r)
{
	if (r->invert)
		strbuf_add(out, "not ");
	if (r->dst.addr.family) {
		strbuf_add(out, "to ");
		add_prefix(out, &r->dst);
		strbuf_addc(out, ' ');
	}
	if (r->fwmask)
		strbuf_addf(out, "fwmark 0x%x/0x%x ", r->fwmark, r->fwmask);
	if (r->ip_proto == IPPROTO_TCP)
		strbuf_add(out, "ipproto tcp ");
	else if (r->ip_proto)
		strbuf_addf(out, "ipproto %u ", r->ip_proto);
	if (r->by_uid)
		strbuf_addf(out, "uidrange %u-%u ", r->uid_first, r->uid_last);
	if (r->sport)
		strbuf_addf(out, "sport %u ", r->sport);
	if (r->dport)
		strbuf_addf(out, "dport %u ", r->dport);
	switch (r->action) {
	case RULE_LOOKUP:
		strbuf_add(out, "lookup ");
		add_table(out, r->table);
		break;
	case RULE_PROHIBIT: strbuf_add(out, "prohibit"); break;
	}
	if (r->suppress_prefixlen >= 0)
		strbuf_addf(out, " suppress_prefixlength %d", r->suppress_prefixlen);
	if (r->protocol != WF_RTPROTO_KERNEL)
		strbuf_addf(out, " proto %u", r->protocol);
}

static void add_endpoint(struct strbuf *out, const struct ip_endpoint *p)
{
	char text[IP_TEXT_SIZE];

	strbuf_addf(out, " endpoint %s", ip_endpoint_format(p, text));
}

static void add_allowed(struct strbuf *out, const struct wg_peer *p)
{
	char text[IP_TEXT_SIZE];

	strbuf_add(out, " allowed-ips ");
	LIST_FOREACH (w, p, allowed)
		strbuf_addf(
			out, "%s%s", w > p->allowed ? "," : "", ip_prefix_format(&w->prefix, text));
	if (!p->n_allowed)
		strbuf_add(out, "none");
}

/* The whole peer, or what differs from `before`. */
static void add_peer(struct strbuf *out, const struct wg_peer *p, const struct wg_peer *before)
{
	struct wg_peer rest = *p;

	add_public(out, &p->public_key);
	if (before ? !key_ref_equal(&p->preshared, &before->preshared)
		   : key_ref_is_set(&p->preshared)) {
		strbuf_add(out, " preshared-key ");
		add_key(out, &p->preshared);
	}
	if (p->endpoint.addr.family &&
		!(before && ip_endpoint_equal(&p->endpoint, &before->endpoint)))
		add_endpoint(out, &p->endpoint);
	if (p->keepalive != (before ? before->keepalive : 0))
		strbuf_addf(out, " persistent-keepalive %u", p->keepalive);
	if (before) {
		rest.preshared = before->preshared;
		rest.endpoint = before->endpoint;
		rest.keepalive = before->keepalive;
	}
	if (!before || !wg_peer_equal(&rest, before))
		add_allowed(out, p);
}

static void text_device(
	struct strbuf *out, const struct wg_state *wg, const struct wg_state *before)
{
	strbuf_addf(out, "wg set %s", wg->ifname);
	if (!wg_key_equal(&wg->public_key, &before->public_key)) {
		strbuf_add(out, " private-key ");
		add_key(out, &wg->private_key);
	}
	if (wg->listen_port != before->listen_port)
		strbuf_addf(out, " listen-port %u", wg->listen_port);
	if (wg->fwmark != before->fwmark)
		strbuf_addf(out, " fwmark 0x%x", wg->fwmark);
}

static void text_peer_set(struct strbuf *out, const struct op *op)
{
	bool is_new = wg_key_is_zero(&op->peer_before.public_key);

	strbuf_addf(out, "wg peer %s %s ", is_new ? "add" : "set", op->ifname);
	add_peer(out, &op->peer, is_new ? NULL : &op->peer_before);
	if (op->ask)
		strbuf_add(out, " ask");
}

static void text_link_set(struct strbuf *out, const struct op *op)
{
	strbuf_addf(out, "link set %s ", op->link.name);
	add_link(out, &op->link);
}

static void text_route(struct strbuf *out, const struct op *op)
{
	strbuf_addf(out, "route %s%s ", family_flag(op->route.dst.addr.family),
		op->kind == OP_ROUTE_ADD ? "add" : "del");
	add_route(out, &op->route);
}

static void text_rule(struct strbuf *out, const struct op *op)
{
	strbuf_addf(out, "rule %s%u %s ", family_flag(op->rule.family), op->rule.priority,
		op->kind == OP_RULE_ADD ? "add" : "del");
	add_rule(out, &op->rule);
}

static void text_addr(struct strbuf *out, const struct op *op)
{
	char text[IP_TEXT_SIZE];

	strbuf_addf(out, "addr %s %s dev %s", op->kind == OP_ADDR_ADD ? "add" : "del",
		ip_prefix_format(&op->addr.prefix, text), op->addr.ifname);
}

void text_op(struct strbuf *out, const struct op *op)
{
	switch (op->kind) {
	case OP_USERSPACE_START: strbuf_addf(out, "userspace start %s", op->ifname); break;
	case OP_USERSPACE_STOP: strbuf_addf(out, "userspace stop %s", op->ifname); break;
	case OP_SYSCTL:
		strbuf_addf(out, "sysctl %s %d -> %d", op->sysctl.key, op->sysctl_before.value,
			op->sysctl.value);
		break;
	case OP_LINK_ADD:
		strbuf_addf(
			out, "link add %s type %s", op->link.name, link_kind_name(op->link.kind));
		break;
	case OP_LINK_DEL: strbuf_addf(out, "link del %s", op->link.name); break;
	case OP_LINK_SET: text_link_set(out, op); break;
	case OP_WG_DEVICE: text_device(out, &op->wg, &op->wg_before); break;
	case OP_WG_PEER_SET: text_peer_set(out, op); break;
	case OP_WG_PEER_DEL:
		strbuf_addf(out, "wg peer del %s ", op->ifname);
		add_public(out, &op->peer.public_key);
		break;
	case OP_ADDR_ADD:
	case OP_ADDR_DEL: text_addr(out, op); break;
	case OP_ROUTE_ADD:
	case OP_ROUTE_DEL: text_route(out, op); break;
	case OP_RULE_ADD:
	case OP_RULE_DEL: text_rule(out, op); break;
	case OP_FIREWALL: text_firewall_change(out, op->firewall_before, op->firewall); break;
	case OP_RESOLVER_SET:
		strbuf_add(out, "resolver set ");
		text_resolver(out, &op->resolver);
		break;
	case OP_RESOLVER_DEL:
		strbuf_add(out, "resolver del ");
		text_resolver_slot(out, &op->resolver_before);
		break;
	case OP_HANDSHAKE:
		strbuf_addf(out, "handshake %s ", op->ifname);
		add_public(out, &op->peer.public_key);
		strbuf_addf(out, " within %u ms%s", op->deadline_ms, op->hard ? " or undo" : "");
		break;
	}
}

static void text_line(struct strbuf *out, const struct op *op)
{
	strbuf_addf(out, "%s ", stage_name(op->stage));
	text_op(out, op);
	strbuf_addc(out, '\n');
}

void text_plan(struct strbuf *out, const struct plan *p)
{
	LIST_FOREACH (op, p, ops)
		text_line(out, op);
}

void text_plan_whole(struct strbuf *out, const struct plan *p)
{
	LIST_FOREACH (op, p, ops) {
		text_line(out, op);
		if (op->kind == OP_FIREWALL)
			text_firewall_rules(out, op->firewall);
	}
}

static void text_wg_state(struct strbuf *out, const struct wg_state *d)
{
	strbuf_addf(out, "wg %s public-key ", d->ifname);
	add_public(out, &d->public_key);
	if (d->listen_port)
		strbuf_addf(out, " listen-port %u", d->listen_port);
	if (d->fwmark)
		strbuf_addf(out, " fwmark 0x%x", d->fwmark);
	strbuf_addc(out, '\n');
	LIST_FOREACH (p, d, peers) {
		strbuf_addf(out, "peer %s ", d->ifname);
		add_peer(out, p, NULL);
		strbuf_addc(out, '\n');
	}
}

static void text_canonical(struct strbuf *out, const struct state *s)
{
	char text[IP_TEXT_SIZE];

	LIST_FOREACH (l, s, links) {
		strbuf_addf(out, "link %s %s ", l->name, link_kind_name(l->kind));
		add_link(out, l);
		strbuf_addc(out, '\n');
	}
	LIST_FOREACH (d, s, devices)
		text_wg_state(out, d);
	LIST_FOREACH (x, s, addrs)
		strbuf_addf(out, "addr %s dev %s\n", ip_prefix_format(&x->prefix, text), x->ifname);
	LIST_FOREACH (r, s, routes) {
		strbuf_addf(out, "route %s", family_flag(r->dst.addr.family));
		add_route(out, r);
		strbuf_addc(out, '\n');
	}
	LIST_FOREACH (r, s, rules) {
		strbuf_addf(out, "rule %s%u ", family_flag(r->family), r->priority);
		add_rule(out, r);
		strbuf_addc(out, '\n');
	}
	LIST_FOREACH (x, s, sysctls)
		strbuf_addf(out, "sysctl %s = %d\n", x->key, x->value);
	text_firewall(out, &s->firewall);
	LIST_FOREACH (x, s, resolvers) {
		strbuf_add(out, "resolver ");
		text_resolver(out, x);
		strbuf_addc(out, '\n');
	}
}

void text_state(struct strbuf *out, const struct state *s)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct state copy;

	canon_copy(a, s, &copy);
	text_canonical(out, &copy);
}
