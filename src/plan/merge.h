/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge: contributions -> what the host should have. Shared objects appear once, whoever wants
 * them; the holder of the default is the full tunnel with the highest number. Commutative. Pure.
 */
#ifndef WF_PLAN_MERGE_H
#define WF_PLAN_MERGE_H

#include "model/contribution.h"
#include "model/plan.h"

/* Contributions that are leaving take no part. The order of the result is canonical. */
void merge_record(struct arena *a, const struct record *r, struct state *ret);
/* The one that holds the default among those not leaving nor verifying, or NULL. */
const struct contribution *merge_holder(const struct record *r);
/* What observe must read to plan with this record: objects of all contributions, also leaving. */
void merge_scope(struct arena *a, const struct record *r, bool ipv6, struct scope *ret);
/*
 * Of what was observed, what is wf's: recorded objects only (exact rules; routes of recorded
 * tables; links by recorded index, or by group and name when the making was interrupted). The rest
 * is put in *ret_foreign (may be NULL): a stranger's link under a recorded name, an address on wf's
 * link, a route in wf's table, a rule at wf's priorities, a table `inet wf` when no firewall is
 * recorded at all.
 */
void merge_own(struct arena *a, const struct record *r, const struct state *observed,
	struct state *ret, struct state *ret_foreign);

/*
 * The lowest number n that no recorded object refers to. Not only the tunnels' own: an inner tunnel
 * still looks up the table of an outer one that is down, and must not find another tunnel there.
 */
uint32_t merge_free_number(const struct record *r);

/*
 * To be called before the record is written for `p`: a link that the plan makes has no index yet,
 * and one that it ends would be made again by the inverse. So what is interrupted is recognised by
 * name and group. The caller records the index afterwards, also when the plan was undone.
 */
void merge_expect_links(struct record *r, const struct plan *p);

/*
 * How a verb uses the record. up: the compiled contribution is added. down: it becomes `leaving`.
 * reload: the new form (same seq and number) takes the place of the old one, which is added behind
 * it as `leaving` until all is done: merge_own knows by it what only the old form had.
 */

#endif
