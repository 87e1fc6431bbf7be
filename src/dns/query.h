/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One attempt to get a name's addresses from the resolvers of resolv.conf. */
#ifndef WF_DNS_QUERY_H
#define WF_DNS_QUERY_H

#include "dns/lookup.h"

enum query_verdict {
	QUERY_FOUND,
	QUERY_NEVER,   /* it does not exist, or has no address */
	QUERY_AGAIN,   /* no server could tell; another time one may */
	QUERY_STOPPED, /* stop() said so, or the deadline has passed */
};

struct query {
	const char *host, *resolv_conf;
	uint32_t mark; /* of the sockets; without the privilege for it they go unmarked */
	bool ipv6;
	const struct ip_addr *servers; /* instead of those of resolv_conf; NULL = these */
	size_t n_servers;
	int64_t deadline;	 /* of clock_ms(), 0 = none */
	bool (*stop)(void *ctx); /* asked at least every 100 ms; may be NULL */
	void *ctx;
	/* out */
	char reason[128];  /* why nothing was found */
	char asked[256];   /* who was asked: "192.0.2.1, 192.0.2.2" */
};

/* Appends the addresses found, IPv4 first, each family in the server's order. */
enum query_verdict query_name(struct arena *a, struct query *q, struct lookup_result *ret);

#endif
