/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one WireGuard operation says to the device, decided once for both languages it can be said in
 * (generic netlink, UAPI). Pure.
 */
#ifndef WF_NET_PATCH_H
#define WF_NET_PATCH_H

#include "model/plan.h"

#define WG_ASK_KEEPALIVE 25 /* seconds; any keepalive makes a peer handshake by itself */

/* What becomes of a secret. KEY_MISSING: it is wanted, but nobody knows where it rests. */
enum key_patch { KEY_KEEP, KEY_SET, KEY_CLEAR, KEY_MISSING };

struct wg_patch {
	const struct wg_state *device; /* of OP_WG_DEVICE, else NULL */
	enum key_patch private_key;
	bool set_port, set_mark;

	const struct wg_peer *peer; /* of the others */
	bool remove;
	bool update_only;     /* do not make the peer if it is gone */
	bool replace_allowed; /* else the allowed IPs are added to those it has */
	bool set_allowed, set_endpoint;
	enum key_patch preshared;
	uint16_t keepalive;
};
void wg_patch_of(const struct op *op, struct wg_patch *ret);

#endif
