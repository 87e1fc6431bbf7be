// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netstate: the kernel objects a scope names, as values. Knows which filters the kernel has and
 * asks with them; must not judge whose an object is. Keeps the invariants that what is read depends
 * on the scope and not on the size of the machine's tables, and that a dump which was interrupted
 * leaves nothing behind in the result.
 */
#include "net/snapshot.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/addr.h"
#include "net/net.h"
#include "net/route.h"
#include "net/rule.h"
#include "net/uapi.h"
#include "net/wg.h"

/* A route whose device is not among the links that were read. */
struct unnamed {
	size_t route;
	uint32_t ifindex;
};

struct reading {
	struct net *net;
	struct nl *nl; /* rtnetlink */
	struct arena *a;
	struct state s;
	LIST(struct unnamed, unnamed);
	/* of the dump under way */
	const struct link_state *link;
	uint8_t family;
	uint32_t table;
	struct {
		size_t addrs, routes, rules, unnamed;
	} mark;
};

static void begin_dump(void *ctx)
{
	struct reading *x = ctx;

	x->s.n_addrs = x->mark.addrs;
	x->s.n_routes = x->mark.routes;
	x->s.n_rules = x->mark.rules;
	x->n_unnamed = x->mark.unnamed;
}

/* A refusal among `absent` (errno values, 0 ends) means that there is nothing of the kind. */
static int dump(struct reading *x, struct nl_message *m, nl_take_fn take, const int *absent,
	const char *what, struct err *e)
{
	const struct nl_dump d = {begin_dump, take, x};
	struct nl_result result;
	int r;

	x->mark.addrs = x->s.n_addrs;
	x->mark.routes = x->s.n_routes;
	x->mark.rules = x->s.n_rules;
	x->mark.unnamed = x->n_unnamed;
	r = nl_dump(x->nl, &m->h, &d, &result, e);
	if (r)
		return r;
	for (; *absent; absent++)
		if (result.error == *absent)
			return 0;
	return result.error ? nl_refused(&result, e, "cannot read %s", what) : 0;
}

static int take_addr(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct reading *x = ctx;
	struct addr_state *addr;
	struct addr_info i;

	if (!addr_parse(h, &i) || i.ifindex != x->link->ifindex || i.by_kernel)
		return 0;
	addr = LIST_PUSH(x->a, &x->s, addrs);
	memcpy(addr->ifname, x->link->name, sizeof(addr->ifname));
	addr->prefix = i.local;
	return 0;
}

static void name_route(struct reading *x, struct route_state *r, uint32_t ifindex)
{
	LIST_FOREACH (l, &x->s, links)
		if (l->ifindex == ifindex) {
			memcpy(r->ifname, l->name, sizeof(r->ifname));
			return;
		}
	*LIST_PUSH(x->a, x, unnamed) =
		(struct unnamed){.route = (size_t)(r - x->s.routes), .ifindex = ifindex};
}

static int take_route(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct reading *x = ctx;
	struct route_state *r;
	struct route_info i;

	/* A kernel without IPv6 answers for every family it has. */
	if (!route_parse(h, &i) || !i.plain || i.route.dst.addr.family != x->family ||
		i.route.table != x->table)
		return 0;
	r = LIST_PUSH(x->a, &x->s, routes);
	*r = i.route;
	if (i.ifindex)
		name_route(x, r, i.ifindex);
	return 0;
}

static int take_rule(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct reading *x = ctx;
	struct rule_state r;

	switch (rule_parse(h, &r)) {
	case RULE_READ: *LIST_PUSH(x->a, &x->s, rules) = r; break;
	case RULE_OTHER: break;
	case RULE_MALFORMED:
		return err_set(e, E_KERNEL, "the kernel's answer about a policy rule is malformed");
	}
	return 0;
}

static int read_table(struct reading *x, uint8_t family, uint32_t table, struct err *e)
{
	static const int absent[] = {ENOENT, EAFNOSUPPORT, EOPNOTSUPP, 0};
	bool ours = table >= WF_TABLE_BASE && table <= WF_TABLE_LAST;
	struct nl_message m;
	int r;

	x->family = family;
	x->table = table;
	/* Another table may be main with a million routes: the kernel picks out what can be wf's.
	 */
	route_build_dump(&m, family, table, ours ? 0 : WF_RTPROTO, 0);
	r = dump(x, &m, take_route, absent, "routes", e);
	if (r || ours)
		return r;
	route_build_dump(&m, family, table, 0, RTN_UNREACHABLE);
	return dump(x, &m, take_route, absent, "routes", e);
}

static int name_routes(struct reading *x, struct err *e)
{
	uint32_t *indexes = arena_alloc(x->a, (x->n_unnamed + 1) * sizeof(*indexes));
	struct link_state *found = arena_alloc(x->a, (x->n_unnamed + 1) * sizeof(*found));
	int r;

	for (size_t i = 0; i < x->n_unnamed; i++)
		indexes[i] = x->unnamed[i].ifindex;
	r = net_find_indexes(x->net, indexes, x->n_unnamed, found, e);
	for (size_t i = 0; !r && i < x->n_unnamed; i++)
		memcpy(x->s.routes[x->unnamed[i].route].ifname, found[i].name, WF_IFNAME_SIZE);
	return r;
}

/* Reads the device of *l. Clears l->ifindex when the link is gone by now. */
static int read_device(struct reading *x, struct link_state *l, struct err *e)
{
	struct wg_state device;
	int r;

	if (l->kind == LINK_FOREIGN)
		return 0;
	r = net_read_device(x->net, x->a, l->name, l->kind, &device, e);
	if (!r) {
		*LIST_PUSH(x->a, &x->s, devices) = device;
	} else if (r == -E_NOT_FOUND) {
		if (l->kind == LINK_WIREGUARD)
			l->ifindex = 0;
		else
			l->kind = LINK_FOREIGN;
		r = 0;
	}
	return r;
}

static int read_links(struct reading *x, const struct scope *scope, struct err *e)
{
	static const int absent[] = {ENODEV, 0};
	struct link_state *found = arena_alloc(x->a, (scope->n_links + 1) * sizeof(*found));
	uint8_t family = scope->ipv6 ? AF_UNSPEC : AF_INET;
	struct nl_message m;
	int r = net_find_links(x->net, scope->links, scope->n_links, found, e);

	for (size_t i = 0; !r && i < scope->n_links; i++) {
		if (found[i].ifindex)
			r = read_device(x, &found[i], e);
		if (r || !found[i].ifindex)
			continue;
		*LIST_PUSH(x->a, &x->s, links) = found[i];
		x->link = &found[i];
		addr_build_dump(&m, family, found[i].ifindex);
		r = dump(x, &m, take_addr, absent, "addresses", e);
	}
	return r;
}

int net_snapshot(
	struct net *n, struct arena *a, const struct scope *scope, struct state *ret, struct err *e)
{
	static const int absent[] = {0};
	struct reading x = {.net = n, .a = a};
	struct nl_message m;
	int r = net_route_socket(n, &x.nl, e);

	if (!r)
		r = read_links(&x, scope, e);
	for (size_t i = 0; !r && i < scope->n_tables; i++) {
		r = read_table(&x, AF_INET, scope->tables[i], e);
		if (!r && scope->ipv6)
			r = read_table(&x, AF_INET6, scope->tables[i], e);
	}
	if (!r)
		r = name_routes(&x, e);
	if (!r && scope->rules) {
		rule_build_dump(&m, scope->ipv6 ? AF_UNSPEC : AF_INET);
		r = dump(&x, &m, take_rule, absent, "policy rules", e);
	}
	if (!r)
		*ret = x.s;
	return r;
}

static int read_kernel_device(
	struct net *n, struct arena *a, const char *ifname, struct wg_state *ret, struct err *e)
{
	struct nl_result result;
	uint16_t family;
	struct nl *nl;
	int r = net_wg_socket(n, &nl, &family, e);

	if (r)
		return r;
	if (!family)
		return err_set(e, E_NOT_FOUND, "the kernel has no WireGuard");
	r = wg_read(nl, family, ifname, a, ret, &result, e);
	if (r || !result.error)
		return r;
	if (result.error == ENODEV || result.error == EOPNOTSUPP)
		return err_set(e, E_NOT_FOUND, "there is no WireGuard link '%s'", ifname);
	return nl_refused(&result, e, "cannot read '%s'", ifname);
}

int net_read_device(struct net *n, struct arena *a, const char *ifname, enum link_kind kind,
	struct wg_state *ret, struct err *e)
{
	switch (kind) {
	case LINK_WIREGUARD: return read_kernel_device(n, a, ifname, ret, e);
	case LINK_USERSPACE: return uapi_read(ifname, a, ret, e);
	case LINK_FOREIGN: break;
	}
	return err_set(e, E_NOT_FOUND, "'%s' is not a WireGuard link", ifname);
}
