// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Outgoing packets on every interface. Knows packet(7), the headers of IPv4, IPv6, ARP and
 * neighbour discovery as far as addresses and ports; must not know what the packets are sent for.
 * Keeps the invariant that the filter is in place before the first packet can be queued.
 */
#include "net/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DOC4	 0xc0000200u /* 192.0.2.0/24, RFC 5737 */
#define DOC6	 0x20010db8u /* 2001:db8::/32, RFC 3849 … */
#define DOC6_OWN 0x77660000u /* … and of it the part that is used here */
#define DNS_PORT 53
#define IPV6_LEN 40 /* fixed header, RFC 8200 section 3 */

void wire_addr(uint8_t family, unsigned number, struct ip_addr *ret)
{
	*ret = (struct ip_addr){.family = family};
	if (family == AF_INET) {
		memcpy(ret->b, &(uint32_t){htonl(DOC4 | number)}, 4);
		return;
	}
	memcpy(ret->b, &(uint32_t){htonl(DOC6)}, 4);
	memcpy(ret->b + 4, &(uint32_t){htonl(DOC6_OWN)}, 4);
	memcpy(ret->b + 12, &(uint32_t){htonl(number)}, 4);
}

static int set_filter(int fd)
{
	/* Cooked packets: offset 0 is the network header. Jumps: to the next plus so many. */
	struct sock_filter code[] = {
		/* 0 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		/* 1 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 26),
		/* 2 */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
		/* 3 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 2, 0),
		/* 4 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 10, 0),
		/* 5 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 21, 22),
		/* IPv4 */
		/* 6 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		/* 7 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffffff00),
		/* 8 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DOC4, 18, 0),
		/* 9 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		/* 10 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 1, 0),
		/* 11 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 16),
		/* 12 */ BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		/* 13 */ BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		/* 14 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DNS_PORT, 12, 13),
		/* IPv6 */
		/* 15 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
		/* 16 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DOC6, 0, 2),
		/* 17 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 28),
		/* 18 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DOC6_OWN, 8, 0),
		/* 19 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
		/* 20 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 1, 0),
		/* 21 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 2),
		/* 22 */ BPF_STMT(BPF_LD | BPF_H | BPF_ABS, IPV6_LEN + 2),
		/* 23 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DNS_PORT, 3, 4),
		/* 24 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
		/* 25 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_LEN),
		/* 26 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 0, 1),
		/* 27 */ BPF_STMT(BPF_RET | BPF_K, 128),
		/* 28 */ BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

int wire_open(int *ret, struct err *e)
{
	/* Protocol 0 receives nothing before it is bound. */
	struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return err_errno(e, errno == EPERM ? E_PERMISSION : E_KERNEL, errno,
			"cannot look at what leaves this machine");
	if (set_filter(fd) < 0 || bind(fd, (struct sockaddr *)&all, sizeof(all)) < 0) {
		int r = err_errno(e, E_KERNEL, errno, "cannot look at what leaves this machine");

		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool take_arp(const uint8_t *p, size_t len, struct wire_packet *w)
{
	if (len < 28 || get16(p + 2) != ETH_P_IP || p[4] != 6 || p[5] != 4 ||
		get16(p + 6) != ARPOP_REQUEST)
		return false;
	w->question = true;
	w->dst.family = AF_INET;
	memcpy(w->dst.b, p + 24, 4);
	return true;
}

static void take_ports(const uint8_t *p, size_t len, struct wire_packet *w)
{
	if ((w->proto != IPPROTO_TCP && w->proto != IPPROTO_UDP) || len < 4)
		return;
	w->sport = get16(p);
	w->dport = get16(p + 2);
}

static bool take_ipv4(const uint8_t *p, size_t len, struct wire_packet *w)
{
	size_t head = len >= 20 ? (p[0] & 0xfu) * 4u : 0;

	if (head < 20 || head > len)
		return false;
	w->proto = p[9];
	w->dst.family = AF_INET;
	memcpy(w->dst.b, p + 16, 4);
	take_ports(p + head, len - head, w);
	return true;
}

static bool take_ipv6(const uint8_t *p, size_t len, struct wire_packet *w)
{
	if (len < IPV6_LEN)
		return false;
	w->proto = p[6];
	w->dst.family = AF_INET6;
	w->question = w->proto == IPPROTO_ICMPV6 && len >= IPV6_LEN + 24 &&
		p[IPV6_LEN] == ND_NEIGHBOR_SOLICIT;
	memcpy(w->dst.b, p + (w->question ? IPV6_LEN + 8 : 24), 16);
	take_ports(p + IPV6_LEN, len - IPV6_LEN, w);
	return true;
}

bool wire_parse(uint16_t ethertype, const uint8_t *p, size_t len, struct wire_packet *ret)
{
	struct wire_packet w = {0};
	bool taken = ethertype == ETH_P_ARP ? take_arp(p, len, &w)
		: ethertype == ETH_P_IP	    ? take_ipv4(p, len, &w)
		: ethertype == ETH_P_IPV6   ? take_ipv6(p, len, &w)
					    : false;

	if (taken)
		*ret = w;
	return taken;
}

bool wire_next(int fd, struct wire_packet *ret)
{
	for (;;) {
		struct sockaddr_ll from = {0};
		socklen_t size = sizeof(from);
		uint8_t buf[128];
		ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC,
			(struct sockaddr *)&from, &size);

		/* Also ENETDOWN, which says once that some interface went away. */
		if (n < 0 && (errno == EINTR || errno == ENETDOWN))
			continue;
		if (n < 0)
			return false;
		if ((size_t)n > sizeof(buf))
			n = sizeof(buf);
		if (from.sll_pkttype != PACKET_OUTGOING ||
			!wire_parse(ntohs(from.sll_protocol), buf, (size_t)n, ret))
			continue;
		ret->ifindex = (uint32_t)from.sll_ifindex;
		return true;
	}
}
