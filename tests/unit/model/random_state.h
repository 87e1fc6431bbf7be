/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States with every field at random, for properties that hold whatever the values are. */
#ifndef TESTS_RANDOM_STATE_H
#define TESTS_RANDOM_STATE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "model/state.h"

static inline uint32_t random_u32(void)
{
	return (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

static inline unsigned random_below(unsigned n)
{
	return random_u32() % n;
}

static inline void random_bytes(uint8_t *b, size_t n)
{
	while (n--)
		*b++ = (uint8_t)random_u32();
}

static inline void random_ifname(char out[static WF_IFNAME_SIZE])
{
	snprintf(
		out, WF_IFNAME_SIZE, "%.*s%u", (int)random_below(6), "wg+x.-_", random_below(1000));
}

static inline struct ip_addr random_addr(void)
{
	struct ip_addr a = {.family = random_below(2) ? AF_INET : AF_INET6};

	random_bytes(a.b, ip_bits(a.family) / 8);
	return a;
}

static inline struct ip_prefix random_prefix(void)
{
	struct ip_prefix p = {.addr = random_addr()};

	p.len = (uint8_t)random_below(ip_bits(p.addr.family) + 1);
	return p;
}

static inline struct ip_endpoint random_endpoint(void)
{
	struct ip_endpoint p = {.addr = random_addr(), .port = (uint16_t)random_u32()};

	if (p.addr.family == AF_INET6 && random_below(2))
		p.scope = random_u32() | 1;
	return p;
}

static inline void random_key_ref(struct key_ref *k)
{
	if (!random_below(3))
		return;
	snprintf(k->id, sizeof(k->id), "%08x%08x%08x%08x", random_u32(), random_u32(), random_u32(),
		random_u32());
	random_bytes(k->fp, sizeof(k->fp));
}

static inline void random_peer(struct arena *a, struct wg_peer *p)
{
	random_bytes(p->public_key.b, sizeof(p->public_key.b));
	random_key_ref(&p->preshared);
	if (random_below(2))
		p->endpoint = random_endpoint();
	p->keepalive = (uint16_t)random_u32();
	p->last_handshake = (int64_t)random_u32() - 1000;
	p->rx_bytes = (uint64_t)random_u32() << 31 ^ random_u32();
	p->tx_bytes = random_u32();
	for (unsigned n = random_below(5); n--;)
		LIST_PUSH(a, p, allowed)->prefix = random_prefix();
}

static inline void random_device(struct arena *a, struct wg_state *d)
{
	random_ifname(d->ifname);
	random_bytes(d->public_key.b, sizeof(d->public_key.b));
	random_key_ref(&d->private_key);
	d->listen_port = (uint16_t)random_u32();
	d->fwmark = random_u32();
	for (unsigned n = random_below(4); n--;)
		random_peer(a, LIST_PUSH(a, d, peers));
}

static inline void random_route(struct route_state *r)
{
	r->type = random_below(2) ? ROUTE_UNICAST : ROUTE_UNREACHABLE;
	r->dst = random_prefix();
	r->table = random_u32();
	r->metric = random_u32();
	if (random_below(2))
		random_ifname(r->ifname);
	r->protocol = (uint8_t)random_u32();
}

static inline void random_rule(struct rule_state *r)
{
	r->family = random_below(2) ? AF_INET : AF_INET6;
	r->priority = random_u32();
	r->action = random_below(2) ? RULE_LOOKUP : RULE_PROHIBIT;
	r->table = random_u32();
	r->invert = random_below(2);
	r->fwmark = random_u32();
	r->fwmask = random_u32();
	if (random_below(2))
		r->dst = random_prefix();
	r->suppress_prefixlen = (int)random_below(130) - 1;
	r->ip_proto = (uint8_t)random_u32();
	r->sport = (uint16_t)random_u32();
	r->dport = (uint16_t)random_u32();
	r->by_uid = random_below(2);
	r->uid_first = random_u32();
	r->uid_last = random_u32();
	r->protocol = (uint8_t)random_u32();
}

static inline void random_link(struct link_state *l)
{
	random_ifname(l->name);
	l->kind = (enum link_kind)random_below(3);
	l->mtu = random_u32();
	l->up = random_below(2);
	l->group = random_u32();
	l->ifindex = random_u32() >> 1;
}

#define RANDOM_LIST(a, f, name, expr)                                                              \
	for (unsigned n_ = random_below(3); n_--;) {                                               \
		__typeof__((f)->name) it = LIST_PUSH(a, f, name);                                  \
		expr;                                                                              \
	}

static inline void random_firewall(struct arena *a, struct firewall *f)
{
	f->present = true;
	f->kill_switch = random_below(2);
	f->dns_gate = random_below(2);
	RANDOM_LIST(a, f, endpoints,
		*it = ((struct fw_endpoint){random_addr(), 17, (uint16_t)random_u32()}));
	RANDOM_LIST(a, f, marks, *it = random_u32());
	RANDOM_LIST(a, f, listen_ports, *it = (uint16_t)random_u32());
	RANDOM_LIST(a, f, tunnels, random_ifname(it->name));
	RANDOM_LIST(a, f, addresses, *it = random_addr());
	RANDOM_LIST(a, f, dns, (random_ifname(it->ifname), it->server = random_addr()));
	RANDOM_LIST(a, f, any_dns, random_ifname(it->name));
	RANDOM_LIST(a, f, lan_dns, *it = random_addr());
	RANDOM_LIST(a, f, kept, *it = random_prefix());
	RANDOM_LIST(a, f, lan, *it = random_prefix());
	RANDOM_LIST(a, f, bridges, random_ifname(it->name));
	RANDOM_LIST(a, f, bridge_dns, *it = random_addr());
	RANDOM_LIST(
		a, f, logins, *it = ((struct fw_login){random_addr(), (uint16_t)random_u32(), 7}));
	RANDOM_LIST(a, f, inbound, *it = ((struct fw_port){6, (uint16_t)random_u32()}));
	RANDOM_LIST(a, f, split,
		*it = ((struct fw_split){FW_SPLIT_UID, random_u32(), random_u32(), NULL}));
	RANDOM_LIST(a, f, split,
		*it = ((struct fw_split){
			FW_SPLIT_CGROUP, 0, 0, arena_printf(a, "x.slice/%u", random_below(9))}));
	RANDOM_LIST(a, f, nat,
		(it->family = AF_INET, it->source = random_prefix(), it->to = random_addr(),
			random_ifname(it->out_ifname)));
	RANDOM_LIST(a, f, forward,
		(random_ifname(it->in_ifname), random_ifname(it->out_ifname),
			it->both = random_below(2)));
	RANDOM_LIST(a, f, dnat,
		(random_ifname(it->in_ifname), it->proto = 6, it->port = (uint16_t)random_u32(),
			it->to = random_endpoint()));
	RANDOM_LIST(a, f, mss_clamp, random_ifname(it->name));
}

static inline void random_resolver(struct arena *a, struct resolver_state *r)
{
	r->backend = (enum resolver_backend)random_below(4);
	random_ifname(r->ifname);
	r->everything = random_below(2);
	RANDOM_LIST(a, r, servers, *it = random_addr());
	RANDOM_LIST(a, r, domains, *it = arena_printf(a, "~d%u.example", random_below(9)));
}

static inline void random_state(struct arena *a, struct state *s)
{
	*s = (struct state){0};
	for (unsigned n = random_below(4); n--;)
		random_link(LIST_PUSH(a, s, links));
	for (unsigned n = random_below(3); n--;)
		random_device(a, LIST_PUSH(a, s, devices));
	for (unsigned n = random_below(4); n--;) {
		struct addr_state *addr = LIST_PUSH(a, s, addrs);

		random_ifname(addr->ifname);
		addr->prefix = random_prefix();
	}
	for (unsigned n = random_below(4); n--;)
		random_route(LIST_PUSH(a, s, routes));
	for (unsigned n = random_below(4); n--;)
		random_rule(LIST_PUSH(a, s, rules));
	for (unsigned n = random_below(3); n--;) {
		struct sysctl_state *k = LIST_PUSH(a, s, sysctls);

		k->key = arena_printf(a, "net.ipv4.conf.wg%u.rp_filter", random_below(9));
		k->value = (int32_t)random_u32();
	}
	if (random_below(2))
		random_firewall(a, &s->firewall);
	for (unsigned n = random_below(3); n--;)
		random_resolver(a, LIST_PUSH(a, s, resolvers));
}

/* Byte for byte, lists of pointers followed; every state was zero before it was filled. */
static inline bool same_devices(const struct state *a, const struct state *b)
{
	for (size_t i = 0; i < a->n_devices; i++) {
		const struct wg_state *x = &a->devices[i], *y = &b->devices[i];

		if (memcmp(x, y, offsetof(struct wg_state, peers)) != 0 || x->n_peers != y->n_peers)
			return false;
		for (size_t k = 0; k < x->n_peers; k++) {
			const struct wg_peer *p = &x->peers[k], *q = &y->peers[k];

			if (memcmp(p, q, offsetof(struct wg_peer, allowed)) != 0 ||
				p->n_allowed != q->n_allowed ||
				p->last_handshake != q->last_handshake ||
				p->rx_bytes != q->rx_bytes || p->tx_bytes != q->tx_bytes)
				return false;
			if (p->n_allowed &&
				memcmp(p->allowed, q->allowed,
					p->n_allowed * sizeof(*p->allowed)) != 0)
				return false;
		}
	}
	return true;
}

#define SAME_ITEMS(a, b, name)                                                                     \
	((a)->n_##name == (b)->n_##name &&                                                         \
		(!(a)->n_##name ||                                                                 \
			memcmp((a)->name, (b)->name, (a)->n_##name * sizeof(*(a)->name)) == 0))

static inline bool same_state(const struct state *a, const struct state *b)
{
	if (!SAME_ITEMS(a, b, links) || !SAME_ITEMS(a, b, addrs) || !SAME_ITEMS(a, b, routes) ||
		!SAME_ITEMS(a, b, rules) || a->n_devices != b->n_devices ||
		a->n_sysctls != b->n_sysctls)
		return false;
	for (size_t i = 0; i < a->n_sysctls; i++)
		if (strcmp(a->sysctls[i].key, b->sysctls[i].key) != 0 ||
			a->sysctls[i].value != b->sysctls[i].value)
			return false;
	if (a->n_resolvers != b->n_resolvers)
		return false;
	for (size_t i = 0; i < a->n_resolvers; i++)
		if (!resolver_equal(&a->resolvers[i], &b->resolvers[i]))
			return false;
	return firewall_equal(&a->firewall, &b->firewall) && same_devices(a, b);
}

#endif
