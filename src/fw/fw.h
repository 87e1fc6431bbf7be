/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firewall: from what is asked (struct firewall) to a table of rules as values (fw/table.h),
 * and from that to nft(8) text or to netlink messages. Pure: bytes out, no socket.
 */
#ifndef WF_FW_FW_H
#define WF_FW_FW_H

#include "base/arena.h"
#include "base/str.h"
#include "model/firewall.h"

#define FW_TABLE "wf" /* family inet */

struct fw_table; /* fw/table.h: sets, maps, chains, rules, counters */

/* wf's own scheme; build.c is where it is written down. Everything belongs to `a`. */
void fw_build(struct arena *a, const struct firewall *f, struct fw_table *ret);

/* The form of a table that fw_build made (fw_form); 0 = it is not to be there. */
uint64_t fw_table_form(const struct fw_table *t);

/* For `nft -f`: replaces the table as a whole, in one transaction. */
void fw_text(const struct fw_table *t, struct strbuf *out);
/* The same in one line without single quotes, for a hook of a generated file. */
void fw_text_line(const struct fw_table *t, struct strbuf *out);

/*
 * A number for the rules and sets of this firewall: equal for equal tables of this version of wf,
 * never 0. It stands in the table itself (set `form`), so that one question tells what is there.
 */
uint64_t fw_form(const struct firewall *f);

/* Messages of nfnetlink for one transaction, from BATCH_BEGIN to BATCH_END. */
struct fw_batch {
	uint8_t *bytes;
	size_t len;
	unsigned messages;  /* between begin and end: each is acknowledged */
	size_t genid_at;    /* place of the 32 bits (network order) of the generation, 0 = none */
};

/* Named counters and their values, carried over when a table is replaced. */
struct fw_counter {
	char name[32];
	uint64_t packets, bytes;
};
struct fw_counters {
	LIST(struct fw_counter, items);
};

/*
 * The table comes; the kernel refuses the whole (EEXIST) when one of that name is there. Whoever
 * knows that there is none is spared the removal, for which the kernel waits (a grace period of RCU
 * before the socket closes).
 */
int fw_encode_create(
	struct arena *a, const struct fw_table *t, struct fw_batch *ret, struct err *e);
/* The table comes, whatever of that name is there goes. `keep` may be NULL. */
int fw_encode_replace(struct arena *a, const struct fw_table *t, const struct fw_counters *keep,
	struct fw_batch *ret, struct err *e);
/*
 * From one to the other by set elements alone. *possible is false (and *ret empty) when chains or
 * rules differ.
 */
int fw_encode_change(struct arena *a, const struct fw_table *from, const struct fw_table *to,
	bool *possible, struct fw_batch *ret, struct err *e);
/* The table goes; that it is not there is no error. */
int fw_encode_delete(struct arena *a, const char *table, struct fw_batch *ret, struct err *e);
/*
 * For some seconds the marked socket may ask these DNS servers (timed elements of the set of
 * allowed lookups).
 */
int fw_encode_lookup(struct arena *a, const struct ip_addr *servers, size_t n, unsigned seconds,
	struct fw_batch *ret, struct err *e);

#endif
