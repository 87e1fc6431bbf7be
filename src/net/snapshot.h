/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netstate: reads exactly what a scope names, with filters in the kernel: links by name, addresses
 * by link, routes by table, rules (the kernel has no filter for them), WireGuard devices by name
 * over generic netlink or UAPI. A million routes and ten thousand foreign peers change nothing.
 */
#ifndef WF_NET_SNAPSHOT_H
#define WF_NET_SNAPSHOT_H

#include "model/state.h"

struct nl_stats; /* net/nl.h */
struct net; /* the sockets, opened when first needed */

int net_open(struct net **ret, struct err *e);
void net_close(struct net *n);
/* Counted over its netlink sockets since net_open: what `-v` and the bench print. */
void net_get_stats(const struct net *n, struct nl_stats *ret);

/*
 * A link that is not there is no error: it is absent from *ret. Rules: those with priorities
 * WF_PRIO_FIRST..LAST of both families. Sysctls are not read here (sys/sysctl.h).
 *
 * A TUN device counts as LINK_USERSPACE when a process answers on the UAPI socket of its name, else
 * as LINK_FOREIGN. Routes of a table outside WF_TABLE_BASE..LAST are those of protocol WF_RTPROTO
 * and the `unreachable` ones only. Left out is what these types cannot say, so that it never looks
 * like an object of wf: routes with a gateway or several next hops, rules with other selectors;
 * and the link-local addresses that the kernel makes by itself.
 */
int net_snapshot(struct net *n, struct arena *a, const struct scope *scope, struct state *ret,
	struct err *e);

/* One link only. E_NOT_FOUND when there is none; a TUN device is LINK_USERSPACE here, unchecked. */
int net_read_link(struct net *n, const char *ifname, struct link_state *ret, struct err *e);

/* One device only, for waiting and status. E_NOT_FOUND when it is gone. */
int net_read_device(struct net *n, struct arena *a, const char *ifname, enum link_kind kind,
	struct wg_state *ret, struct err *e);

#endif
