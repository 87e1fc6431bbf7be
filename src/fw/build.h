/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make wf's table (build*.c): the table being made, and a notation for
 * rules that reads like nft's. A rule goes to the chain that was added last.
 */
#ifndef WF_FW_BUILD_H
#define WF_FW_BUILD_H

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <stdint.h>
#include "base/err.h"
#include "fw/table.h"
#include "model/state.h"

/* Connection marks (FW_CT_* in model/firewall.h): this one's packets are a tunnel's ciphertext. */
#define FW_CT_CIPHER 0x57ff0003u

struct build {
	struct arena *a;
	const struct firewall *f;
	struct fw_table *t;
	bool gate;  /* DNS is checked */
	bool hold;  /* something is checked on its way out, be it only prefixes */
	bool steer; /* some connections are led past the tunnels */
};

void build_rule(struct build *b, const struct fw_expr *e, size_t n);
void build_chain(struct build *b, const char *name);
void build_base(struct build *b, const char *name, enum fw_chain_type type, enum fw_hook hook,
	int priority, bool drop);
/*
 * What has a name that nft could not read back, or would read as a pattern, is left out: nothing is
 * allowed by it then.
 */
bool build_name_fits(const char *ifname);

void build_sets(struct build *b);
void build_maps(struct build *b);
#define BUILD_FORM "form"
/* The set of that name with this number. */
void build_form(struct arena *a, struct fw_table *t, uint64_t form);
void build_early(struct build *b);   /* prerouting: spoofed packets, marks */
void build_steer(struct build *b);   /* what stays outside the tunnels */
void build_shared(struct build *b);  /* regular chains of more than one hook */
void build_local(struct build *b);   /* output, input, postrouting */
void build_forward(struct build *b); /* forward */
void build_nat(struct build *b);

/* --- notation -------------------------------------------------------------------------------- */

struct fw_expr rule_is(enum fw_field f, uint32_t value);
struct fw_expr rule_is_name(enum fw_field f, const char *name);
/* v4 and v6: the field for each family. */
struct fw_expr rule_is_prefix(enum fw_field v4, enum fw_field v6, const struct ip_prefix *p);
struct fw_expr rule_is_addr(enum fw_field v4, enum fw_field v6, const struct ip_addr *addr);
struct fw_expr rule_family(uint8_t family); /* AF_INET, AF_INET6 */
struct fw_expr rule_not(struct fw_expr e);
struct fw_expr rule_lookup(enum fw_expr_kind kind, const char *set, const enum fw_field *fields,
	unsigned n);

#define RULE_COUNT_(type, ...) (sizeof((type[]){__VA_ARGS__}) / sizeof(type))
/* A key of more parts than there is room for does not compile. */
#define RULE_PARTS_(type, ...)                                                                     \
	(RULE_COUNT_(type, __VA_ARGS__) +                                                          \
		0 * sizeof(char[RULE_COUNT_(type, __VA_ARGS__) <= FW_KEY_PARTS ? 1 : -1]))
#define RULE_FIELDS_(...)                                                                          \
	(const enum fw_field[]){__VA_ARGS__}, RULE_PARTS_(enum fw_field, __VA_ARGS__)

#define RULE(b, ...)                                                                               \
	build_rule(b, (struct fw_expr[]){__VA_ARGS__}, RULE_COUNT_(struct fw_expr, __VA_ARGS__))
#define IS(field, value)  rule_is(field, value)
#define NOT(expr)	  rule_not(expr)
#define IN(set, ...)	  rule_lookup(FW_MATCH, set, RULE_FIELDS_(__VA_ARGS__))
#define BY(map, ...)	  rule_lookup(FW_VMAP, map, RULE_FIELDS_(__VA_ARGS__))
#define V4		  rule_family(AF_INET)
#define V6		  rule_family(AF_INET6)
#define TCP		  rule_is(FW_L4PROTO, IPPROTO_TCP)
#define UDP		  rule_is(FW_L4PROTO, IPPROTO_UDP)
#define ICMPV6		  rule_is(FW_L4PROTO, IPPROTO_ICMPV6)
#define COUNT(counter)	  ((struct fw_expr){.kind = FW_COUNT, .name = counter})
#define REJECT(how)	  ((struct fw_expr){.kind = FW_REJECT, .reject = how})
#define SET_MARK(value)	  ((struct fw_expr){.kind = FW_SET_MARK, .mark = value})
#define SET_CT_MARK(value) ((struct fw_expr){.kind = FW_SET_CT_MARK, .mark = value})
#define SAY_(v, to)	  ((struct fw_expr){.kind = FW_VERDICT, .verdict = {.code = v, .chain = to}})
#define ACCEPT		  SAY_(FW_ACCEPT, NULL)
#define DROP		  SAY_(FW_DROP, NULL)
#define RETURN		  SAY_(FW_RETURN, NULL)
#define JUMP(to)	  SAY_(FW_JUMP, to)
#define GOTO(to)	  SAY_(FW_GOTO, to)

#define CT_ESTABLISHED 2u /* 1 << (IP_CT_ESTABLISHED % IP_CT_IS_REPLY + 1), nf_conntrack_common.h */
#define CT_RELATED     4u
#define CT_DNAT	       0x20u /* IPS_DST_NAT */
#define CT_REPLY       1u    /* IP_CT_DIR_REPLY */

#endif
