/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WireGuard devices of the kernel over generic netlink (include/uapi/linux/wireguard.h). Reading and
 * writing take the socket and the family number of net_wg_socket.
 */
#ifndef WF_NET_WG_H
#define WF_NET_WG_H

#include "net/change.h"
#include "net/nl.h"

/*
 * The device, with observed fields. Of preshared keys only fingerprints are kept, of the private key
 * nothing: the kernel may have it in another form than it was given. The buffers are wiped. result->error: ENODEV there is no such link, EOPNOTSUPP it is not WireGuard.
 */
int wg_read(struct nl *nl, uint16_t family, const char *ifname, struct arena *a,
	struct wg_state *ret, struct nl_result *result, struct err *e);

/*
 * Says ops[0..count), all of them OP_WG_* of one device, in as few SET_DEVICE messages as their
 * limit allows, each acknowledged before the next goes out. Stops at the first one refused; what
 * of that one was done is not known (each operation can be said again).
 */
int wg_write(struct nl *nl, uint16_t family, const char *ifname, const struct op *ops,
	size_t count, const struct key_source *keys, struct nl_result *result, struct err *e);

/* Pure: adds one answer of GET_DEVICE to *dev; a peer may go on in the next answer. */
bool wg_parse(const struct nlmsghdr *h, struct arena *a, struct wg_state *dev);

/*
 * Pure but for `keys`: the messages of wg_write, each of at most `limit` bytes (at least
 * WG_MESSAGE_MIN), given to `send` one after the other and wiped then. What `send` returns other
 * than 0 ends it and is returned.
 */
#define WG_MESSAGE_MIN 512
typedef int (*wg_send_fn)(void *ctx, struct nlmsghdr *h, struct err *e);
int wg_encode(uint16_t family, const char *ifname, const struct op *ops, size_t count,
	const struct key_source *keys, size_t limit, wg_send_fn send, void *ctx, struct err *e);

#endif
