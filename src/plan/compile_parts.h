/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of compile; for compile.c and compile_*.c only. */
#ifndef WF_PLAN_COMPILE_PARTS_H
#define WF_PLAN_COMPILE_PARTS_H

#include "plan/compile.h"

#define TABLE_MAIN 254 /* RT_TABLE_MAIN */

struct compile {
	struct arena *a;
	const struct tunnel *tunnel;
	const struct facts *facts;
	const struct contribution *outer;
	struct contribution *ret;
	uint32_t mark;	   /* of the tunnel's own ciphertext */
	bool dropped_ipv6; /* something was left out because this host has no IPv6 */
	bool only;	   /* it is for some alone (policy.split) and never holds the default */
	bool premark;	   /* a strict device drops its answers unless they are marked */
};

#define COMPILE_NOTE(c, ...)                                                                       \
	(*LIST_PUSH((c)->a, (c)->ret, notes) = arena_printf((c)->a, __VA_ARGS__))

/* False (and remembered) for an IPv6 address on a host without IPv6. */
bool compile_usable(struct compile *c, const struct ip_addr *addr);
/* Whether rules of that family are wanted: also where the tunnel has none of it. */
bool compile_rules_family(const struct compile *c, uint8_t family);
/* Table 0 = prohibit. */
struct rule_state *compile_rule(
	struct compile *c, struct state *to, uint8_t family, uint32_t priority, uint32_t table);

/* Whether an allowed IP has that address. */
bool compile_carries(const struct compile *c, const struct ip_addr *addr);
/* Meant to carry everything of a family: by its routes, or where others see to the routes. */
bool compile_is_whole(const struct compile *c);

/* The device: key, port, mark, peers with endpoints and allowed IPs. */
int compile_peers(struct compile *c, struct err *e);

/* Whether the exceptions can be had; fills c->only. */
int compile_check_split(struct compile *c, struct err *e);
/* Routes, rules and sysctls; reads the allowed IPs that compile_peers has made. */
int compile_routing(struct compile *c, struct err *e);
/* Rules of exceptions, behind those of the tunnel; `table` is its own. */
void compile_split(struct compile *c, uint32_t table);

/* The DNS servers and search domains; reads what compile_routing has made. */
void compile_names(struct compile *c);
/* Routes to them; reads what both have made. */
void compile_name_routes(struct compile *c);
/* Both read the names: what the resolver is told, and what the firewall is asked for. */
void compile_resolver(struct compile *c);
void compile_firewall(struct compile *c);

#endif
