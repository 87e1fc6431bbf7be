// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces with addresses, by getifaddrs(3). Knows which of them stand for a device
 * (/sys/class/net); must not know which are tunnels of wf.
 */
#include "net/nic.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

static struct nic *find(struct arena *a, struct nic_list *l, const char *name, bool running)
{
	char path[64];
	struct nic *n;

	LIST_FOREACH (x, l, items)
		if (str_eq(x->name, name))
			return x;
	n = LIST_PUSH(a, l, items);
	str_copy(n->name, sizeof(n->name), name);
	n->running = running;
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", n->name);
	n->physical = access(path, F_OK) == 0;
	return n;
}

static void add(struct arena *a, struct nic_list *l, const struct ifaddrs *i)
{
	const struct sockaddr_in *s4 = (const struct sockaddr_in *)i->ifa_addr;
	const struct sockaddr_in6 *s6 = (const struct sockaddr_in6 *)i->ifa_addr;
	struct nic *n;

	if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || (i->ifa_flags & IFF_LOOPBACK))
		return;
	if (s4->sin_family == AF_INET) {
		n = find(a, l, i->ifa_name, i->ifa_flags & IFF_RUNNING);
		if (!n->v4.family) {
			n->v4.family = AF_INET;
			memcpy(n->v4.b, &s4->sin_addr, 4);
		}
	} else if (s6->sin6_family == AF_INET6) {
		n = find(a, l, i->ifa_name, i->ifa_flags & IFF_RUNNING);
		if (!n->v6.family && !IN6_IS_ADDR_LINKLOCAL(&s6->sin6_addr)) {
			n->v6.family = AF_INET6;
			memcpy(n->v6.b, &s6->sin6_addr, 16);
		}
	}
}

int net_query_nics(struct arena *a, struct nic_list *ret, struct err *e)
{
	struct nic_list l = {0};
	struct ifaddrs *all;

	if (getifaddrs(&all) < 0)
		return err_errno(e, E_KERNEL, errno, "cannot read the addresses of this machine");
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		add(a, &l, i);
	freeifaddrs(all);
	*ret = l;
	return 0;
}

static void add_gateway(struct arena *a, struct nic_gateways *l, const struct ip_addr *gateway)
{
	static const uint8_t none[16];

	if (!memcmp(gateway->b, none, sizeof(none)))
		return;
	LIST_FOREACH (x, l, items)
		if (ip_addr_equal(x, gateway))
			return;
	*LIST_PUSH(a, l, items) = *gateway;
}

/* proc_net(5) of Documentation/filesystems/proc: IF DESTINATION GATEWAY …, as the numbers lie in
 * memory. */
static void read_gateways4(struct arena *a, struct nic_gateways *l)
{
	FILE *f = fopen("/proc/net/route", "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		struct ip_addr gateway = {.family = AF_INET};
		unsigned dst, via;

		if (sscanf(line, "%*s %x %x", &dst, &via) != 2 || dst)
			continue;
		memcpy(gateway.b, &via, 4);
		add_gateway(a, l, &gateway);
	}
	if (f)
		fclose(f);
}

/* DESTINATION LENGTH SOURCE LENGTH GATEWAY … */
static void read_gateways6(struct arena *a, struct nic_gateways *l)
{
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	char line[512], via[33];
	unsigned len;

	while (f && fgets(line, sizeof(line), f)) {
		struct ip_addr gateway = {.family = AF_INET6};
		unsigned byte;
		size_t n = 0;

		if (sscanf(line, "%*32s %2x %*32s %*2s %32s", &len, via) != 2 || len)
			continue;
		while (n < 16 && sscanf(via + 2 * n, "%2x", &byte) == 1)
			gateway.b[n++] = (uint8_t)byte;
		add_gateway(a, l, &gateway);
	}
	if (f)
		fclose(f);
}

void net_query_gateways(struct arena *a, struct nic_gateways *ret)
{
	*ret = (struct nic_gateways){0};
	read_gateways4(a, ret);
	read_gateways6(a, ret);
}
