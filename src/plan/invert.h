/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inverse of what was done: reversed order, each op turned round. Pure. */
#ifndef WF_PLAN_INVERT_H
#define WF_PLAN_INVERT_H

#include "model/plan.h"

/* done[i] says whether ops[i] had its effect; HANDSHAKE has no inverse. */
void invert_done(struct arena *a, const struct plan *p, const bool *done, struct plan *ret);

#endif
