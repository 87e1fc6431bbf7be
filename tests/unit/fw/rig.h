/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firewalls for the tests of fw: one that uses every member, and random ones. */
#ifndef TESTS_UNIT_FW_RIG_H
#define TESTS_UNIT_FW_RIG_H

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/str.h"
#include "fw/fw.h"
#include "fw/table.h"
#include "lib/tap.h"
#include "model/state.h"

#define RIG_UNUSED __attribute__((unused))

RIG_UNUSED static struct ip_addr addr(const char *s)
{
	struct ip_addr a;

	if (!ip_addr_parse(s, &a))
		abort();
	return a;
}

RIG_UNUSED static struct ip_prefix prefix(const char *s)
{
	struct ip_prefix p;

	if (!ip_prefix_parse(s, &p))
		abort();
	return p;
}

#define LINK(a, f, list, ifname) str_copy(LIST_PUSH(a, f, list)->name, FW_IFNAME_SIZE, ifname)

/* One tunnel of both families, the way a provider's configuration is: wg0 beside eth0. */
RIG_UNUSED static void add_tunnel(struct arena *a, struct firewall *f)
{
	f->present = true;
	*LIST_PUSH(a, f, endpoints) = (struct fw_endpoint){addr("192.0.2.1"), IPPROTO_UDP, 51820};
	*LIST_PUSH(a, f, endpoints) = (struct fw_endpoint){addr("2001:db8::1"), IPPROTO_UDP, 51820};
	*LIST_PUSH(a, f, marks) = WF_MARK | 1;
	LINK(a, f, tunnels, "wg0");
	*LIST_PUSH(a, f, addresses) = addr("10.64.0.2");
	*LIST_PUSH(a, f, addresses) = addr("fc00:bbbb::2");
	*LIST_PUSH(a, f, dns) = (struct fw_dns){"wg0", addr("10.64.0.1")};
	*LIST_PUSH(a, f, dns) = (struct fw_dns){"wg0", addr("fc00:bbbb::1")};
}

RIG_UNUSED static void add_lan(struct arena *a, struct firewall *f)
{
	for (size_t i = 0; i < firewall_n_lan; i++)
		*LIST_PUSH(a, f, lan) = firewall_lan[i];
}

/* What each of these asks for brings rules of its own. */
RIG_UNUSED static void add_rows(struct arena *a, struct firewall *f)
{
	*LIST_PUSH(a, f, nat) = (struct fw_nat){prefix("10.0.0.0/8"), "eth0", {0}, AF_INET};
	*LIST_PUSH(a, f, nat) =
		(struct fw_nat){prefix("172.16.0.0/12"), "", addr("192.0.2.7"), AF_INET};
	*LIST_PUSH(a, f, nat) =
		(struct fw_nat){prefix("fd00::/9"), "eth0", addr("2001:db8::7"), AF_INET6};
	*LIST_PUSH(a, f, nat) = (struct fw_nat){prefix("fd00::/16"), "", {0}, AF_INET6};
	*LIST_PUSH(a, f, nat) = (struct fw_nat){prefix("10.1.2.3/32"), "", {0}, AF_INET};
	*LIST_PUSH(a, f, nat) = (struct fw_nat){{{0}, 0}, "wg0", {0}, AF_INET6};
	*LIST_PUSH(a, f, forward) = (struct fw_forward){"wg0", "eth0", false};
	*LIST_PUSH(a, f, forward) = (struct fw_forward){"wlan0", "wg0", true};
	*LIST_PUSH(a, f, forward) = (struct fw_forward){"eth9", "", false};
	*LIST_PUSH(a, f, forward) = (struct fw_forward){"", "eth8", true};
	*LIST_PUSH(a, f, dnat) =
		(struct fw_dnat){"eth0", IPPROTO_TCP, 80, {addr("172.17.0.2"), 8080, 0}};
	*LIST_PUSH(a, f, dnat) = (struct fw_dnat){"", IPPROTO_UDP, 54, {addr("fd00::2"), 0, 0}};
	*LIST_PUSH(a, f, dnat) = (struct fw_dnat){"wg0", IPPROTO_UDP, 55, {addr("fd00::3"), 56, 0}};
}

/* Every member but cgroups, which have to exist. */
RIG_UNUSED static void add_everything(struct arena *a, struct firewall *f)
{
	add_tunnel(a, f);
	add_lan(a, f);
	f->kill_switch = f->dns_gate = true;
	*LIST_PUSH(a, f, marks) = 0xca6c;
	*LIST_PUSH(a, f, listen_ports) = 51821;
	LINK(a, f, any_dns, "wg1");
	LINK(a, f, tunnels, "wg1");
	LINK(a, f, bridges, "docker0");
	LINK(a, f, bridges, "virbr0");
	*LIST_PUSH(a, f, bridge_dns) = addr("10.64.0.1");
	*LIST_PUSH(a, f, bridge_dns) = addr("fd64::1");
	LINK(a, f, mss_clamp, "wg0");
	*LIST_PUSH(a, f, lan_dns) = addr("192.168.1.1");
	*LIST_PUSH(a, f, lan_dns) = addr("fe80::1");
	*LIST_PUSH(a, f, kept) = prefix("10.9.0.0/16");
	*LIST_PUSH(a, f, kept) = prefix("fd09::/16");
	*LIST_PUSH(a, f, logins) = (struct fw_login){addr("198.51.100.9"), 22, 40000};
	*LIST_PUSH(a, f, logins) = (struct fw_login){addr("2001:db8::9"), 22, 40000};
	*LIST_PUSH(a, f, inbound) = (struct fw_port){IPPROTO_TCP, 22};
	*LIST_PUSH(a, f, inbound) = (struct fw_port){IPPROTO_UDP, 60001};
	*LIST_PUSH(a, f, split) = (struct fw_split){FW_SPLIT_UID, 1000, 1010, NULL};
	*LIST_PUSH(a, f, split) = (struct fw_split){FW_SPLIT_UID, 2000, 2000, NULL};
	add_rows(a, f);
}

/* --- random --------------------------------------------------------------------------------- */

RIG_UNUSED static uint32_t rnd(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)*seed * below) >> 32);
}

RIG_UNUSED static struct ip_addr rnd_addr(uint32_t *seed, uint8_t family)
{
	struct ip_addr a = {.family = family};

	for (unsigned i = 0; i < ip_bits(family) / 8; i++)
		a.b[i] = (uint8_t)rnd(seed, 256);
	return a;
}

RIG_UNUSED static uint8_t rnd_family(uint32_t *seed)
{
	return rnd(seed, 2) ? AF_INET : AF_INET6;
}

RIG_UNUSED static struct ip_prefix rnd_prefix(uint32_t *seed)
{
	struct ip_prefix p = {.addr = rnd_addr(seed, rnd_family(seed))};

	/* Few first bytes, so that prefixes cover and touch each other; the ends of the range, too. */
	p.addr.b[0] = (uint8_t)(rnd(seed, 3) ? 0xfc + rnd(seed, 4) : rnd(seed, 2));
	p.len = (uint8_t)(1 + rnd(seed, ip_bits(p.addr.family)));
	ip_prefix_mask(&p);
	return p;
}

RIG_UNUSED static const char *rnd_link(uint32_t *seed)
{
	static const char *const names[] = {"wg0", "wg1", "eth0", "br-5f1", "docker0", "wlan0.7",
		"enp0s31f6", "a-name-of-15ch", ""};

	return names[rnd(seed, 9)];
}

#define RND_LINKS(list)                                                                            \
	for (uint32_t i = rnd(seed, 4); i; i--)                                                    \
	LINK(a, f, list, rnd_link(seed))

RIG_UNUSED static void rnd_rows(struct arena *a, struct firewall *f, uint32_t *seed)
{
	for (uint32_t i = rnd(seed, 4); i; i--) {
		struct fw_nat *x = LIST_PUSH(a, f, nat);

		if (rnd(seed, 3))
			x->source = rnd_prefix(seed);
		x->family = x->source.addr.family ? x->source.addr.family : rnd_family(seed);
		str_copy(x->out_ifname, sizeof(x->out_ifname), rnd_link(seed));
		if (rnd(seed, 2))
			x->to = rnd_addr(seed, x->family);
	}
	for (uint32_t i = rnd(seed, 4); i; i--) {
		struct fw_forward *x = LIST_PUSH(a, f, forward);

		str_copy(x->in_ifname, sizeof(x->in_ifname), rnd_link(seed));
		str_copy(x->out_ifname, sizeof(x->out_ifname), rnd_link(seed));
		x->both = rnd(seed, 2);
	}
	for (uint32_t i = rnd(seed, 4); i; i--) {
		struct fw_dnat *x = LIST_PUSH(a, f, dnat);

		str_copy(x->in_ifname, sizeof(x->in_ifname), rnd_link(seed));
		x->proto = rnd(seed, 2) ? IPPROTO_TCP : IPPROTO_UDP;
		x->port = (uint16_t)(1 + rnd(seed, 65535));
		x->to.addr = rnd_addr(seed, rnd_family(seed));
		x->to.port = (uint16_t)(rnd(seed, 2) ? 1 + rnd(seed, 65535) : 0);
	}
}

RIG_UNUSED static void rnd_firewall(struct arena *a, struct firewall *f, uint32_t *seed)
{
	*f = (struct firewall){.present = true,
		.kill_switch = rnd(seed, 2),
		.dns_gate = rnd(seed, 2)};
	for (uint32_t i = rnd(seed, 4); i; i--)
		*LIST_PUSH(a, f, endpoints) = (struct fw_endpoint){rnd_addr(seed, rnd_family(seed)),
			IPPROTO_UDP, (uint16_t)(1 + rnd(seed, 65535))};
	for (uint32_t i = rnd(seed, 3); i; i--)
		*LIST_PUSH(a, f, marks) = rnd(seed, UINT32_MAX);
	for (uint32_t i = rnd(seed, 3); i; i--)
		*LIST_PUSH(a, f, listen_ports) = (uint16_t)(1 + rnd(seed, 65535));
	RND_LINKS(tunnels);
	RND_LINKS(any_dns);
	RND_LINKS(bridges);
	for (uint32_t i = rnd(seed, 3); i; i--)
		*LIST_PUSH(a, f, bridge_dns) = rnd_addr(seed, rnd_family(seed));
	RND_LINKS(mss_clamp);
	for (uint32_t i = rnd(seed, 4); i; i--)
		*LIST_PUSH(a, f, addresses) = rnd_addr(seed, rnd_family(seed));
	for (uint32_t i = rnd(seed, 4); i; i--) {
		struct fw_dns *x = LIST_PUSH(a, f, dns);

		str_copy(x->ifname, sizeof(x->ifname), rnd_link(seed));
		x->server = rnd_addr(seed, rnd_family(seed));
	}
	for (uint32_t i = rnd(seed, 3); i; i--)
		*LIST_PUSH(a, f, lan_dns) = rnd_addr(seed, rnd_family(seed));
	for (uint32_t i = rnd(seed, 12); i; i--)
		*LIST_PUSH(a, f, kept) = rnd_prefix(seed);
	for (uint32_t i = rnd(seed, 12); i; i--)
		*LIST_PUSH(a, f, lan) = rnd_prefix(seed);
	for (uint32_t i = rnd(seed, 3); i; i--)
		*LIST_PUSH(a, f, logins) = (struct fw_login){rnd_addr(seed, rnd_family(seed)),
			(uint16_t)(1 + rnd(seed, 65535)), (uint16_t)(1 + rnd(seed, 65535))};
	for (uint32_t i = rnd(seed, 3); i; i--)
		*LIST_PUSH(a, f, inbound) =
			(struct fw_port){rnd(seed, 2) ? IPPROTO_TCP : IPPROTO_UDP,
				(uint16_t)(1 + rnd(seed, 65535))};
	for (uint32_t i = rnd(seed, 5); i; i--) {
		uint32_t first = rnd(seed, 5000);

		*LIST_PUSH(a, f, split) =
			(struct fw_split){FW_SPLIT_UID, first, first + rnd(seed, 2000), NULL};
	}
	rnd_rows(a, f, seed);
}

#endif
