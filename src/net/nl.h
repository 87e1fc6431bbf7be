/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink socket: requests, filtered dumps, batches with every acknowledgement collected, and
 * the kernel's own words (extack) for errors. An rtnetlink batch is not atomic and goes on after a
 * failing message, so each message has its own result.
 */
#ifndef WF_NET_NL_H
#define WF_NET_NL_H

#include <libmnl/libmnl.h>
#include "base/arena.h"
#include "base/err.h"

struct nl;

/* Opens NETLINK_ROUTE (protocol 0) or NETLINK_GENERIC or NETLINK_SOCK_DIAG in the caller's network
 * namespace, with NETLINK_GET_STRICT_CHK, NETLINK_EXT_ACK, NETLINK_CAP_ACK set and a receive
 * buffer fit for dumps. */
int nl_open(int protocol, struct nl **ret, struct err *e);
void nl_close(struct nl *nl);
static inline void nl_closep(struct nl **nl)
{
	nl_close(*nl);
}
#define NL_CLEANUP __attribute__((cleanup(nl_closep)))

/* Counted since nl_open: what `-v` and the bench print. */
struct nl_stats {
	uint64_t sent_messages, sent_bytes, received_messages, received_bytes, system_calls;
};
void nl_get_stats(const struct nl *nl, struct nl_stats *ret);

#endif
