/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff: desired - netstate = plan. Pure. An equal pair gives an empty plan; applying the plan to
 * `have` gives `want`. Sysctls in `want` mean "at least"; `previous` says what to put back for
 * those no longer wanted. Peers that are new on the device of `ask_ifname` (may be NULL) are asked
 * for a handshake.
 */
#ifndef WF_PLAN_DIFF_H
#define WF_PLAN_DIFF_H

#include "model/contribution.h"
#include "model/plan.h"

struct diff_in {
	const struct state *want, *have;
	const struct record *record; /* previous sysctls; kinds of links */
	const char *ask_ifname;
	uint32_t handshake_ms; /* deadline of the HANDSHAKE ops for ask_ifname; 0 = none */
	bool handshake_hard;
	bool ask_known; /* also of the peers that are there: a dead command has left them */
};
/*
 * The plan is ordered (plan/order.h). Operations on a device carry its kind in op->link.kind.
 *
 * The firewall changes in two steps, TIGHTEN and LOOSEN; one that is unknown is replaced at once.
 *
 * A peer's endpoint roams by the kernel's hand, so a difference of endpoints alone is none. It is
 * one when the peer has no endpoint yet, or when the record has a form of this interface (the one
 * before a reload) with another endpoint for it. An endpoint of family 0 in op->peer means: leave
 * it.
 *
 * A peer is asked for a handshake only with handshake_ms, because a HANDSHAKE op must follow that
 * puts its keepalive right.
 */
void diff_states(struct arena *a, const struct diff_in *in, struct plan *ret);

/*
 * To be called before the record is written for `p`: every form that table `inet wf` may have from
 * now on, the one it has included, so that after a crash it is known by it. When all is done only
 * the last one needs to stay.
 */
void diff_expect_firewalls(
	struct arena *a, const struct state *have, const struct plan *p, struct record *r);

#endif
