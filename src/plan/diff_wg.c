// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff of WireGuard devices. Knows that an allowed IP belongs to one peer and that giving it to
 * another takes it silently from the first; must not know stages. Invariant: no operation here ever
 * takes something from a peer it does not name, so that each can be inverted by itself: peers let
 * go (are removed, shrink) before others take.
 */
#include "plan/diff_parts.h"

#include <stdlib.h>

#include "base/str.h"
#include "plan/canon.h"

/* One device's two sides; `taken` = what peers have now, sorted. */
struct wg_diff {
	struct diff *d;
	const struct wg_state *want, *have;
	LIST(struct ip_prefix, taken);
	bool asks;
};

static int prefix_cmp(const void *a, const void *b)
{
	return ip_prefix_cmp(a, b);
}

static int allowed_cmp(const void *a, const void *b)
{
	return ip_prefix_cmp(
		&((const struct wg_allowed *)a)->prefix, &((const struct wg_allowed *)b)->prefix);
}

static void name_key(const struct key_ref *known, struct key_ref *seen)
{
	if (!seen->id[0] && known->id[0] && key_ref_is_set(seen) && key_ref_equal(known, seen))
		*seen = *known;
}

void diff_name_keys(const struct record *r, struct wg_state *device)
{
	if (!r)
		return;
	LIST_FOREACH (c, r, contributions)
		LIST_FOREACH (known, &c->own, devices) {
			if (!str_eq(known->ifname, device->ifname))
				continue;
			if (!device->private_key.id[0] &&
				wg_key_equal(&known->public_key, &device->public_key))
				device->private_key = known->private_key;
			LIST_FOREACH (peer, device, peers) {
				const struct wg_peer *p = canon_find(peer, known->peers,
					known->n_peers, sizeof(*p), canon_peer_cmp);

				if (p)
					name_key(&p->preshared, &peer->preshared);
			}
		}
}

/* A form of the device is recorded that had this peer elsewhere: it was moved on purpose. */
static bool recorded_elsewhere(const struct wg_diff *x, const struct wg_peer *want)
{
	const struct record *r = x->d->in->record;

	if (!r)
		return false;
	LIST_FOREACH (c, r, contributions) {
		const struct wg_state *form = state_find_device(&c->own, x->want->ifname);
		const struct wg_peer *p = form ? wg_find_peer(form, &want->public_key) : NULL;

		if (p && !ip_endpoint_equal(&p->endpoint, &want->endpoint))
			return true;
	}
	return false;
}

static bool moves_endpoint(
	const struct wg_diff *x, const struct wg_peer *want, const struct wg_peer *have)
{
	if (!want->endpoint.addr.family || ip_endpoint_equal(&want->endpoint, &have->endpoint))
		return false;
	return !have->endpoint.addr.family || recorded_elsewhere(x, want);
}

static bool peer_allows(const struct wg_peer *p, const struct wg_allowed *w)
{
	return canon_find(w, p->allowed, p->n_allowed, sizeof(*w), allowed_cmp);
}

/* The prefixes of `p` that `other` has as well, everything else as in `p`. */
static struct wg_peer shrunk(
	const struct wg_diff *x, const struct wg_peer *p, const struct wg_peer *other)
{
	struct wg_peer ret = *p;

	ret.allowed = NULL;
	ret.n_allowed = ret.cap_allowed = 0;
	LIST_FOREACH (w, p, allowed)
		if (other && peer_allows(other, w))
			*LIST_PUSH(x->d->a, &ret, allowed) = *w;
	return ret;
}

static void push_handshake(struct wg_diff *x, const struct wg_peer *p)
{
	struct op *op = diff_push(x->d, OP_HANDSHAKE, x->want->ifname);

	op->peer = *p;
	op->deadline_ms = x->d->in->handshake_ms;
	op->hard = x->d->in->handshake_hard;
}

static void push_set(struct wg_diff *x, const struct wg_peer *to, const struct wg_peer *from)
{
	struct op *op = diff_push(x->d, OP_WG_PEER_SET, x->want->ifname);

	op->peer = *to;
	if (from)
		op->peer_before = *from;
	op->ask = !from && x->asks && to->endpoint.addr.family;
	if (op->ask)
		push_handshake(x, to);
}

/* A dead command left the peer there; it has to answer all the same. */
static void push_asked(struct wg_diff *x, const struct wg_peer *want, const struct wg_peer *have)
{
	struct wg_peer p = *have;

	if (!x->asks || !x->d->in->ask_known || !want->endpoint.addr.family)
		return;
	p.endpoint = want->endpoint;
	push_handshake(x, &p);
}

static bool is_taken(const struct wg_diff *x, const struct ip_prefix *p)
{
	return canon_find(p, x->taken, x->n_taken, sizeof(*p), prefix_cmp);
}

/* Whether another peer still has one of its prefixes: then it is added without any, and proven. */
static bool comes_bare(const struct wg_diff *x, const struct wg_peer *want)
{
	LIST_FOREACH (w, want, allowed)
		if (is_taken(x, &w->prefix))
			return true;
	return false;
}

static void push_new(struct wg_diff *x, const struct wg_peer *want)
{
	struct wg_peer bare = shrunk(x, want, NULL);

	push_set(x, comes_bare(x, want) ? &bare : want, NULL);
}

static void push_new_grow(struct wg_diff *x, const struct wg_peer *want)
{
	struct wg_peer to = *want, bare;

	if (!comes_bare(x, want))
		return;
	to.endpoint = (struct ip_endpoint){0};
	bare = shrunk(x, &to, NULL);
	push_set(x, &to, &bare);
}

/* What a peer that stays lets go of and takes. */
struct change {
	struct wg_peer from, to;
	struct wg_peer kept; /* as `to`, with the prefixes of both */
	bool contested;	     /* it takes a prefix that another peer has now */
};

static struct change peer_change(
	const struct wg_diff *x, const struct wg_peer *want, const struct wg_peer *have)
{
	struct change c = {.from = *have, .to = *want};

	/* An endpoint that is not moved is left out. */
	if (!moves_endpoint(x, want, have))
		c.from.endpoint = c.to.endpoint = (struct ip_endpoint){0};
	c.kept = shrunk(x, &c.to, &c.from);
	LIST_FOREACH (w, &c.to, allowed)
		c.contested |= !peer_allows(&c.from, w) && is_taken(x, &w->prefix);
	return c;
}

static void push_shrink(struct wg_diff *x, const struct wg_peer *want, const struct wg_peer *have)
{
	struct change c = peer_change(x, want, have);

	if (!c.contested && !wg_peer_equal(&c.from, &c.to))
		push_set(x, &c.to, &c.from);
	if (c.contested && c.kept.n_allowed < c.from.n_allowed)
		push_set(x, &c.kept, &c.from);
}

static void push_grow(struct wg_diff *x, const struct wg_peer *want, const struct wg_peer *have)
{
	struct change c = peer_change(x, want, have);

	if (c.contested)
		push_set(x, &c.to, c.kept.n_allowed < c.from.n_allowed ? &c.kept : &c.from);
}

/* Both sides are sorted by key. Four passes: new peers, those that go, that shrink, that grow. */
enum pass { PASS_NEW, PASS_GONE, PASS_SHRINK, PASS_GROW };

static void peer_pass(
	struct wg_diff *x, enum pass pass, const struct wg_peer *want, const struct wg_peer *have)
{
	switch (pass) {
	case PASS_NEW:
		if (!have)
			push_new(x, want);
		else if (want)
			push_asked(x, want, have);
		break;
	case PASS_GONE:
		if (!want)
			diff_push(x->d, OP_WG_PEER_DEL, x->have->ifname)->peer = *have;
		break;
	case PASS_SHRINK:
		if (want && have)
			push_shrink(x, want, have);
		break;
	case PASS_GROW:
		if (want && have)
			push_grow(x, want, have);
		else if (want)
			push_new_grow(x, want);
		break;
	}
}

static void diff_peers(struct wg_diff *x, enum pass pass)
{
	const struct wg_state *want = x->want, *have = x->have;
	size_t w = 0, h = 0;

	while (w < want->n_peers || h < have->n_peers) {
		int r = w == want->n_peers   ? 1
			: h == have->n_peers ? -1
					     : canon_peer_cmp(&want->peers[w], &have->peers[h]);

		peer_pass(
			x, pass, r <= 0 ? &want->peers[w] : NULL, r >= 0 ? &have->peers[h] : NULL);
		w += r <= 0;
		h += r >= 0;
	}
}

static void push_device(struct diff *d, const struct wg_state *want, const struct wg_state *have)
{
	struct op *op;

	if (wg_key_equal(&want->public_key, &have->public_key) && want->fwmark == have->fwmark &&
		(!want->listen_port || want->listen_port == have->listen_port))
		return;
	op = diff_push(d, OP_WG_DEVICE, want->ifname);
	op->wg = *want;
	op->wg_before = *have;
	if (!want->listen_port)
		op->wg.listen_port = have->listen_port;
}

void diff_devices(struct diff *d)
{
	LIST_FOREACH (want, &d->want, devices) {
		const struct wg_state *seen = state_find_device(&d->have, want->ifname);
		struct wg_state have = {0};
		struct wg_diff x = {.d = d, .want = want, .have = &have};

		str_copy(have.ifname, sizeof(have.ifname), want->ifname);
		if (seen) {
			have = *seen;
			diff_name_keys(d->in->record, &have);
		}
		LIST_FOREACH (p, &have, peers)
			LIST_FOREACH (w, p, allowed)
				*LIST_PUSH(d->a, &x, taken) = w->prefix;
		if (x.n_taken)
			qsort(x.taken, x.n_taken, sizeof(*x.taken), prefix_cmp);
		x.asks = d->in->handshake_ms && str_eq(d->in->ask_ifname, want->ifname);
		push_device(d, want, &have);
		for (enum pass pass = PASS_NEW; pass <= PASS_GROW; pass++)
			diff_peers(&x, pass);
	}
}
