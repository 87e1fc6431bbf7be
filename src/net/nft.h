/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transactions of nf_tables: sends the bytes that fw has encoded, with the generation they are
 * meant for, and reads back (include/uapi/linux/netfilter/nf_tables.h, nfnetlink.h). Knows table
 * `inet wf` by name and no other.
 */
#ifndef WF_NET_NFT_H
#define WF_NET_NFT_H

#include "fw/fw.h"
#include "net/snapshot.h"

/* Which form the table has: the 64 bits in its set `form`. 0 = there is no table; a table without
 * that set is UINT64_MAX. */
int net_nft_form(struct net *n, uint64_t *ret, struct err *e);
/*
 * One transaction. `expect` is the form that the change is meant for (NULL: whatever is there):
 * E_CONFLICT when the table has another one. When somebody else changed any table meanwhile
 * (ERESTART) the form is asked again and the same is sent again, up to 64 times. Every message is
 * acknowledged; the first refusal is the error, with the kernel's words, and nothing was done.
 */
int net_nft_commit(struct net *n, const struct fw_batch *b, const uint64_t *expect, struct err *e);
/*
 * The number of the last transaction of this namespace, whoever's it was and whichever table it
 * changed (NFT_MSG_GETGEN, base_seq of nf_tables_api.c); never 0. As long as it is the same, so is
 * every table, but for counters, timeouts and what rules themselves put into sets.
 */
int net_nft_generation(struct net *n, uint64_t *ret, struct err *e);
int net_nft_counters(struct net *n, struct arena *a, struct fw_counters *ret, struct err *e);
/*
 * A digest of all chains, rules and set elements as the kernel lists them (0 = no table; 63 bits):
 * equal as long as nobody edits the table. Elements with a timeout do not count, nor those of
 * constant sets, which the kernel keeps as they are while a rule looks at them, nor that of set
 * `form`, which net_nft_form tells. Taken after a commit and kept in the record, compared by status.
 */
int net_nft_digest(struct net *n, uint64_t *ret, struct err *e);

#endif
