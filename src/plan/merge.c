// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge: contributions together make the desired state of the host. Knows the record and nothing
 * else; must not ask the kernel. Invariants: the result does not depend on the order of the
 * contributions; what is not recorded is never called wf's, whatever its name or number.
 */
#include "plan/merge.h"

#include <stdlib.h>

#include "base/str.h"
#include "plan/canon.h"
#include "plan/merge_parts.h"

const struct contribution *merge_holder(const struct record *r)
{
	const struct contribution *holder = NULL;

	LIST_FOREACH (c, r, contributions)
		if (c->full && !c->leaving && !c->verifying && (!holder || c->seq > holder->seq))
			holder = c;
	return holder;
}

/* By interface, then number: the same whatever order the record has them in. */
static int contribution_cmp(const void *va, const void *vb)
{
	const struct contribution *a = *(const struct contribution *const *)va;
	const struct contribution *b = *(const struct contribution *const *)vb;
	int r = strcmp(a->ifname, b->ifname);

	return r ? r : (a->seq > b->seq) - (a->seq < b->seq);
}

static const struct contribution **sorted(struct arena *a, const struct record *r)
{
	const struct contribution **list =
		arena_alloc(a, (r->n_contributions + 1) * sizeof(const struct contribution *));

	for (size_t i = 0; i < r->n_contributions; i++)
		list[i] = &r->contributions[i];
	qsort(list, r->n_contributions, sizeof(*list), contribution_cmp);
	return list;
}

/* The one whose slot it is: the holder's word for its link, and of resolv.conf the last one's. */
static bool speaks(
	const struct record *r, const struct contribution *holder, const struct resolver_state *x)
{
	const struct contribution *last = NULL;

	LIST_FOREACH (c, r, contributions) {
		bool here = false;

		if (c->leaving || c->verifying)
			continue;
		LIST_FOREACH (y, &c->own, resolvers)
			here |= resolver_same_slot(x, y);
		if (here && (!last || c->seq > last->seq))
			last = c;
	}
	if (!last || !str_eq(last->ifname, x->ifname))
		return false;
	/* Of a tunnel that may hold the default there are two words. */
	return !last->holder.n_resolvers || x->everything == (last == holder);
}

/* What has not proven itself is not asked for names. */
static void merge_resolvers(
	const struct record *r, const struct contribution *holder, struct state *merged)
{
	size_t kept = 0;

	for (size_t i = 0; i < merged->n_resolvers; i++)
		if (speaks(r, holder, &merged->resolvers[i]))
			merged->resolvers[kept++] = merged->resolvers[i];
	merged->n_resolvers = kept;
}

void merge_record(struct arena *a, const struct record *r, struct state *ret)
{
	const struct contribution **list = sorted(a, r), *holder = merge_holder(r);
	struct state merged = {0};

	for (size_t i = 0; i < r->n_contributions; i++)
		if (!list[i]->leaving)
			canon_append(a, &list[i]->own, &merged);
	if (holder)
		canon_append(a, &holder->holder, &merged);
	canon_state(&merged);
	merge_resolvers(r, holder, &merged);
	merge_firewall(a, r, holder, &merged.firewall);
	*ret = merged;
}

/* Everything that is recorded, whether it is still wanted or not. */
static void merge_everything(struct arena *a, const struct record *r, struct state *ret)
{
	const struct contribution **list = sorted(a, r);
	struct state merged = {0};

	for (size_t i = 0; i < r->n_contributions; i++) {
		canon_append(a, &list[i]->own, &merged);
		canon_append(a, &list[i]->holder, &merged);
	}
	canon_state(&merged);
	*ret = merged;
}

static void add_slot(struct arena *a, const struct resolver_state *x, struct scope *scope)
{
	struct resolver_state *slot;

	LIST_FOREACH (y, scope, resolvers)
		if (resolver_same_slot(x, y))
			return;
	slot = LIST_PUSH(a, scope, resolvers);
	slot->backend = x->backend;
	str_copy(slot->ifname, sizeof(slot->ifname), x->ifname);
}

void merge_scope(struct arena *a, const struct record *r, bool ipv6, struct scope *ret)
{
	struct scope scope = {.ipv6 = ipv6};
	struct state all;

	merge_everything(a, r, &all);
	LIST_FOREACH (link, &all, links)
		*LIST_PUSH(a, &scope, links) = link->name;
	/* Routes are sorted by table. */
	LIST_FOREACH (route, &all, routes)
		if (!scope.n_tables || scope.tables[scope.n_tables - 1] != route->table)
			*LIST_PUSH(a, &scope, tables) = route->table;
	LIST_FOREACH (sysctl, &all, sysctls)
		*LIST_PUSH(a, &scope, sysctls) = sysctl->key;
	LIST_FOREACH (previous, r, previous) {
		bool known = false;

		LIST_FOREACH (key, &scope, sysctls)
			known |= str_eq(*key, previous->key);
		if (!known)
			*LIST_PUSH(a, &scope, sysctls) = previous->key;
	}
	scope.rules = all.n_rules > 0;
	scope.firewall = merge_has_firewall(r);
	LIST_FOREACH (x, &all, resolvers)
		add_slot(a, x, &scope);
	*ret = scope;
}

static bool owns_link(const struct record *r, const struct link_state *seen)
{
	LIST_FOREACH (c, r, contributions)
		LIST_FOREACH (link, &c->own, links) {
			if (!str_eq(link->name, seen->name))
				continue;
			if (link->ifindex) {
				if (link->ifindex == seen->ifindex)
					return true;
				continue;
			}
			/* The making was interrupted before the index was recorded. A TUN device
			 * is not born into the group. */
			if (link->kind == seen->kind &&
				(seen->kind == LINK_USERSPACE || seen->group == WF_LINK_GROUP))
				return true;
		}
	return false;
}

static bool is_own_table(uint32_t table)
{
	return table >= WF_TABLE_BASE && table <= WF_TABLE_LAST;
}

/*
 * In a table of wf's range that is recorded, by protocol: an older form of the same tunnel may have
 * left routes there. In a table that a user named, only what is recorded.
 */
static bool owns_route(const struct state *all, const struct route_state *seen)
{
	if (is_own_table(seen->table))
		return seen->protocol == (seen->ifname[0] ? WF_RTPROTO : WF_RTPROTO_KERNEL);
	return canon_find(seen, all->routes, all->n_routes, sizeof(*seen), canon_route_cmp);
}

static bool owns_addr(const struct state *all, const struct addr_state *seen)
{
	LIST_FOREACH (x, all, addrs)
		if (addr_equal(x, seen))
			return true;
	return false;
}

/* wireguard-go's link gets an address of the kernel's own making; it goes with the link. */
static bool is_kernels_addr(const struct link_state *link, const struct addr_state *x)
{
	return link && link->kind == LINK_USERSPACE && x->prefix.addr.family == AF_INET6 &&
		x->prefix.addr.b[0] == 0xfe && (x->prefix.addr.b[1] & 0xc0) == 0x80;
}

static void split_links(struct arena *a, const struct record *r, const struct state *all,
	const struct state *observed, struct state *own, struct state *foreign)
{
	LIST_FOREACH (link, observed, links) {
		struct state *to = owns_link(r, link) ? own : foreign;

		*LIST_PUSH(a, to, links) = *link;
	}
	LIST_FOREACH (device, observed, devices) {
		struct state *to = state_find_link(own, device->ifname) ? own : foreign;

		wg_state_copy(a, device, LIST_PUSH(a, to, devices));
	}
	LIST_FOREACH (x, observed, addrs) {
		const struct link_state *link = state_find_link(own, x->ifname);

		if (link && owns_addr(all, x))
			*LIST_PUSH(a, own, addrs) = *x;
		else if (!is_kernels_addr(link, x))
			*LIST_PUSH(a, foreign, addrs) = *x;
	}
}

void merge_own(struct arena *a, const struct record *r, const struct state *observed,
	struct state *ret, struct state *ret_foreign)
{
	struct state all, own = {0}, foreign = {0};

	merge_everything(a, r, &all);
	split_links(a, r, &all, observed, &own, &foreign);
	LIST_FOREACH (route, observed, routes) {
		/* A route over a stranger's link is the stranger's. */
		bool stranger = route->ifname[0] && !state_find_link(&own, route->ifname);
		struct state *to = !stranger && owns_route(&all, route) ? &own : &foreign;

		/* What else is in a table that a user named is no concern of ours. */
		if (to == &own || is_own_table(route->table))
			*LIST_PUSH(a, to, routes) = *route;
	}
	LIST_FOREACH (rule, observed, rules) {
		bool ours = canon_find(rule, all.rules, all.n_rules, sizeof(*rule), canon_rule_cmp);
		struct state *to = ours ? &own : &foreign;

		*LIST_PUSH(a, to, rules) = *rule;
	}
	LIST_FOREACH (sysctl, observed, sysctls)
		*LIST_PUSH(a, &own, sysctls) =
			(struct sysctl_state){arena_strdup(a, sysctl->key), sysctl->value};
	LIST_FOREACH (x, observed, resolvers)
		if (x->backend != RESOLVER_NONE)
			resolver_state_copy(a, x, LIST_PUSH(a, &own, resolvers));
	merge_own_firewall(a, r, observed->firewall_form, &own.firewall, &foreign.firewall);
	canon_state(&own);
	canon_state(&foreign);
	*ret = own;
	if (ret_foreign)
		*ret_foreign = foreign;
}

static bool refers_to(const struct state *s, uint32_t table)
{
	LIST_FOREACH (route, s, routes)
		if (route->table == table)
			return true;
	LIST_FOREACH (rule, s, rules)
		if (rule->action == RULE_LOOKUP && rule->table == table)
			return true;
	return false;
}

uint32_t merge_free_number(const struct record *r)
{
	uint32_t n = 1;

	for (bool taken = true; taken; n += taken) {
		taken = false;
		LIST_FOREACH (c, r, contributions)
			taken |= c->number == n || refers_to(&c->own, WF_TABLE_BASE + n);
	}
	return n;
}

void merge_expect_links(struct record *r, const struct plan *p)
{
	LIST_FOREACH (op, p, ops) {
		if (op->kind != OP_LINK_ADD && op->kind != OP_USERSPACE_START &&
			op->kind != OP_LINK_DEL)
			continue;
		LIST_FOREACH (c, r, contributions)
			LIST_FOREACH (link, &c->own, links)
				if (str_eq(link->name, op->link.name))
					link->ifindex = 0;
	}
}
