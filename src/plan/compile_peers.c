// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The WireGuard device of a contribution. Knows what the kernel makes of peers that are written
 * down carelessly; must not resolve a name: an endpoint is what the facts say. Invariant: each
 * public key once, each allowed IP at exactly one peer, so that diff never meets the kernel's
 * silent moving of a prefix from one peer to another.
 */
#include "plan/compile_parts.h"

#include <stdlib.h>

#include "base/str.h"

/* Which section of the configuration speaks for each key: two with one key are one peer. */
struct section {
	const struct tunnel_peer *peer;
	size_t index;
};

static int section_cmp(const void *va, const void *vb)
{
	const struct section *a = va, *b = vb;
	int r = memcmp(a->peer->public_key.b, b->peer->public_key.b, WG_KEY_LEN);

	return r ? r : (a->index > b->index) - (a->index < b->index);
}

/* An allowed IP as written: `peer` counts the device's peers, `at` the places in the file. */
struct claim {
	struct ip_prefix prefix;
	size_t peer, at;
};

struct claims {
	LIST(struct claim, items);
};

static int claim_cmp(const void *va, const void *vb)
{
	const struct claim *a = va, *b = vb;
	int r = ip_prefix_cmp(&a->prefix, &b->prefix);

	return r ? r : (a->at > b->at) - (a->at < b->at);
}

/* For each section the index of the first one with its key. */
static size_t *first_sections(struct compile *c)
{
	const struct tunnel *t = c->tunnel;
	struct section *s = arena_alloc(c->a, (t->n_peers + 1) * sizeof(*s));
	size_t *first = arena_alloc(c->a, (t->n_peers + 1) * sizeof(*first));

	for (size_t i = 0; i < t->n_peers; i++)
		s[i] = (struct section){&t->peers[i], i};
	qsort(s, t->n_peers, sizeof(*s), section_cmp);
	for (size_t i = 0; i < t->n_peers; i++) {
		bool same = i && wg_key_equal(&s[i - 1].peer->public_key, &s[i].peer->public_key);

		first[s[i].index] = same ? first[s[i - 1].index] : s[i].index;
	}
	return first;
}

static const struct fact_endpoint *find_fact(const struct compile *c, const struct tunnel_peer *p)
{
	LIST_FOREACH (f, c->facts, endpoints)
		if (f->port == p->port && str_eq(f->host, p->host))
			return f;
	return NULL;
}

/* Fills the endpoint; otherwise says why the peer has none. */
static const char *set_endpoint(
	struct compile *c, const struct tunnel_peer *from, struct wg_peer *to)
{
	const struct fact_endpoint *f = find_fact(c, from);

	if (!f || !f->addr.addr.family)
		return arena_printf(c->a, "'%s' could not be resolved", from->host);
	if (f->addr.addr.family == AF_INET6 && !c->facts->ipv6)
		return arena_printf(c->a, "'%s' is IPv6, which is off on this machine", from->host);
	to->endpoint = f->addr;
	return NULL;
}

static void add_section(struct compile *c, const struct tunnel_peer *from, size_t index,
	struct wg_peer *to, struct claims *claims)
{
	to->public_key = from->public_key;
	if (key_ref_is_set(&from->preshared))
		to->preshared = from->preshared;
	if (from->keepalive > 0)
		to->keepalive = (uint16_t)from->keepalive;
	LIST_FOREACH (p, from, allowed) {
		struct claim *claim;

		if (!compile_usable(c, &p->addr))
			continue;
		claim = LIST_PUSH(c->a, claims, items);
		*claim = (struct claim){*p, index, claims->n_items};
		ip_prefix_mask(&claim->prefix);
	}
}

/* Gives each prefix to the last peer that names it, as the kernel does. */
static void settle_claims(struct compile *c, struct wg_state *device, struct claims *claims)
{
	char text[IP_TEXT_SIZE];
	bool disputed = false;

	if (claims->n_items)
		qsort(claims->items, claims->n_items, sizeof(*claims->items), claim_cmp);
	for (size_t i = 0; i < claims->n_items; i++) {
		const struct claim *this = &claims->items[i], *next = this + 1;

		if (i + 1 < claims->n_items && ip_prefix_equal(&this->prefix, &next->prefix)) {
			disputed |= this->peer != next->peer;
			continue;
		}
		LIST_PUSH(c->a, &device->peers[this->peer], allowed)->prefix = this->prefix;
		if (disputed)
			COMPILE_NOTE(c, "%s is written at several peers; the last one has it",
				ip_prefix_format(&this->prefix, text));
		disputed = false;
	}
}

/* Endpoints of all sections that have one. One that can be used is enough. */
static int set_endpoints(
	struct compile *c, struct wg_state *device, const size_t *place, struct err *e)
{
	const char *first_reason = NULL;
	unsigned found = 0;

	for (size_t i = 0; i < c->tunnel->n_peers; i++) {
		const struct tunnel_peer *from = &c->tunnel->peers[i];
		const char *reason;

		if (!from->host)
			continue;
		reason = set_endpoint(c, from, &device->peers[place[i]]);
		found += !reason;
		if (!reason)
			continue;
		COMPILE_NOTE(c, "%s: that peer has no endpoint", reason);
		if (!first_reason)
			first_reason = reason;
	}
	if (found || !first_reason)
		return 0;
	return err_set(e, E_RESOLVE, "'%s' has no endpoint that can be used: %s", c->tunnel->name,
		first_reason);
}

int compile_peers(struct compile *c, struct err *e)
{
	const struct tunnel *t = c->tunnel;
	struct wg_state *device = LIST_PUSH(c->a, &c->ret->own, devices);
	size_t *first = first_sections(c);
	size_t *place = arena_alloc(c->a, (t->n_peers + 1) * sizeof(*place));
	struct claims claims = {0};
	int r;

	str_copy(device->ifname, sizeof(device->ifname), c->ret->ifname);
	device->public_key = t->public_key;
	device->private_key = t->private_key;
	device->listen_port = t->listen_port > 0 ? (uint16_t)t->listen_port : 0;
	device->fwmark = c->mark;
	for (size_t i = 0; i < t->n_peers; i++) {
		const struct tunnel_peer *from = &t->peers[i];
		struct wg_peer *to;

		if (first[i] == i) {
			place[i] = device->n_peers;
			to = LIST_PUSH(c->a, device, peers);
		} else {
			place[i] = place[first[i]];
			to = &device->peers[place[i]];
			COMPILE_NOTE(c, "peer %zu has the key of peer %zu; they are taken as one",
				i + 1, first[i] + 1);
		}
		add_section(c, from, place[i], to, &claims);
	}
	r = set_endpoints(c, device, place, e);
	if (r)
		return r;
	settle_claims(c, device, &claims);
	return 0;
}
