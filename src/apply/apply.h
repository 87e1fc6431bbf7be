/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door to the world: runs a plan through an executor, stage by stage, collects what was
 * done, and on failure inverts exactly that. Knows no database; keys and the journal come in as
 * callbacks.
 */
#ifndef WF_APPLY_APPLY_H
#define WF_APPLY_APPLY_H

#include "model/plan.h"

/* Executors implement this; see local.h and fake.h. */
struct executor {
	void *ctx;
	/* Reads what the scope names. */
	int (*observe)(void *ctx, struct arena *a, const struct scope *scope, struct state *ret,
		struct err *e);
	/* Does ops[0..n) in order, all of one stage; sets done[i] for each that had its effect. */
	int (*run)(void *ctx, const struct op *ops, size_t n, bool *done, struct err *e);
};

struct apply_hooks {
	void *ctx;
	/* Before a run of operations of one stage (-v); may be NULL. */
	void (*step)(void *ctx, const struct op *op);
};

/*
 * Runs the operations of stages first..last. done (plan->n_ops long, zeroed by the caller before
 * the first call) collects over several calls. On failure with `undo` what was done is inverted
 * before returning; an inverse that fails is named in the error's hint.
 */
int apply_run(struct arena *a, const struct executor *x, const struct plan *p, enum stage first,
	enum stage last, bool undo, const struct apply_hooks *hooks, bool *done, struct err *e);
int apply_undo(struct arena *a, const struct executor *x, const struct plan *p, bool *done,
	const struct apply_hooks *hooks, struct err *e);

#endif
