// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions about the machine, asked in a namespace whose answers are known. */
#include <netinet/tcp.h>

#include "net/addr.h"
#include "net/diag.h"
#include "net/net.h"
#include "net/query.h"
#include "net/route.h"
#include "net/rule.h"
#include "rig.h"

static struct net *net;
static struct nl *nl;
static struct arena *arena;
static uint32_t eth0, wf0;

static void do_now(struct nl_message *m, const char *what)
{
	struct nl_result result = {0};

	works(nl_ask(nl, &m->h, NULL, NULL, &result, &rig_err), "%s", what);
	is_int(result.error, 0, "%s: done", what);
}

static void add_addr(uint32_t ifindex, const char *text)
{
	struct ip_prefix p = rig_prefix(text);
	struct nl_message m;

	addr_build_add(&m, ifindex, &p);
	do_now(&m, text);
}

static void add_route(const char *dst, uint32_t table, uint32_t ifindex, uint32_t mtu)
{
	struct route_state r = {.dst = rig_prefix(dst),
		.table = table,
		.metric = 1,
		.protocol = 4,
		.type = ifindex ? ROUTE_UNICAST : ROUTE_UNREACHABLE};
	struct nl_message m;
	struct nlattr *nest;

	route_build_add(&m, &r, ifindex);
	if (mtu) {
		nest = mnl_attr_nest_start(&m.h, RTA_METRICS);
		mnl_attr_put_u32(&m.h, RTAX_MTU, mtu);
		mnl_attr_nest_end(&m.h, nest);
	}
	do_now(&m, dst);
}

static void put_up(uint32_t ifindex, uint32_t mtu)
{
	const struct link_state l = {.up = true, .mtu = mtu};
	struct nl_message m;

	link_build_set(&m, ifindex, &l);
	do_now(&m, "link up");
}

static uint32_t index_of(const char *name)
{
	struct link_state l = {0};

	works(net_read_link(net, name, &l, &rig_err), "link %s", name);
	return l.ifindex;
}

static void make_world(void)
{
	eth0 = index_of("eth0");
	wf0 = index_of("wf0");
	put_up(1, 0);
	put_up(eth0, 1400);
	put_up(wf0, 1300);
	add_addr(eth0, "192.0.2.9/24");
	add_addr(eth0, "192.0.2.10/24");
	add_addr(eth0, "198.51.100.1/32");
	add_addr(eth0, "2001:db8::9/64");
	add_addr(wf0, "10.64.1.2/16");
	add_route("192.0.2.0/24", RT_TABLE_MAIN, eth0, 0);
	add_route("203.0.113.0/24", RT_TABLE_MAIN, eth0, 1234);
	add_route("203.0.113.66/32", RT_TABLE_MAIN, 0, 0);
	add_route("2001:db8::/64", RT_TABLE_MAIN, eth0, 0);
}

static void test_default_mtu(void)
{
	uint32_t mtu = 99;

	works(net_query_default_mtu(net, &mtu, &rig_err), "default MTU");
	is_int(mtu, 0, "none without a default route");
	add_route("0.0.0.0/0", RT_TABLE_MAIN, eth0, 0);
	works(net_query_default_mtu(net, &mtu, &rig_err), "default MTU");
	is_int(mtu, 1400, "that of the device of the default route");
}

static struct fact_endpoint *ask(struct facts *f, uint32_t mark)
{
	works(net_query_endpoints(net, arena, mark, f, &rig_err), "ways to the endpoints");
	return f->endpoints;
}

static void test_endpoints(void)
{
	static const char *const text[] = {"192.0.2.1:51820", "203.0.113.5:51820", "203.0.113.66:1",
		"[2001:db8::1]:51820", "[2001:db9::1]:51820", "127.0.0.1:51820"};
	struct facts f = {0};
	struct fact_endpoint *p;
	struct nl_stats before, after;
	struct rule_state r = {.family = AF_INET,
		.priority = 5120,
		.table = RT_TABLE_MAIN,
		.fwmark = WF_MARK,
		.fwmask = WF_MARK_MASK,
		.suppress_prefixlen = -1};
	struct nl_message m;

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		LIST_PUSH(arena, &f, endpoints)->addr = rig_endpoint(text[i]);
	LIST_PUSH(arena, &f, endpoints)->host = "unresolved.example";

	net_get_stats(net, &before);
	p = ask(&f, WF_MARK | 1);
	net_get_stats(net, &after);
	ok(p[0].reachable && p[0].mtu == 1400, "on the link: MTU %u of the device", p[0].mtu);
	is_str(p[0].dev, "eth0", "which is told");
	ok(p[1].reachable && p[1].mtu == 1234, "MTU %u of the route", p[1].mtu);
	ok(!p[2].reachable && !p[2].dev, "an unreachable route is no way");
	ok(p[3].reachable && p[3].mtu == 1400, "IPv6 on the link");
	ok(!p[4].reachable, "IPv6 without a route");
	ok(p[5].reachable && strcmp(p[5].dev, "lo") == 0, "this machine itself");
	ok(!p[6].reachable && !p[6].dev, "what could not be resolved is not asked for");
	ok(after.system_calls - before.system_calls <= 4, "in %d system calls",
		(int)(after.system_calls - before.system_calls));

	/* With a tunnel that has everything, only the mark keeps the question outside. */
	add_route("0.0.0.0/0", WF_TABLE_BASE + 1, wf0, 0);
	rule_build_add(&m, &r);
	do_now(&m, "bypass rule");
	r = (struct rule_state){.family = AF_INET,
		.priority = 5140,
		.table = WF_TABLE_BASE + 1,
		.suppress_prefixlen = -1};
	rule_build_add(&m, &r);
	do_now(&m, "default rule");
	is_str(ask(&f, WF_MARK | 1)[0].dev, "eth0", "with wf's mark the way is outside the tunnel");
	is_str(ask(&f, 0)[0].dev, "wf0", "without it inside");
}

static void test_local(void)
{
	struct contribution own = {.ifname = "wf0"};
	struct record record = {.contributions = &own, .n_contributions = 1};
	char text[IP_TEXT_SIZE];
	struct facts f = {0};

	works(net_query_local(net, arena, &record, &f, &rig_err), "local prefixes");
	if (!is_int((long long)f.n_local, 3, "each once, no loopback, none of wf's links"))
		return;
	is_str(ip_prefix_format(&f.local[0], text), "192.0.2.0/24", "IPv4");
	is_str(ip_prefix_format(&f.local[1], text), "2001:db8::/64", "IPv6");
	is_str(ip_prefix_format(&f.local[2], text), "fe80::/64", "link-local");
	works(net_query_local(net, arena, NULL, &f, &rig_err), "without a record");
	is_int((long long)f.n_local, 4, "no link is wf's");
}

static void test_free_table(void)
{
	uint32_t n = 0;

	works(net_query_free_table(net, 1, true, &n, &rig_err), "a free table");
	is_int(n, 2, "is the first one that is empty");
	add_route("::/0", WF_TABLE_BASE + 2, 0, 0);
	works(net_query_free_table(net, 1, true, &n, &rig_err), "a free table");
	is_int(n, 3, "in both families");
	works(net_query_free_table(net, 1, false, &n, &rig_err), "a free table");
	is_int(n, 2, "or in IPv4 alone");
	refuses(net_query_free_table(net, 0x10000, true, &n, &rig_err), E_LIMIT, "range",
		"beyond the range there is none");
}

static int dial(int family, int *ret_listener, int *ret_accepted)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct sockaddr_in *to4 = (struct sockaddr_in *)&to;
	socklen_t len = family == AF_INET ? sizeof(*to4) : sizeof(to);
	int fd = socket(family, SOCK_STREAM, 0), listener;

	/* An IPv6 listener that IPv4 connections reach too, as sshd's does. */
	listener = socket(AF_INET6, SOCK_STREAM, 0);
	bind(listener, (struct sockaddr *)&to, sizeof(to));
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&to, &(socklen_t){sizeof(to)});
	if (family == AF_INET) {
		in_port_t port = to.sin6_port;

		*to4 = (struct sockaddr_in){.sin_family = AF_INET,
			.sin_port = port,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	} else {
		to.sin6_addr = in6addr_loopback;
	}
	if (connect(fd, (struct sockaddr *)&to, len) < 0)
		diag("connect: %m");
	*ret_accepted = accept(listener, NULL, NULL);
	*ret_listener = listener;
	return fd;
}

static uint64_t inode_of(int fd)
{
	struct stat st = {0};

	fstat(fd, &st);
	return st.st_ino;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void test_tcp(void)
{
	int listener[2], accepted[2], fd4 = dial(AF_INET, &listener[0], &accepted[0]),
				      fd6 = dial(AF_INET6, &listener[1], &accepted[1]);
	uint64_t inodes[] = {
		inode_of(accepted[0]), inode_of(accepted[1]), inode_of(listener[0]), 1, UINT64_MAX};
	struct facts f = {0};
	bool one;

	qsort(inodes, 5, sizeof(*inodes), compare);
	works(net_query_tcp_by_inode(arena, inodes, 5, &f, &rig_err), "connections by inode");
	if (!is_int((long long)f.n_ssh, 2, "the two that are established and asked for"))
		return;
	/* The kernel lists them in no order. */
	one = f.ssh[0].peer.family == AF_INET6;
	is_int(f.ssh[one].peer.family, AF_INET, "IPv4 on an IPv6 socket is IPv4");
	ok(f.ssh[one].peer.b[0] == 127 && f.ssh[one].local.b[3] == 1, "with both addresses");
	is_int(f.ssh[!one].peer.family, AF_INET6, "IPv6");
	for (int i = 0; i < 2; i++) {
		const struct fact_ssh *found = &f.ssh[i ? !one : one];
		struct sockaddr_in6 at = {0};

		getsockname(accepted[i], (struct sockaddr *)&at, &(socklen_t){sizeof(at)});
		is_int(found->local_port, ntohs(at.sin6_port), "the local port");
		getpeername(accepted[i], (struct sockaddr *)&at, &(socklen_t){sizeof(at)});
		is_int(found->peer_port, ntohs(at.sin6_port), "the peer's port");
	}
	works(net_query_tcp_by_inode(arena, inodes, 0, &f, &rig_err), "no inode, no question");
	is_int((long long)f.n_ssh, 2, "nothing is added");
	for (int i = 0; i < 2; i++) {
		close(listener[i]);
		close(accepted[i]);
	}
	close(fd4);
	close(fd6);
}

static void test_namespace(void)
{
	uint64_t one = 0, two = 0;
	bool has = true;

	works(net_query_cookie(&one, &rig_err), "this namespace has a number");
	ok(one, "which is not 0");
	if (unshare(CLONE_NEWNET) == 0) {
		works(net_query_cookie(&two, &rig_err), "another has another");
		ok(two && two != one, "indeed");
	}
	works(net_query_kernel_wireguard(net, &has, &rig_err), "whether the kernel has WireGuard");
	is_int(has, access("/sys/module/wireguard", F_OK) == 0, "%s", has ? "yes" : "no");
}

/* What libmnl has no words for here is done by ip(8). */
static bool ip(const char *a, const char *b, const char *c, const char *d, const char *e)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		execlp("ip", "ip", "link", a, b, c, d, e, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool has_bridge(const struct facts *f, const char *name)
{
	LIST_FOREACH (b, f, bridges)
		if (str_eq(b->name, name))
			return true;
	return false;
}

/* A local bridge is let through, so one with a port that may lead out must never be one. */
static void test_bridges(void)
{
	struct facts f = {0};

	works(net_query_bridges(net, arena, &f, &rig_err), "bridges are listed");
	is_int((long long)f.n_bridges, 0, "there is none");
	ok(ip("add", "br-empty", "type", "bridge", NULL) &&
			ip("add", "br-ctr", "type", "bridge", NULL) &&
			ip("add", "br-nic", "type", "bridge", NULL) &&
			ip("add", "br-both", "type", "bridge", NULL) &&
			ip("add", "port1", "type", "veth", NULL) &&
			ip("add", "port2", "type", "veth", NULL) &&
			ip("add", "port3", "type", "ifb", NULL) &&
			ip("add", "port4", "type", "ifb", NULL) &&
			ip("set", "port1", "master", "br-ctr", NULL) &&
			ip("set", "port3", "master", "br-nic", NULL) &&
			ip("set", "port2", "master", "br-both", NULL) &&
			ip("set", "port4", "master", "br-both", NULL),
		"four bridges");
	works(net_query_bridges(net, arena, &f, &rig_err), "they are listed");
	is_int((long long)f.n_bridges, 2, "two are local");
	ok(has_bridge(&f, "br-empty"), "the one without ports");
	ok(has_bridge(&f, "br-ctr"), "the one of a container");
}

int main(void)
{
	int one, two;

	rig_enter();
	one = rig_tun("eth0");
	two = rig_tun("wf0");
	arena = arena_new();
	if (!works(net_open(&net, &rig_err), "net") ||
		!works(net_route_socket(net, &nl, &rig_err), "socket"))
		return done_testing();
	make_world();
	test_default_mtu();
	test_endpoints();
	test_local();
	test_free_table();
	test_bridges();
	test_tcp();
	test_namespace();
	net_close(net);
	arena_free(arena);
	close(one);
	close(two);
	return done_testing();
}
