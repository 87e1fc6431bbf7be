/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of diff; for diff.c and diff_wg.c only. */
#ifndef WF_PLAN_DIFF_PARTS_H
#define WF_PLAN_DIFF_PARTS_H

#include "plan/diff.h"

struct diff {
	struct arena *a;
	const struct diff_in *in;
	struct state want, have; /* in canonical order */
	struct plan *plan;
};

/* A zeroed operation at the plan's end; op->link names the interface and its kind. */
struct op *diff_push(struct diff *d, enum op_kind kind, const char *ifname);

/* Table `inet wf` and the resolver. */
void diff_firewall(struct diff *d);
void diff_resolvers(struct diff *d);

/* Devices and peers of the links that are wanted. */
void diff_devices(struct diff *d);

/*
 * An observed device names no keys. Fills in those that the record knows, so that an inverse can
 * set them again.
 */
void diff_name_keys(const struct record *r, struct wg_state *device);

#endif
