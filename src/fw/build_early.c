// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prerouting, and what is led past the tunnels on its way out: chains spoof, premark, classify,
 * steer. Knows connection marks; must not know what is allowed out (build_local.c). Keeps the
 * invariant that a mark given here only chooses a route.
 */
#include <linux/rtnetlink.h>

#include "fw/build.h"

static void add_spoof(struct build *b)
{
	build_base(b, "spoof", FW_FILTER, FW_PREROUTING, -300, false);
	RULE(b, V4, IN("tip4", FW_DADDR4), NOT(IN("inside", FW_IIFNAME)),
		NOT(IS(FW_SADDR_TYPE, RTN_LOCAL)), COUNT("wf_drop_spoof"), DROP);
	RULE(b, V6, IN("tip6", FW_DADDR6), NOT(IN("inside", FW_IIFNAME)),
		NOT(IS(FW_SADDR_TYPE, RTN_LOCAL)), COUNT("wf_drop_spoof"), DROP);
}

static void add_premark(struct build *b)
{
	build_base(b, "premark", FW_FILTER, FW_PREROUTING, -199, false);
	RULE(b, IN("inside", FW_IIFNAME), ACCEPT);
	RULE(b, IN("ours", FW_CT_MARK), SET_MARK(WF_MARK), ACCEPT);
	RULE(b, IN("vbr", FW_IIFNAME), ACCEPT);
	RULE(b, V4, IN("ep4", FW_SADDR4, FW_L4PROTO, FW_SPORT), IS(FW_DADDR_TYPE, RTN_LOCAL),
		SET_CT_MARK(FW_CT_CIPHER), SET_MARK(WF_MARK), ACCEPT);
	RULE(b, V6, IN("ep6", FW_SADDR6, FW_L4PROTO, FW_SPORT), IS(FW_DADDR_TYPE, RTN_LOCAL),
		SET_CT_MARK(FW_CT_CIPHER), SET_MARK(WF_MARK), ACCEPT);
	RULE(b, IN("inb", FW_L4PROTO, FW_DPORT), IS(FW_DADDR_TYPE, RTN_LOCAL),
		SET_CT_MARK(FW_CT_INBOUND), SET_MARK(WF_MARK));
}

void build_early(struct build *b)
{
	add_spoof(b);
	add_premark(b);
}

/* As nft can read it back, and without what a shell would see. */
static bool cgroup_fits(const char *path)
{
	for (const char *c = path; *c; c++)
		if (*c <= ' ' || *c == '"' || *c == '\'' || *c == 0x7f)
			return false;
	return path[0] != '\0' && path[0] != '/';
}

static void add_classify(struct build *b)
{
	build_base(b, "classify", FW_NAT, FW_OUTPUT, -100, false);
	RULE(b, rule_is_name(FW_OIFNAME, "lo"), ACCEPT);
	RULE(b, IN("gated", FW_L4PROTO, FW_DPORT), V4, IN("tdns4", FW_OIFNAME, FW_DADDR4), ACCEPT);
	RULE(b, IN("gated", FW_L4PROTO, FW_DPORT), V6, IN("tdns6", FW_OIFNAME, FW_DADDR6), ACCEPT);
	RULE(b, IN("uids", FW_SKUID), SET_CT_MARK(FW_CT_SPLIT));
	LIST_FOREACH (x, b->f, split)
		if (x->kind == FW_SPLIT_CGROUP && cgroup_fits(x->cgroup))
			RULE(b,
				((struct fw_expr){.kind = FW_MATCH,
					.field = {FW_CGROUP},
					.n_fields = 1,
					.name = x->cgroup}),
				SET_CT_MARK(FW_CT_SPLIT));
}

void build_steer(struct build *b)
{
	if (!b->steer)
		return;
	add_classify(b);
	build_chain(b, "steer_out");
	RULE(b, SET_MARK(WF_MARK));
	build_chain(b, "steer_answer");
	RULE(b, IS(FW_CT_DIRECTION, CT_REPLY), SET_MARK(WF_MARK));
	build_base(b, "steer", FW_ROUTE, FW_OUTPUT, -90, false);
	RULE(b, BY("steered", FW_CT_MARK));
}
