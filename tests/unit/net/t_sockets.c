// SPDX-License-Identifier: GPL-2.0-or-later
/* Which connections a kill switch ends: by value, and for real over a link that answers nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>

#include "net/addr.h"
#include "net/net.h"
#include "net/sockets.h"
#include "rig.h"

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	if (!ip_addr_parse(text, &a))
		abort();
	return a;
}

static void allow_lan(struct arena *a, struct firewall *f, const char *text)
{
	*LIST_PUSH(a, f, lan) = rig_prefix(text);
}

/* --- by value ----------------------------------------------------------------------------------
 */

static const struct {
	const char *what, *local, *peer;
	uint16_t local_port, peer_port;
	uint8_t proto;
	uint32_t uid, mark;
	bool cut;
} cases[] = {
	{"a web page", "192.0.2.2", "198.51.100.1", 4000, 443, IPPROTO_TCP, 0, 0, true},
	{"the same by IPv6", "2001:db8::2", "2001:db8:1::1", 4000, 443, IPPROTO_TCP, 0, 0, true},
	{"QUIC", "192.0.2.2", "198.51.100.1", 4000, 443, IPPROTO_UDP, 0, 0, true},
	{"from the tunnel", "10.64.0.2", "198.51.100.1", 4000, 443, IPPROTO_TCP, 0, 0, false},
	{"on loopback", "127.0.0.1", "127.0.0.1", 4000, 80, IPPROTO_TCP, 0, 0, false},
	{"on loopback by IPv6", "::1", "::1", 4000, 80, IPPROTO_TCP, 0, 0, false},
	{"to oneself", "192.0.2.2", "192.0.2.3", 4000, 80, IPPROTO_TCP, 0, 0, false},
	{"to a container", "172.17.0.1", "172.17.0.5", 4000, 80, IPPROTO_TCP, 0, 0, false},
	{"to a printer", "192.0.2.2", "192.168.1.9", 4000, 631, IPPROTO_TCP, 0, 0, false},
	{"to the LAN's resolver", "192.0.2.2", "198.51.100.53", 4000, 53, IPPROTO_UDP, 0, 0, false},
	{"the login", "192.0.2.2", "203.0.113.5", 22, 50000, IPPROTO_TCP, 0, 0, false},
	{"another of the same peer", "192.0.2.2", "203.0.113.5", 22, 50001, IPPROTO_TCP, 0, 0,
		true},
	{"the endpoint", "192.0.2.2", "203.0.113.1", 4000, 51820, IPPROTO_UDP, 0, 0, false},
	{"its other port", "192.0.2.2", "203.0.113.1", 4000, 443, IPPROTO_UDP, 0, 0, true},
	{"its port by TCP", "192.0.2.2", "203.0.113.1", 4000, 51820, IPPROTO_TCP, 0, 0, true},
	{"by an open port", "192.0.2.2", "198.51.100.1", 8443, 4000, IPPROTO_TCP, 0, 0, false},
	{"of a user outside", "192.0.2.2", "198.51.100.1", 4000, 443, IPPROTO_TCP, 1001, 0, false},
	{"of the next user", "192.0.2.2", "198.51.100.1", 4000, 443, IPPROTO_TCP, 1002, 0, true},
	{"with a mark of theirs", "192.0.2.2", "198.51.100.1", 4000, 443, IPPROTO_TCP, 0, 7, false},
	{"with wf's mark", "192.0.2.2", "198.51.100.1", 4000, 53, IPPROTO_UDP, 0, WF_MARK, false},
	{"a DHCP client", "192.0.2.2", "192.0.2.1", 68, 67, IPPROTO_UDP, 0, 0, false},
};

static void test_values(struct arena *a)
{
	const struct socket_own own[] = {{address("192.0.2.2"), false},
		{address("192.0.2.3"), false}, {address("172.17.0.1"), true}};
	struct firewall f = {.present = true, .kill_switch = true};

	*LIST_PUSH(a, &f, addresses) = address("10.64.0.2");
	*LIST_PUSH(a, &f, endpoints) =
		(struct fw_endpoint){address("203.0.113.1"), IPPROTO_UDP, 51820};
	allow_lan(a, &f, "192.168.0.0/16");
	*LIST_PUSH(a, &f, lan_dns) = address("198.51.100.53");
	*LIST_PUSH(a, &f, logins) = (struct fw_login){address("203.0.113.5"), 22, 50000};
	*LIST_PUSH(a, &f, inbound) = (struct fw_port){IPPROTO_TCP, 8443};
	*LIST_PUSH(a, &f, split) =
		(struct fw_split){.kind = FW_SPLIT_UID, .uid_first = 1001, .uid_last = 1001};
	*LIST_PUSH(a, &f, marks) = 7;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct socket_info s = {.proto = cases[i].proto,
			.local = address(cases[i].local),
			.peer = address(cases[i].peer),
			.local_port = cases[i].local_port,
			.peer_port = cases[i].peer_port,
			.uid = cases[i].uid,
			.mark = cases[i].mark};

		is_int(socket_is_cut(&f, &s, own, 3), cases[i].cut, "%s: %s", cases[i].what,
			cases[i].cut ? "ended" : "kept");
		f.kill_switch = false;
		ok(!socket_is_cut(&f, &s, own, 3), "never without a kill switch");
		f.kill_switch = true;
	}
}

/* --- for real ----------------------------------------------------------------------------------
 */

static int link_up(const char *name, const char *const *addresses)
{
	int fd = rig_tun(name);
	struct nl *nl;
	const struct link_state up = {.up = true};
	struct nl_result result;
	struct nl_message m;

	if (nl_open(NETLINK_ROUTE, &nl, &rig_err))
		abort();
	for (; *addresses; addresses++) {
		const struct ip_prefix p = rig_prefix(*addresses);

		addr_build_add(&m, if_nametoindex(name), &p);
		if (nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err) || result.error)
			abort();
	}
	link_build_set(&m, if_nametoindex(name), &up);
	if (nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err) || result.error)
		abort();
	nl_close(nl);
	return fd;
}

/* The addresses have no prefix route of their own. */
static void route_to(const char *prefix, const char *link)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("ip", "ip", strchr(prefix, ':') ? "-6" : "-4", "route", "add", prefix, "dev",
			link, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static int connect_to(int type, const char *peer, uint16_t port)
{
	struct sockaddr_in sa4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 sa6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	const struct ip_addr a = address(peer);
	int fd = socket(a.family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

	memcpy(&sa4.sin_addr, a.b, 4);
	memcpy(&sa6.sin6_addr, a.b, 16);
	r = a.family == AF_INET ? connect(fd, (struct sockaddr *)&sa4, sizeof(sa4))
				: connect(fd, (struct sockaddr *)&sa6, sizeof(sa6));
	if (r < 0 && errno != EINPROGRESS)
		diag("cannot connect to %s: %s", peer, strerror(errno));
	return fd;
}

static int error_of(int fd)
{
	socklen_t len = sizeof(int);
	int error = 0;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

static void test_real(struct net *n, struct arena *a)
{
	static const char *const nic[] = {"192.0.2.2/24", "2001:db8::2/64", NULL};
	static const char *const tunnel[] = {"10.64.0.2/32", NULL};
	struct firewall f = {.present = true, .kill_switch = true};
	int nic_fd = link_up("eth0", nic), tun_fd = link_up("wf0", tunnel);
	unsigned ended = 0;

	route_to("192.0.2.0/24", "eth0");
	route_to("2001:db8::/64", "eth0");
	route_to("198.51.100.0/24", "wf0");
	str_copy(LIST_PUSH(a, &f, tunnels)->name, FW_IFNAME_SIZE, "wf0");
	*LIST_PUSH(a, &f, addresses) = address("10.64.0.2");
	allow_lan(a, &f, "192.0.2.128/25");

	const struct {
		const char *what;
		int fd;
		bool cut;
	} sockets[] = {
		{"TCP", connect_to(SOCK_STREAM, "192.0.2.9", 443), true},
		{"TCP by IPv6", connect_to(SOCK_STREAM, "2001:db8::9", 443), true},
		{"UDP", connect_to(SOCK_DGRAM, "192.0.2.9", 443), true},
		{"UDP by IPv6", connect_to(SOCK_DGRAM, "2001:db8::9", 443), true},
		{"TCP to the LAN", connect_to(SOCK_STREAM, "192.0.2.200", 443), false},
		{"UDP to the LAN", connect_to(SOCK_DGRAM, "192.0.2.200", 443), false},
		{"TCP through the tunnel", connect_to(SOCK_STREAM, "198.51.100.1", 443), false},
		{"UDP through the tunnel", connect_to(SOCK_DGRAM, "198.51.100.1", 443), false},
	};
	works(net_end_sockets(n, &f, &ended, &rig_err), "sockets are ended");
	is_int(ended, 4, "four of them");
	for (size_t i = 0; i < sizeof(sockets) / sizeof(*sockets); i++) {
		is_int(error_of(sockets[i].fd), sockets[i].cut ? ECONNABORTED : 0, "%s: %s",
			sockets[i].what, sockets[i].cut ? "ended" : "goes on");
		close(sockets[i].fd);
	}
	close(nic_fd);
	close(tun_fd);
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct net *n;

	test_values(a);
	rig_enter();
	if (net_open(&n, &rig_err))
		return 1;
	test_real(n, a);
	net_close(n);
	return done_testing();
}
