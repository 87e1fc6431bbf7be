/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces by which this machine reaches others: those that are up and have an address. */
#ifndef WF_NET_NIC_H
#define WF_NET_NIC_H

#include "base/arena.h"
#include "base/err.h"
#include "model/ip.h"
#include "model/state.h"

struct nic {
	char name[WF_IFNAME_SIZE];
	struct ip_addr v4, v6; /* its first one of global scope; family 0 = none */
	bool physical;	       /* there is a device behind it */
	bool running;	       /* it has a carrier */
};
struct nic_list {
	LIST(struct nic, items);
};
/* The gateways of the default routes of the main table, by whatever interface; each once. */
struct nic_gateways {
	LIST(struct ip_addr, items);
};
void net_query_gateways(struct arena *a, struct nic_gateways *ret);
int net_query_nics(struct arena *a, struct nic_list *ret, struct err *e);

#endif
