// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Differences of the firewall and of the resolver. Knows that a firewall changes in two steps:
 * first one that forbids what either state forbids and lets by the traffic of both, then the final
 * one; must not know rules. Each step is left out when it would change nothing.
 */
#include "plan/diff_parts.h"

#include "base/str.h"

/* Ranges of `from` that `in` has whole (NULL: all of them). */
static void add_lan(struct arena *a, const struct firewall *from, const struct firewall *in,
	struct firewall *to)
{
	LIST_FOREACH (p, from, lan)
		if (!in || firewall_allows_lan(in, p))
			*LIST_PUSH(a, to, lan) = *p;
}

/* Between the two: the prohibitions of both, the traffic of both. */
static void tighten(struct arena *a, const struct firewall *have, const struct firewall *want,
	struct firewall *ret)
{
	struct firewall f = {0};

	firewall_add(a, have, &f);
	firewall_add(a, want, &f);
	if (have->kill_switch && want->kill_switch) {
		add_lan(a, have, want, &f);
		add_lan(a, want, have, &f);
	} else if (have->kill_switch) {
		add_lan(a, have, NULL, &f);
	} else {
		add_lan(a, want, NULL, &f);
	}
	firewall_canon(&f);
	*ret = f;
}

static const struct firewall *keep(struct diff *d, const struct firewall *f)
{
	return arena_memdup(d->a, f, sizeof(*f));
}

static const struct firewall *push_firewall(
	struct diff *d, enum stage stage, const struct firewall *from, const struct firewall *to)
{
	struct op *op = diff_push(d, OP_FIREWALL, "");

	op->stage = stage;
	op->firewall_before = from;
	op->firewall = keep(d, to);
	return op->firewall;
}

void diff_firewall(struct diff *d)
{
	const struct firewall *want = &d->want.firewall, *have = keep(d, &d->have.firewall);
	struct firewall between;

	if (have->unknown) {
		push_firewall(d, want->present ? STAGE_TIGHTEN : STAGE_LOOSEN, have, want);
		return;
	}
	if (firewall_equal(have, want))
		return;
	if (want->present) {
		tighten(d->a, have, want, &between);
		if (!firewall_equal(have, &between))
			have = push_firewall(d, STAGE_TIGHTEN, have, &between);
	}
	if (!firewall_equal(have, want))
		push_firewall(d, STAGE_LOOSEN, have, want);
}

static const struct resolver_state *find_slot(
	const struct state *s, const struct resolver_state *slot)
{
	LIST_FOREACH (r, s, resolvers)
		if (resolver_same_slot(r, slot))
			return r;
	return NULL;
}

void diff_resolvers(struct diff *d)
{
	LIST_FOREACH (want, &d->want, resolvers) {
		const struct resolver_state *have = find_slot(&d->have, want);
		struct op *op;

		if (have && resolver_equal(want, have))
			continue;
		op = diff_push(d, OP_RESOLVER_SET, want->ifname);
		op->resolver = *want;
		if (have)
			op->resolver_before = *have;
	}
	LIST_FOREACH (have, &d->have, resolvers)
		if (!find_slot(&d->want, have))
			diff_push(d, OP_RESOLVER_DEL, have->ifname)->resolver_before = *have;
}

static void add_form(struct arena *a, const struct firewall *f, struct record *r)
{
	if (!f->present || f->unknown)
		return;
	LIST_FOREACH (x, r, firewalls)
		if (firewall_equal(x, f))
			return;
	firewall_copy(a, f, LIST_PUSH(a, r, firewalls));
}

void diff_expect_firewalls(
	struct arena *a, const struct state *have, const struct plan *p, struct record *r)
{
	struct firewall before;

	firewall_copy(a, &have->firewall, &before);
	firewall_canon(&before);
	r->firewalls = NULL;
	r->n_firewalls = r->cap_firewalls = 0;
	add_form(a, &before, r);
	LIST_FOREACH (op, p, ops)
		if (op->kind == OP_FIREWALL)
			add_form(a, op->firewall, r);
}
