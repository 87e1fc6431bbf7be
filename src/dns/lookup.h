/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of endpoints: /etc/hosts first, then the resolvers this machine uses outside of wf's
 * tunnels (dns/resolver.h) by a socket that carries wf's mark, so that the question leaves outside
 * every tunnel. Retries as wg(8) does (WG_ENDPOINT_RESOLUTION_RETRIES: a number or "infinity";
 * default 15; 1 s times 1.2 up to 20 s); "no such name" is final.
 */
#ifndef WF_DNS_LOOKUP_H
#define WF_DNS_LOOKUP_H

#include "base/arena.h"
#include "base/err.h"
#include "model/ip.h"

struct lookup_options {
	uint32_t mark;
	bool ipv6;			 /* whether AAAA answers are of use */
	int retries;			 /* -1 = infinity, -2 = by the environment */
	unsigned timeout_ms;		 /* of the whole; 0 = by the retries */
	const char *resolv_conf, *hosts; /* NULL = the machine's, /etc/hosts */
	void (*attempt)(void *ctx);	 /* called before each attempt; may be NULL */
	bool (*cancelled)(void *ctx);	 /* asked between waits; may be NULL */
	void *ctx;
};
struct lookup_result {
	LIST(struct ip_addr,
		addrs); /* in getaddrinfo's order as far as it can be told: v4 and v6 */
};
/* A literal address is answered at once. E_RESOLVE with the name and the reason. */
int dns_lookup(struct arena *a, const char *host, const struct lookup_options *o,
	struct lookup_result *ret, struct err *e);

#endif
