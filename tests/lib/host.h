/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host in memory: a record, a fake kernel and the verbs in their barest form, on the same path as
 * the real ones (compile, merge, observe, diff, apply). For the scenario and property tests.
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include "apply/fake.h"
#include "model/contribution.h"
#include "plan/compile.h"

struct host {
	struct arena *a;
	struct record record;
	struct facts facts; /* seq, number and kind of what is up are filled in per command */
	struct fake fake;
	struct executor x; /* of the fake; a test may put itself between */
	uint32_t wait_ms;  /* ask for handshakes in `up` and `reload` */
	bool wait_hard;
	bool again; /* `up` goes on with what a dead one has left */
	bool crash;	  /* a failure stops all at once, as kill -9 does: nothing is undone */
	uint32_t number;  /* of the next `up`; 0 = the first free one */
	struct plan plan; /* of the last command */
	const struct contribution *last; /* compiled by the last command, or NULL */
};

void host_init(struct host *h, struct arena *a, const struct state *kernel);
/* Another host in the same state, in an arena of its own. */
void host_copy(const struct host *h, struct arena *a, struct host *ret);

int host_up(struct host *h, const struct tunnel *t, struct err *e);
int host_down(struct host *h, const char *name, struct err *e);
int host_reload(struct host *h, const struct tunnel *t, struct err *e);
/* On, or changed; NULL: off. */
int host_lockdown(struct host *h, const struct lockdown *l, struct err *e);
/* Makes all as recorded again. */
int host_repair(struct host *h, struct err *e);
/* Own and foreign objects as they are now, and the plan that would make all as recorded. */
void host_look(struct host *h, struct arena *a, struct state *own, struct state *foreign,
	struct plan *ret, struct err *e);

#endif
