// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets that leave are seen where they leave, and those that do not are not. */
#include <errno.h>
#include <linux/if_ether.h>

#include "base/clock.h"
#include "net/addr.h"
#include "net/net.h"
#include "net/probe.h"
#include "net/route.h"
#include "net/wire.h"
#include "rig.h"

static struct nl *nl;
static uint32_t tun, tap;

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

static void add_default(const char *dst, uint32_t ifindex)
{
	struct route_state r = {.dst = rig_prefix(dst),
		.table = RT_TABLE_MAIN,
		.metric = 1,
		.protocol = 4,
		.type = ROUTE_UNICAST};
	struct nl_message m;

	route_build_add(&m, &r, ifindex);
	do_now(&m, dst);
}

static uint32_t add_link(const char *name, short flags)
{
	struct ifreq ifr = {.ifr_flags = (short)(flags | IFF_NO_PI)};
	const struct link_state up = {.up = true, .mtu = 1400};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct nl_message m;
	uint32_t ifindex;

	str_copy(ifr.ifr_name, sizeof(ifr.ifr_name), name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0) {
		printf("1..0 # SKIP no TUN links here\n");
		exit(77);
	}
	ifindex = if_nametoindex(name);
	link_build_set(&m, ifindex, &up);
	do_now(&m, name);
	return ifindex; /* the descriptor stays: with it goes the link */
}

static struct probe probe(enum probe_kind kind, uint8_t family, unsigned number)
{
	struct probe p = {.kind = kind};

	wire_addr(family, number, &p.dst);
	return p;
}

static void test_parse(void)
{
	uint8_t v4[24] = {0x45, [9] = IPPROTO_UDP, [16] = 192, 0, 2, 7, 0x12, 0x34, 0, 53};
	uint8_t v6[64] = {0x60, [6] = IPPROTO_ICMPV6, [40] = 135};
	uint8_t arp[28] = {0, 1, 8, 0, 6, 4, 0, 1, [24] = 192, 0, 2, 9};
	struct wire_packet w = {0};
	struct ip_addr want;

	ok(wire_parse(ETH_P_IP, v4, sizeof(v4), &w), "IPv4");
	wire_addr(AF_INET, 7, &want);
	ok(ip_addr_equal(&w.dst, &want) && w.proto == IPPROTO_UDP, "where it goes");
	is_int(w.sport, 0x1234, "source port");
	is_int(w.dport, 53, "destination port");
	ok(!w.question, "no question");
	ok(!wire_parse(ETH_P_IP, v4, 19, &w), "cut off");
	v4[0] = 0x4f;
	ok(!wire_parse(ETH_P_IP, v4, sizeof(v4), &w), "a header longer than the packet");
	wire_addr(AF_INET6, 5, &want);
	memcpy(v6 + 48, want.b, 16);
	ok(wire_parse(ETH_P_IPV6, v6, sizeof(v6), &w) && w.question, "a solicitation");
	ok(ip_addr_equal(&w.dst, &want), "who is asked for");
	ok(wire_parse(ETH_P_IPV6, v6, 63, &w) && !w.question, "a solicitation that is cut off");
	ok(wire_parse(ETH_P_ARP, arp, sizeof(arp), &w) && w.question, "ARP");
	wire_addr(AF_INET, 9, &want);
	ok(ip_addr_equal(&w.dst, &want), "ARP: who is asked for");
	ok(!wire_parse(ETH_P_ARP, arp, 27, &w), "ARP, cut off");
	arp[7] = 2;
	ok(!wire_parse(ETH_P_ARP, arp, sizeof(arp), &w), "ARP's answer is no question");
	ok(!wire_parse(ETH_P_LOOPBACK, arp, sizeof(arp), &w), "something else");
}

static struct probe_gateways gateways;

static void test_nowhere(void)
{
	struct probe p[] = {probe(PROBE_UDP, AF_INET, 1), probe(PROBE_TCP, AF_INET, 2),
		probe(PROBE_ICMP, AF_INET, 3), probe(PROBE_DNS, AF_INET6, 4)};
	int64_t began = clock_ms();

	works(net_probe(p, 4, &gateways, 3000, &rig_err), "no interface");
	for (size_t i = 0; i < 4; i++)
		is_int(p[i].fate, PROBE_REFUSED, "no interface: %s", probe_kind_name(p[i].kind));
	is_int(p[0].error, ENETUNREACH, "and why");
	ok(clock_ms() - began < 2000, "nothing is waited for then");
}

static void test_unable(void)
{
	struct probe p = probe(PROBE_DNS, AF_INET, 50);

	p.source = rig_prefix("198.51.100.7").addr;
	works(net_probe(&p, 1, &gateways, 3000, &rig_err), "an address that is not ours");
	is_int(p.fate, PROBE_UNABLE, "is not tested");
	is_int(p.error, EADDRNOTAVAIL, "and why");
}

static void test_all_kinds(void)
{
	struct probe p[2 * PROBE_KINDS];

	for (unsigned i = 0; i < 2 * PROBE_KINDS; i++)
		p[i] = probe(i % PROBE_KINDS, i < PROBE_KINDS ? AF_INET : AF_INET6, i + 1);
	works(net_probe(p, 2 * PROBE_KINDS, &gateways, 2000, &rig_err), "every kind");
	for (unsigned i = 0; i < 2 * PROBE_KINDS; i++) {
		is_int(p[i].fate, PROBE_SEEN, "%s is seen, IPv%d", probe_kind_name(p[i].kind),
			p[i].dst.family == AF_INET ? 4 : 6);
		is_int(p[i].seen[0], tun, "where it left");
		is_int(p[i].seen[1], 0, "and nowhere else");
	}
}

/* Bound to a link that no route leads to: IPv4 asks the neighbours, which is as good as a leak. */
static void test_question(void)
{
	struct probe p = probe(PROBE_UDP, AF_INET, 40);

	str_copy(p.device, sizeof(p.device), "wf-tap");
	works(net_probe(&p, 1, &gateways, 2000, &rig_err), "bound to a link");
	is_int(p.fate, PROBE_SEEN, "the question for its address is seen");
	is_int(p.seen[0], tap, "on that link");
	str_copy(p.device, sizeof(p.device), "wf-none");
	works(net_probe(&p, 1, &gateways, 2000, &rig_err), "bound to a link that is not there");
	is_int(p.fate, PROBE_UNABLE, "is not tested");
}

/* Who has an address that is somebody's is told apart by its port. */
static void test_shared(void)
{
	struct probe p[3] = {{.kind = PROBE_DNS}, {.kind = PROBE_DNS}, {.kind = PROBE_DNS_TCP}};

	for (size_t i = 0; i < 3; i++) {
		p[i].shared = true;
		p[i].dst = rig_prefix("198.51.100.53").addr;
	}
	str_copy(p[1].device, sizeof(p[1].device), "lo");
	works(net_probe(p, 3, &gateways, 500, &rig_err), "three times the same server");
	is_int(p[0].fate, PROBE_SEEN, "by UDP: seen");
	ok(p[1].fate != PROBE_SEEN, "the one bound to lo is not taken for another");
	is_int(p[2].fate, PROBE_SEEN, "by TCP: seen");
	ok(p[0].port && p[0].port != p[2].port, "each from a port of its own");
}

int main(void)
{
	rig_enter();
	works(nl_open(NETLINK_ROUTE, &nl, &rig_err), "socket");
	test_parse();
	test_nowhere();
	tun = add_link("wf-tun", IFF_TUN);
	tap = add_link("wf-tap", IFF_TAP);
	add_addr(tun, "198.51.100.1/32");
	add_addr(tun, "fd00::1/128");
	add_addr(tap, "198.51.100.2/32");
	add_default("0.0.0.0/0", tun);
	add_default("::/0", tun);
	test_all_kinds();
	test_question();
	test_shared();
	test_unable();
	nl_close(nl);
	done_testing();
}
