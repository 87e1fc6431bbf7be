/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of compile; for compile.c, compile_peers.c and compile_routing.c only. */
#ifndef WF_PLAN_COMPILE_PARTS_H
#define WF_PLAN_COMPILE_PARTS_H

#include "plan/compile.h"

struct compile {
	struct arena *a;
	const struct tunnel *tunnel;
	const struct facts *facts;
	const struct contribution *outer;
	struct contribution *ret;
	uint32_t mark;	   /* of the tunnel's own ciphertext */
	bool dropped_ipv6; /* something was left out because this host has no IPv6 */
};

#define COMPILE_NOTE(c, ...)                                                                       \
	(*LIST_PUSH((c)->a, (c)->ret, notes) = arena_printf((c)->a, __VA_ARGS__))

/* False (and remembered) for an IPv6 address on a host without IPv6. */
bool compile_usable(struct compile *c, const struct ip_addr *addr);

/* The device: key, port, mark, peers with endpoints and allowed IPs. */
int compile_peers(struct compile *c, struct err *e);

/* Routes, rules and sysctls; reads the allowed IPs that compile_peers has made. */
int compile_routing(struct compile *c, struct err *e);

#endif
