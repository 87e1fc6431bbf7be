/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets behind struct net, for the files of this folder only. */
#ifndef WF_NET_NET_H
#define WF_NET_NET_H

#include "net/nl.h"
#include "net/snapshot.h"

/* Borrowed from `n`; opened at the first call, and again when the last one broke. */
int net_route_socket(struct net *n, struct nl **ret, struct err *e);
int net_nft_socket(struct net *n, struct nl **ret, struct err *e);
/*
 * The generic netlink socket and the number of the family "wireguard". *ret_family is 0 when the
 * kernel has none, also after it was given the occasion to load the module.
 */
int net_wg_socket(struct net *n, struct nl **ret, uint16_t *ret_family, struct err *e);

/*
 * Links by name, asked for in one go. found[i].ifindex is 0 where there is none. A name that is only
 * an alternative name of another link gives a LINK_FOREIGN: the name is taken.
 */
int net_find_links(struct net *n, const char *const *names, size_t count,
	struct link_state *found, struct err *e);
/* The same by index. */
int net_find_indexes(struct net *n, const uint32_t *indexes, size_t count,
	struct link_state *found, struct err *e);

#endif
