/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves this network namespace, seen where it leaves (packet(7)): every interface, outgoing
 * packets only, behind all hooks of netfilter. The kernel sorts by a filter, so that a busy machine
 * does not drown the few packets that are looked for.
 */
#ifndef WF_NET_WIRE_H
#define WF_NET_WIRE_H

#include "base/err.h"
#include "model/ip.h"

struct wire_packet {
	uint32_t ifindex;
	struct ip_addr dst; /* or who is asked for, by ARP (RFC 826) or a solicitation (RFC 4861) */
	bool question;	    /* the latter */
	uint8_t proto;	    /* IPPROTO_… */
	uint16_t sport, dport; /* of TCP and UDP */
};

/*
 * Addresses for documentation that nobody has (RFC 5737, RFC 3849): number 1 to WIRE_ADDRS of the
 * family. Packets to these, whatever goes to port 53, and all questions for neighbours are seen.
 */
#define WIRE_ADDRS 254
void wire_addr(uint8_t family, unsigned number, struct ip_addr *ret);

/* Begins to look; *ret is a descriptor to poll. */
int wire_open(int *ret, struct err *e);
/* The next packet, without waiting; false when there is none. */
bool wire_next(int fd, struct wire_packet *ret);
/* Pure: a network header and what follows; false for what is not looked for. */
bool wire_parse(uint16_t ethertype, const uint8_t *p, size_t len, struct wire_packet *ret);

#endif
