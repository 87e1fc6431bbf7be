// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From an operation to what is said about it. Knows which settings of a live peer can be repeated
 * without harm and which cannot; must not know in which language they are said. Keeps the
 * invariants that a secret is only asked for when it changes, that a change of a peer never brings
 * back one that was removed meanwhile, and that a peer keeps the allowed IPs it has while others
 * are added.
 */
#include "net/patch.h"

/* Comparing longer lists costs more than the moment without allowed IPs that it spares. */
#define COMPARE_LIMIT 65536

static bool has_allowed(const struct wg_peer *p, const struct ip_prefix *prefix)
{
	LIST_FOREACH (w, p, allowed)
		if (ip_prefix_equal(&w->prefix, prefix))
			return true;
	return false;
}

static bool keeps_allowed(const struct wg_peer *before, const struct wg_peer *after)
{
	if (before->n_allowed > after->n_allowed ||
		before->n_allowed * after->n_allowed > COMPARE_LIMIT)
		return false;
	LIST_FOREACH (w, before, allowed)
		if (!has_allowed(after, &w->prefix))
			return false;
	return true;
}

static enum key_patch patch_key(const struct key_ref *key)
{
	if (key->id[0])
		return KEY_SET;
	return key_ref_is_set(key) ? KEY_MISSING : KEY_CLEAR;
}

static void patch_device(
	const struct wg_state *d, const struct wg_state *before, struct wg_patch *ret)
{
	ret->device = d;
	if (!wg_key_equal(&d->public_key, &before->public_key))
		ret->private_key = patch_key(&d->private_key);
	ret->set_port = d->listen_port && d->listen_port != before->listen_port;
	ret->set_mark = d->fwmark != before->fwmark;
}

static void patch_peer(const struct op *op, struct wg_patch *ret)
{
	const struct wg_peer *p = &op->peer, *before = &op->peer_before;
	bool is_new = wg_key_is_zero(&before->public_key);

	ret->peer = p;
	ret->update_only = !is_new;
	ret->set_endpoint =
		p->endpoint.addr.family && !ip_endpoint_equal(&p->endpoint, &before->endpoint);
	if (!key_ref_equal(&p->preshared, &before->preshared))
		ret->preshared = patch_key(&p->preshared);
	ret->replace_allowed = is_new || !keeps_allowed(before, p);
	ret->set_allowed = ret->replace_allowed || p->n_allowed != before->n_allowed;
	/* Always said: what was asked for a handshake gets its own value back by any later change.
	 */
	ret->keepalive = op->ask && !p->keepalive ? WG_ASK_KEEPALIVE : p->keepalive;
}

void wg_patch_of(const struct op *op, struct wg_patch *ret)
{
	*ret = (struct wg_patch){0};
	if (op->kind == OP_WG_DEVICE) {
		patch_device(&op->wg, &op->wg_before, ret);
	} else if (op->kind == OP_WG_PEER_DEL) {
		ret->peer = &op->peer;
		ret->remove = ret->update_only = true;
	} else {
		patch_peer(op, ret);
	}
}
