/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of merge; for merge.c and merge_firewall.c only. */
#ifndef WF_PLAN_MERGE_PARTS_H
#define WF_PLAN_MERGE_PARTS_H

#include "plan/merge.h"

/* Canonical; `holder` may be NULL. */
void merge_firewall(struct arena *a, const struct record *r, const struct contribution *holder,
	struct firewall *ret);
/* Whether any has been, or is to be, made. */
bool merge_has_firewall(const struct record *r);
/* What a table of that form is: one of the record's, an unknown one, or a stranger's. */
void merge_own_firewall(struct arena *a, const struct record *r, uint64_t form,
	struct firewall *own, struct firewall *foreign);

#endif
