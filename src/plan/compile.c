// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compile: what one tunnel brings to this host. Knows wf's own scheme; must not know what other
 * tunnels are up (that is merge) nor what the kernel has (that is diff). Invariant: the same intent
 * and facts give the same contribution, and nothing in it depends on the order of tunnels.
 *
 * The scheme. n = number of the tunnel, Tn = WF_TABLE_BASE + n, Mn = WF_MARK | n, M/mask = the
 * marks of all tunnels. v4 and v6 alike; v6 only on a host that has it. Where it is switched off
 * for a new link only, the tunnel carries none of it, but the rules and routes that stop it stand.
 *
 *   link     kind wireguard, else userspace. MTU as given; else the smallest over the ways to the
 *            endpoints (nested: the outer link's), else that of the default route, else 1500;
 *            minus 80. At least 1280 when the tunnel carries IPv6, 576 otherwise.
 *   device   mark as given, else Mn; n = 0 for a tunnel without a table of its own, which still
 *            marks its ciphertext as wf's, so that it passes by another tunnel's default.
 *   routes   every allowed IP in Tn, metric 1. 0.0.0.0/1 with 128.0.0.0/1 (::/1 with 8000::/1) is
 *            written by people who mean the default route, and is one. A tunnel with a default
 *            route of either family is full: while it holds the default its DNS servers have
 *            routes of their own in Tn, and unreachable ones that outlive the link.
 *   own rules, as long as it is up:
 *     5110   fwmark Mn lookup Touter   } nested only, every family: an endpoint that roams
 *     5111   fwmark Mn prohibit        } to the other family must not slip past the outer one
 *     5115   to PEER tcp sport P dport Q lookup main: each SSH login that it would swallow; one
 *            that comes through another tunnel: lookup the table of that
 *     5120   fwmark M/mask lookup main: ciphertext of any tunnel goes out directly;
 *            fwmark F lookup main for a user's mark F outside M/mask
 *     5125   lookup Tn suppress_prefixlength 0: its prefixes beat LAN and option 121 routes
 *     5133   SELECTOR lookup Tn    } a tunnel for some alone (uid range, mark, destination), which
 *     5134   SELECTOR prohibit     } has no 5125 and never holds the default
 *   holder's rules, while it holds the default:
 *     5130   to PRIVATE lookup main suppress_prefixlength 0: LAN, fixed ranges, because connected
 *            subnets are in the hand of whoever runs the network; without suppress_prefixlength
 *            for IPv4's local multicast and broadcast, which only a default route leads anywhere
 *     5135   SELECTOR lookup main  } those that stay outside; cgroups are marked by the firewall
 *     5136   SELECTOR prohibit     } instead and go by 5120
 *     5140   not fwmark M/mask lookup Tn
 *     5145   not fwmark M/mask lookup WF_TABLE_STOP, where `unreachable default` of both families
 *            outlives the link and keeps the other family from going out in clear. Not in Tn:
 *            5125 would find it there before the LAN (suppress_prefixlength does not pass over an
 *            error).
 *     5150   not fwmark M/mask prohibit: sockets bound to a device never fall through to main
 *   sysctls  full IPv4: src_valid_mark 1, arp_ignore 1 on `all`. Answers of an endpoint come back
 *            unmarked, and by the unmarked way they would have to come out of the tunnel, which a
 *            strict reverse path filter does not take: the firewall marks them. Nested, where they
 *            come out of the outer link, that one's filter is made loose.
 *   firewall every tunnel names its endpoints, interface, addresses, DNS; a full one always asks
 *            for the table. Kill switch: full, nothing but what is named; else its prefixes alone
 *            leave by it or not at all, also by `unreachable` routes for them in Tn.
 *   resolver its DNS servers for its search domains, the holder's for everything.
 *   Table = off: link, device, addresses. Table = N: routes for every allowed IP in N besides.
 *   Neither has rules but those of nesting.
 *
 * Routes over the tunnel's link carry protocol 87, rules and routes without a device protocol
 * kernel, which systemd-networkd spares.
 */
#include "plan/compile.h"

#include "base/str.h"
#include "plan/canon.h"
#include "plan/compile_parts.h"

#define MTU_DEFAULT  1500
#define MTU_OVERHEAD 80	  /* IPv6 header, UDP header, WireGuard's framing, padding */
#define MTU_MIN_V4   576  /* RFC 791: what every host must take */
#define MTU_MIN_V6   1280 /* RFC 8200 section 5 */

bool compile_usable(struct compile *c, const struct ip_addr *addr)
{
	if (addr->family != AF_INET6 || c->facts->ipv6)
		return true;
	c->dropped_ipv6 = true;
	return false;
}

bool compile_carries(const struct compile *c, const struct ip_addr *addr)
{
	LIST_FOREACH (p, &c->ret->own.devices[0], peers)
		LIST_FOREACH (w, p, allowed)
			if (ip_prefix_contains(&w->prefix, addr))
				return true;
	return false;
}

bool compile_is_whole(const struct compile *c)
{
	if (c->tunnel->table_mode == TABLE_AUTO)
		return c->ret->full;
	LIST_FOREACH (p, &c->ret->own.devices[0], peers)
		LIST_FOREACH (w, p, allowed)
			if (ip_prefix_is_default(&w->prefix))
				return true;
	return false;
}

static void identify(struct compile *c)
{
	const struct tunnel *t = c->tunnel;
	struct contribution *ret = c->ret;

	ret->name = arena_strdup(c->a, t->name);
	ret->title = arena_strdup(c->a, t->title);
	ret->server = arena_strdup(c->a, t->server);
	ret->country = arena_strdup(c->a, t->country);
	ret->city = arena_strdup(c->a, t->city);
	ret->via = arena_strdup(c->a, t->via);
	ret->config_id = t->config_id;
	str_copy(ret->ifname, sizeof(ret->ifname), t->ifname);
	ret->kind = c->facts->kernel_wireguard ? LINK_WIREGUARD : LINK_USERSPACE;
	ret->seq = c->facts->next_seq;
	if (t->table_mode == TABLE_AUTO || t->via)
		ret->number = c->facts->free_table;
	c->mark = t->fwmark > 0 ? (uint32_t)t->fwmark : WF_MARK | ret->number;
}

static void compile_addrs(struct compile *c)
{
	struct state *own = &c->ret->own;

	LIST_FOREACH (p, c->tunnel, addresses) {
		struct addr_state *x;

		if (!compile_usable(c, &p->addr))
			continue;
		x = LIST_PUSH(c->a, own, addrs);
		str_copy(x->ifname, sizeof(x->ifname), c->ret->ifname);
		x->prefix = *p;
	}
}

static bool is_endpoint_of(const struct tunnel *t, const struct fact_endpoint *f)
{
	LIST_FOREACH (p, t, peers)
		if (p->host && p->port == f->port && str_eq(p->host, f->host))
			return true;
	return false;
}

/* What fits through the way to the endpoints in one piece. */
static uint32_t path_mtu(const struct compile *c)
{
	uint32_t least = 0;

	if (c->outer && c->outer->own.n_links)
		return c->outer->own.links[0].mtu;
	LIST_FOREACH (f, c->facts, endpoints)
		if (f->mtu && (!least || f->mtu < least) && is_endpoint_of(c->tunnel, f))
			least = f->mtu;
	if (!least)
		least = c->facts->default_mtu ? c->facts->default_mtu : MTU_DEFAULT;
	return least;
}

static bool carries_ipv6(const struct contribution *c)
{
	LIST_FOREACH (x, &c->own, addrs)
		if (x->prefix.addr.family == AF_INET6)
			return true;
	LIST_FOREACH (p, &c->own.devices[0], peers)
		LIST_FOREACH (w, p, allowed)
			if (w->prefix.addr.family == AF_INET6)
				return true;
	return false;
}

static int compile_link(struct compile *c, struct err *e)
{
	bool ipv6 = carries_ipv6(c->ret);
	uint32_t min = ipv6 ? MTU_MIN_V6 : MTU_MIN_V4, way = path_mtu(c), mtu;
	struct link_state *link;

	if (c->tunnel->mtu)
		mtu = (uint32_t)c->tunnel->mtu;
	else
		mtu = way > MTU_OVERHEAD ? way - MTU_OVERHEAD : 0;
	if (mtu < min) {
		err_set(e, E_NUMBER, "an MTU of %u is too small: %s needs at least %u", mtu,
			ipv6 ? "a tunnel that carries IPv6" : "a tunnel", min);
		if (c->tunnel->mtu)
			return err_hint(e, "set a higher MTU, or none");
		return err_hint(e,
			"the way to the endpoint takes %u bytes, of which %u are needed;"
			" MTU = %u in the configuration overrides this",
			way, MTU_OVERHEAD, min);
	}
	link = LIST_PUSH(c->a, &c->ret->own, links);
	str_copy(link->name, sizeof(link->name), c->ret->ifname);
	link->kind = c->ret->kind;
	link->mtu = mtu;
	link->up = true;
	link->group = WF_LINK_GROUP;
	return 0;
}

int compile_tunnel(struct arena *a, const struct tunnel *tunnel, const struct facts *facts,
	const struct contribution *outer, struct contribution *ret, struct err *e)
{
	struct contribution made = {0};
	struct compile c = {.a = a, .tunnel = tunnel, .facts = facts, .ret = &made};
	int r;

	if (tunnel->via && !outer)
		return err_set(e, E_NOT_FOUND, "the outer tunnel '%s' is not up", tunnel->via);
	if (tunnel->table_mode == TABLE_AUTO && !facts->free_table)
		return err_set(e, E_INTERNAL, "no table number was given for '%s'", tunnel->name);
	c.outer = tunnel->via ? outer : NULL;
	identify(&c);
	compile_addrs(&c);
	r = compile_check_split(&c, e);
	if (!r)
		r = compile_peers(&c, e);
	if (!r)
		r = compile_link(&c, e);
	if (!r)
		r = compile_routing(&c, e);
	if (r)
		return r;
	compile_names(&c);
	compile_name_routes(&c);
	compile_resolver(&c);
	compile_firewall(&c);
	canon_state(&made.own);
	canon_state(&made.holder);
	if (c.dropped_ipv6)
		COMPILE_NOTE(&c, "IPv6 is off on this machine (%s): the tunnel's IPv6 is left out",
			facts->ipv6_sysctl ? facts->ipv6_sysctl : "the kernel has none");
	*ret = made;
	return 0;
}
