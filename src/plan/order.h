/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage and rank of each operation in wf's own scheme, and the sort by them. Pure. One thing cannot
 * be seen from an operation alone: a route that takes another's place; diff has put both into MOVE,
 * and they stay there.
 */
#ifndef WF_PLAN_ORDER_H
#define WF_PLAN_ORDER_H

#include "model/plan.h"

void order_plan(struct plan *p); /* sets stage and rank of every op, then sorts (stable) */

#endif
