/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that the firewall cuts off, and how they are ended (sock_diag(7), SOCK_DESTROY). */
#ifndef WF_NET_SOCKETS_H
#define WF_NET_SOCKETS_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include "model/firewall.h"
#include "net/snapshot.h"

struct socket_info {
	uint8_t proto; /* IPPROTO_TCP, IPPROTO_UDP */
	struct ip_addr local, peer;
	uint16_t local_port, peer_port;
	uint32_t uid, mark;
	uint8_t family;		  /* of the socket, which may hold an IPv4 pair in IPv6 */
	struct inet_diag_sockid id; /* as the kernel names it */
};
/* False for a malformed message, and for a socket without a peer. */
bool socket_parse(const struct nlmsghdr *h, uint8_t proto, struct socket_info *ret);
/*
 * Pure: whether a kill switch (false without one) makes this connection one that can never again
 * send. `own` are this machine's addresses; those of tunnels, local bridges and loopback are marked
 * `inner`.
 */
struct socket_own {
	struct ip_addr addr;
	bool inner;
};
bool socket_is_cut(const struct firewall *f, const struct socket_info *s,
	const struct socket_own *own, size_t n_own);

/*
 * Ends TCP connections and connected UDP sockets of this network namespace that the firewall cuts
 * off, so that their programs learn it at once and not by a timeout. A kernel that cannot
 * (CONFIG_INET_DIAG_DESTROY, the UDP part of sock_diag) ends none, which is no error.
 */
int net_end_sockets(struct net *n, const struct firewall *f, unsigned *ret_ended, struct err *e);

#endif
