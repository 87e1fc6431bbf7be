/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make messages of nf_tables (encode*.c): the batch being filled. Messages:
 * include/uapi/linux/netfilter/nf_tables.h.
 */
#ifndef WF_FW_ENCODE_H
#define WF_FW_ENCODE_H

#include "fw/fw.h"
#include "fw/table.h"

struct encode {
	struct arena *a;
	struct fw_batch batch;
	size_t cap;
	const struct fw_table *t;
};

struct nlmsghdr;

/* Room for one message, with its header; the payload is put behind it, then encode_end. */
struct nlmsghdr *encode_begin(struct encode *x, uint16_t type, uint16_t flags);
void encode_end(struct encode *x, const struct nlmsghdr *h);
uint8_t encode_family(const struct fw_table *t); /* NFPROTO_* */

void encode_set(struct encode *x, const struct fw_set *s, uint32_t id);
/*
 * Messages of this type (NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM) for all elements; none for none.
 * timeout: milliseconds, 0 = they stay.
 */
void encode_elems(struct encode *x, uint16_t type, const struct fw_set *s,
	const struct fw_elem *elems, size_t n, uint64_t timeout);
int encode_rule(struct encode *x, const struct fw_chain *c, const struct fw_rule *r, struct err *e);

/* Code of a verdict in the kernel: NF_*, NFT_*. */
int encode_verdict(enum fw_verdict_code code);
/* What libnftnl could not allocate ends the process, as everywhere. */
void *encode_own(void *p);

#endif
