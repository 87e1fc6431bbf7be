/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firewall is to allow and to forbid, as plain values: what one tunnel (or the lockdown)
 * asks for, and, merged, what table `inet wf` of this host says. Which chains and rules that means
 * is fw's business (fw/fw.h). A value of this type names interfaces, never their indexes.
 */
#ifndef WF_MODEL_FIREWALL_H
#define WF_MODEL_FIREWALL_H

#include "base/arena.h"
#include "base/err.h"
#include "model/ip.h"

#define FW_IFNAME_SIZE 16 /* IFNAMSIZ */

/* Connection marks inside WF_MARK_MASK that no tunnel's number can be (those are <= 0xffff). */
#define FW_CT_SPLIT   0x57ff0001u /* a connection that stays outside the tunnels by request */
#define FW_CT_INBOUND 0x57ff0002u /* one that came in from outside by an allowed port */

struct fw_link {
	char name[FW_IFNAME_SIZE];
};

/* Ciphertext goes there, marked and from nobody else; proto is IPPROTO_UDP today. */
struct fw_endpoint {
	struct ip_addr addr;
	uint8_t proto;
	uint16_t port;
};

/* A DNS server that may be asked through this interface and no other. */
struct fw_dns {
	char ifname[FW_IFNAME_SIZE];
	struct ip_addr server;
};

/* One TCP connection of a login that must not be cut. */
struct fw_login {
	struct ip_addr peer;
	uint16_t local_port, peer_port;
};

struct fw_port {
	uint8_t proto; /* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t port;
};

/* Whose packets stay outside the tunnels. */
enum fw_split_kind { FW_SPLIT_UID, FW_SPLIT_CGROUP };
struct fw_split {
	enum fw_split_kind kind;
	uint32_t uid_first, uid_last;
	const char *cgroup; /* path below the cgroup2 root, without leading "/" */
};

/* Source address translation in postrouting; family 0 of `to`: masquerade. */
struct fw_nat {
	struct ip_prefix source;	/* family 0 = any */
	char out_ifname[FW_IFNAME_SIZE]; /* "" = any */
	struct ip_addr to;
	uint8_t family; /* AF_INET, AF_INET6: which one is translated */
};

/* Forwarded packets that are accepted; "" = any. The way back is open for what is established. */
struct fw_forward {
	char in_ifname[FW_IFNAME_SIZE], out_ifname[FW_IFNAME_SIZE];
	bool both; /* new connections from either side */
};

/* Destination address translation in prerouting, and the forwarding of what it lets in. */
struct fw_dnat {
	char in_ifname[FW_IFNAME_SIZE]; /* "" = any */
	uint8_t proto;
	uint16_t port;
	struct ip_endpoint to; /* port 0 = the same */
};

/*
 * Merged, a list is the union of those of all contributions, a flag holds when one asks for it;
 * only `lan` is what ALL that ask for the kill switch allow (without kill switch it means nothing).
 */
struct firewall {
	bool present; /* false: no table at all; every other member is empty then */
	bool unknown; /* observed: there is a table of wf's name, but not as it was recorded */

	bool kill_switch; /* nothing leaves, enters or is forwarded but what is listed here */
	bool dns_gate;	  /* DNS (53, 853) only to the listed servers; the kill switch implies it */

	LIST(struct fw_endpoint, endpoints); /* of tunnels that are not nested in another */
	LIST(uint32_t, marks); /* that the ciphertext to these endpoints carries, each exactly;
				* WF_MARK itself always counts */
	LIST(uint16_t, listen_ports); /* UDP, of tunnels whose peers come from anywhere */
	LIST(struct fw_link, tunnels);
	LIST(struct ip_addr, addresses); /* the tunnels' own: sources in, spoofing targets */
	LIST(struct fw_dns, dns);
	LIST(struct fw_link, any_dns);	 /* tunnels without a DNS server: through them any may be asked */
	LIST(struct ip_addr, lan_dns);	 /* resolvers of the LAN that may be asked directly */
	LIST(struct ip_prefix, kept);	 /* leave by a tunnel or not at all, also without kill switch */
	LIST(struct ip_prefix, lan);	 /* local ranges that stay reachable, multicast included */
	LIST(struct fw_link, bridges);	 /* local bridges without a physical port: containers, VMs */
	LIST(struct ip_addr, bridge_dns); /* whatever server they ask, this one answers: one of each
					   * family, where several are listed the first counts */
	LIST(struct fw_login, logins);
	LIST(struct fw_port, inbound);
	LIST(struct fw_split, split);
	LIST(struct fw_nat, nat);
	LIST(struct fw_forward, forward);
	LIST(struct fw_dnat, dnat);
	LIST(struct fw_link, mss_clamp); /* TCP through it is clamped to the route's MTU */
};

void firewall_copy(struct arena *a, const struct firewall *src, struct firewall *dst);
/* Every list sorted and without doubles, so that equal firewalls are equal values. In place. */
void firewall_canon(struct firewall *f);
/* Of canonical values; `unknown` equals nothing. */
bool firewall_equal(const struct firewall *a, const struct firewall *b);
/* The lists and flags of src behind those of dst, but not `lan` (see above). Not canonical. */
void firewall_add(struct arena *a, const struct firewall *src, struct firewall *dst);

/* Fixed ranges that count as "the LAN" (RFC 1918, 3927, 4193, 4291, local multicast). */
extern const struct ip_prefix firewall_lan[];
extern const size_t firewall_n_lan;
bool firewall_is_lan(const struct ip_prefix *p); /* it lies in one of them */
/* It lies in one of the ranges of f->lan. */
bool firewall_allows_lan(const struct firewall *f, const struct ip_prefix *p);
bool firewall_is_whole_lan(const struct ip_prefix *lan, size_t n); /* each of them is listed */
const char *fw_proto_name(uint8_t proto); /* "tcp", "udp", "?"; static */
/* "tcp/22", "udp/53"; port 1 to 65535. */
bool fw_port_parse(const char *s, struct fw_port *ret);

#endif
