// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel objects from bytes: what a message says, what makes it somebody else's, what is malformed;
 * and the parts of requests that a kernel accepts either way.
 */
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "net/addr.h"
#include "net/diag.h"
#include "net/route.h"
#include "net/rule.h"
#include "rig.h"

static const struct rule_state plain = {.family = AF_INET,
	.priority = 5140,
	.table = 7,
	.suppress_prefixlen = -1,
	.protocol = WF_RTPROTO_KERNEL};

static struct nl_message rule_message(const struct rule_state *r)
{
	struct nl_message m;

	rule_build_add(&m, r);
	return m;
}

static void test_rule(void)
{
	struct nl_message m = rule_message(&plain);
	struct rule_state r = {0};

	is_int(rule_parse(&m.h, &r), RULE_READ, "a rule");
	ok(rule_equal(&r, &plain), "reads as written");
	mnl_attr_put_u32(&m.h, FRA_SUPPRESS_IFGROUP, UINT32_MAX);
	is_int(rule_parse(&m.h, &r), RULE_READ, "a group that suppresses nothing");
	mnl_attr_put_u32(&m.h, FRA_SUPPRESS_IFGROUP, 1);
	is_int(rule_parse(&m.h, &r), RULE_OTHER, "one that does is a stranger's");

	r = plain;
	r.by_uid = true;
	r.uid_first = 1000;
	r.uid_last = 4294967294u;
	m = rule_message(&r);
	r = (struct rule_state){0};
	is_int(rule_parse(&m.h, &r), RULE_READ, "a rule of some users");
	ok(r.by_uid && r.uid_first == 1000 && r.uid_last == 4294967294u, "names them");
	ok(!rule_equal(&r, &plain), "and is another than one of all");
	m = rule_message(&plain);
	mnl_attr_put_u32(&m.h, FRA_UID_RANGE, 1);
	is_int(rule_parse(&m.h, &r), RULE_MALFORMED, "users that are cut off");

	m = rule_message(&plain);
	mnl_attr_put_u16(&m.h, 28, 0xffff);
	is_int(rule_parse(&m.h, &r), RULE_READ, "the mask of an exact port");
	mnl_attr_put_u16(&m.h, 28, 0xff00);
	is_int(rule_parse(&m.h, &r), RULE_OTHER, "that of several ports");
	m = rule_message(&plain);
	mnl_attr_put_u8(&m.h, 25, 1);
	is_int(rule_parse(&m.h, &r), RULE_OTHER, "a selector of the future");

	m = rule_message(&plain);
	((struct fib_rule_hdr *)mnl_nlmsg_get_payload(&m.h))->family = 128;
	is_int(rule_parse(&m.h, &r), RULE_OTHER, "another family");
	m = rule_message(&plain);
	((struct fib_rule_hdr *)mnl_nlmsg_get_payload(&m.h))->dst_len = 33;
	is_int(rule_parse(&m.h, &r), RULE_MALFORMED, "a prefix that is too long");
	m = rule_message(&plain);
	mnl_attr_put_u16(&m.h, FRA_FWMARK, 1);
	is_int(rule_parse(&m.h, &r), RULE_MALFORMED, "a mark that is cut off");
	m.h.nlmsg_len = sizeof(m.h) + 4;
	is_int(rule_parse(&m.h, &r), RULE_MALFORMED, "a header that is cut off");
}

static void test_route(void)
{
	struct route_state route = {
		.dst = rig_prefix("10.0.0.0/8"), .table = 300, .metric = 5, .protocol = WF_RTPROTO};
	struct route_info i = {0};
	struct nl_message m;
	struct rtmsg *rt;

	route_build_add(&m, &route, 9);
	rt = mnl_nlmsg_get_payload(&m.h);
	is_int(rt->rtm_scope, RT_SCOPE_LINK, "IPv4 over a device has link scope");
	is_int(rt->rtm_table, RT_TABLE_UNSPEC, "a table that needs its attribute");
	ok(route_parse(&m.h, &i) && i.plain && i.ifindex == 9 && i.route.table == 300,
		"reads as written");
	mnl_attr_put_u32(&m.h, RTA_PREFSRC, 1);
	ok(route_parse(&m.h, &i) && !i.plain, "with a source it is a stranger's");
	route_build_add(&m, &route, 9);
	rt->rtm_type = RTN_BLACKHOLE;
	ok(route_parse(&m.h, &i) && !i.plain, "so is a black hole");
	rt->rtm_type = RTN_UNREACHABLE;
	ok(route_parse(&m.h, &i) && i.plain && !i.ifindex, "unreachable is over no device");
	rt->rtm_family = 28;
	ok(!route_parse(&m.h, &i), "another family");
	rt->rtm_family = AF_INET6;
	ok(!route_parse(&m.h, &i), "an address that is cut off");
	rt->rtm_family = AF_INET;
	rt->rtm_dst_len = 33;
	ok(!route_parse(&m.h, &i), "a prefix that is too long");

	route.dst = rig_prefix("fc00::/7");
	route.table = RT_TABLE_MAIN;
	route_build_add(&m, &route, 9);
	rt = mnl_nlmsg_get_payload(&m.h);
	is_int(rt->rtm_scope, RT_SCOPE_UNIVERSE, "IPv6 has no scopes");
	is_int(rt->rtm_table, RT_TABLE_MAIN, "a table that fits the header");
}

static void test_addr(void)
{
	struct ip_prefix p = rig_prefix("192.0.2.9/24"), q = rig_prefix("192.0.2.0/24");
	struct addr_info i = {0};
	struct nl_message m;

	addr_build_add(&m, 4, &p);
	ok(addr_parse(&m.h, &i), "an address");
	ok(ip_prefix_equal(&i.local, &p) && ip_prefix_equal(&i.net, &q), "and its network");
	ok(!i.by_kernel && i.ifindex == 4, "on its link");
	p = rig_prefix("2001:db8::9/64");
	addr_build_add(&m, 4, &p);
	ok(addr_parse(&m.h, &i) && i.local.addr.family == AF_INET6, "IPv6");
	((struct ifaddrmsg *)mnl_nlmsg_get_payload(&m.h))->ifa_prefixlen = 129;
	ok(!addr_parse(&m.h, &i), "a prefix that is too long");
	m.h.nlmsg_type = RTM_NEWLINK;
	ok(!addr_parse(&m.h, &i), "another message");

	/* A far end: the connection is to it. */
	p = rig_prefix("10.0.0.1/32");
	addr_build_add(&m, 4, &p);
	mnl_attr_put(&m.h, IFA_ADDRESS, 4, rig_prefix("10.9.9.9/32").addr.b);
	ok(addr_parse(&m.h, &i) && i.local.addr.b[3] == 1 && i.net.addr.b[3] == 9,
		"own address and that of the far end");
}

static void test_link(void)
{
	struct link_state l = {.name = "wf0", .mtu = 1400}, got = {0};
	struct nl_message m;
	struct ifinfomsg *i;

	link_build_add(&m, &l);
	i = mnl_nlmsg_get_payload(&m.h);
	i->ifi_index = 3;
	i->ifi_flags = IFF_UP;
	ok(link_parse(&m.h, &got), "a link");
	ok(got.kind == LINK_WIREGUARD && got.mtu == 1400 && got.group == WF_LINK_GROUP && got.up &&
			got.ifindex == 3,
		"reads as written");
	is_str(got.name, "wf0", "by name");
	mnl_attr_put_strz(&m.h, IFLA_IFNAME, "a-name-of-sixteen");
	ok(!link_parse(&m.h, &got), "a name that is too long");
	link_build_get(&m, "", 3);
	m.h.nlmsg_type = RTM_NEWLINK;
	ok(!link_parse(&m.h, &got), "a link without a name");
	is_str(got.name, "wf0", "leaves the output as it was");
}

static void test_socket(void)
{
	struct inet_diag_msg *i;
	struct fact_ssh f = {0};
	uint64_t inode = 0;
	struct nl_message m;
	const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 7};

	i = nl_message_begin(&m, SOCK_DIAG_BY_FAMILY, 0, sizeof(*i));
	i->idiag_family = AF_INET6;
	i->idiag_inode = 77;
	i->id.idiag_sport = htons(22);
	i->id.idiag_dport = htons(40000);
	memcpy(i->id.idiag_dst, mapped, sizeof(mapped));
	ok(diag_parse(&m.h, &f, &inode), "a socket");
	ok(inode == 77 && f.local_port == 22 && f.peer_port == 40000, "with its ports");
	ok(f.peer.family == AF_INET && f.peer.b[0] == 192 && f.peer.b[3] == 7,
		"IPv4 in IPv6 as IPv4");
	is_int(f.local.family, AF_INET6, "the rest as it is");
	i->idiag_family = AF_UNIX;
	ok(!diag_parse(&m.h, &f, &inode), "another family");
	m.h.nlmsg_len -= 8;
	ok(!diag_parse(&m.h, &f, &inode), "one that is cut off");
}

int main(void)
{
	test_rule();
	test_route();
	test_addr();
	test_link();
	test_socket();
	return done_testing();
}
