/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what compile must know of the machine, gathered first by net, sys and dns, so that compile
 * is pure and a golden test can write them down.
 */
#ifndef WF_MODEL_FACTS_H
#define WF_MODEL_FACTS_H

#include "model/state.h"

/* One endpoint of the tunnel, resolved, and the way to it (by main, outside every wf tunnel). */
struct fact_endpoint {
	const char *host;
	uint16_t port;
	struct ip_endpoint addr; /* family 0: it could not be resolved */
	bool reachable;		 /* there is a route */
	const char *dev;	 /* of that route, or NULL */
	uint32_t mtu;		 /* of the route, else of the device; 0 = unknown */
	bool strict_rp_filter;	 /* IPv4: the device drops answers that come back unmarked */
};

/* One TCP connection of a login that must not be cut; local side first. */
struct fact_ssh {
	struct ip_addr local, peer;
	uint16_t local_port, peer_port;
	uint32_t table; /* of the tunnel of wf that it comes through; 0 = it comes by main */
};

struct facts {
	LIST(struct fact_endpoint, endpoints);
	uint32_t default_mtu; /* of the device of the IPv4 default route; 0 = there is none */
	LIST(struct ip_prefix, local); /* connected prefixes of this machine's other links */
	LIST(struct fact_ssh, ssh);
	LIST(struct fw_link, bridges); /* without a physical port: of containers and VMs */
	LIST(struct ip_addr, resolvers); /* DNS servers this machine uses outside of wf's tunnels */
	enum resolver_backend resolver;
	bool ipv6;		/* false: IPv6 is disabled on this host */
	const char *ipv6_sysctl; /* which sysctl says so, when it is */
	bool ipv6_elsewhere;	/* disabled for a new link, but others have it or may get it */
	bool kernel_wireguard;
	uint32_t free_table; /* for a tunnel that has none: its number n (1..0xffff) */
	uint32_t next_seq;   /* number of this `up`; grows */
};

#endif
