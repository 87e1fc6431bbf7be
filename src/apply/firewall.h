/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firewall and the resolver of this machine, for the local executor. */
#ifndef WF_APPLY_FIREWALL_H
#define WF_APPLY_FIREWALL_H

#include "apply/local.h"

/*
 * ret->firewall_form: as net_nft_form says, but UINT64_MAX also when the digest that is remembered
 * for it is another by now: somebody edited the table. It is not taken again while nobody in this
 * namespace has committed anything since.
 */
int firewall_observe(struct local *l, struct state *ret, struct err *e);
/*
 * OP_FIREWALL: from what stands there to what is asked, by set elements when that is enough, else
 * the table as a whole with the counters it had. One transaction, read back afterwards: old kernels
 * are known to have passed over rules without a word (E_KERNEL).
 */
int firewall_change(struct local *l, const struct op *op, struct err *e);

/*
 * For some seconds wf's own marked socket may ask these DNS servers, although a kill switch or the DNS
 * gate stands. Nothing has to be taken back.
 */
int firewall_let_lookup(struct local *l, const struct ip_addr *servers, size_t n, unsigned seconds,
	struct err *e);

int resolver_observe(struct arena *a, const struct scope *scope, struct state *ret, struct err *e);
/* OP_RESOLVER_SET, OP_RESOLVER_DEL */
int resolver_change(const struct op *op, struct err *e);

#endif
