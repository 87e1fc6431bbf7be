// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes as rtnetlink messages. Knows the attributes of RTM_*ROUTE (include/uapi/linux/rtnetlink.h)
 * and where the families differ; must not send anything. Keeps the invariants that a route is
 * always written with its metric (for IPv6 the kernel would choose 1024) and its protocol, and that
 * a deletion names everything that tells it from a stranger's route to the same prefix.
 */
#include "net/route.h"

#include <linux/rtnetlink.h>
#include <string.h>

static size_t addr_len(uint8_t family)
{
	return ip_bits(family) / 8;
}

static void put_table(struct nlmsghdr *h, struct rtmsg *i, uint32_t table)
{
	i->rtm_table = table < 256 ? (uint8_t)table : RT_TABLE_UNSPEC;
	mnl_attr_put_u32(h, RTA_TABLE, table);
}

static struct rtmsg *build(struct nl_message *m, uint16_t type, uint16_t flags,
	const struct route_state *r, uint32_t ifindex)
{
	struct rtmsg *i = nl_message_begin(m, type, NLM_F_ACK | flags, sizeof(struct rtmsg));
	uint8_t family = r->dst.addr.family;

	i->rtm_family = family;
	i->rtm_dst_len = r->dst.len;
	i->rtm_protocol = r->protocol;
	switch (r->type) {
	case ROUTE_UNICAST: i->rtm_type = RTN_UNICAST; break;
	case ROUTE_UNREACHABLE: i->rtm_type = RTN_UNREACHABLE; break;
	}
	put_table(&m->h, i, r->table);
	if (r->dst.len)
		mnl_attr_put(&m->h, RTA_DST, addr_len(family), r->dst.addr.b);
	mnl_attr_put_u32(&m->h, RTA_PRIORITY, r->metric);
	if (ifindex)
		mnl_attr_put_u32(&m->h, RTA_OIF, ifindex);
	return i;
}

void route_build_add(struct nl_message *m, const struct route_state *r, uint32_t ifindex)
{
	struct rtmsg *i = build(m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, r, ifindex);

	/* IPv4 wants the scope of what is reached without a gateway; IPv6 has no scopes. */
	if (r->dst.addr.family == AF_INET && r->type == ROUTE_UNICAST)
		i->rtm_scope = RT_SCOPE_LINK;
}

void route_build_del(struct nl_message *m, const struct route_state *r, uint32_t ifindex)
{
	struct rtmsg *i = build(m, RTM_DELROUTE, 0, r, ifindex);

	/* "Any scope": all that tells the route from another one is named anyway. */
	if (r->dst.addr.family == AF_INET)
		i->rtm_scope = RT_SCOPE_NOWHERE;
}

void route_build_dump(
	struct nl_message *m, uint8_t family, uint32_t table, uint8_t protocol, uint8_t type)
{
	struct rtmsg *i = nl_message_begin(m, RTM_GETROUTE, 0, sizeof(struct rtmsg));

	i->rtm_family = family;
	i->rtm_protocol = protocol;
	i->rtm_type = type;
	put_table(&m->h, i, table);
}

void route_build_lookup(
	struct nl_message *m, const struct ip_addr *dst, uint32_t mark, uint32_t scope)
{
	struct rtmsg *i = nl_message_begin(m, RTM_GETROUTE, 0, sizeof(struct rtmsg));

	i->rtm_family = dst->family;
	i->rtm_dst_len = (uint8_t)ip_bits(dst->family);
	mnl_attr_put(&m->h, RTA_DST, addr_len(dst->family), dst->b);
	if (mark)
		mnl_attr_put_u32(&m->h, RTA_MARK, mark);
	if (scope)
		mnl_attr_put_u32(&m->h, RTA_OIF, scope);
}

static bool parse_metrics(const struct nlattr *nest, uint32_t *ret_mtu)
{
	static const uint8_t sizes[RTAX_MTU + 1] = {[RTAX_MTU] = sizeof(uint32_t)};
	const struct nlattr *tb[RTAX_MTU + 1];

	if (!nl_nested_attrs(nest, sizes, RTAX_MTU, tb))
		return false;
	if (tb[RTAX_MTU])
		*ret_mtu = mnl_attr_get_u32(tb[RTAX_MTU]);
	return true;
}

static uint32_t get_u32(const struct nlattr *attr, uint32_t otherwise)
{
	return attr ? mnl_attr_get_u32(attr) : otherwise;
}

static bool is_plain(const struct rtmsg *i, const struct nlattr **tb)
{
	static const uint16_t more[] = {RTA_SRC, RTA_IIF, RTA_GATEWAY, RTA_PREFSRC, RTA_MULTIPATH,
		RTA_FLOW, RTA_VIA, RTA_NEWDST, RTA_ENCAP, RTA_NH_ID};

	for (size_t n = 0; n < sizeof(more) / sizeof(*more); n++)
		if (tb[more[n]])
			return false;
	return !i->rtm_src_len && !i->rtm_tos &&
		(i->rtm_type == RTN_UNICAST || i->rtm_type == RTN_UNREACHABLE);
}

bool route_parse(const struct nlmsghdr *h, struct route_info *ret)
{
	static const uint8_t sizes4[RTA_MAX + 1] = {[RTA_DST] = 4,
		[RTA_TABLE] = sizeof(uint32_t),
		[RTA_OIF] = sizeof(uint32_t),
		[RTA_PRIORITY] = sizeof(uint32_t)};
	static const uint8_t sizes6[RTA_MAX + 1] = {[RTA_DST] = 16,
		[RTA_TABLE] = sizeof(uint32_t),
		[RTA_OIF] = sizeof(uint32_t),
		[RTA_PRIORITY] = sizeof(uint32_t)};
	const struct nlattr *tb[RTA_MAX + 1];
	struct route_info x = {0};
	const struct rtmsg *i;

	if (h->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(h) < sizeof(*i))
		return false;
	i = mnl_nlmsg_get_payload(h);
	if (!ip_bits(i->rtm_family) || i->rtm_dst_len > ip_bits(i->rtm_family) ||
		!nl_message_attrs(
			h, sizeof(*i), i->rtm_family == AF_INET ? sizes4 : sizes6, RTA_MAX, tb) ||
		(tb[RTA_METRICS] && !parse_metrics(tb[RTA_METRICS], &x.mtu)))
		return false;
	x.type = i->rtm_type;
	x.plain = is_plain(i, tb);
	x.route.type = i->rtm_type == RTN_UNREACHABLE ? ROUTE_UNREACHABLE : ROUTE_UNICAST;
	x.route.dst.addr.family = i->rtm_family;
	x.route.dst.len = i->rtm_dst_len;
	if (tb[RTA_DST])
		memcpy(x.route.dst.addr.b, mnl_attr_get_payload(tb[RTA_DST]),
			addr_len(i->rtm_family));
	x.route.table = get_u32(tb[RTA_TABLE], i->rtm_table);
	x.route.metric = get_u32(tb[RTA_PRIORITY], 0);
	x.route.protocol = i->rtm_protocol;
	/* IPv6 hangs routes without a device on the loopback. */
	if (i->rtm_type != RTN_UNREACHABLE)
		x.ifindex = get_u32(tb[RTA_OIF], 0);
	*ret = x;
	return true;
}
