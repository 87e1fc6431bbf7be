// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read: exactly what the scope names, however much else there is. */
#include <linux/fib_rules.h>

#include "net/addr.h"
#include "net/net.h"
#include "net/route.h"
#include "net/rule.h"
#include "rig.h"

#define TABLE  (WF_TABLE_BASE + 1)
#define THEIRS 1000
#define MANY   20000

static struct net *net;
static struct nl *nl;
static struct arena *arena;
static uint32_t wf0, tun9;

static int push_all(void)
{
	static struct nl_result results[MANY];
	size_t count = nl_pushed(nl);
	int r = nl_flush(nl, results, NULL, NULL, &rig_err);

	for (size_t i = 0; !r && i < count; i++)
		if (results[i].error)
			r = nl_refused(&results[i], &rig_err, "message %zu", i);
	return r;
}

static void add_route(
	const char *dst, uint32_t table, uint32_t ifindex, uint8_t protocol, uint32_t metric)
{
	struct route_state r = {.dst = rig_prefix(dst),
		.table = table,
		.metric = metric,
		.protocol = protocol,
		.type = ifindex ? ROUTE_UNICAST : ROUTE_UNREACHABLE};
	struct nl_message m;

	route_build_add(&m, &r, ifindex);
	nl_push(nl, &m.h);
}

static struct rule_state rule(uint32_t priority)
{
	return (struct rule_state){.family = AF_INET,
		.priority = priority,
		.table = TABLE,
		.suppress_prefixlen = -1,
		.protocol = WF_RTPROTO_KERNEL};
}

/* Rules at wf's priorities that select by what struct rule_state does not have. */
static void add_foreign_rules(void)
{
	const struct fib_rule_port_range range = {1000, 2000};
	struct rule_state r = rule(5140);
	struct nl_message m;

	rule_build_add(&m, &r);
	mnl_attr_put_strz(&m.h, FRA_IIFNAME, "lo");
	nl_push(nl, &m.h);
	rule_build_add(&m, &r);
	mnl_attr_put_strz(&m.h, FRA_OIFNAME, "lo");
	nl_push(nl, &m.h);
	r.ip_proto = IPPROTO_TCP;
	rule_build_add(&m, &r);
	mnl_attr_put(&m.h, FRA_DPORT_RANGE, sizeof(range), &range);
	nl_push(nl, &m.h);
	r.ip_proto = 0;
	rule_build_add(&m, &r);
	((struct fib_rule_hdr *)mnl_nlmsg_get_payload(&m.h))->action = FR_ACT_UNREACHABLE;
	nl_push(nl, &m.h);
	/* And many at others. */
	for (uint32_t i = 0; i < 50; i++) {
		r = rule(WF_PRIO_LAST + 1 + i);
		rule_build_add(&m, &r);
		nl_push(nl, &m.h);
	}
}

static void put_link_up(uint32_t ifindex)
{
	const struct link_state l = {.up = true};
	struct nl_message m;

	link_build_set(&m, ifindex, &l);
	nl_push(nl, &m.h);
}

static struct nl_stats spent(const struct scope *scope, struct state *ret, const char *what)
{
	struct nl_stats a, b;

	net_get_stats(net, &a);
	works(net_snapshot(net, arena, scope, ret, &rig_err), "%s", what);
	net_get_stats(net, &b);
	return (struct nl_stats){b.sent_messages - a.sent_messages, b.sent_bytes - a.sent_bytes,
		b.received_messages - a.received_messages, b.received_bytes - a.received_bytes,
		b.system_calls - a.system_calls};
}

static const char *names[] = {"wf0", "tun9", "br7", "absent"};
static uint32_t tables[] = {TABLE, TABLE + 1};
static struct scope scope = {
	.links = names, .n_links = 4, .tables = tables, .n_tables = 2, .rules = true, .ipv6 = true};

static void make_world(void)
{
	struct ip_prefix p = rig_prefix("10.64.1.2/32"), q = rig_prefix("fe80::77/64");
	struct rule_state r = rule(5125);
	struct nl_message m;

	put_link_up(wf0);
	put_link_up(tun9);
	addr_build_add(&m, wf0, &p);
	nl_push(nl, &m.h);
	/* A link-local address that was asked for is as good as any. */
	addr_build_add(&m, wf0, &q);
	nl_push(nl, &m.h);
	addr_build_add(&m, tun9, &p);
	nl_push(nl, &m.h);
	add_route("0.0.0.0/0", TABLE, wf0, WF_RTPROTO, 1);
	add_route("0.0.0.0/0", TABLE, 0, WF_RTPROTO_KERNEL, WF_METRIC_LAST);
	add_route("::/0", TABLE, 0, WF_RTPROTO_KERNEL, WF_METRIC_LAST);
	add_route("192.0.2.0/24", TABLE, tun9, WF_RTPROTO, 1);
	r.suppress_prefixlen = 0;
	rule_build_add(&m, &r);
	nl_push(nl, &m.h);
	works(push_all(), "a tunnel by hand");
}

static void test_read(void)
{
	struct state s = {0};
	struct nl_stats n = spent(&scope, &s, "the scope is read");

	is_int((long long)s.n_links, 3, "links that are there");
	is_str(s.links[0].name, "wf0", "by name");
	is_int(s.links[0].kind, LINK_FOREIGN, "a TUN link nobody answers for is a stranger's");
	is_int(s.links[2].kind, LINK_FOREIGN, "so is a bridge");
	is_int((long long)s.n_devices, 0, "none of them is a WireGuard device");
	is_int((long long)s.n_addrs, 3, "addresses, without those the kernel makes itself");
	is_str(s.addrs[2].ifname, "tun9", "with their links");
	is_int((long long)s.n_routes, 4, "routes of the table, of both families");
	is_str(s.routes[0].ifname, "wf0", "named by their links");
	is_str(s.routes[1].ifname, "", "or by none");
	is_int(s.routes[1].type, ROUTE_UNREACHABLE, "unreachable");
	is_int(s.routes[1].metric, WF_METRIC_LAST, "with the last metric");
	is_int((long long)s.n_rules, 1, "rules");
	is_int(s.rules[0].suppress_prefixlen, 0, "with what they suppress");
	diag("%d messages out, %d in, %d bytes in, %d system calls", (int)n.sent_messages,
		(int)n.received_messages, (int)n.received_bytes, (int)n.system_calls);

	scope.ipv6 = false;
	net_snapshot(net, arena, &scope, &s, &rig_err);
	is_int((long long)s.n_routes, 3, "without IPv6 it is not asked for: routes");
	is_int((long long)s.n_addrs, 2, "addresses");
	scope.ipv6 = true;
}

static void test_foreign(void)
{
	struct state s = {0};
	struct route_state r = {
		.dst = rig_prefix("10.0.0.0/8"), .table = TABLE, .metric = 5, .protocol = 4};
	const uint8_t gateway[4] = {10, 64, 9, 9};
	struct nl_message m;

	add_foreign_rules();
	route_build_add(&m, &r, wf0);
	((struct rtmsg *)mnl_nlmsg_get_payload(&m.h))->rtm_scope = RT_SCOPE_UNIVERSE;
	((struct rtmsg *)mnl_nlmsg_get_payload(&m.h))->rtm_flags = RTNH_F_ONLINK;
	mnl_attr_put(&m.h, RTA_GATEWAY, 4, gateway);
	nl_push(nl, &m.h);
	works(push_all(), "strangers' rules and a stranger's route with a gateway");
	works(net_snapshot(net, arena, &scope, &s, &rig_err), "read with them");
	is_int((long long)s.n_rules, 1, "rules with other selectors are not taken for wf's");
	is_int((long long)s.n_routes, 4, "nor are routes with a gateway");
}

/* Neither another table nor links in plain numbers change what is read. */
static void test_many(void)
{
	struct state s = {0};
	struct nl_stats before = spent(&scope, &s, "before"), after;
	char dst[32];

	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(dst, sizeof(dst), "10.%u.%u.0/24", i >> 8, i & 255);
		add_route(dst, THEIRS, tun9, 4, 1);
	}
	works(push_all(), "%d routes in a stranger's table", MANY);
	after = spent(&scope, &s, "after");
	is_int((long long)after.sent_messages, (long long)before.sent_messages, "messages out");
	is_int((long long)after.received_messages, (long long)before.received_messages,
		"messages in");
	is_int((long long)after.received_bytes, (long long)before.received_bytes, "bytes in");
	is_int((long long)after.system_calls, (long long)before.system_calls, "system calls");
}

/* A tunnel may use a table that is not wf's: only what can be its own is read. */
static void test_their_table(void)
{
	static uint32_t theirs[] = {THEIRS};
	struct scope in = {.tables = theirs, .n_tables = 1, .ipv6 = true};
	struct state s = {0};
	struct nl_stats n;

	add_route("192.0.2.0/24", THEIRS, wf0, WF_RTPROTO, 1);
	add_route("0.0.0.0/0", THEIRS, 0, WF_RTPROTO_KERNEL, WF_METRIC_LAST);
	works(push_all(), "a route of wf among them");
	n = spent(&in, &s, "their table is read");
	is_int((long long)s.n_routes, 2, "wf's routes are found");
	is_str(s.routes[0].ifname, "wf0", "also when their link is not in the scope");
	ok(n.received_messages <= 12, "in %d messages", (int)n.received_messages);
}

static int find(const char *name, uint32_t *ret)
{
	struct link_state l;
	int r = net_read_link(net, name, &l, &rig_err);

	if (!r)
		*ret = l.ifindex;
	return r;
}

static void test_nothing(void)
{
	const struct scope in = {0};
	struct state s = {0};
	struct nl_stats n = spent(&in, &s, "an empty scope");

	is_int((long long)n.sent_messages, 0, "asks nothing");
	refuses(net_read_device(net, arena, "absent", LINK_USERSPACE, NULL, &rig_err), E_NOT_FOUND,
		"'absent'", "no device of a userspace implementation");
	refuses(net_read_device(net, arena, "absent", LINK_WIREGUARD, NULL, &rig_err), E_NOT_FOUND,
		"", "nor of the kernel");
	refuses(net_read_device(net, arena, "wf0", LINK_WIREGUARD, NULL, &rig_err), E_NOT_FOUND, "",
		"nor under the name of another kind");
	refuses(net_read_device(net, arena, "br7", LINK_FOREIGN, NULL, &rig_err), E_NOT_FOUND,
		"'br7'", "nor of a foreign kind");
}

int main(void)
{
	int one, two;

	rig_enter();
	one = rig_tun("wf0");
	two = rig_tun("tun9");
	arena = arena_new();
	if (!works(net_open(&net, &rig_err), "net") ||
		!works(net_route_socket(net, &nl, &rig_err), "socket"))
		return done_testing();
	is_int(rig_bridge(nl, "br7"), 0, "bridge");
	works(find("wf0", &wf0), "wf0");
	works(find("tun9", &tun9), "tun9");
	make_world();
	test_read();
	test_foreign();
	test_many();
	test_their_table();
	test_nothing();
	net_close(net);
	arena_free(arena);
	close(one);
	close(two);
	return done_testing();
}
