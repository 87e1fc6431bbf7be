// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Router advertisements as somebody on the same wire may send them (RFC 4861 4.2, 4191 2.3),
 * truthful or not.
 *
 * Usage: ra [-c COUNT] [-l LIFETIME] [-h] [-p PREFIX/LEN]... [-r ROUTE/LEN]... INTERFACE
 *   -c  so many, each with a prefix of its own (fd00:bad:N::/64) when there are more than one
 *   -l  seconds for which this is a default router (1800)   -h  preference high
 *   -p  a prefix to make an address of                      -r  a route, preference high
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PREFERENCE_HIGH = 1 << 3, OPTION_ROUTE = 24, LIFETIME = 1800 };

static uint8_t packet[1024];
static size_t used = sizeof(struct nd_router_advert);

static void *option(uint8_t type, size_t size)
{
	uint8_t *o = packet + used;

	used += size;
	if (used > sizeof(packet))
		exit(2);
	o[0] = type;
	o[1] = (uint8_t)(size / 8);
	return o;
}

static unsigned prefix(char *text, struct in6_addr *ret)
{
	char *addr = strsep(&text, "/");

	if (!text || inet_pton(AF_INET6, addr, ret) != 1) {
		fprintf(stderr, "ra: not a prefix: %s\n", addr);
		exit(2);
	}
	return (unsigned)strtoul(text, NULL, 10);
}

static struct nd_opt_prefix_info *add_prefix(char *text)
{
	struct nd_opt_prefix_info *p = option(ND_OPT_PREFIX_INFORMATION, sizeof(*p));

	p->nd_opt_pi_prefix_len = (uint8_t)prefix(text, &p->nd_opt_pi_prefix);
	p->nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO;
	p->nd_opt_pi_valid_time = p->nd_opt_pi_preferred_time = htonl(LIFETIME);
	return p;
}

static void add_route(char *text)
{
	struct {
		uint8_t type, len, plen, flags;
		uint32_t lifetime;
		struct in6_addr prefix;
	} *r = option(OPTION_ROUTE, sizeof(*r));

	r->plen = (uint8_t)prefix(text, &r->prefix);
	r->flags = PREFERENCE_HIGH;
	r->lifetime = htonl(LIFETIME);
}

static int open_raw(const char *ifname)
{
	struct ipv6_mreq m = {.ipv6mr_interface = if_nametoindex(ifname)};
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), hops = 255;

	if (fd < 0 || !m.ipv6mr_interface ||
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, strlen(ifname)) < 0 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0) {
		perror("ra");
		exit(2);
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct nd_router_advert *ra = (void *)packet;
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct nd_opt_prefix_info *own = NULL;
	uint16_t lifetime = LIFETIME;
	unsigned count = 1;
	uint8_t flags = 0;
	int o, fd;

	while ((o = getopt(argc, argv, "c:l:hp:r:")) >= 0)
		switch (o) {
		case 'c': count = (unsigned)strtoul(optarg, NULL, 0); break;
		case 'l': lifetime = (uint16_t)strtoul(optarg, NULL, 0); break;
		case 'h': flags = PREFERENCE_HIGH; break;
		case 'p': add_prefix(optarg); break;
		case 'r': add_route(optarg); break;
		default: return 2;
		}
	if (optind + 1 != argc)
		return 2;
	if (count > 1)
		own = add_prefix((char[]){"fd00:bad::/64"});
	ra->nd_ra_type = ND_ROUTER_ADVERT;
	ra->nd_ra_curhoplimit = 64;
	ra->nd_ra_flags_reserved = flags;
	ra->nd_ra_router_lifetime = htons(lifetime);
	fd = open_raw(argv[optind]);
	inet_pton(AF_INET6, "ff02::1", &to.sin6_addr);
	to.sin6_scope_id = if_nametoindex(argv[optind]);
	for (unsigned i = 0; i < count; i++) {
		if (own)
			own->nd_opt_pi_prefix.s6_addr16[2] = htons((uint16_t)i);
		if (sendto(fd, packet, used, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
			perror("ra: sendto");
			return 1;
		}
	}
	return 0;
}
