/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about the machine that facts are made of. */
#ifndef WF_NET_QUERY_H
#define WF_NET_QUERY_H

#include "model/contribution.h"
#include "net/snapshot.h"

/*
 * The way to each endpoint for a packet that carries `mark` (wf's own), as RTM_GETROUTE says; fills
 * reachable, dev, mtu of endpoints whose addr is set.
 */
int net_query_endpoints(struct net *n, struct arena *a, uint32_t mark, struct facts *f,
	struct err *e);
/* MTU of the device of the IPv4 default route in main; 0 when there is none. */
int net_query_default_mtu(struct net *n, uint32_t *ret, struct err *e);
/* Connected prefixes of links other than loopback and those named. */
int net_query_local(struct net *n, struct arena *a, const struct record *own, struct facts *f,
	struct err *e);
/*
 * Bridges that lead nowhere out: none of their ports has a device behind it (IFLA_PARENT_DEV_NAME,
 * Linux 5.14) or is of a kind that may be on a card (VLAN, bond). One without ports counts.
 */
int net_query_bridges(struct net *n, struct arena *a, struct facts *f, struct err *e);
/* Lowest n >= `first` whose table (WF_TABLE_BASE + n) is empty in both families. */
int net_query_free_table(struct net *n, uint32_t first, bool ipv6, uint32_t *ret, struct err *e);
/* Whether the kernel has WireGuard: its generic netlink family, loading the module if need be. */
int net_query_kernel_wireguard(struct net *n, bool *ret, struct err *e);
/* Established TCP connections of this namespace whose socket inode is in the sorted list. */
int net_query_tcp_by_inode(struct arena *a, const uint64_t *inodes, size_t count,
	struct facts *f, struct err *e);
/* Number that names this network namespace until the next boot (SO_NETNS_COOKIE, Linux 5.14). */
int net_query_cookie(uint64_t *ret, struct err *e);

#endif
