// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff: what must be done so that the host has what it should have. Knows how kernel objects hang
 * together (what a link takes along when it goes); must not know stages (plan/order.c) nor why
 * something is wanted. Invariant: nothing is written that is as wanted already, and nothing of a
 * stranger is seen here at all: `have` is wf's own.
 */
#include "plan/diff.h"

#include "base/str.h"
#include "plan/canon.h"
#include "plan/diff_parts.h"
#include "plan/order.h"

struct op *diff_push(struct diff *d, enum op_kind kind, const char *ifname)
{
	const struct link_state *link = state_find_link(&d->have, ifname);
	struct op *op = LIST_PUSH(d->a, d->plan, ops);

	if (!link)
		link = state_find_link(&d->want, ifname);
	op->kind = kind;
	str_copy(op->ifname, sizeof(op->ifname), ifname);
	str_copy(op->link.name, sizeof(op->link.name), ifname);
	if (link)
		op->link.kind = link->kind;
	return op;
}

static void link_new(struct diff *d, const struct link_state *want)
{
	bool userspace = want->kind == LINK_USERSPACE;
	struct op *op = diff_push(d, userspace ? OP_USERSPACE_START : OP_LINK_ADD, want->name);

	op->link = *want;
	op = diff_push(d, OP_LINK_SET, want->name);
	op->link = op->link_before = *want;
	op->link_before.up = false;
}

/* A kind that differs is let be: the device works, and changing it would break the tunnel. */
static void link_change(
	struct diff *d, const struct link_state *want, const struct link_state *have)
{
	struct op *op;

	if (want->mtu == have->mtu && want->up == have->up)
		return;
	op = diff_push(d, OP_LINK_SET, want->name);
	op->link = op->link_before = *have;
	op->link.mtu = want->mtu;
	op->link.up = want->up;
}

static bool slot_wanted(const struct diff *d, const struct route_state *route)
{
	return canon_find(
		route, d->want.routes, d->want.n_routes, sizeof(*route), canon_route_slot_cmp);
}

static void link_gone(struct diff *d, const struct link_state *have)
{
	struct state *lost = ARENA_NEW(d->a, struct state);
	struct op *op;

	*LIST_PUSH(d->a, lost, links) = *have;
	LIST_FOREACH (device, &d->have, devices)
		if (str_eq(device->ifname, have->name)) {
			struct wg_state *copy = LIST_PUSH(d->a, lost, devices);

			wg_state_copy(d->a, device, copy);
			diff_name_keys(d->in->record, copy);
		}
	LIST_FOREACH (x, &d->have, addrs)
		if (str_eq(x->ifname, have->name))
			*LIST_PUSH(d->a, lost, addrs) = *x;
	/* A route whose place is wanted for another is deleted by itself. */
	LIST_FOREACH (route, &d->have, routes)
		if (str_eq(route->ifname, have->name) && !slot_wanted(d, route))
			*LIST_PUSH(d->a, lost, routes) = *route;
	op = diff_push(d, OP_LINK_DEL, have->name);
	op->link = *have;
	op->lost = lost;
	if (have->kind == LINK_USERSPACE)
		diff_push(d, OP_USERSPACE_STOP, have->name);
}

static void diff_links(struct diff *d)
{
	LIST_FOREACH (want, &d->want, links) {
		const struct link_state *have = state_find_link(&d->have, want->name);

		if (have)
			link_change(d, want, have);
		else
			link_new(d, want);
	}
	LIST_FOREACH (have, &d->have, links)
		if (!state_find_link(&d->want, have->name))
			link_gone(d, have);
}

static bool has_addr(const struct state *s, const struct addr_state *x)
{
	LIST_FOREACH (y, s, addrs)
		if (addr_equal(x, y))
			return true;
	return false;
}

static void diff_addrs(struct diff *d)
{
	LIST_FOREACH (x, &d->want, addrs)
		if (!has_addr(&d->have, x))
			diff_push(d, OP_ADDR_ADD, x->ifname)->addr = *x;
	LIST_FOREACH (x, &d->have, addrs)
		if (!has_addr(&d->want, x) && state_find_link(&d->want, x->ifname))
			diff_push(d, OP_ADDR_DEL, x->ifname)->addr = *x;
}

static void push_route(struct diff *d, enum op_kind kind, const struct route_state *r, bool move)
{
	struct op *op = diff_push(d, kind, r->ifname);

	op->route = *r;
	op->stage = move ? STAGE_MOVE : STAGE_BEFORE;
}

static bool goes_with_link(const struct diff *d, const struct route_state *r)
{
	return r->ifname[0] && !state_find_link(&d->want, r->ifname);
}

/* What only one side has, in canonical order, so that routes of one slot meet. */
struct one_sided {
	LIST(const struct route_state *, want);
	LIST(const struct route_state *, have);
};

static void split_routes(struct diff *d, struct one_sided *ret)
{
	const struct state *want = &d->want, *have = &d->have;
	size_t w = 0, h = 0;

	while (w < want->n_routes || h < have->n_routes) {
		int r = w == want->n_routes   ? 1
			: h == have->n_routes ? -1
					      : canon_route_cmp(&want->routes[w], &have->routes[h]);

		if (r < 0)
			*LIST_PUSH(d->a, ret, want) = &want->routes[w];
		if (r > 0)
			*LIST_PUSH(d->a, ret, have) = &have->routes[h];
		w += r <= 0;
		h += r >= 0;
	}
}

static void diff_routes(struct diff *d)
{
	struct one_sided x = {0};
	size_t w = 0, h = 0;

	split_routes(d, &x);
	while (w < x.n_want || h < x.n_have) {
		int r = w == x.n_want	? 1
			: h == x.n_have ? -1
					: canon_route_slot_cmp(x.want[w], x.have[h]);

		/* The kernel takes one route per slot: out with the old one first. */
		if (r >= 0 && (r == 0 || !goes_with_link(d, x.have[h])))
			push_route(d, OP_ROUTE_DEL, x.have[h], r == 0);
		if (r <= 0)
			push_route(d, OP_ROUTE_ADD, x.want[w], r == 0);
		w += r <= 0;
		h += r >= 0;
	}
}

static void diff_rules(struct diff *d)
{
	const struct state *want = &d->want, *have = &d->have;
	size_t w = 0, h = 0;

	while (w < want->n_rules || h < have->n_rules) {
		int r = w == want->n_rules   ? 1
			: h == have->n_rules ? -1
					     : canon_rule_cmp(&want->rules[w], &have->rules[h]);

		if (r < 0)
			diff_push(d, OP_RULE_ADD, "")->rule = want->rules[w];
		if (r > 0)
			diff_push(d, OP_RULE_DEL, "")->rule = have->rules[h];
		w += r <= 0;
		h += r >= 0;
	}
}

static const struct sysctl_state *find_sysctl(const struct state *s, const char *key)
{
	LIST_FOREACH (x, s, sysctls)
		if (str_eq(x->key, key))
			return x;
	return NULL;
}

/* The value that wf wrote for a key nobody wants any more; false when that is not known. */
static bool written_value(const struct record *r, const char *key, int32_t *ret)
{
	bool found = false;

	LIST_FOREACH (c, r, contributions) {
		const struct sysctl_state *s = find_sysctl(&c->own, key);

		if (!s || (found && s->value <= *ret))
			continue;
		*ret = s->value;
		found = true;
	}
	return found;
}

static void push_sysctl(struct diff *d, const char *key, int32_t from, int32_t to, bool restore)
{
	struct op *op = diff_push(d, OP_SYSCTL, "");

	op->restore = restore;
	op->sysctl = (struct sysctl_state){key, to};
	op->sysctl_before = (struct sysctl_state){key, from};
}

/* A key the machine does not have is not written; one that somebody changed since is his. */
static void diff_sysctls(struct diff *d)
{
	int32_t written = 0;

	LIST_FOREACH (want, &d->want, sysctls) {
		const struct sysctl_state *have = find_sysctl(&d->have, want->key);

		if (have && have->value < want->value)
			push_sysctl(d, want->key, have->value, want->value, false);
	}
	if (!d->in->record)
		return;
	LIST_FOREACH (before, d->in->record, previous) {
		const struct sysctl_state *have = find_sysctl(&d->have, before->key);

		if (!have || find_sysctl(&d->want, before->key) || have->value == before->value)
			continue;
		if (!written_value(d->in->record, before->key, &written))
			continue;
		if (written == SYSCTL_KEPT || (have->value == written && written > before->value))
			push_sysctl(d, before->key, have->value, before->value, true);
	}
}

void diff_states(struct arena *a, const struct diff_in *in, struct plan *ret)
{
	struct plan plan = {0};
	struct diff d = {.a = a, .in = in, .plan = &plan};

	canon_copy(a, in->want, &d.want);
	canon_copy(a, in->have, &d.have);
	diff_links(&d);
	diff_devices(&d);
	diff_addrs(&d);
	diff_routes(&d);
	diff_rules(&d);
	diff_sysctls(&d);
	diff_firewall(&d);
	diff_resolvers(&d);
	order_plan(&plan);
	*ret = plan;
}
