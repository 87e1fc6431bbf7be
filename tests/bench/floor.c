// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The floor: the least a program can do to bring a full dual-stack tunnel up in wf's scheme. It
 * sends the same netlink messages as `wf up --no-wait`, from values that are compiled in or given
 * as bytes, with one batch for rtnetlink, one message for WireGuard and one transaction for the
 * firewall; with RESOLV it also replaces /etc/resolv.conf by that file, and puts it back. No
 * database, no checks, no record.
 *
 * Usage: floor up IFNAME KEYFILE PEERFILE ADDRESS4 PORT BATCH [RESOLV]
 *        floor down IFNAME BATCH [RESOLV]
 * Key files hold 32 raw bytes, BATCH what tests/bench/table writes.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <time.h>

enum {
	TABLE = 0x57460001,
	TABLE_LAST = 0x57460000,
	MARK = 0x57000001,
	MARK_ALL = 0x57000000,
	MASK = 0xff000000
};

#define RESOLV_CONF "/etc/resolv.conf"

static char buffer[131072];
static size_t used;
static unsigned seq, pending;

static struct nlmsghdr *add(uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer + used);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	h->nlmsg_seq = ++seq;
	pending++;
	return h;
}

static void end(const struct nlmsghdr *h)
{
	used += MNL_ALIGN(h->nlmsg_len);
}

/* Sends what was added and reads an answer to each; the first error ends the program. */
static void flush(struct mnl_socket *s)
{
	static char answer[65536];

	if (used && mnl_socket_sendto(s, buffer, used) < 0)
		exit(1);
	while (pending) {
		int n = (int)mnl_socket_recvfrom(s, answer, sizeof(answer));
		struct nlmsghdr *h = (struct nlmsghdr *)answer;

		for (; n > 0 && mnl_nlmsg_ok(h, n); h = mnl_nlmsg_next(h, &n)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(h);

			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			if (err->error) {
				fprintf(stderr, "floor: message %u: %s\n", h->nlmsg_seq,
					strerror(-err->error));
				exit(1);
			}
			pending--;
		}
	}
	used = 0;
}

static void link_add(const char *name)
{
	struct nlmsghdr *h = add(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info;

	mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(h, IFLA_IFNAME, name);
	mnl_attr_put_u32(h, IFLA_MTU, 1420);
	mnl_attr_put_u32(h, IFLA_GROUP, 0x5746);
	info = mnl_attr_nest_start(h, IFLA_LINKINFO);
	mnl_attr_put_strz(h, IFLA_INFO_KIND, "wireguard");
	mnl_attr_nest_end(h, info);
	end(h);
}

static void link_set(uint16_t type, const char *name, unsigned flags)
{
	struct nlmsghdr *h = add(type, 0);
	struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->ifi_flags = m->ifi_change = flags;
	mnl_attr_put_strz(h, IFLA_IFNAME, name);
	end(h);
}

static void addr_add(unsigned index, int family, const char *text, unsigned len)
{
	struct nlmsghdr *h = add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	unsigned char a[16];
	size_t size = family == AF_INET ? 4 : 16;

	inet_pton(family, text, a);
	m->ifa_family = (unsigned char)family;
	m->ifa_prefixlen = (unsigned char)len;
	m->ifa_index = index;
	mnl_attr_put(h, IFA_LOCAL, size, a);
	mnl_attr_put(h, IFA_ADDRESS, size, a);
	mnl_attr_put_u32(h, IFA_FLAGS, IFA_F_NOPREFIXROUTE | IFA_F_NODAD);
	end(h);
}

static void route(uint16_t type, int family, unsigned index)
{
	struct nlmsghdr *h = add(type, type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->rtm_family = (unsigned char)family;
	m->rtm_type = index ? RTN_UNICAST : RTN_UNREACHABLE;
	m->rtm_scope = family == AF_INET && index ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	m->rtm_protocol = index ? 87 : RTPROT_KERNEL;
	mnl_attr_put_u32(h, RTA_TABLE, index ? TABLE : TABLE_LAST);
	mnl_attr_put_u32(h, RTA_PRIORITY, index ? 1 : 4294967294u);
	if (index)
		mnl_attr_put_u32(h, RTA_OIF, index);
	end(h);
}

struct rule {
	int family;
	unsigned priority, table, mark, mask;
	int invert, suppress;
	const char *dst;
	unsigned len;
};

static void rule(uint16_t type, const struct rule *r)
{
	struct nlmsghdr *h = add(type, type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct fib_rule_hdr *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	unsigned char a[16];

	m->family = (unsigned char)r->family;
	m->action = r->table ? FR_ACT_TO_TBL : FR_ACT_PROHIBIT;
	m->flags = r->invert ? FIB_RULE_INVERT : 0;
	mnl_attr_put_u32(h, FRA_PRIORITY, r->priority);
	mnl_attr_put_u8(h, FRA_PROTOCOL, RTPROT_KERNEL);
	if (r->table)
		mnl_attr_put_u32(h, FRA_TABLE, r->table);
	if (r->mask) {
		mnl_attr_put_u32(h, FRA_FWMARK, r->mark);
		mnl_attr_put_u32(h, FRA_FWMASK, r->mask);
	}
	if (r->suppress)
		mnl_attr_put_u32(h, FRA_SUPPRESS_PREFIXLEN, 0);
	if (r->dst) {
		inet_pton(r->family, r->dst, a);
		m->dst_len = (unsigned char)r->len;
		mnl_attr_put(h, FRA_DST, r->family == AF_INET ? 4 : 16, a);
	}
	end(h);
}

static const struct rule rules[] = {
	{AF_INET, 5120, 254, MARK_ALL, MASK, 0, 0, NULL, 0},
	{AF_INET6, 5120, 254, MARK_ALL, MASK, 0, 0, NULL, 0},
	{AF_INET, 5125, TABLE, 0, 0, 0, 1, NULL, 0},
	{AF_INET6, 5125, TABLE, 0, 0, 0, 1, NULL, 0},
	{AF_INET, 5130, 254, 0, 0, 0, 1, "10.0.0.0", 8},
	{AF_INET, 5130, 254, 0, 0, 0, 1, "172.16.0.0", 12},
	{AF_INET, 5130, 254, 0, 0, 0, 1, "192.168.0.0", 16},
	{AF_INET, 5130, 254, 0, 0, 0, 1, "169.254.0.0", 16},
	{AF_INET, 5130, 254, 0, 0, 0, 1, "224.0.0.0", 4},
	{AF_INET6, 5130, 254, 0, 0, 0, 1, "fc00::", 7},
	{AF_INET6, 5130, 254, 0, 0, 0, 1, "fe80::", 10},
	{AF_INET6, 5130, 254, 0, 0, 0, 1, "ff00::", 8},
	{AF_INET, 5140, TABLE, MARK_ALL, MASK, 1, 0, NULL, 0},
	{AF_INET6, 5140, TABLE, MARK_ALL, MASK, 1, 0, NULL, 0},
	{AF_INET, 5145, TABLE_LAST, MARK_ALL, MASK, 1, 0, NULL, 0},
	{AF_INET6, 5145, TABLE_LAST, MARK_ALL, MASK, 1, 0, NULL, 0},
	{AF_INET, 5150, 0, MARK_ALL, MASK, 1, 0, NULL, 0},
	{AF_INET6, 5150, 0, MARK_ALL, MASK, 1, 0, NULL, 0},
};

static uint16_t wireguard_family(struct mnl_socket *s)
{
	struct nlmsghdr *h = add(GENL_ID_CTRL, 0);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	static char answer[8192];
	struct nlattr *attr;
	uint16_t id = 0;

	g->cmd = CTRL_CMD_GETFAMILY;
	mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME);
	h->nlmsg_flags = NLM_F_REQUEST;
	pending = 0;
	mnl_socket_sendto(s, h, h->nlmsg_len);
	if (mnl_socket_recvfrom(s, answer, sizeof(answer)) <= 0)
		exit(1);
	h = (struct nlmsghdr *)answer;
	if (h->nlmsg_type == NLMSG_ERROR)
		exit(1);
	mnl_attr_for_each(attr, h, sizeof(*g)) if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		id = mnl_attr_get_u16(attr);
	return id;
}

static void read_key(const char *path, unsigned char key[32])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, key, 32) != 32)
		exit(1);
	close(fd);
}

static void allowed(struct nlmsghdr *h, int family)
{
	static const unsigned char zero[16];
	struct nlattr *one = mnl_attr_nest_start(h, 0);

	mnl_attr_put_u16(h, WGALLOWEDIP_A_FAMILY, (uint16_t)family);
	mnl_attr_put(h, WGALLOWEDIP_A_IPADDR, family == AF_INET ? 4 : 16, zero);
	mnl_attr_put_u8(h, WGALLOWEDIP_A_CIDR_MASK, 0);
	mnl_attr_nest_end(h, one);
}

static void device_set(uint16_t family, char **argv)
{
	struct nlmsghdr *h = add(family, 0);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	struct sockaddr_in ep = {.sin_family = AF_INET};
	struct nlattr *peers, *peer, *ips;
	unsigned char key[32];

	g->cmd = WG_CMD_SET_DEVICE;
	g->version = WG_GENL_VERSION;
	mnl_attr_put_strz(h, WGDEVICE_A_IFNAME, argv[2]);
	read_key(argv[3], key);
	mnl_attr_put(h, WGDEVICE_A_PRIVATE_KEY, 32, key);
	mnl_attr_put_u32(h, WGDEVICE_A_FWMARK, MARK);
	peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(h, 0);
	read_key(argv[4], key);
	mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, 32, key);
	mnl_attr_put_u32(h, WGPEER_A_FLAGS, WGPEER_F_REPLACE_ALLOWEDIPS);
	inet_pton(AF_INET, argv[5], &ep.sin_addr);
	ep.sin_port = htons((uint16_t)strtoul(argv[6], NULL, 10));
	mnl_attr_put(h, WGPEER_A_ENDPOINT, sizeof(ep), &ep);
	ips = mnl_attr_nest_start(h, WGPEER_A_ALLOWEDIPS);
	allowed(h, AF_INET);
	allowed(h, AF_INET6);
	mnl_attr_nest_end(h, ips);
	mnl_attr_nest_end(h, peer);
	mnl_attr_nest_end(h, peers);
	end(h);
}

static void sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		exit(1);
	close(fd);
}

static size_t read_file(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, to, size);

	if (n <= 0 || (size_t)n == size)
		exit(1);
	close(fd);
	return (size_t)n;
}

/* All between the first message and the last is acknowledged. */
static void firewall(struct mnl_socket *nf, const char *path)
{
	int rest;

	used = read_file(path, buffer, sizeof(buffer));
	rest = (int)used;
	for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; mnl_nlmsg_ok(h, rest);
		h = mnl_nlmsg_next(h, &rest))
		if (h->nlmsg_flags & NLM_F_ACK)
			pending++;
	flush(nf);
}

static void resolver(const char *path)
{
	static char text[4096];
	size_t n = read_file(path, text, sizeof(text));
	int fd = open(RESOLV_CONF ".new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n || fsync(fd) < 0 || close(fd) < 0 ||
		link(RESOLV_CONF, RESOLV_CONF ".old") < 0 ||
		rename(RESOLV_CONF ".new", RESOLV_CONF) < 0) {
		perror("floor: " RESOLV_CONF);
		exit(1);
	}
}

static void up(struct mnl_socket *rt, struct mnl_socket *genl, struct mnl_socket *nf, char **argv)
{
	const size_t n = sizeof(rules) / sizeof(rules[0]);
	uint16_t family = wireguard_family(genl);
	unsigned index;

	firewall(nf, argv[7]);
	sysctl("/proc/sys/net/ipv4/conf/all/src_valid_mark", "1");
	sysctl("/proc/sys/net/ipv4/conf/all/arp_ignore", "1");
	rule(RTM_NEWRULE, &rules[0]);
	rule(RTM_NEWRULE, &rules[1]);
	link_add(argv[2]);
	flush(rt);
	device_set(family, argv);
	flush(genl);
	index = if_nametoindex(argv[2]);
	addr_add(index, AF_INET, "10.64.1.2", 32);
	addr_add(index, AF_INET6, "fc00:bbbb:bbbb:bb01::1:102", 128);
	link_set(RTM_NEWLINK, argv[2], IFF_UP);
	route(RTM_NEWROUTE, AF_INET, 0);
	route(RTM_NEWROUTE, AF_INET6, 0);
	route(RTM_NEWROUTE, AF_INET, index);
	route(RTM_NEWROUTE, AF_INET6, index);
	for (size_t i = 2; i < n; i++)
		rule(RTM_NEWRULE, &rules[i]);
	flush(rt);
}

static void down(struct mnl_socket *rt, struct mnl_socket *nf, char **argv)
{
	for (size_t i = sizeof(rules) / sizeof(rules[0]); i-- > 0;)
		rule(RTM_DELRULE, &rules[i]);
	route(RTM_DELROUTE, AF_INET, 0);
	route(RTM_DELROUTE, AF_INET6, 0);
	link_set(RTM_DELLINK, argv[2], 0);
	flush(rt);
	firewall(nf, argv[3]);
}

static struct mnl_socket *open_socket(int bus)
{
	struct mnl_socket *s = mnl_socket_open(bus);
	int room = 1 << 20;

	/* One answer for each message of the firewall. */
	if (!s || mnl_socket_bind(s, 0, 0) < 0 ||
		setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		exit(1);
	return s;
}

int main(int argc, char **argv)
{
	struct mnl_socket *rt = open_socket(NETLINK_ROUTE);
	struct mnl_socket *nf = open_socket(NETLINK_NETFILTER);

	if ((argc == 8 || argc == 9) && strcmp(argv[1], "up") == 0) {
		up(rt, open_socket(NETLINK_GENERIC), nf, argv);
		if (argc == 9)
			resolver(argv[8]);
	} else if ((argc == 4 || argc == 5) && strcmp(argv[1], "down") == 0) {
		if (argc == 5 && rename(RESOLV_CONF ".old", RESOLV_CONF) < 0)
			return 1;
		down(rt, nf, argv);
	} else {
		return 2;
	}
	return 0;
}
