/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to get packets out by ordinary sockets, in all the ways a program has, and looks at the
 * interfaces for what came of it. All at once; nothing is waited for twice.
 */
#ifndef WF_NET_PROBE_H
#define WF_NET_PROBE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/ip.h"
#include "model/state.h"

enum probe_kind {
	PROBE_UDP,  /* to port 9, discard */
	PROBE_TCP,  /* a SYN to port 80 */
	PROBE_ICMP, /* an echo request */
	PROBE_DNS,  /* a query by UDP: NS of the root */
	PROBE_DNS_TCP, /* a SYN to port 53 */
	PROBE_QUIC,    /* UDP to port 443 */
	PROBE_KINDS
};
const char *probe_kind_name(enum probe_kind k); /* "udp", "dns/tcp"; static */

enum probe_fate {
	PROBE_UNABLE,  /* it could not be prepared: error says why */
	PROBE_REFUSED, /* the kernel said no when it was sent: error */
	PROBE_UNSEEN,  /* it was taken, and left by no interface */
	PROBE_SEEN,    /* it left */
};

#define PROBE_PLACES 4
struct probe {
	enum probe_kind kind;
	struct ip_addr dst; /* of wire_addr, no two the same; or a DNS server: … */
	bool shared;	    /* … somebody has that address, so the source port tells it apart */
	char device[WF_IFNAME_SIZE]; /* bound to it by SO_BINDTODEVICE; "" = not */
	struct ip_addr source;	     /* bound to it; family 0 = not */
	uint32_t mark;		     /* SO_MARK; 0 = none */
	uint32_t uid;		     /* the socket is that user's; 0 = root's */

	enum probe_fate fate;
	int error; /* errno */
	uint32_t seen[PROBE_PLACES]; /* indexes of the interfaces it left by, lo never; 0 = no more */
	int fd; /* net_probe's own, as what follows */
	uint16_t port;
	bool asked;
};

/* Who has to answer before anything can leave, and how often he was asked meanwhile: the kernel
 * asks once a second (neigh retrans_time), so twice is to no avail. */
struct probe_gateway {
	struct ip_addr addr;
	unsigned asked;
};
struct probe_gateways {
	LIST(struct probe_gateway, items);
};

/* Fails only when nothing can be seen; what is refused to a probe is its own result. Returns early
 * when the fate of all is known. */
int net_probe(struct probe *list, size_t n, struct probe_gateways *gateways, unsigned wait_ms,
	struct err *e);

#endif
