// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts of this machine for compile. Knows whom to ask (dns, net, sys); decides nothing but which
 * of several addresses of a name is used. Nothing is changed here.
 */
#include "ops/facts.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "apply/firewall.h"
#include "base/str.h"
#include "dns/lookup.h"
#include "dns/resolver.h"
#include "net/query.h"
#include "plan/compile.h"
#include "plan/merge.h"
#include "sys/caller.h"
#include "sys/sysctl.h"
#include "sys/userspace.h"

static bool uses_address(const struct contribution *c, const struct ip_endpoint *ep)
{
	if (!c)
		return false;
	LIST_FOREACH (d, &c->own, devices)
		LIST_FOREACH (p, d, peers)
			if (ip_endpoint_equal(&p->endpoint, ep))
				return true;
	return false;
}

/* Of the candidates (each queried) the one in use, else the first with a route, else the first. */
static const struct fact_endpoint *pick(
	const struct facts *candidates, const struct contribution *before)
{
	LIST_FOREACH (c, candidates, endpoints)
		if (uses_address(before, &c->addr))
			return c;
	LIST_FOREACH (c, candidates, endpoints)
		if (c->reachable)
			return c;
	return candidates->n_endpoints ? &candidates->endpoints[0] : NULL;
}

/* "fe80::1%eth0": no name, but an address that means something on one link only (RFC 4007, 11). */
static bool parse_scoped(const char *host, struct ip_endpoint *ret)
{
	const char *percent = strchr(host, '%');
	char text[IP_TEXT_SIZE];

	if (!percent || (size_t)(percent - host) >= sizeof(text))
		return false;
	str_copy(text, (size_t)(percent - host) + 1, host);
	ret->scope = if_nametoindex(percent + 1);
	return ret->scope && ip_addr_parse(text, &ret->addr) && ret->addr.family == AF_INET6;
}

/* How endpoints are looked up: outside of every tunnel, and of a firewall that stands. */
struct asking {
	struct host *h;
	bool gated;		 /* DNS is let through for this question only */
	struct ip_addr *servers; /* who is asked */
	size_t n_servers;
};

#define LOOKUP_OPEN_S 10 /* longer than all servers together take for one attempt */

static bool cancelled(void *ctx)
{
	const struct asking *k = ctx;

	return k->h->local.cancelled(k->h->local.ctx);
}

/* Whatever it says against it: the lookup itself tells then that nobody answers. */
static void let_through(void *ctx)
{
	struct asking *k = ctx;
	struct err ignored;

	if (k->gated)
		(void)firewall_let_lookup(
			&k->h->local, k->servers, k->n_servers, LOOKUP_OPEN_S, &ignored);
}

static int prepare_asking(struct host *h, struct asking *k, struct err *e)
{
	const struct firewall *want = host_firewall(h);

	*k = (struct asking){.h = h};
	k->gated = want->kill_switch || want->dns_gate;
	return k->gated ? resolver_upstream(h->ops->arena, &k->servers, &k->n_servers, e) : 0;
}

static int add_candidates(
	struct asking *k, const struct tunnel_peer *p, struct facts *ret, struct err *e)
{
	struct arena *a = k->h->ops->arena;
	struct lookup_options opt = {
		.mark = WF_MARK,
		.ipv6 = k->h->ipv6,
		.retries = -2,
		.attempt = let_through,
		.cancelled = cancelled,
		.ctx = k,
	};
	struct fact_endpoint f = {.host = p->host, .port = p->port, .addr.port = p->port};
	struct lookup_result found = {0};
	int r;

	if (parse_scoped(p->host, &f.addr)) {
		*LIST_PUSH(a, ret, endpoints) = f;
		return 0;
	}
	if (strchr(p->host, '%'))
		return err_set(e, E_RESOLVE, "there is no interface of '%s'", p->host);
	if ((r = dns_lookup(a, p->host, &opt, &found, e)))
		return r;
	LIST_FOREACH (addr, &found, addrs) {
		f.addr.addr = *addr;
		*LIST_PUSH(a, ret, endpoints) = f;
	}
	return 0;
}

static int resolve_one(struct asking *k, const struct tunnel_peer *p,
	const struct contribution *before, struct facts *ret, struct err *e)
{
	struct arena *a = k->h->ops->arena;
	struct facts candidates = {0};
	const struct fact_endpoint *best;
	int r;

	if ((r = add_candidates(k, p, &candidates, e)))
		return r;
	/* A choice needs what the kernel says of each; of the chosen one it is asked later. */
	if (candidates.n_endpoints > 1 &&
		(r = net_query_endpoints(k->h->net, a, WF_MARK, &candidates, e)))
		return r;
	best = pick(&candidates, before);
	if (best)
		*LIST_PUSH(a, ret, endpoints) = *best;
	return 0;
}

int facts_resolve(struct host *h, const struct tunnel *t, const struct contribution *before,
	struct facts *ret, struct err *e)
{
	struct err last = {0};
	struct asking k;
	int r = prepare_asking(h, &k, e);

	if (r)
		return r;
	LIST_FOREACH (p, t, peers) {
		if (!p->host)
			continue;
		r = resolve_one(&k, p, before, ret, &last);
		if (r == -E_INTERRUPTED || (r && t->n_peers == 1)) {
			*e = last;
			return r;
		}
		if (r) /* one gateway of several: compile says what that means */
			*LIST_PUSH(h->ops->arena, ret, endpoints) =
				(struct fact_endpoint){.host = p->host, .port = p->port};
	}
	return 0;
}

/* Strict reverse path filtering: the larger of "all" and the device's value is 1 (ip-sysctl). */
static void look_at_rp_filter(struct fact_endpoint *f)
{
	struct err ignored;
	char key[64];
	int32_t all, dev;

	if (!f->dev || f->addr.addr.family != AF_INET)
		return;
	/* A dot in a device's name is a slash in the key, as in sysctl(8). */
	snprintf(key, sizeof(key), "net.ipv4.conf.%s.rp_filter", f->dev);
	for (char *p = key + 14; *p && !str_eq(p, ".rp_filter"); p++)
		if (*p == '.')
			*p = '/';
	if (sysctl_read("net.ipv4.conf.all.rp_filter", &all, &ignored) ||
		sysctl_read(key, &dev, &ignored))
		return;
	f->strict_rp_filter = (all > dev ? all : dev) == 1;
}

static bool captures_anything(const struct tunnel *t)
{
	LIST_FOREACH (p, t, peers)
		if (p->n_allowed)
			return t->table_mode == TABLE_AUTO;
	return false;
}

/* Where a tunnel that is up sends this connection by a rule of its own; 0 = none does. */
static uint32_t ruled_table(const struct record *r, const struct fact_ssh *s)
{
	LIST_FOREACH (c, r, contributions)
		LIST_FOREACH (rule, &c->own, rules)
			if (rule->priority == PRIO_SSH && rule->sport == s->local_port &&
				rule->dport == s->peer_port &&
				ip_addr_equal(&rule->dst.addr, &s->peer))
				return rule->table;
	return 0;
}

/* False for one that comes through the tunnel in question itself, where it has to stay. */
static bool find_ssh_table(
	const struct record *r, const char *ifname, const char *dev, struct fact_ssh *s)
{
	s->table = ruled_table(r, s);
	if (s->table || !dev)
		return true;
	if (str_eq(dev, ifname))
		return false;
	LIST_FOREACH (c, r, contributions)
		if (str_eq(c->ifname, dev) && c->own.n_routes)
			s->table = c->own.routes[0].table;
	return true;
}

/* A login may come through a tunnel itself: by main its answers would take a wrong way. */
int facts_logins(struct host *h, const char *ifname, struct facts *ret, struct err *e)
{
	struct arena *a = h->ops->arena;
	struct ssh_sockets s = {0};
	struct facts found = {0};
	int r;

	if ((r = caller_ssh_sockets(a, &s, e)) || !s.n_inodes ||
		(r = net_query_tcp_by_inode(a, s.inodes, s.n_inodes, &found, e)))
		return r;
	LIST_FOREACH (ssh, &found, ssh)
		LIST_PUSH(a, &found, endpoints)->addr.addr = ssh->peer;
	if ((r = net_query_endpoints(h->net, a, 0, &found, e)))
		return r;
	for (size_t i = 0; i < found.n_ssh; i++)
		if (find_ssh_table(&h->record, ifname, found.endpoints[i].dev, &found.ssh[i]))
			*LIST_PUSH(a, ret, ssh) = found.ssh[i];
	return 0;
}

/* What this machine asks for names, and by whom: only for one that has a say in it. */
static int gather_resolver(struct host *h, const struct tunnel *t, struct facts *ret, struct err *e)
{
	const struct policy *p = &t->policy;
	int r;

	if (!t->n_dns && !p->n_dns && !p->kill_switch && !p->dns_gate)
		return 0;
	if ((r = resolver_detect(h->ops->arena, &ret->resolver, e)))
		return r;
	r = resolver_upstream(h->ops->arena, &ret->resolvers, &ret->n_resolvers, e);
	ret->cap_resolvers = ret->n_resolvers;
	return r;
}

static bool is_full(const struct tunnel *t)
{
	struct ip_cover cover = {0};

	LIST_FOREACH (p, t, peers)
		LIST_FOREACH (x, p, allowed)
			ip_cover_add(&cover, x);
	return t->table_mode == TABLE_AUTO &&
		(ip_cover_all(&cover, AF_INET) || ip_cover_all(&cover, AF_INET6));
}

static int gather_kind(
	struct host *h, const struct contribution *before, struct facts *ret, struct err *e)
{
	int r;

	if (before) {
		ret->kernel_wireguard = before->kind == LINK_WIREGUARD;
		return 0;
	}
	if ((r = net_query_kernel_wireguard(h->net, &ret->kernel_wireguard, e)))
		return r;
	if (!ret->kernel_wireguard && !userspace_available()) {
		err_set(e, E_UNSUPPORTED, "this kernel has no WireGuard and there is no '%s'",
			userspace_program());
		return err_hint(e, "install the kernel module or wireguard-go");
	}
	return 0;
}

int facts_gather(struct host *h, const struct tunnel *t, const struct contribution *before,
	struct facts *ret, struct err *e)
{
	struct arena *a = h->ops->arena;
	int r;

	ret->ipv6 = h->ipv6;
	ret->ipv6_sysctl = h->ipv6_sysctl;
	ret->ipv6_elsewhere = h->ipv6_kernel && !h->ipv6;
	ret->next_seq = before ? before->seq : h->record.next_seq;
	ret->free_table = before ? before->number : 0;
	if ((r = gather_kind(h, before, ret, e)) ||
		(r = net_query_endpoints(h->net, a, WF_MARK, ret, e)) ||
		(r = net_query_local(h->net, a, &h->record, ret, e)))
		return r;
	if (!ret->n_endpoints && (r = net_query_default_mtu(h->net, &ret->default_mtu, e)))
		return r;
	if (!ret->free_table && t->table_mode == TABLE_AUTO &&
		(r = net_query_free_table(h->net, merge_free_number(&h->record), h->ipv6_kernel,
			 &ret->free_table, e)))
		return r;
	if (captures_anything(t) && (r = facts_logins(h, t->ifname, ret, e)))
		return r;
	if (is_full(t) && (r = net_query_bridges(h->net, a, ret, e)))
		return r;
	if ((r = gather_resolver(h, t, ret, e)))
		return r;
	LIST_FOREACH (f, ret, endpoints)
		look_at_rp_filter(f);
	return 0;
}
