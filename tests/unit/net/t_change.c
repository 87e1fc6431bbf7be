// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations against the kernel: what each does, what is no error, what is, and what was done. */
#include "net/net.h"
#include "rig.h"

#define TABLE (WF_TABLE_BASE + 1)

static struct net *net;
static struct arena *arena;
static bool done[32];

static struct op op_link_set(bool up, uint32_t mtu)
{
	return (struct op){.kind = OP_LINK_SET, .link = {.name = "wf0", .up = up, .mtu = mtu}};
}

static struct op op_addr(enum op_kind kind, const char *prefix)
{
	return (struct op){.kind = kind, .addr = {.ifname = "wf0", .prefix = rig_prefix(prefix)}};
}

static struct op op_route(enum op_kind kind, const char *dst, const char *ifname)
{
	struct op op = {.kind = kind,
		.route = {.dst = rig_prefix(dst),
			.table = TABLE,
			.metric = 1,
			.protocol = WF_RTPROTO}};

	str_copy(op.route.ifname, sizeof(op.route.ifname), ifname);
	if (!*ifname) {
		op.route.type = ROUTE_UNREACHABLE;
		op.route.metric = WF_METRIC_LAST;
		op.route.protocol = WF_RTPROTO_KERNEL;
	}
	return op;
}

static struct op op_rule(enum op_kind kind, uint8_t family, uint32_t priority)
{
	struct op op = {.kind = kind,
		.rule = {.family = family,
			.priority = priority,
			.suppress_prefixlen = -1,
			.protocol = WF_RTPROTO_KERNEL}};

	if (priority == 5150) {
		op.rule.action = RULE_PROHIBIT;
		op.rule.invert = true;
		op.rule.fwmark = WF_MARK;
		op.rule.fwmask = WF_MARK_MASK;
	} else {
		op.rule.table = TABLE;
	}
	return op;
}

static int change(const struct op *ops, size_t count)
{
	memset(done, 1, sizeof(done));
	return net_change(net, ops, count, NULL, done, &rig_err);
}

static size_t count_done(size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += done[i];
	return n;
}

static struct state observe(void)
{
	static const char *const names[] = {"wf0"};
	static uint32_t tables[] = {TABLE};
	struct scope scope = {.links = (const char **)names,
		.n_links = 1,
		.tables = tables,
		.n_tables = 1,
		.rules = true,
		.ipv6 = true};
	struct state s = {0};

	if (net_snapshot(net, arena, &scope, &s, &rig_err))
		diag("snapshot: %s", rig_err.msg);
	return s;
}

static bool has_route(const struct state *s, const struct route_state *want)
{
	LIST_FOREACH (r, s, routes)
		if (route_equal(r, want))
			return true;
	return false;
}

static bool has_rule(const struct state *s, const struct rule_state *want)
{
	LIST_FOREACH (r, s, rules)
		if (rule_equal(r, want))
			return true;
	return false;
}

/* What an `up` does with a link that is there: one batch. */
static struct op all[16];
static size_t n_all;

static void make_all(void)
{
	struct op ssh = op_rule(OP_RULE_ADD, AF_INET, 5115);
	struct op lan = op_rule(OP_RULE_ADD, AF_INET6, 5130);

	ssh.rule.dst = rig_prefix("192.0.2.7/32");
	ssh.rule.ip_proto = IPPROTO_TCP;
	ssh.rule.sport = 22;
	ssh.rule.dport = 40000;
	ssh.rule.table = RT_TABLE_MAIN;
	lan.rule.by_uid = true;
	lan.rule.uid_first = 1000;
	lan.rule.uid_last = 1010;
	lan.rule.dst = rig_prefix("fc00::/7");
	lan.rule.suppress_prefixlen = 0;
	lan.rule.table = RT_TABLE_MAIN;
	n_all = 0;
	all[n_all++] = op_addr(OP_ADDR_ADD, "10.64.1.2/32");
	all[n_all++] = op_addr(OP_ADDR_ADD, "10.9.8.7/24");
	all[n_all++] = op_addr(OP_ADDR_ADD, "fc00:bbbb::2/128");
	all[n_all++] = op_link_set(true, 1380);
	all[n_all++] = op_route(OP_ROUTE_ADD, "0.0.0.0/0", "wf0");
	all[n_all++] = op_route(OP_ROUTE_ADD, "::/0", "wf0");
	all[n_all++] = op_route(OP_ROUTE_ADD, "0.0.0.0/0", "");
	all[n_all++] = op_route(OP_ROUTE_ADD, "::/0", "");
	all[n_all++] = op_route(OP_ROUTE_ADD, "10.0.0.0/8", "wf0");
	all[n_all++] = ssh;
	all[n_all++] = lan;
	all[n_all++] = op_rule(OP_RULE_ADD, AF_INET, 5140);
	all[n_all++] = op_rule(OP_RULE_ADD, AF_INET6, 5150);
}

static void test_add(void)
{
	struct nl_stats before, after;
	struct state s;

	net_get_stats(net, &before);
	works(change(all, n_all), "addresses, link, routes and rules are made");
	net_get_stats(net, &after);
	is_int((long long)count_done(n_all), (long long)n_all, "all done");
	/* The link is looked up once, then one message each. */
	is_int((long long)(after.sent_messages - before.sent_messages), (long long)n_all + 1,
		"with one message each and one question");
	ok(after.system_calls - before.system_calls <= 9, "in %d system calls, opening included",
		(int)(after.system_calls - before.system_calls));

	s = observe();
	is_int((long long)s.n_links, 1, "the link is there");
	is_int(s.links[0].mtu, 1380, "with its MTU");
	ok(s.links[0].up, "up");
	is_int(s.links[0].group, WF_LINK_GROUP, "in wf's group");
	is_int((long long)s.n_addrs, 3, "with its addresses");
	is_int((long long)s.n_routes, 5, "routes");
	is_int((long long)s.n_rules, 4, "rules");
	for (size_t i = 0; i < n_all; i++) {
		if (all[i].kind == OP_ROUTE_ADD)
			ok(has_route(&s, &all[i].route), "route of operation %zu reads as written",
				i);
		if (all[i].kind == OP_RULE_ADD)
			ok(has_rule(&s, &all[i].rule), "rule of operation %zu reads as written", i);
	}
}

static int take_any_route(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	++*(size_t *)ctx;
	return 0;
}

static void begin_nothing(void *ctx)
{
	*(size_t *)ctx = 0;
}

/* 10.9.8.7/24 brings no route of its own into main. */
static void test_no_prefix_route(void)
{
	struct nl_message m = {0};
	struct rtmsg *i = nl_message_begin(&m, RTM_GETROUTE, 0, sizeof(*i));
	struct nl_result result;
	size_t count = 0;
	struct nl_dump d = {begin_nothing, take_any_route, &count};
	struct nl *nl;

	i->rtm_family = AF_INET;
	mnl_attr_put_u32(&m.h, RTA_TABLE, RT_TABLE_MAIN);
	net_route_socket(net, &nl, &rig_err);
	works(nl_dump(nl, &m.h, &d, &result, &rig_err), "main is read");
	is_int((long long)count, 0, "an address of wf brings no route with it");
}

static void test_again(void)
{
	struct op other;
	struct state s;

	works(change(all, n_all), "what is there already is no error");
	is_int((long long)count_done(n_all), (long long)n_all, "but counts for done");
	s = observe();
	is_int((long long)(s.n_addrs + s.n_routes + s.n_rules), 12, "nothing is there twice");

	other = all[4];
	other.route.protocol = 4;
	refuses(change(&other, 1), E_EXISTS, "cannot add route '0.0.0.0/0'",
		"another route in the place is an error");
	ok(!done[0], "and not done");
	s = observe();
	ok(has_route(&s, &all[4].route), "and left as it was");
}

static void test_failure_in_the_middle(void)
{
	struct op ops[] = {op_route(OP_ROUTE_ADD, "10.1.0.0/16", "wf0"),
		op_route(OP_ROUTE_ADD, "10.1.2.3/16", "wf0"),
		op_route(OP_ROUTE_ADD, "10.2.0.0/16", "wf0")};
	struct state s;

	refuses(change(ops, 3), E_KERNEL,
		"cannot add route '10.1.2.3/16': ", "the first refusal is returned");
	ok(strchr(rig_err.msg, '('), "with the kernel's own words: %s", rig_err.msg);
	ok(done[0] && !done[1] && done[2], "what stood beside it was done, and is known");
	ops[0].kind = ops[1].kind = ops[2].kind = OP_ROUTE_DEL;
	ops[1].route.dst = rig_prefix("10.3.0.0/16");
	works(change(ops, 3), "removing what is not there is no error");
	is_int((long long)count_done(3), 3, "but done");
	s = observe();
	ok(!has_route(&s, &ops[0].route) && !has_route(&s, &ops[2].route),
		"the others are removed");
}

static void test_without_link(void)
{
	struct op ops[] = {op_rule(OP_RULE_ADD, AF_INET, 5125), op_addr(OP_ADDR_ADD, "10.0.0.1/32"),
		op_rule(OP_RULE_ADD, AF_INET, 5126)};

	str_copy(ops[1].addr.ifname, sizeof(ops[1].addr.ifname), "absent");
	refuses(change(ops, 3), E_NOT_FOUND, "cannot add address '10.0.0.1/32' to 'absent'",
		"an address for a link that is not there");
	ok(done[0] && !done[1] && !done[2], "what stood before it was done");
	ops[1].kind = OP_ADDR_DEL;
	ops[0].kind = ops[2].kind = OP_RULE_DEL;
	works(change(ops, 3), "with the link its addresses are gone");
	is_int((long long)count_done(3), 3, "done");
	ops[0] = (struct op){.kind = OP_WG_PEER_DEL, .ifname = "absent"};
	works(change(ops, 1), "so are its peers");
	ops[0] = (struct op){.kind = OP_WG_PEER_SET, .ifname = "absent"};
	refuses(change(ops, 1), E_NOT_FOUND, "there is no link 'absent'", "but none can be set");
	ops[0] = (struct op){.kind = OP_SYSCTL};
	refuses(change(ops, 1), E_INTERNAL, "not done by netlink", "a sysctl is no netlink object");
}

static void test_foreign_link(void)
{
	struct op add = {.kind = OP_LINK_ADD, .link = {.name = "br0", .kind = LINK_WIREGUARD}};
	struct op del = {.kind = OP_LINK_DEL, .link = {.name = "br0", .ifindex = 77777}};
	struct op peer = {.kind = OP_WG_PEER_SET, .ifname = "br0"};
	struct link_state link;
	struct nl *nl;

	net_route_socket(net, &nl, &rig_err);
	is_int(rig_bridge(nl, "br0"), 0, "a stranger has a link");
	refuses(change(&add, 1), E_EXISTS, "cannot add link 'br0'", "its name is not taken over");
	refuses(change(&peer, 1), E_CONFLICT, "'br0' is not a WireGuard link", "nor configured");
	works(change(&del, 1), "one that was made anew after ours");
	works(net_read_link(net, "br0", &link, &rig_err), "is not removed");
	is_int(link.kind, LINK_FOREIGN, "being of a foreign kind");
	del.link.ifindex = link.ifindex;
	works(change(&del, 1), "by name and index it is");
	refuses(net_read_link(net, "br0", &link, &rig_err), E_NOT_FOUND, "'br0'", "gone");
	works(change(&del, 1), "and again");
	ok(done[0], "which is no error");
}

/* A name that a link has beside its own is taken, but it is not that link. */
static void test_other_name(void)
{
	struct op add = {.kind = OP_LINK_ADD, .link = {.name = "alias", .kind = LINK_WIREGUARD}};
	struct nl_result result = {0};
	struct nl_message m;
	struct ifinfomsg *i = nl_message_begin(
		&m, RTM_NEWLINKPROP, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(*i));
	struct nlattr *list = mnl_attr_nest_start(&m.h, IFLA_PROP_LIST);
	struct link_state link = {0};
	struct nl *nl;

	mnl_attr_put_strz(&m.h, IFLA_ALT_IFNAME, "alias");
	mnl_attr_nest_end(&m.h, list);
	works(net_read_link(net, "wf0", &link, &rig_err), "the link");
	i->ifi_index = (int)link.ifindex;
	net_route_socket(net, &nl, &rig_err);
	works(nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err), "gets another name");
	is_int(result.error, 0, "beside its own");
	works(net_read_link(net, "alias", &link, &rig_err), "that name is taken");
	is_str(link.name, "alias", "by something");
	is_int(link.kind, LINK_FOREIGN, "that is not a tunnel of this name");
	refuses(change(&add, 1), E_EXISTS, "cannot add link 'alias'", "and no link can be made");
}

static void test_remove(void)
{
	struct state s;

	for (size_t i = 0; i < n_all; i++) {
		if (all[i].kind == OP_ADDR_ADD)
			all[i].kind = OP_ADDR_DEL;
		if (all[i].kind == OP_ROUTE_ADD)
			all[i].kind = OP_ROUTE_DEL;
		if (all[i].kind == OP_RULE_ADD)
			all[i].kind = OP_RULE_DEL;
		if (all[i].kind == OP_LINK_SET)
			all[i].link.up = false;
	}
	works(change(all, n_all), "all is removed");
	s = observe();
	is_int((long long)(s.n_addrs + s.n_routes + s.n_rules), 0, "and gone");
	ok(s.n_links == 1 && !s.links[0].up, "the link is down");
	works(change(all, n_all), "removing it again is no error");
	is_int((long long)count_done(n_all), (long long)n_all, "but done");
}

static void test_unprivileged(void)
{
	struct op rule = op_rule(OP_RULE_ADD, AF_INET, 5140);
	struct net *mine = NULL;
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		if (setresuid(65534, 65534, 65534) || net_open(&mine, &rig_err))
			_exit(2);
		_exit(net_change(mine, &rule, 1, NULL, done, &rig_err) == -E_PERMISSION ? 0 : 1);
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	is_int(status, 0, "without the privilege: E_PERMISSION");
}

int main(void)
{
	int tun;

	rig_enter();
	tun = rig_tun("wf0");
	arena = arena_new();
	if (!works(net_open(&net, &rig_err), "net"))
		return done_testing();
	make_all();
	test_add();
	test_no_prefix_route();
	test_again();
	test_failure_in_the_middle();
	test_without_link();
	test_foreign_link();
	test_other_name();
	test_remove();
	test_unprivileged();
	net_close(net);
	arena_free(arena);
	close(tun);
	return done_testing();
}
