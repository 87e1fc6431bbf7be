/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to a packet at a hook, as the rules say: the chains of that hook in the order of
 * their priorities. Counts expressions as the kernel has them: each load, each comparison or lookup,
 * each change of byte order or masking, each statement; of a rule all up to the first that does not
 * hold.
 */
#ifndef TESTS_UNIT_FW_WALK_H
#define TESTS_UNIT_FW_WALK_H

#include "fw/table.h"

struct packet {
	const char *iif, *oif; /* "" = none */
	uint32_t mark, ct_mark, ct_state, ct_status;
	uint8_t l4proto, ct_direction, tcp_flags, icmpv6_type, hoplimit;
	struct ip_addr saddr, daddr;
	uint16_t sport, dport;
	bool saddr_local, daddr_local;
	uint32_t uid;
	bool first; /* of its connection: nat chains see it */
};

struct walk {
	unsigned cost;		/* expressions, of all chains together */
	bool dropped, rejected;
	const char *chain;	/* where it was dropped or rejected */
	uint32_t mark, ct_mark; /* afterwards */
	bool translated;
};

/* drop: also of sets with a timeout, which are empty here. */
void walk(const struct fw_table *t, enum fw_hook hook, const struct packet *p, struct walk *ret);

#endif
