/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries out operations of a plan. rtnetlink operations of a run go out as one batch; neighbouring
 * WireGuard operations of one device as one SET_DEVICE message (split when it exceeds the limit).
 */
#ifndef WF_NET_CHANGE_H
#define WF_NET_CHANGE_H

#include "model/plan.h"
#include "net/snapshot.h"

/* Gives the secret that key#ID names. The callee owns *ret. */
struct key_source {
	int (*get)(void *ctx, const char *id, struct wg_secret *ret, struct err *e);
	void *ctx;
};

/*
 * Does ops[0..n), which must be LINK_, WG_, ADDR_, ROUTE_ or RULE_ operations, in their order.
 * done[i] becomes true for each that had its effect. Returns the first error, with the operation's
 * words and the kernel's text; later operations of the same batch may have been done nevertheless.
 * "Already there" on add and "not there" on delete are no errors when the object is as wanted.
 */
int net_change(struct net *n, const struct op *ops, size_t count, const struct key_source *keys,
	bool *done, struct err *e);

/* Removes the peer and adds it again in one message: WireGuard's handshake timer starts anew. */
int net_ask_again(struct net *n, const char *ifname, enum link_kind kind,
	const struct wg_peer *peer, const struct key_source *keys, struct err *e);

#endif
