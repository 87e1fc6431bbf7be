/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: messages of rtnetlink (rtnetlink(7), include/uapi/linux/if_addr.h). Pure. */
#ifndef WF_NET_ADDR_H
#define WF_NET_ADDR_H

#include "model/state.h"
#include "net/nl.h"

/* Without a prefix route, and for IPv6 usable at once (a tunnel has no neighbours to ask). An
 * address that is there already is no error. */
void addr_build_add(struct nl_message *m, uint32_t ifindex, const struct ip_prefix *p);
void addr_build_del(struct nl_message *m, uint32_t ifindex, const struct ip_prefix *p);
/* A dump of both families; of one link, or with 0 of all. */
void addr_build_dump(struct nl_message *m, uint8_t family, uint32_t ifindex);

struct addr_info {
	uint32_t ifindex;
	struct ip_prefix local; /* host bits kept */
	struct ip_prefix net;	/* what it is connected to, masked: of the far end if it has one */
	bool by_kernel;		/* an IPv6 link-local address nobody asked for */
};
/* RTM_NEWADDR as a value. False for a malformed message and for other families. */
bool addr_parse(const struct nlmsghdr *h, struct addr_info *ret);

#endif
