/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy rules: messages of rtnetlink (include/uapi/linux/fib_rules.h). Pure. */
#ifndef WF_NET_RULE_H
#define WF_NET_RULE_H

#include "model/state.h"
#include "net/nl.h"

void rule_build_add(struct nl_message *m, const struct rule_state *r);
void rule_build_del(struct nl_message *m, const struct rule_state *r);
/* AF_UNSPEC: of every family the kernel has. It knows no filter for rules. */
void rule_build_dump(struct nl_message *m, uint8_t family);

enum rule_reading {
	RULE_READ,	/* *ret is filled */
	RULE_OTHER,	/* not with a reserved priority, or with what struct rule_state cannot say */
	RULE_MALFORMED,
};
/* RTM_NEWRULE as a value. Strangers' rules, of which there may be many, cost next to nothing. */
enum rule_reading rule_parse(const struct nlmsghdr *h, struct rule_state *ret);

#endif
