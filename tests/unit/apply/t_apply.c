// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apply: stages in portions, what was done, undoing, and the executor that goes on after a failure
 * as an rtnetlink batch does. Uses an executor of its own that only keeps a diary.
 */
#include "apply/apply.h"
#include "base/str.h"
#include "lib/tap.h"

struct diary {
	struct strbuf text; /* "+5110 -5120 |": rules added and deleted; a bar per call */
	unsigned fails;	    /* this priority cannot be added */
	unsigned sticks;    /* this priority cannot be deleted */
	bool batch;	    /* goes on after a failure */
};

static int diary_run(void *ctx, const struct op *ops, size_t n, bool *done, struct err *e)
{
	struct diary *d = ctx;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		bool add = ops[i].kind == OP_RULE_ADD;
		unsigned priority = ops[i].rule.priority;

		if (priority == (add ? d->fails : d->sticks)) {
			int now = err_set(e, E_KERNEL, "no %u", priority);

			r = r ? r : now;
			if (!d->batch)
				return r;
			continue;
		}
		strbuf_addf(&d->text, "%c%u ", add ? '+' : '-', priority);
		done[i] = true;
	}
	strbuf_add(&d->text, "| ");
	return r;
}

static void count_steps(void *ctx, const struct op *op)
{
	strbuf_addf(ctx, "%u ", op->rule.priority);
}

static struct plan make_plan(struct arena *a)
{
	static const struct {
		enum stage stage;
		unsigned priority;
	} ops[] = {{STAGE_MAKE, 1}, {STAGE_MAKE, 2}, {STAGE_MAKE, 3}, {STAGE_VERIFY, 4},
		{STAGE_MOVE, 5}, {STAGE_MOVE, 6}};
	struct plan p = {0};

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		struct op *op = LIST_PUSH(a, &p, ops);

		op->kind = OP_RULE_ADD;
		op->stage = ops[i].stage;
		op->rule.priority = ops[i].priority;
	}
	return p;
}

struct
try {
	enum stage first, last;
	bool undo;
	int r;
	bool done[6];
	struct err e;
};

static void run(struct arena *a, struct diary *d, struct try *t)
{
	struct executor x = {.ctx = d, .run = diary_run};
	struct plan p = make_plan(a);

	strbuf_reset(&d->text);
	t->e = (struct err){0};
	t->r = apply_run(a, &x, &p, t->first, t->last, t->undo, NULL, t->done, &t->e);
}

static unsigned count_done(const struct try *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < 6; i++)
		n += t->done[i];
	return n;
}

static void test_portions(struct arena *a)
{
	struct diary d = {0};
	struct try t = {.first = STAGE_BEFORE, .last = STAGE_MAKE};

	run(a, &d, &t);
	is_str(strbuf_str(&d.text), "+1 +2 +3 | ", "one stage goes out in one call");
	is_int(count_done(&t), 3, "and only what was asked for");
	t.first = STAGE_VERIFY;
	t.last = STAGE_AFTER;
	run(a, &d, &t);
	is_str(strbuf_str(&d.text), "+4 | +5 +6 | ", "the rest, a call for each stage");
	is_int(count_done(&t), 6, "what was done collects over calls");
	strbuf_free(&d.text);
}

static void test_failure(struct arena *a)
{
	struct diary d = {.fails = 6};
	struct try t = {.last = STAGE_AFTER};

	run(a, &d, &t);
	is_int(t.r, -E_KERNEL, "the executor's error comes out");
	is_str(t.e.msg, "no 6", "with its words");
	is_int(count_done(&t), 5, "without undo all stays done");
	t = (struct try){.last = STAGE_AFTER, .undo = true};
	run(a, &d, &t);
	is_str(strbuf_str(&d.text), "+1 +2 +3 | +4 | +5 -5 | -4 | -3 -2 -1 | ",
		"with undo it is inverted in reverse order");
	is_int(count_done(&t), 0, "and nothing is done any more");
	is_str(t.e.msg, "no 6", "the error is that of the failure");
	is_str(t.e.hint, "", "and there is nothing to add");
	strbuf_free(&d.text);
}

static void test_batch(struct arena *a)
{
	struct diary d = {.fails = 2, .batch = true};
	struct try t = {.last = STAGE_AFTER, .undo = true};

	run(a, &d, &t);
	is_str(strbuf_str(&d.text), "+1 +3 | -3 -1 | ",
		"what a batch did behind the failure is undone too");
	is_int(t.r, -E_KERNEL, "and the failure is reported");
	strbuf_free(&d.text);
}

static void test_stuck(struct arena *a)
{
	struct diary d = {.fails = 6, .sticks = 3};
	struct try t = {.last = STAGE_AFTER, .undo = true};

	run(a, &d, &t);
	is_str(strbuf_str(&d.text), "+1 +2 +3 | +4 | +5 -5 | -4 | -2 | -1 | ",
		"what cannot be undone does not keep the rest from it");
	is_str(t.e.msg, "no 6", "the error is that of the failure");
	is_str(t.e.hint, "not all of it could be taken back: no 3", "the hint tells the rest");
	strbuf_free(&d.text);
}

static void test_steps(struct arena *a)
{
	struct diary d = {0};
	struct executor x = {.ctx = &d, .run = diary_run};
	struct plan p = make_plan(a);
	struct strbuf steps = {0};
	struct apply_hooks hooks = {&steps, count_steps};
	bool done[6] = {0};
	struct err e;

	apply_run(a, &x, &p, STAGE_BEFORE, STAGE_VERIFY, false, &hooks, done, &e);
	is_str(strbuf_str(&steps), "1 2 3 4 ", "each step is told");
	strbuf_free(&steps);
	strbuf_free(&d.text);
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();

	test_portions(a);
	test_failure(a);
	test_batch(a);
	test_stuck(a);
	test_steps(a);
	return done_testing();
}
