// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Canonical order and union of kernel objects. Knows every compared field of each type; must not
 * know who wants an object. Keeps the invariant that two states with the same objects become equal
 * byte for byte in every compared field, whatever order they were put together in.
 */
#include "plan/canon.h"

#include <stdlib.h>

#define CMP(x, y) (((x) > (y)) - ((x) < (y)))
#define TRY(expr)                                                                                  \
	do {                                                                                       \
		int r_ = (expr);                                                                   \
		if (r_)                                                                            \
			return r_;                                                                 \
	} while (0)

int canon_route_slot_cmp(const void *va, const void *vb)
{
	const struct route_state *a = va, *b = vb;

	TRY(CMP(a->table, b->table));
	TRY(ip_prefix_cmp(&a->dst, &b->dst));
	return CMP(a->metric, b->metric);
}

int canon_route_cmp(const void *va, const void *vb)
{
	const struct route_state *a = va, *b = vb;

	TRY(canon_route_slot_cmp(a, b));
	TRY(CMP(a->type, b->type));
	TRY(strcmp(a->ifname, b->ifname));
	return CMP(a->protocol, b->protocol);
}

int canon_rule_cmp(const void *va, const void *vb)
{
	const struct rule_state *a = va, *b = vb;

	TRY(CMP(a->priority, b->priority));
	TRY(CMP(a->family, b->family));
	TRY(ip_prefix_cmp(&a->dst, &b->dst));
	TRY(CMP(a->fwmask, b->fwmask));
	if (a->fwmask)
		TRY(CMP(a->fwmark, b->fwmark));
	TRY(CMP(a->invert, b->invert));
	TRY(CMP(a->action, b->action));
	if (a->action == RULE_LOOKUP)
		TRY(CMP(a->table, b->table));
	TRY(CMP(a->suppress_prefixlen, b->suppress_prefixlen));
	TRY(CMP(a->ip_proto, b->ip_proto));
	TRY(CMP(a->sport, b->sport));
	TRY(CMP(a->dport, b->dport));
	TRY(CMP(a->by_uid, b->by_uid));
	if (a->by_uid) {
		TRY(CMP(a->uid_first, b->uid_first));
		TRY(CMP(a->uid_last, b->uid_last));
	}
	return CMP(a->protocol, b->protocol);
}

/* Who speaks for a slot is for merge to say. */
static int resolver_cmp(const void *va, const void *vb)
{
	const struct resolver_state *a = va, *b = vb;

	TRY(CMP(a->backend, b->backend));
	TRY(strcmp(a->ifname, b->ifname));
	return CMP(b->everything, a->everything);
}

int canon_peer_cmp(const void *va, const void *vb)
{
	const struct wg_peer *a = va, *b = vb;

	return memcmp(a->public_key.b, b->public_key.b, sizeof(a->public_key.b));
}

static int link_cmp(const void *a, const void *b)
{
	return strcmp(((const struct link_state *)a)->name, ((const struct link_state *)b)->name);
}

static int device_cmp(const void *a, const void *b)
{
	return strcmp(((const struct wg_state *)a)->ifname, ((const struct wg_state *)b)->ifname);
}

static int allowed_cmp(const void *a, const void *b)
{
	return ip_prefix_cmp(
		&((const struct wg_allowed *)a)->prefix, &((const struct wg_allowed *)b)->prefix);
}

/* The higher value first, so that dropping later doubles keeps it. */
static int sysctl_cmp(const void *va, const void *vb)
{
	const struct sysctl_state *a = va, *b = vb;

	TRY(strcmp(a->key, b->key));
	return CMP(b->value, a->value);
}

static int sysctl_key_cmp(const void *a, const void *b)
{
	return strcmp(((const struct sysctl_state *)a)->key, ((const struct sysctl_state *)b)->key);
}

const void *canon_find(const void *key, const void *items, size_t n, size_t size, canon_cmp *cmp)
{
	return n ? bsearch(key, items, n, size, cmp) : NULL;
}

/* Sorts by `order`, then keeps the first of each run that `same` calls equal; the new length. */
static size_t sort_unique(void *items, size_t n, size_t size, canon_cmp *order, canon_cmp *same)
{
	char *at = items;
	size_t kept = 1;

	if (n < 2)
		return n;
	qsort(items, n, size, order);
	for (size_t i = 1; i < n; i++) {
		if (same(at + (kept - 1) * size, at + i * size) == 0)
			continue;
		if (kept != i)
			memcpy(at + kept * size, at + i * size, size);
		kept++;
	}
	return kept;
}

#define SORT_UNIQUE(obj, name, order, same)                                                        \
	((obj)->n_##name = sort_unique(                                                            \
		 (obj)->name, (obj)->n_##name, sizeof(*(obj)->name), order, same))

/* Groups by interface, in the order given within each; n is the handful of one machine. */
static void sort_addrs(struct state *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_addrs; i++) {
		struct addr_state x = s->addrs[i];
		size_t at = kept;
		bool twice = false;

		for (size_t k = 0; k < kept && !twice; k++)
			twice = addr_equal(&s->addrs[k], &x);
		if (twice)
			continue;
		while (at && strcmp(s->addrs[at - 1].ifname, x.ifname) > 0) {
			s->addrs[at] = s->addrs[at - 1];
			at--;
		}
		s->addrs[at] = x;
		kept++;
	}
	s->n_addrs = kept;
}

void canon_state(struct state *s)
{
	SORT_UNIQUE(s, links, link_cmp, link_cmp);
	SORT_UNIQUE(s, devices, device_cmp, device_cmp);
	LIST_FOREACH (d, s, devices) {
		SORT_UNIQUE(d, peers, canon_peer_cmp, canon_peer_cmp);
		LIST_FOREACH (p, d, peers)
			SORT_UNIQUE(p, allowed, allowed_cmp, allowed_cmp);
	}
	sort_addrs(s);
	SORT_UNIQUE(s, routes, canon_route_cmp, canon_route_cmp);
	SORT_UNIQUE(s, rules, canon_rule_cmp, canon_rule_cmp);
	SORT_UNIQUE(s, sysctls, sysctl_cmp, sysctl_key_cmp);
	SORT_UNIQUE(s, resolvers, resolver_cmp, resolver_cmp);
	firewall_canon(&s->firewall);
}

#define APPEND(a, src, dst, name)                                                                  \
	LIST_FOREACH (it_, src, name)                                                              \
	*LIST_PUSH(a, dst, name) = *it_

void canon_append(struct arena *a, const struct state *src, struct state *dst)
{
	APPEND(a, src, dst, links);
	LIST_FOREACH (d, src, devices)
		wg_state_copy(a, d, LIST_PUSH(a, dst, devices));
	APPEND(a, src, dst, addrs);
	APPEND(a, src, dst, routes);
	APPEND(a, src, dst, rules);
	LIST_FOREACH (s, src, sysctls)
		*LIST_PUSH(a, dst, sysctls) =
			(struct sysctl_state){arena_strdup(a, s->key), s->value};
	LIST_FOREACH (x, src, resolvers)
		resolver_state_copy(a, x, LIST_PUSH(a, dst, resolvers));
}

void canon_copy(struct arena *a, const struct state *src, struct state *ret)
{
	struct state copy = {0};

	canon_append(a, src, &copy);
	firewall_copy(a, &src->firewall, &copy.firewall);
	copy.firewall_form = src->firewall_form;
	canon_state(&copy);
	*ret = copy;
}
