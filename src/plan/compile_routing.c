// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes, rules and sysctls of a contribution, by the scheme written down in compile.c. Knows
 * priorities and tables; must not know which tunnel holds the default: what only the holder needs
 * is put apart. Invariant: a prefix that enters the tunnel has a rule or a route that fails closed
 * behind it, in both families.
 */
#include "plan/compile_parts.h"

#include <net/if.h>
#include <netinet/in.h>

#include "base/str.h"

#define MARK_EXACT 0xffffffffu

/* What counts as LAN; RFC 1918, 3927, 4193, 4291 and the multicast ranges. */
static const struct ip_prefix private_ranges[] = {
	{{AF_INET, {10}}, 8},
	{{AF_INET, {172, 16}}, 12},
	{{AF_INET, {192, 168}}, 16},
	{{AF_INET, {169, 254}}, 16},
	{{AF_INET, {224}}, 4},
	{{AF_INET6, {0xfc}}, 7},
	{{AF_INET6, {0xfe, 0x80}}, 10},
	{{AF_INET6, {0xff}}, 8},
};

/*
 * What stays on the link whatever route it took, but has none of its own: programs that do not
 * choose an interface (mDNS, SSDP, wake-on-LAN) mean that of main's default.
 */
static const struct ip_prefix link_ranges[] = {
	{{AF_INET, {224}}, 24},
	{{AF_INET, {239, 255}}, 16},
	{{AF_INET, {255, 255, 255, 255}}, 32},
};

static const uint8_t families[] = {AF_INET, AF_INET6};

/* What stops IPv6 is wanted also where the tunnel has none: another link may send it in clear. */
bool compile_rules_family(const struct compile *c, uint8_t family)
{
	return family == AF_INET || c->facts->ipv6 || c->facts->ipv6_elsewhere;
}

struct rule_state *compile_rule(
	struct compile *c, struct state *to, uint8_t family, uint32_t priority, uint32_t table)
{
	struct rule_state *r = LIST_PUSH(c->a, to, rules);

	r->family = family;
	r->priority = priority;
	r->action = table ? RULE_LOOKUP : RULE_PROHIBIT;
	r->table = table;
	r->suppress_prefixlen = -1;
	r->protocol = WF_RTPROTO_KERNEL;
	return r;
}

static void add_mark_rule(struct compile *c, uint8_t family, uint32_t priority, uint32_t mark,
	uint32_t mask, uint32_t table)
{
	struct rule_state *r = compile_rule(c, &c->ret->own, family, priority, table);

	r->fwmark = mark;
	r->fwmask = mask;
}

static void add_sysctl(struct compile *c, const char *key, int32_t value)
{
	struct sysctl_state *s = LIST_PUSH(c->a, &c->ret->own, sysctls);

	s->key = key;
	s->value = value;
}

static void add_route(
	struct compile *c, struct state *to, const struct ip_prefix *dst, uint32_t table)
{
	struct route_state *r = LIST_PUSH(c->a, to, routes);

	r->type = ROUTE_UNICAST;
	r->dst = *dst;
	r->table = table;
	r->metric = 1;
	str_copy(r->ifname, sizeof(r->ifname), c->ret->ifname);
	r->protocol = WF_RTPROTO;
}

static void add_stop_route(
	struct compile *c, struct state *to, const struct ip_prefix *dst, uint32_t table)
{
	struct route_state *r = LIST_PUSH(c->a, to, routes);

	r->type = ROUTE_UNREACHABLE;
	r->dst = *dst;
	r->table = table;
	r->metric = WF_METRIC_LAST;
	r->protocol = WF_RTPROTO_KERNEL;
}

static bool has_allowed(const struct wg_state *device, const struct ip_prefix *prefix)
{
	LIST_FOREACH (p, device, peers)
		LIST_FOREACH (w, p, allowed)
			if (ip_prefix_equal(&w->prefix, prefix))
				return true;
	return false;
}

/* Both halves of a family are there: written to beat a default route, meant as one. */
static bool has_halves(struct compile *c, uint8_t family)
{
	const struct wg_state *device = &c->ret->own.devices[0];
	struct ip_prefix low = {{family, {0}}, 1}, high = {{family, {0x80}}, 1};
	char low_text[IP_TEXT_SIZE], high_text[IP_TEXT_SIZE];

	if (!has_allowed(device, &low) || !has_allowed(device, &high))
		return false;
	COMPILE_NOTE(c, "%s and %s together are taken as the default route",
		ip_prefix_format(&low, low_text), ip_prefix_format(&high, high_text));
	return true;
}

static void set_full(struct contribution *ret, uint8_t family)
{
	ret->full = true;
	if (family == AF_INET)
		ret->full4 = true;
	else
		ret->full6 = true;
}

/* A kill switch for single networks: when the link is gone they have no way. */
static void stop_prefixes(struct compile *c, uint32_t table)
{
	size_t n = c->ret->own.n_routes;

	for (size_t i = 0; i < n; i++) {
		struct ip_prefix dst = c->ret->own.routes[i].dst;

		add_stop_route(c, &c->ret->own, &dst, table);
	}
}

static void add_auto_routes(struct compile *c, uint32_t table)
{
	const struct wg_state *device = &c->ret->own.devices[0];
	bool halved4 = has_halves(c, AF_INET), halved6 = has_halves(c, AF_INET6);

	LIST_FOREACH (p, device, peers)
		LIST_FOREACH (w, p, allowed) {
			struct ip_prefix dst = w->prefix;

			if (dst.len == 1 && (dst.addr.family == AF_INET ? halved4 : halved6))
				dst = (struct ip_prefix){{dst.addr.family, {0}}, 0};
			if (ip_prefix_is_default(&dst))
				set_full(c->ret, dst.addr.family);
			add_route(c, &c->ret->own, &dst, table);
		}
	if (!c->ret->full) {
		if (c->tunnel->policy.kill_switch)
			stop_prefixes(c, table);
		return;
	}
	if (c->only) {
		c->ret->full = false;
		return;
	}
	if (!c->ret->full6 && compile_rules_family(c, AF_INET6))
		COMPILE_NOTE(c, "IPv6 is stopped while this tunnel holds the default");
	if (!c->ret->full4)
		COMPILE_NOTE(c, "IPv4 is stopped while this tunnel holds the default");
}

static bool routes_family(const struct contribution *c, uint8_t family)
{
	LIST_FOREACH (r, &c->own, routes)
		if (r->dst.addr.family == family)
			return true;
	return false;
}

/* Whether unmarked packets to `addr` would enter the tunnel, or stop at it, once it is up. */
static bool captures(const struct contribution *c, const struct ip_addr *addr)
{
	LIST_FOREACH (r, &c->own, routes)
		if (ip_prefix_contains(&r->dst, addr))
			return true;
	return false;
}

/* One rule per login; one note per peer. */
static void keep_ssh(struct compile *c)
{
	const struct facts *f = c->facts;
	char text[IP_TEXT_SIZE];

	if (!c->tunnel->keep_ssh)
		return;
	for (size_t i = 0; i < f->n_ssh; i++) {
		const struct fact_ssh *s = &f->ssh[i];
		struct rule_state *r;
		bool said = false;

		if (!captures(c->ret, &s->peer))
			continue;
		r = compile_rule(c, &c->ret->own, s->peer.family, PRIO_SSH,
			s->table ? s->table : TABLE_MAIN);
		r->dst = (struct ip_prefix){s->peer, (uint8_t)ip_bits(s->peer.family)};
		r->ip_proto = IPPROTO_TCP;
		r->sport = s->local_port;
		r->dport = s->peer_port;
		for (size_t k = 0; k < i && !said; k++)
			said = ip_addr_equal(&f->ssh[k].peer, &s->peer);
		if (!said)
			COMPILE_NOTE(c, "your SSH connection from %s stays %s",
				ip_addr_format(&s->peer, text),
				s->table ? "in the tunnel it comes through" : "outside the tunnel");
	}
}

static void note_local(struct compile *c)
{
	char covered[IP_TEXT_SIZE], by[IP_TEXT_SIZE];

	LIST_FOREACH (local, c->facts, local)
		LIST_FOREACH (r, &c->ret->own, routes) {
			if (ip_prefix_is_default(&r->dst) || !ip_prefix_overlaps(&r->dst, local))
				continue;
			COMPILE_NOTE(c,
				"%s of this machine's network: addresses in %s now go to the "
				"tunnel",
				ip_prefix_format(local, covered), ip_prefix_format(&r->dst, by));
			break;
		}
}

/* Own rules of a family that the tunnel has routes of. */
static void add_own_rules(struct compile *c, uint32_t table)
{
	for (size_t i = 0; i < 2; i++) {
		if (!routes_family(c->ret, families[i]))
			continue;
		add_mark_rule(c, families[i], PRIO_BYPASS, WF_MARK, WF_MARK_MASK, TABLE_MAIN);
		if (!c->only)
			compile_rule(c, &c->ret->own, families[i], PRIO_TUNNEL, table)
				->suppress_prefixlen = 0;
	}
}

/* A mark of the user's own must pass by every tunnel, this one and those that come later. */
static void add_user_mark(struct compile *c)
{
	if ((c->mark & WF_MARK_MASK) == WF_MARK || c->outer)
		return;
	add_mark_rule(c, AF_INET, PRIO_BYPASS, c->mark, MARK_EXACT, TABLE_MAIN);
	if (compile_rules_family(c, AF_INET6))
		add_mark_rule(c, AF_INET6, PRIO_BYPASS, c->mark, MARK_EXACT, TABLE_MAIN);
}

/* Not for ciphertext nor what is led past the tunnels: without a way by main it has none, and must
 * not enter the tunnel that it is the outside of. */
static void spare_marked(struct rule_state *r)
{
	r->invert = true;
	r->fwmark = WF_MARK;
	r->fwmask = WF_MARK_MASK;
}

static void add_holder_rules(struct compile *c, uint32_t table)
{
	struct state *to = &c->ret->holder;

	for (size_t i = 0; i < sizeof(private_ranges) / sizeof(*private_ranges); i++) {
		const struct ip_prefix *p = &private_ranges[i];
		struct rule_state *r;

		if (!compile_rules_family(c, p->addr.family))
			continue;
		r = compile_rule(c, to, p->addr.family, PRIO_LAN, TABLE_MAIN);
		r->dst = *p;
		r->suppress_prefixlen = 0;
	}
	for (size_t i = 0; i < sizeof(link_ranges) / sizeof(*link_ranges); i++)
		compile_rule(c, to, AF_INET, PRIO_LAN, TABLE_MAIN)->dst = link_ranges[i];
	for (size_t i = 0; i < 2; i++) {
		if (!compile_rules_family(c, families[i]))
			continue;
		spare_marked(compile_rule(c, to, families[i], PRIO_DEFAULT, table));
		spare_marked(compile_rule(c, to, families[i], PRIO_UNREACHABLE, WF_TABLE_STOP));
		add_stop_route(c, to, &(struct ip_prefix){{families[i], {0}}, 0}, WF_TABLE_STOP);
		spare_marked(compile_rule(c, to, families[i], PRIO_STOP, 0));
	}
}

/* Answers of that endpoint come in by a device that asks where they would go out. */
static bool is_strict(const struct compile *c, const struct fact_endpoint *f)
{
	if (!f->strict_rp_filter || f->addr.addr.family != AF_INET || !f->dev)
		return false;
	LIST_FOREACH (p, c->tunnel, peers)
		if (p->port == f->port && str_eq(p->host, f->host))
			return true;
	return false;
}

static void add_sysctls(struct compile *c)
{
	char dev[IFNAMSIZ];

	LIST_FOREACH (f, c->facts, endpoints) {
		if (!is_strict(c, f))
			continue;
		if (!c->outer) {
			c->premark |= captures(c->ret, &f->addr.addr);
			continue;
		}
		/* Nested, the answers come out of the outer link. In a key '/' stands for the
		 * dot of a name such as eth0.100, as in sysctl(8). */
		str_copy(dev, sizeof(dev), c->outer->ifname);
		for (char *p = dev; *p; p++)
			*p = *p == '.' ? '/' : *p;
		add_sysctl(c, arena_printf(c->a, "net.ipv4.conf.%s.rp_filter", dev), 2);
	}
	if (c->ret->full4 || c->premark)
		add_sysctl(c, "net.ipv4.conf.all.src_valid_mark", 1);
	if (c->ret->full4)
		add_sysctl(c, "net.ipv4.conf.all.arp_ignore", 1);
}

/* The outer tunnel's table carries what the outer tunnel carries; without one there is no way in.
 */
static int add_nested(struct compile *c, struct err *e)
{
	const struct contribution *outer = c->outer;
	char text[IP_TEXT_SIZE];
	uint32_t table;

	if (!outer)
		return 0;
	if (!outer->own.n_routes) {
		err_set(e, E_CONFLICT, "'%s' cannot carry another tunnel: it has no routes",
			outer->name);
		return err_hint(e, "its Table is off, or its peers have no allowed IPs");
	}
	table = outer->own.routes[0].table;
	for (size_t i = 0; i < 2; i++) {
		if (!compile_rules_family(c, families[i]))
			continue;
		add_mark_rule(c, families[i], PRIO_NESTED, c->mark, MARK_EXACT, table);
		add_mark_rule(c, families[i], PRIO_NESTED_STOP, c->mark, MARK_EXACT, 0);
	}
	LIST_FOREACH (p, &c->ret->own.devices[0], peers) {
		bool carried = !p->endpoint.addr.family;

		LIST_FOREACH (r, &outer->own, routes)
			carried |= r->type == ROUTE_UNICAST &&
				ip_prefix_contains(&r->dst, &p->endpoint.addr);
		if (!carried)
			COMPILE_NOTE(c, "endpoint %s is not among the allowed IPs of '%s'",
				ip_addr_format(&p->endpoint.addr, text), outer->name);
	}
	return 0;
}

/*
 * The DNS servers of a full tunnel often have private addresses: without a route of their own one
 * that a stranger hands out by DHCP would win, and with the link down the LAN would be asked.
 * Those of the default's holder alone: tunnels of one provider often name the same server.
 */
void compile_name_routes(struct compile *c)
{
	uint32_t table = WF_TABLE_BASE + c->ret->number;
	struct state *to = &c->ret->holder;

	if (!c->ret->full || c->tunnel->table_mode != TABLE_AUTO)
		return;
	LIST_FOREACH (server, c->ret, dns) {
		struct ip_prefix dst = {*server, server->family == AF_INET ? 32 : 128};

		add_route(c, to, &dst, table);
		add_stop_route(c, to, &dst, table);
	}
}

/* What lets this host pass on packets of others at all. */
static void add_forwarding(struct compile *c)
{
	if (c->tunnel->policy.forward4)
		add_sysctl(c, "net.ipv4.ip_forward", 1);
	if (c->tunnel->policy.forward6 && c->facts->ipv6)
		add_sysctl(c, "net.ipv6.conf.all.forwarding", 1);
}

int compile_routing(struct compile *c, struct err *e)
{
	const struct wg_state *device = &c->ret->own.devices[0];
	uint32_t table = WF_TABLE_BASE + c->ret->number;

	/* The kernel's WireGuard clears it when a link of it comes up (wg_open in device.c). */
	if (c->ret->kind == LINK_WIREGUARD)
		add_sysctl(c, "net.ipv4.conf.all.send_redirects", SYSCTL_KEPT);
	switch (c->tunnel->table_mode) {
	case TABLE_AUTO:
		add_auto_routes(c, table);
		add_own_rules(c, table);
		add_user_mark(c);
		add_sysctls(c);
		keep_ssh(c);
		note_local(c);
		if (c->ret->full)
			add_holder_rules(c, table);
		compile_split(c, table);
		break;
	case TABLE_NUMBER:
		LIST_FOREACH (p, device, peers)
			LIST_FOREACH (w, p, allowed)
				add_route(c, &c->ret->own, &w->prefix, c->tunnel->table);
		break;
	case TABLE_OFF: break;
	}
	add_forwarding(c);
	return add_nested(c, e);
}
