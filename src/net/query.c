// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about the machine. Knows how to ask so that the answer does not grow with the machine:
 * lookups instead of tables, filters in the kernel; must not decide anything from the answers.
 * Keeps the invariant that what is asked for many things at once costs one round trip.
 */
#include "net/query.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "net/addr.h"
#include "net/net.h"
#include "net/route.h"

struct way {
	struct fact_endpoint *to;
	struct route_info route;
	struct link_state link;
	bool reachable;
};

struct lookups {
	struct arena *a;
	LIST(struct way, ways);
};

static int take_way(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct lookups *x = ctx;
	struct way *w = &x->ways[index];

	if (!route_parse(h, &w->route))
		return err_set(e, E_KERNEL, "the kernel's answer about a route is malformed");
	w->reachable =
		w->route.ifindex && (w->route.type == RTN_UNICAST || w->route.type == RTN_LOCAL);
	return 0;
}

/* Asks for all ways at once; a refusal means that there is no way. */
static int look_up(struct net *n, struct lookups *x, uint32_t mark, struct err *e)
{
	struct nl_result *results = arena_alloc(x->a, (x->n_ways + 1) * sizeof(*results));
	struct nl_message m;
	struct nl *nl;
	int r = net_route_socket(n, &nl, e);

	if (r)
		return r;
	LIST_FOREACH (w, x, ways) {
		const struct ip_endpoint *p = &w->to->addr;

		route_build_lookup(&m, &p->addr, mark, p->scope);
		nl_push(nl, &m.h);
	}
	return nl_flush(nl, results, take_way, x, e);
}

/* Names and MTUs of the devices the reachable ways lead over. */
static int find_devices(struct net *n, struct lookups *x, struct err *e)
{
	uint32_t *indexes = arena_alloc(x->a, (x->n_ways + 1) * sizeof(*indexes));
	struct link_state *found = arena_alloc(x->a, (x->n_ways + 1) * sizeof(*found));
	size_t count = 0;
	int r;

	LIST_FOREACH (w, x, ways)
		if (w->reachable)
			indexes[count++] = w->route.ifindex;
	r = net_find_indexes(n, indexes, count, found, e);
	LIST_FOREACH (w, x, ways)
		if (!r && w->reachable)
			w->link = *found++;
	return r;
}

int net_query_endpoints(
	struct net *n, struct arena *a, uint32_t mark, struct facts *f, struct err *e)
{
	struct lookups x = {.a = a};
	int r;

	LIST_FOREACH (p, f, endpoints)
		if (p->addr.addr.family)
			LIST_PUSH(a, &x, ways)->to = p;
	r = x.n_ways ? look_up(n, &x, mark, e) : 0;
	if (!r)
		r = find_devices(n, &x, e);
	if (r)
		return r;
	LIST_FOREACH (w, &x, ways) {
		/* A device that went away in between is no way either. */
		w->to->reachable = w->reachable && w->link.ifindex;
		w->to->dev = w->to->reachable ? arena_strdup(a, w->link.name) : NULL;
		w->to->mtu = w->route.mtu ? w->route.mtu : w->link.mtu;
	}
	return 0;
}

int net_query_default_mtu(struct net *n, uint32_t *ret, struct err *e)
{
	/*
	 * Reading main would read a million routes, so it is asked for an address that nobody has a
	 * route of its own for: 240.0.0.0/4 is reserved (RFC 1112, section 4). wf's mark keeps
	 * wf's tunnels out of the answer.
	 */
	struct fact_endpoint p = {
		.addr.addr = {.family = AF_INET, .b = {240, 0, 0, 1}}, .addr.port = 0};
	struct facts f = {.endpoints = &p, .n_endpoints = 1};
	ARENA_CLEANUP struct arena *a = arena_new();
	int r = net_query_endpoints(n, a, WF_MARK, &f, e);

	if (!r)
		*ret = p.mtu;
	return r;
}

struct local {
	struct arena *a;
	const uint32_t *own; /* indexes of wf's links */
	size_t n_own;
	LIST(struct ip_prefix, local);
};

#define LOOPBACK 1 /* its index in every network namespace */

static void begin_local(void *ctx)
{
	struct local *x = ctx;

	x->n_local = 0;
}

static int take_local(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct local *x = ctx;
	struct addr_info i;

	if (!addr_parse(h, &i) || i.ifindex == LOOPBACK)
		return 0;
	for (size_t n = 0; n < x->n_own; n++)
		if (x->own[n] == i.ifindex)
			return 0;
	/* An address alone, without a far end, connects to nothing. */
	if (i.net.len == ip_bits(i.net.addr.family) && ip_addr_equal(&i.net.addr, &i.local.addr))
		return 0;
	*LIST_PUSH(x->a, x, local) = i.net;
	return 0;
}

static int compare_prefixes(const void *a, const void *b)
{
	return ip_prefix_cmp(a, b);
}

static int find_own(
	struct net *n, struct arena *a, const struct record *own, struct local *x, struct err *e)
{
	size_t count = own ? own->n_contributions : 0;
	const char **names = arena_alloc(a, (count + 1) * sizeof(*names));
	struct link_state *found = arena_alloc(a, (count + 1) * sizeof(*found));
	uint32_t *indexes = arena_alloc(a, (count + 1) * sizeof(*indexes));
	int r;

	for (size_t i = 0; i < count; i++)
		names[i] = own->contributions[i].ifname;
	r = net_find_links(n, names, count, found, e);
	for (size_t i = 0; !r && i < count; i++)
		indexes[i] = found[i].ifindex;
	x->own = indexes;
	x->n_own = count;
	return r;
}

int net_query_local(
	struct net *n, struct arena *a, const struct record *own, struct facts *f, struct err *e)
{
	struct local x = {.a = a};
	const struct nl_dump d = {begin_local, take_local, &x};
	struct nl_result result;
	struct nl_message m;
	struct nl *nl;
	int r = net_route_socket(n, &nl, e);

	if (!r)
		r = find_own(n, a, own, &x, e);
	addr_build_dump(&m, AF_UNSPEC, 0);
	if (!r)
		r = nl_dump(nl, &m.h, &d, &result, e);
	if (!r && result.error)
		r = nl_refused(&result, e, "cannot read addresses");
	if (r)
		return r;
	if (x.n_local)
		qsort(x.local, x.n_local, sizeof(*x.local), compare_prefixes);
	f->n_local = 0;
	LIST_FOREACH (p, &x, local)
		if (p == x.local || !ip_prefix_equal(p, p - 1))
			*LIST_PUSH(a, f, local) = *p;
	return 0;
}

struct probe {
	uint32_t table;
	uint8_t family;
	bool used;
};

static void begin_probe(void *ctx)
{
	struct probe *x = ctx;

	x->used = false;
}

static int take_probe(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct probe *x = ctx;
	struct route_info i;

	if (route_parse(h, &i) && i.route.table == x->table && i.route.dst.addr.family == x->family)
		x->used = true;
	return 0;
}

static int probe_table(struct nl *nl, uint8_t family, uint32_t table, bool *ret_used, struct err *e)
{
	struct probe x = {.table = table, .family = family};
	const struct nl_dump d = {begin_probe, take_probe, &x};
	struct nl_result result;
	struct nl_message m;
	int r;

	route_build_dump(&m, family, table, 0, 0);
	r = nl_dump(nl, &m.h, &d, &result, e);
	if (!r && result.error && result.error != ENOENT)
		r = nl_refused(&result, e, "cannot read routes");
	if (!r)
		*ret_used = x.used;
	return r;
}

int net_query_free_table(struct net *n, uint32_t first, bool ipv6, uint32_t *ret, struct err *e)
{
	bool used = false;
	struct nl *nl;
	int r = net_route_socket(n, &nl, e);

	for (uint32_t i = first; !r && i <= WF_TABLE_LAST - WF_TABLE_BASE; i++) {
		r = probe_table(nl, AF_INET, WF_TABLE_BASE + i, &used, e);
		if (!r && !used && ipv6)
			r = probe_table(nl, AF_INET6, WF_TABLE_BASE + i, &used, e);
		if (!r && !used) {
			*ret = i;
			return 0;
		}
	}
	return r ? r : err_set(e, E_LIMIT, "no routing table of wf's range is free");
}

int net_query_kernel_wireguard(struct net *n, bool *ret, struct err *e)
{
	uint16_t family;
	struct nl *nl;
	int r = net_wg_socket(n, &nl, &family, e);

	if (!r)
		*ret = family != 0;
	return r;
}
