// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf verify. Knows which ways out are worth trying and what their fate means; how they are tried is
 * net's business. What protects is asked of the record, what got out is seen on the interfaces, and
 * the two are never mixed: the verdicts would be the same without any record.
 */
#include "ops/verify.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "net/nft.h"
#include "net/nic.h"
#include "net/query.h"
#include "net/wire.h"
#include "plan/merge.h"

#define WAIT_MS	      2200  /* time for a neighbour to be asked twice, once a second */
#define NOBODY	      65534 /* the overflow uid: no user of its own */
#define MAX_NICS      4
#define MAX_RESOLVERS 4

struct verify {
	struct host *h;
	struct nic nics[MAX_NICS];
	size_t n_nics;
	unsigned next[2]; /* address to use, per family */
	struct probe_gateways gateways;
	struct {
		LIST(struct probe, items);
	} probes;
	struct verify_result *ret;
};

const char *verify_how_name(enum verify_how h)
{
	static const char *const names[VERIFY_HOWS] = {
		[VERIFY_PLAIN] = "plain",
		[VERIFY_DEVICE] = "device",
		[VERIFY_SOURCE] = "source",
		[VERIFY_USER] = "user",
		[VERIFY_MARK] = "mark",
		[VERIFY_RESOLVER] = "resolver",
	};

	return names[h];
}

const char *verify_verdict_name(enum verify_verdict v)
{
	static const char *const names[VERIFY_VERDICTS] = {
		[VERIFY_STOPPED] = "stopped",
		[VERIFY_TUNNEL] = "tunnel",
		[VERIFY_LEAKED] = "leaked",
		[VERIFY_UNTESTED] = "untested",
	};

	return names[v];
}

static bool is_tunnel(const struct verify *v, const char *ifname)
{
	LIST_FOREACH (c, &v->h->record, contributions)
		if (!c->lockdown && str_eq(c->ifname, ifname))
			return true;
	return false;
}

static void add_nic(struct verify *v, const struct nic *n)
{
	for (size_t i = 0; i < v->n_nics; i++)
		if (str_eq(v->nics[i].name, n->name))
			return;
	if (v->n_nics < MAX_NICS && !is_tunnel(v, n->name))
		v->nics[v->n_nics++] = *n;
}

/* The interfaces by which packets left before any tunnel: the default's, then those of devices. */
static int find_nics(struct verify *v, struct err *e)
{
	struct arena *a = v->h->ops->arena;
	struct nic_gateways found;
	struct nic_list all = {0};
	struct facts f = {0};
	int r;

	wire_addr(AF_INET, 1, &LIST_PUSH(a, &f, endpoints)->addr.addr);
	wire_addr(AF_INET6, 1, &LIST_PUSH(a, &f, endpoints)->addr.addr);
	if ((r = net_query_nics(a, &all, e)) ||
		(r = net_query_endpoints(v->h->net, a, WF_MARK, &f, e)))
		return r;
	LIST_FOREACH (x, &f, endpoints)
		LIST_FOREACH (n, &all, items)
			if (str_eq(n->name, x->dev))
				add_nic(v, n);
	LIST_FOREACH (n, &all, items)
		if (n->physical)
			add_nic(v, n);
	LIST_FOREACH (n, &all, items)
		if (!v->n_nics)
			add_nic(v, n);
	net_query_gateways(a, &found);
	LIST_FOREACH (g, &found, items)
		LIST_PUSH(a, &v->gateways, items)->addr = *g;
	return 0;
}

static struct probe *add_probe(struct verify *v, enum verify_how how, enum probe_kind kind)
{
	struct arena *a = v->h->ops->arena;
	struct verify_case *c = LIST_PUSH(a, v->ret, cases);
	struct probe *p = LIST_PUSH(a, &v->probes, items);

	c->how = how;
	c->kind = p->kind = kind;
	return p;
}

static void add_kinds(struct verify *v, enum verify_how how, uint8_t family, const struct nic *nic)
{
	const struct ip_addr *source = !nic ? NULL : family == AF_INET ? &nic->v4 : &nic->v6;

	if (how == VERIFY_SOURCE && !source->family)
		return;
	for (unsigned kind = 0; kind < PROBE_KINDS; kind++) {
		struct probe *p = add_probe(v, how, (enum probe_kind)kind);

		wire_addr(family, ++v->next[family == AF_INET6], &p->dst);
		if (how == VERIFY_DEVICE)
			str_copy(p->device, sizeof(p->device), nic->name);
		if (how == VERIFY_SOURCE)
			p->source = *source;
		if (how == VERIFY_USER)
			p->uid = NOBODY;
		if (how == VERIFY_MARK)
			p->mark = WF_MARK | 1;
		if (nic)
			str_copy(v->ret->cases[v->ret->n_cases - 1].device, WF_IFNAME_SIZE,
				nic->name);
	}
}

static bool is_tunnel_dns(const struct verify *v, const struct ip_addr *server)
{
	LIST_FOREACH (c, &v->h->record, contributions)
		LIST_FOREACH (d, c, dns)
			if (ip_addr_equal(d, server))
				return true;
	return false;
}

static bool is_of_others(const struct ip_addr *a)
{
	static const struct ip_addr loopback = {AF_INET6, {[15] = 1}};

	return a->family == AF_INET
		? a->b[0] != 127
		: !ip_addr_equal(a, &loopback) && !(a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

static int add_resolvers(struct verify *v, struct err *e)
{
	static const enum probe_kind kinds[] = {PROBE_DNS, PROBE_DNS_TCP};
	struct ip_addr *servers;
	size_t n, used = 0;
	int r = resolver_upstream(v->h->ops->arena, &servers, &n, e);

	for (size_t i = 0; !r && i < n && used < MAX_RESOLVERS; i++) {
		if (!is_of_others(&servers[i]) || is_tunnel_dns(v, &servers[i]))
			continue;
		used++;
		for (size_t k = 0; k < 2; k++) {
			struct probe *p = add_probe(v, VERIFY_RESOLVER, kinds[k]);

			p->dst = servers[i];
			p->shared = true;
		}
	}
	return r;
}

static int add_all(struct verify *v, struct err *e)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t f = 0; f < 2; f++) {
		add_kinds(v, VERIFY_PLAIN, families[f], NULL);
		for (size_t i = 0; i < v->n_nics; i++) {
			add_kinds(v, VERIFY_DEVICE, families[f], &v->nics[i]);
			add_kinds(v, VERIFY_SOURCE, families[f], &v->nics[i]);
		}
		add_kinds(v, VERIFY_USER, families[f], NULL);
		add_kinds(v, VERIFY_MARK, families[f], NULL);
	}
	return add_resolvers(v, e);
}

/* Without a route or an address nothing could have left, whatever protects. */
static bool had_no_way(int error)
{
	return error == ENETUNREACH || error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

static void judge_places(const struct verify *v, const struct probe *p, struct verify_case *c)
{
	c->verdict = VERIFY_TUNNEL;
	for (size_t i = 0; i < PROBE_PLACES && p->seen[i]; i++) {
		char name[IF_NAMESIZE] = "?";
		bool inside = if_indextoname(p->seen[i], name) && is_tunnel(v, name);

		if (!inside)
			c->verdict = VERIFY_LEAKED;
		if (!inside || !c->ifname)
			c->ifname = arena_strdup(v->h->ops->arena, name);
	}
}

static bool has_carrier(const struct verify *v, const char *device)
{
	bool some = false;

	for (size_t i = 0; i < v->n_nics; i++)
		if (!device[0] || str_eq(v->nics[i].name, device))
			some |= v->nics[i].running;
	return some;
}

/* What nobody could have taken says nothing about what stops it. */
static void judge_unseen(const struct verify *v, struct verify_case *c)
{
	char text[IP_TEXT_SIZE];

	c->verdict = VERIFY_STOPPED;
	if (!has_carrier(v, c->device)) {
		c->verdict = VERIFY_UNTESTED;
		c->reason = "the interface has no carrier";
		return;
	}
	LIST_FOREACH (g, &v->gateways, items)
		if (g->addr.family == c->dst.family && g->asked > 1) {
			c->verdict = VERIFY_UNTESTED;
			c->reason = arena_printf(v->h->ops->arena, "%s does not answer",
				ip_addr_format(&g->addr, text));
		}
}

static void judge(struct verify *v)
{
	for (size_t i = 0; i < v->ret->n_cases; i++) {
		const struct probe *p = &v->probes.items[i];
		struct verify_case *c = &v->ret->cases[i];

		c->dst = p->dst;
		if (p->error)
			c->reason = arena_strdup(v->h->ops->arena, strerror(p->error));
		switch (p->fate) {
		case PROBE_UNABLE: c->verdict = VERIFY_UNTESTED; break;
		case PROBE_REFUSED:
			c->verdict = had_no_way(p->error) ? VERIFY_UNTESTED : VERIFY_STOPPED;
			break;
		case PROBE_UNSEEN: judge_unseen(v, c); break;
		case PROBE_SEEN: judge_places(v, p, c); break;
		}
		v->ret->count[c->verdict]++;
	}
}

static int look_at_resolver(struct verify *v, const struct state *want, struct err *e)
{
	struct verify_result *ret = v->ret;

	LIST_FOREACH (r, want, resolvers) {
		struct resolver_state is = {0};
		int failed = resolver_read(v->h->ops->arena, r, &is, e);

		if (failed)
			return failed;
		if (!resolver_equal(r, &is))
			ret->resolver = VERIFY_RESOLVER_OTHER;
		else if (ret->resolver == VERIFY_RESOLVER_KEPT)
			ret->resolver = VERIFY_RESOLVER_SET;
	}
	return 0;
}

static int look_at_protection(struct verify *v, struct err *e)
{
	struct arena *a = v->h->ops->arena;
	const struct contribution *holder = merge_holder(&v->h->record);
	struct state want = {0}, have = {0};
	int r;

	merge_record(a, &v->h->record, &want);
	v->ret->lockdown = record_lockdown(&v->h->record);
	v->ret->kill_switch = want.firewall.kill_switch;
	v->ret->dns_gate = want.firewall.dns_gate;
	v->ret->holder = holder ? holder->title : NULL;
	if ((r = host_observe(v->h, a, false, &have, NULL, e)) ||
		(r = look_at_resolver(v, &want, e)))
		return r;
	v->ret->changed = !firewall_equal(&want.firewall, &have.firewall);
	return 0;
}

static int check_name(const struct verify *v, const char *name, struct err *e)
{
	const struct contribution *c = name ? host_find(v->h, name) : NULL;

	if (!name)
		return 0;
	if (!c)
		return err_set(e, E_NOT_FOUND, "nothing called '%s' is up", name);
	if (c->full || v->ret->kill_switch)
		return 0;
	err_set(e, E_UNSUPPORTED, "%s carries only some networks", c->title);
	return err_hint(e, "what is tried goes to addresses outside of them, and may go out");
}

static void print_plan(struct verify *v)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < v->ret->n_cases; i++) {
		const struct verify_case *c = &v->ret->cases[i];

		strbuf_addf(&b, "%s to %s, %s%s%s\n", probe_kind_name(c->kind),
			ip_addr_format(&v->probes.items[i].dst, text), verify_how_name(c->how),
			c->device[0] ? " " : "", c->device);
	}
	v->ret->plan = arena_strdup(v->h->ops->arena, strbuf_str(&b));
}

int ops_verify(struct ops *o, const char *name, struct verify_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	struct verify v = {.h = &h, .ret = ret};
	int64_t began = clock_ms();
	int r;

	*ret = (struct verify_result){0};
	if ((r = host_open(o, &h, e)) || (r = host_load(&h, e)) ||
		(r = look_at_protection(&v, e)) || (r = check_name(&v, name, e)) ||
		(r = find_nics(&v, e)) || (r = add_all(&v, e)))
		return r;
	if (o->dry_run) {
		print_plan(&v);
		return 0;
	}
	if ((r = net_probe(v.probes.items, v.probes.n_items, &v.gateways, WAIT_MS, e)))
		return r;
	judge(&v);
	ret->ms = clock_ms() - began;
	return 0;
}
