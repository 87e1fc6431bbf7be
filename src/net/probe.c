// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that should not get out, sent as any program would. Knows sockets and their options;
 * which tries are worth it and what their fate means is not known here. A packet counts as out
 * where it is seen on an interface, never by what send(2) said; so does a question for its address,
 * for whoever answers it (proxy ARP) gets the packet.
 */
#include "net/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/wire.h"

struct kind_row {
	const char *name;
	int type, proto;
	uint16_t port;
};
static const struct kind_row kinds[PROBE_KINDS] = {
	[PROBE_UDP] = {"udp", SOCK_DGRAM, IPPROTO_UDP, 9},
	[PROBE_TCP] = {"tcp", SOCK_STREAM, IPPROTO_TCP, 80},
	[PROBE_ICMP] = {"icmp", SOCK_RAW, IPPROTO_ICMP, 0},
	[PROBE_DNS] = {"dns/udp", SOCK_DGRAM, IPPROTO_UDP, 53},
	[PROBE_DNS_TCP] = {"dns/tcp", SOCK_STREAM, IPPROTO_TCP, 53},
	[PROBE_QUIC] = {"quic", SOCK_DGRAM, IPPROTO_UDP, 443},
};

const char *probe_kind_name(enum probe_kind k)
{
	return kinds[k].name;
}

static int proto_of(const struct probe *p)
{
	return p->kind == PROBE_ICMP && p->dst.family == AF_INET6 ? IPPROTO_ICMPV6
								  : kinds[p->kind].proto;
}

static socklen_t to_sockaddr(const struct ip_addr *a, uint16_t port, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (a->family == AF_INET) {
		struct sockaddr_in *s = (struct sockaddr_in *)ret;

		s->sin_family = AF_INET;
		s->sin_port = htons(port);
		memcpy(&s->sin_addr, a->b, 4);
		return sizeof(*s);
	}
	struct sockaddr_in6 *s = (struct sockaddr_in6 *)ret;

	s->sin6_family = AF_INET6;
	s->sin6_port = htons(port);
	memcpy(&s->sin6_addr, a->b, 16);
	return sizeof(*s);
}

/* The socket belongs to whom the file system takes us for when it is made; nothing else changes. */
static int socket_of(const struct probe *p)
{
	int type = kinds[p->kind].type | SOCK_CLOEXEC | SOCK_NONBLOCK, fd, error;

	if (!p->uid)
		return socket(p->dst.family, type, proto_of(p));
	setfsuid(p->uid);
	if ((uint32_t)setfsuid((uid_t)-1) != p->uid) {
		errno = EPERM;
		return -1;
	}
	fd = socket(p->dst.family, type, proto_of(p));
	error = errno;
	setfsuid(geteuid());
	errno = error;
	return fd;
}

static bool prepare(struct probe *p)
{
	struct sockaddr_storage source;
	socklen_t size = to_sockaddr(&p->source, 0, &source);

	p->fd = socket_of(p);
	if (p->fd >= 0 &&
		(!p->device[0] ||
			setsockopt(p->fd, SOL_SOCKET, SO_BINDTODEVICE, p->device,
				(socklen_t)strlen(p->device) + 1) == 0) &&
		(!p->mark ||
			setsockopt(p->fd, SOL_SOCKET, SO_MARK, &p->mark, sizeof(p->mark)) == 0) &&
		(!p->source.family || bind(p->fd, (struct sockaddr *)&source, size) == 0))
		return true;
	p->error = errno;
	return false;
}

/* RFC 1071. The kernel does it for ICMPv6 only. */
static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t payload_of(const struct probe *p, uint8_t out[static 32])
{
	/* RFC 1035 section 4.1: one question, recursion desired, ".", NS, IN */
	static const uint8_t query[] = {0x77, 0x66, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};

	memset(out, 0, 32);
	switch (p->kind) {
	case PROBE_TCP:
	case PROBE_DNS_TCP: return 0;
	case PROBE_UDP:
	case PROBE_QUIC: return 16;
	case PROBE_DNS: memcpy(out, query, sizeof(query)); return sizeof(query);
	case PROBE_ICMP:
		out[0] = p->dst.family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
		memcpy(out + 2, &(uint16_t){htons(checksum(out, 16))}, 2);
		return 16;
	case PROBE_KINDS: return 0;
	}
	return 0;
}

static void send_one(struct probe *p)
{
	struct sockaddr_storage dst, own;
	socklen_t size = to_sockaddr(&p->dst, kinds[p->kind].port, &dst), own_size = sizeof(own);
	uint8_t payload[32];
	size_t len = payload_of(p, payload);

	p->fate = PROBE_UNSEEN;
	/* connect() of a raw socket takes a port of 0 only, and that is what it gets. */
	if ((connect(p->fd, (struct sockaddr *)&dst, size) < 0 && errno != EINPROGRESS) ||
		(len && send(p->fd, payload, len, MSG_NOSIGNAL) < 0)) {
		p->fate = PROBE_REFUSED;
		p->error = errno;
	}
	if (getsockname(p->fd, (struct sockaddr *)&own, &own_size) == 0)
		p->port =
			ntohs(own.ss_family == AF_INET ? ((struct sockaddr_in *)&own)->sin_port
						       : ((struct sockaddr_in6 *)&own)->sin6_port);
}

static bool is_of(const struct wire_packet *w, const struct probe *p)
{
	if (!ip_addr_equal(&w->dst, &p->dst))
		return false;
	return !p->shared || (!w->question && w->proto == proto_of(p) && w->sport == p->port);
}

static void note_seen(struct probe *p, uint32_t ifindex)
{
	p->fate = PROBE_SEEN;
	for (size_t i = 0; i < PROBE_PLACES; i++) {
		if (p->seen[i] == ifindex)
			return;
		if (!p->seen[i]) {
			p->seen[i] = ifindex;
			return;
		}
	}
}

/*
 * The kernel would go on asking for some seconds, and the next one who looks would take that for
 * his own packet (arp(7), SIOCDARP).
 */
static void stop_asking(const struct probe *p)
{
	struct arpreq q = {0};
	FD_CLEANUP int fd = -1;

	if (!p->asked || p->dst.family != AF_INET ||
		(fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	for (size_t i = 0; i < PROBE_PLACES && p->seen[i]; i++) {
		struct sockaddr_in *dst = (struct sockaddr_in *)&q.arp_pa;

		dst->sin_family = AF_INET;
		memcpy(&dst->sin_addr, p->dst.b, 4);
		if (if_indextoname(p->seen[i], q.arp_dev))
			ioctl(fd, SIOCDARP, &q);
	}
}

static void note_question(const struct wire_packet *w, struct probe_gateways *gateways)
{
	LIST_FOREACH (g, gateways, items)
		if (w->question && ip_addr_equal(&w->dst, &g->addr))
			g->asked++;
}

static void look(int wire, struct probe *list, size_t n, struct probe_gateways *gateways)
{
	uint32_t lo = if_nametoindex("lo");
	struct wire_packet w;

	while (wire_next(wire, &w)) {
		note_question(&w, gateways);
		for (size_t i = 0; i < n; i++)
			if (w.ifindex != lo && is_of(&w, &list[i])) {
				note_seen(&list[i], w.ifindex);
				list[i].asked |= w.question;
			}
	}
}

static bool all_known(const struct probe *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].fate == PROBE_UNSEEN)
			return false;
	return true;
}

int net_probe(struct probe *list, size_t n, struct probe_gateways *gateways, unsigned wait_ms,
	struct err *e)
{
	int64_t end;
	FD_CLEANUP int wire = -1;
	int r = wire_open(&wire, e);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		list[i].fate = PROBE_UNABLE;
		if (prepare(&list[i]))
			send_one(&list[i]);
	}
	end = clock_ms() + wait_ms;
	look(wire, list, n, gateways);
	for (int64_t left; !all_known(list, n) && (left = end - clock_ms()) > 0;) {
		struct pollfd ready = {.fd = wire, .events = POLLIN};

		poll(&ready, 1, (int)left);
		look(wire, list, n, gateways);
	}
	for (size_t i = 0; i < n; i++) {
		stop_asking(&list[i]);
		file_closep(&list[i].fd);
	}
	return 0;
}
