/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile: intent + facts -> contribution, in wf's own scheme. Pure. This file is where the scheme
 * is written down: priorities, tables, marks, what belongs to a tunnel and what is shared.
 */
#ifndef WF_PLAN_COMPILE_H
#define WF_PLAN_COMPILE_H

#include "model/contribution.h"

/* Policy rules of wf's scheme, in the order in which the kernel asks them. */
enum wf_priority {
	PRIO_NESTED = 5110,	 /* fwmark Mi lookup Touter */
	PRIO_NESTED_STOP = 5111, /* fwmark Mi prohibit: never past a dead outer tunnel */
	PRIO_SSH = 5115,	 /* to PEER ipproto tcp sport P dport Q lookup main */
	PRIO_BYPASS = 5120,	 /* fwmark M/mask lookup main */
	PRIO_TUNNEL = 5125,	 /* lookup Tn suppress_prefixlength 0 */
	PRIO_LAN = 5130,	 /* to PRIVATE lookup main suppress_prefixlength 0 */
	PRIO_ONLY = 5133,	 /* SELECTOR lookup Tn, of a tunnel for some alone */
	PRIO_ONLY_STOP = 5134,	 /* SELECTOR prohibit */
	PRIO_SPLIT = 5135,	 /* SELECTOR lookup main: stays outside */
	PRIO_SPLIT_STOP = 5136,	 /* SELECTOR prohibit: and takes no other way */
	PRIO_DEFAULT = 5140,	 /* not fwmark M/mask lookup Tn of the tunnel that holds the default */
	PRIO_UNREACHABLE = 5145, /* not fwmark M/mask lookup WF_TABLE_STOP */
	PRIO_STOP = 5150,	 /* not fwmark M/mask prohibit */
};

/*
 * `outer` is the contribution of tunnel->via, or NULL. Everything in *ret belongs to `a`. Fails
 * only for intents that cannot be: no endpoint resolved at all (E_RESOLVE), an MTU too small, `via`
 * unknown. What is left out (IPv6 parts on a host without) is a note in *ret.
 */
int compile_tunnel(struct arena *a, const struct tunnel *tunnel, const struct facts *facts,
	const struct contribution *outer, struct contribution *ret, struct err *e);

#define LOCKDOWN_NAME "lockdown"

/* What stays possible while the lockdown is on. */
struct lockdown {
	LIST(struct ip_prefix, lan);
	LIST(struct fw_port, inbound);
	LIST(struct fw_link, bridges);
};
/* The lockdown as a contribution of its own: a kill switch without any tunnel. */
void compile_lockdown(struct arena *a, const struct lockdown *l, struct contribution *ret);

#endif
