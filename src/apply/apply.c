// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one door to the world. Knows stages and what was done; must not know what an operation means
 * (that is the executor's) nor keep anything. Invariant: done[i] is true exactly for the operations
 * whose effect is there when a call returns, as far as the executor can tell.
 */
#include "apply/apply.h"

#include "plan/invert.h"

static void tell(const struct apply_hooks *hooks, const struct op *op)
{
	if (hooks && hooks->step)
		hooks->step(hooks->ctx, op);
}

/* The neighbours of ops[0] in its stage, at most n. */
static size_t run_length(const struct op *ops, size_t n)
{
	size_t len = 1;

	while (len < n && ops[len].stage == ops[0].stage)
		len++;
	return len;
}

/* Takes back as much as can be: what fails in a batch is tried once more by itself. */
static int undo_run(
	const struct executor *x, const struct op *ops, size_t n, bool *undone, struct err *e)
{
	struct err again;
	int r = x->run(x->ctx, ops, n, undone, e), first = 0;

	if (!r)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (undone[i])
			continue;
		r = x->run(x->ctx, &ops[i], 1, &undone[i], &again);
		if (r && !first) {
			first = r;
			*e = again;
		}
	}
	return first;
}

int apply_undo(struct arena *a, const struct executor *x, const struct plan *p, bool *done,
	const struct apply_hooks *hooks, struct err *e)
{
	struct plan back;
	struct err this;
	bool *undone;
	int first = 0;

	invert_done(a, p, done, &back);
	undone = arena_alloc(a, (back.n_ops + 1) * sizeof(*undone));
	for (size_t i = 0, n; i < back.n_ops; i += n) {
		int r;

		n = run_length(&back.ops[i], back.n_ops - i);
		for (size_t k = i; k < i + n; k++)
			tell(hooks, &back.ops[k]);
		r = undo_run(x, &back.ops[i], n, &undone[i], &this);
		if (r && !first) {
			first = r;
			*e = this;
		}
	}
	if (!first && p->n_ops)
		memset(done, 0, p->n_ops * sizeof(*done));
	return first;
}

int apply_run(struct arena *a, const struct executor *x, const struct plan *p, enum stage first,
	enum stage last, bool undo, const struct apply_hooks *hooks, bool *done, struct err *e)
{
	struct err undoing;
	int r = 0;

	for (size_t i = 0, n; i < p->n_ops && !r; i += n) {
		n = run_length(&p->ops[i], p->n_ops - i);
		if (p->ops[i].stage < first || p->ops[i].stage > last)
			continue;
		for (size_t k = i; k < i + n; k++)
			tell(hooks, &p->ops[k]);
		r = x->run(x->ctx, &p->ops[i], n, &done[i], e);
	}
	if (r && undo && apply_undo(a, x, p, done, hooks, &undoing))
		err_hint(e, "not all of it could be taken back: %s", undoing.msg);
	return r;
}
