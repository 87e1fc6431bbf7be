/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes: messages of rtnetlink (rtnetlink(7), include/uapi/linux/rtnetlink.h). Pure. */
#ifndef WF_NET_ROUTE_H
#define WF_NET_ROUTE_H

#include "model/state.h"
#include "net/nl.h"

/* ifindex is that of r->ifname, 0 for a route without device. Adding never replaces. */
void route_build_add(struct nl_message *m, const struct route_state *r, uint32_t ifindex);
void route_build_del(struct nl_message *m, const struct route_state *r, uint32_t ifindex);
/* A dump the kernel filters: by table, and where they are not 0 by protocol and type (RTN_). */
void route_build_dump(struct nl_message *m, uint8_t family, uint32_t table, uint8_t protocol,
	uint8_t type);
/* "Which way would a packet to `dst` with this mark go?" `scope` is an ifindex or 0. */
void route_build_lookup(struct nl_message *m, const struct ip_addr *dst, uint32_t mark,
	uint32_t scope);

struct route_info {
	struct route_state route; /* without ifname */
	uint8_t type;		  /* RTN_* */
	uint32_t ifindex;	  /* 0 = none */
	uint32_t mtu;		  /* RTAX_MTU, 0 = none */
	/* It says no more than struct route_state can: unicast or unreachable, without gateway,
	 * source, type of service or several next hops. */
	bool plain;
};
/* RTM_NEWROUTE as a value. False for a malformed message and for other families. */
bool route_parse(const struct nlmsghdr *h, struct route_info *ret);

#endif
