// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparing, finding and copying kernel objects as values. Knows which fields make two objects the
 * same thing for the kernel; must not know where they come from or what is done about a difference.
 * Observed fields are never compared.
 */
#include "model/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/codec.h"

#define IPV6_DEFAULT_METRIC 1024 /* IP6_RT_PRIO_USER: what the kernel makes of metric 0 */

bool key_ref_is_set(const struct key_ref *k)
{
	static const uint8_t none[SECRET_FP_LEN];

	return memcmp(k->fp, none, sizeof(none)) != 0;
}

bool key_ref_equal(const struct key_ref *a, const struct key_ref *b)
{
	return memcmp(a->fp, b->fp, sizeof(a->fp)) == 0;
}

static uint32_t route_metric(const struct route_state *r)
{
	if (r->dst.addr.family == AF_INET6 && r->metric == 0)
		return IPV6_DEFAULT_METRIC;
	return r->metric;
}

bool route_same_slot(const struct route_state *a, const struct route_state *b)
{
	return a->table == b->table && route_metric(a) == route_metric(b) &&
		ip_prefix_equal(&a->dst, &b->dst);
}

bool route_equal(const struct route_state *a, const struct route_state *b)
{
	return route_same_slot(a, b) && a->type == b->type && a->protocol == b->protocol &&
		str_eq(a->ifname, b->ifname);
}

bool rule_equal(const struct rule_state *a, const struct rule_state *b)
{
	if (a->family != b->family || a->priority != b->priority || a->action != b->action ||
		a->invert != b->invert || a->protocol != b->protocol)
		return false;
	if (a->action == RULE_LOOKUP && a->table != b->table)
		return false;
	if (a->fwmask != b->fwmask || (a->fwmask && a->fwmark != b->fwmark))
		return false;
	if (a->by_uid != b->by_uid ||
		(a->by_uid && (a->uid_first != b->uid_first || a->uid_last != b->uid_last)))
		return false;
	return a->suppress_prefixlen == b->suppress_prefixlen && a->ip_proto == b->ip_proto &&
		a->sport == b->sport && a->dport == b->dport && ip_prefix_equal(&a->dst, &b->dst);
}

bool resolver_same_slot(const struct resolver_state *a, const struct resolver_state *b)
{
	if (a->backend != b->backend)
		return false;
	/* There is one resolv.conf for all. */
	return a->backend == RESOLVER_FILE || str_eq(a->ifname, b->ifname);
}

/* The order of servers and of search domains is the order in which they are tried. */
bool resolver_equal(const struct resolver_state *a, const struct resolver_state *b)
{
	if (a->backend != b->backend || !str_eq(a->ifname, b->ifname) ||
		a->everything != b->everything || a->n_servers != b->n_servers ||
		a->n_domains != b->n_domains)
		return false;
	for (size_t i = 0; i < a->n_servers; i++)
		if (!ip_addr_equal(&a->servers[i], &b->servers[i]))
			return false;
	for (size_t i = 0; i < a->n_domains; i++)
		if (!str_eq(a->domains[i], b->domains[i]))
			return false;
	return true;
}

void resolver_state_copy(
	struct arena *a, const struct resolver_state *src, struct resolver_state *dst)
{
	codec_copy(&resolver_codec, a, src, dst);
}

bool addr_equal(const struct addr_state *a, const struct addr_state *b)
{
	return str_eq(a->ifname, b->ifname) && ip_prefix_equal(&a->prefix, &b->prefix);
}

static int allowed_cmp(const void *a, const void *b)
{
	return ip_prefix_cmp(
		&((const struct wg_allowed *)a)->prefix, &((const struct wg_allowed *)b)->prefix);
}

/* A sorted copy without doubles, as the kernel keeps them; the caller frees it. */
static struct wg_allowed *allowed_set(const struct wg_peer *p, size_t *ret_n)
{
	struct wg_allowed *set = malloc((p->n_allowed + 1) * sizeof(*set));
	size_t n = 0;

	if (!set)
		err_oom();
	if (p->n_allowed)
		memcpy(set, p->allowed, p->n_allowed * sizeof(*set));
	qsort(set, p->n_allowed, sizeof(*set), allowed_cmp);
	for (size_t i = 0; i < p->n_allowed; i++)
		if (!n || allowed_cmp(&set[n - 1], &set[i]) != 0)
			set[n++] = set[i];
	*ret_n = n;
	return set;
}

static bool allowed_same_order(const struct wg_peer *a, const struct wg_peer *b)
{
	if (a->n_allowed != b->n_allowed)
		return false;
	for (size_t i = 0; i < a->n_allowed; i++)
		if (allowed_cmp(&a->allowed[i], &b->allowed[i]) != 0)
			return false;
	return true;
}

static bool allowed_equal(const struct wg_peer *a, const struct wg_peer *b)
{
	struct wg_allowed *sa, *sb;
	size_t na, nb;
	bool same;

	if (allowed_same_order(a, b))
		return true;
	sa = allowed_set(a, &na);
	sb = allowed_set(b, &nb);
	same = na == nb;
	for (size_t i = 0; same && i < na; i++)
		same = allowed_cmp(&sa[i], &sb[i]) == 0;
	free(sa);
	free(sb);
	return same;
}

bool wg_peer_equal(const struct wg_peer *a, const struct wg_peer *b)
{
	return wg_key_equal(&a->public_key, &b->public_key) &&
		key_ref_equal(&a->preshared, &b->preshared) &&
		ip_endpoint_equal(&a->endpoint, &b->endpoint) && a->keepalive == b->keepalive &&
		allowed_equal(a, b);
}

struct link_state *state_find_link(const struct state *s, const char *name)
{
	LIST_FOREACH (l, s, links)
		if (str_eq(l->name, name))
			return l;
	return NULL;
}

struct wg_state *state_find_device(const struct state *s, const char *ifname)
{
	LIST_FOREACH (d, s, devices)
		if (str_eq(d->ifname, ifname))
			return d;
	return NULL;
}

struct wg_peer *wg_find_peer(const struct wg_state *d, const struct wg_key *key)
{
	LIST_FOREACH (p, d, peers)
		if (wg_key_equal(&p->public_key, key))
			return p;
	return NULL;
}

void wg_peer_copy(struct arena *a, const struct wg_peer *src, struct wg_peer *dst)
{
	codec_copy(&wg_peer_codec, a, src, dst);
}

void wg_state_copy(struct arena *a, const struct wg_state *src, struct wg_state *dst)
{
	codec_copy(&wg_state_codec, a, src, dst);
}

void state_copy(struct arena *a, const struct state *src, struct state *dst)
{
	codec_copy(&state_codec, a, src, dst);
}

void sysctl_path(const char *key, char *out, size_t size)
{
	size_t n = str_copy(out, size, "/proc/sys/");

	str_copy(out + n, size - n, key);
	for (char *p = out + n; n < size && *p; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
}
