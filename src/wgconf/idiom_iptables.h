/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One iptables rule as a value, between its reader and its meaning. */
#ifndef WF_WGCONF_IDIOM_IPTABLES_H
#define WF_WGCONF_IDIOM_IPTABLES_H

#include "wgconf/idiom_act.h"

/* Parts that a rule has; those of `neg` stood behind a "!". */
enum {
	RULE_CHAIN = 1 << 0,
	RULE_TABLE = 1 << 1,
	RULE_IN = 1 << 2,
	RULE_OUT = 1 << 3,
	RULE_SRC = 1 << 4,
	RULE_DST = 1 << 5,
	RULE_PROTO = 1 << 6,
	RULE_DPORT = 1 << 7,
	RULE_MARK = 1 << 8, /* the tunnel's own; no other is read */
	RULE_DST_LOCAL = 1 << 9,
	RULE_STATE = 1 << 10,
	RULE_SYN = 1 << 11,
	RULE_COMMENT = 1 << 12,
	RULE_TARGET = 1 << 13,
	RULE_REJECT_WITH = 1 << 14,
	RULE_TO = 1 << 15,
	RULE_CLAMP = 1 << 16,
	/* Modules that were named: an option of theirs is one only then. */
	RULE_M_MARK = 1 << 17,
	RULE_M_ADDRTYPE = 1 << 18,
	RULE_M_CONNTRACK = 1 << 19,
	RULE_M_STATE = 1 << 20,
	RULE_M_COMMENT = 1 << 21,
};

enum { RULE_NEW = 1, RULE_ESTABLISHED = 2, RULE_RELATED = 4 };

struct iptables_rule {
	uint8_t family; /* ACT_IPV4, ACT_IPV6 */
	bool undo;	/* -D */
	bool front;	/* -I, at the first place */
	bool somewhere; /* -I, at another place */
	unsigned has, neg;
	const char *table, *chain, *target, *to, *reject_with, *comment;
	char in[FW_IFNAME_SIZE], out[FW_IFNAME_SIZE];
	struct ip_prefix src, dst;
	uint8_t proto; /* 0 = any */
	uint16_t dport;
	unsigned states;
};

/* False when the rule is none that is known. Sets the kind and what goes with it. */
bool iptables_meaning(const struct act_reader *rd, const struct iptables_rule *r, struct act *ret);

#endif
