// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policy rules as rtnetlink messages. Knows the attributes of RTM_*RULE
 * (include/uapi/linux/fib_rules.h); must not send anything. Keeps the invariants that both
 * directions name every selector of struct rule_state, and that a rule which selects by anything
 * else is never taken for one of wf.
 */
#include "net/rule.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

static void put_port(struct nlmsghdr *h, uint16_t attr, uint16_t port)
{
	const struct fib_rule_port_range range = {.start = port, .end = port};

	if (port)
		mnl_attr_put(h, attr, sizeof(range), &range);
}

static void put_selectors(struct nlmsghdr *h, const struct rule_state *r)
{
	if (r->dst.addr.family)
		mnl_attr_put(h, FRA_DST, ip_bits(r->dst.addr.family) / 8, r->dst.addr.b);
	if (r->fwmask) {
		mnl_attr_put_u32(h, FRA_FWMARK, r->fwmark);
		mnl_attr_put_u32(h, FRA_FWMASK, r->fwmask);
	}
	if (r->ip_proto)
		mnl_attr_put_u8(h, FRA_IP_PROTO, r->ip_proto);
	put_port(h, FRA_SPORT_RANGE, r->sport);
	put_port(h, FRA_DPORT_RANGE, r->dport);
	if (r->by_uid) {
		const struct fib_rule_uid_range range = {r->uid_first, r->uid_last};

		mnl_attr_put(h, FRA_UID_RANGE, sizeof(range), &range);
	}
}

static void build(struct nl_message *m, uint16_t type, uint16_t flags, const struct rule_state *r)
{
	struct fib_rule_hdr *i =
		nl_message_begin(m, type, NLM_F_ACK | flags, sizeof(struct fib_rule_hdr));

	i->family = r->family;
	i->dst_len = r->dst.addr.family ? r->dst.len : 0;
	i->flags = r->invert ? FIB_RULE_INVERT : 0;
	switch (r->action) {
	case RULE_LOOKUP:
		i->action = FR_ACT_TO_TBL;
		i->table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_UNSPEC;
		mnl_attr_put_u32(&m->h, FRA_TABLE, r->table);
		break;
	case RULE_PROHIBIT: i->action = FR_ACT_PROHIBIT; break;
	}
	mnl_attr_put_u32(&m->h, FRA_PRIORITY, r->priority);
	if (r->suppress_prefixlen >= 0)
		mnl_attr_put_u32(&m->h, FRA_SUPPRESS_PREFIXLEN, (uint32_t)r->suppress_prefixlen);
	mnl_attr_put_u8(&m->h, FRA_PROTOCOL, r->protocol);
	put_selectors(&m->h, r);
}

void rule_build_add(struct nl_message *m, const struct rule_state *r)
{
	build(m, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, r);
}

void rule_build_del(struct nl_message *m, const struct rule_state *r)
{
	build(m, RTM_DELRULE, 0, r);
}

void rule_build_dump(struct nl_message *m, uint8_t family)
{
	struct fib_rule_hdr *i = nl_message_begin(m, RTM_GETRULE, 0, sizeof(struct fib_rule_hdr));

	i->family = family;
}

/* An exact port; a range of several is something else. */
static bool get_port(const struct nlattr *attr, uint16_t *ret)
{
	struct fib_rule_port_range range = {0};

	if (attr)
		memcpy(&range, mnl_attr_get_payload(attr), sizeof(range));
	*ret = range.start;
	return range.start == range.end;
}

static bool get_action(const struct fib_rule_hdr *i, const struct nlattr **tb, struct rule_state *r)
{
	if (i->action == FR_ACT_TO_TBL) {
		r->action = RULE_LOOKUP;
		r->table = tb[FRA_TABLE] ? mnl_attr_get_u32(tb[FRA_TABLE]) : i->table;
		return true;
	}
	r->action = RULE_PROHIBIT;
	return i->action == FR_ACT_PROHIBIT;
}

/* Linux 6.15 reports an exact port with its mask, which then has all bits (fib_rules.h there). */
#define SPORT_MASK 28
#define DPORT_MASK 29

/* An attribute that was invented after this was written, so its rule is somebody else's. */
static bool is_unknown(const struct nlattr *attr)
{
	uint16_t type = mnl_attr_get_type(attr);

	if ((type == SPORT_MASK || type == DPORT_MASK) &&
		mnl_attr_get_payload_len(attr) == sizeof(uint16_t))
		return mnl_attr_get_u16(attr) != UINT16_MAX;
	return type > FRA_DPORT_RANGE;
}

static bool has_other_selectors(
	const struct nlmsghdr *h, const struct fib_rule_hdr *i, const struct nlattr **tb)
{
	static const uint16_t other[] = {
		FRA_SRC, FRA_IIFNAME, FRA_OIFNAME, FRA_GOTO, FRA_FLOW, FRA_TUN_ID, FRA_L3MDEV};
	const struct nlattr *attr;

	for (size_t n = 0; n < sizeof(other) / sizeof(*other); n++)
		if (tb[other[n]])
			return true;
	if (tb[FRA_SUPPRESS_IFGROUP] && mnl_attr_get_u32(tb[FRA_SUPPRESS_IFGROUP]) != UINT32_MAX)
		return true;
	mnl_attr_for_each(attr, h, sizeof(*i))
	{
		if (is_unknown(attr))
			return true;
	}
	return i->src_len || i->tos || (i->flags & FIB_RULE_UNRESOLVED);
}

static bool get_selectors(
	const struct fib_rule_hdr *i, const struct nlattr **tb, struct rule_state *r)
{
	r->fwmark = tb[FRA_FWMARK] ? mnl_attr_get_u32(tb[FRA_FWMARK]) : 0;
	r->fwmask = tb[FRA_FWMASK] ? mnl_attr_get_u32(tb[FRA_FWMASK]) : 0;
	r->ip_proto = tb[FRA_IP_PROTO] ? mnl_attr_get_u8(tb[FRA_IP_PROTO]) : 0;
	r->protocol = tb[FRA_PROTOCOL] ? mnl_attr_get_u8(tb[FRA_PROTOCOL]) : 0;
	/* -1, which the kernel sends as an unsigned number, is "none". */
	r->suppress_prefixlen = -1;
	if (tb[FRA_SUPPRESS_PREFIXLEN])
		r->suppress_prefixlen = (int)mnl_attr_get_u32(tb[FRA_SUPPRESS_PREFIXLEN]);
	if (tb[FRA_UID_RANGE]) {
		struct fib_rule_uid_range range;

		memcpy(&range, mnl_attr_get_payload(tb[FRA_UID_RANGE]), sizeof(range));
		r->by_uid = true;
		r->uid_first = range.start;
		r->uid_last = range.end;
	}
	if (tb[FRA_DST]) {
		r->dst.addr.family = i->family;
		r->dst.len = i->dst_len;
		memcpy(r->dst.addr.b, mnl_attr_get_payload(tb[FRA_DST]), ip_bits(i->family) / 8);
	}
	return get_port(tb[FRA_SPORT_RANGE], &r->sport) && get_port(tb[FRA_DPORT_RANGE], &r->dport);
}

#define U32 sizeof(uint32_t)
#define RULE_SIZES(addr)                                                                           \
	{                                                                                          \
		[FRA_DST] = (addr), [FRA_PRIORITY] = U32, [FRA_FWMARK] = U32, [FRA_FWMASK] = U32,  \
		[FRA_TABLE] = U32, [FRA_SUPPRESS_PREFIXLEN] = U32, [FRA_SUPPRESS_IFGROUP] = U32,   \
		[FRA_PROTOCOL] = 1, [FRA_IP_PROTO] = 1,                                            \
		[FRA_UID_RANGE] = sizeof(struct fib_rule_uid_range),                               \
		[FRA_SPORT_RANGE] = sizeof(struct fib_rule_port_range),                            \
		[FRA_DPORT_RANGE] = sizeof(struct fib_rule_port_range)                             \
	}

enum rule_reading rule_parse(const struct nlmsghdr *h, struct rule_state *ret)
{
	static const uint8_t sizes4[FRA_DPORT_RANGE + 1] = RULE_SIZES(4);
	static const uint8_t sizes6[FRA_DPORT_RANGE + 1] = RULE_SIZES(16);
	const struct nlattr *tb[FRA_DPORT_RANGE + 1];
	struct rule_state r = {0};
	const struct fib_rule_hdr *i;

	if (h->nlmsg_type != RTM_NEWRULE || mnl_nlmsg_get_payload_len(h) < sizeof(*i))
		return RULE_MALFORMED;
	i = mnl_nlmsg_get_payload(h);
	if (!ip_bits(i->family))
		return RULE_OTHER;
	if (i->dst_len > ip_bits(i->family) ||
		!nl_message_attrs(
			h, sizeof(*i), i->family == AF_INET ? sizes4 : sizes6, FRA_DPORT_RANGE, tb))
		return RULE_MALFORMED;
	r.priority = tb[FRA_PRIORITY] ? mnl_attr_get_u32(tb[FRA_PRIORITY]) : 0;
	if (r.priority < WF_PRIO_FIRST || r.priority > WF_PRIO_LAST)
		return RULE_OTHER;
	r.family = i->family;
	r.invert = i->flags & FIB_RULE_INVERT;
	if (has_other_selectors(h, i, tb) || !get_action(i, tb, &r) || !get_selectors(i, tb, &r))
		return RULE_OTHER;
	*ret = r;
	return RULE_READ;
}
