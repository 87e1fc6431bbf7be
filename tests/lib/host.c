// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs in their barest form. Knows how a verb uses the record (plan/merge.h); has no lock, no
 * database and no process that could be killed: `crash` stands for that.
 */
#include "lib/host.h"

#include "base/str.h"
#include "plan/compile.h"
#include "plan/diff.h"
#include "plan/merge.h"

void host_init(struct host *h, struct arena *a, const struct state *kernel)
{
	*h = (struct host){.a = a};
	h->record.next_seq = 1;
	h->facts.ipv6 = true;
	h->facts.kernel_wireguard = true;
	fake_init(&h->fake, a, kernel);
	h->x = fake_executor(&h->fake);
}

void host_copy(const struct host *h, struct arena *a, struct host *ret)
{
	host_init(ret, a, &h->fake.state);
	ret->fake.next_ifindex = h->fake.next_ifindex;
	ret->facts = h->facts;
	ret->wait_ms = h->wait_ms;
	ret->wait_hard = h->wait_hard;
	ret->number = h->number;
	ret->record.next_seq = h->record.next_seq;
	LIST_FOREACH (c, &h->record, contributions)
		contribution_copy(a, c, LIST_PUSH(a, &ret->record, contributions));
	LIST_FOREACH (s, &h->record, previous)
		*LIST_PUSH(a, &ret->record, previous) = *s;
	LIST_FOREACH (f, &h->record, firewalls)
		firewall_copy(a, f, LIST_PUSH(a, &ret->record, firewalls));
}

static const struct sysctl_state *find_sysctl(
	const struct sysctl_state *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].key, key))
			return &list[i];
	return NULL;
}

static void remember_one(struct host *h, const char *key, int32_t value)
{
	if (!find_sysctl(h->record.previous, h->record.n_previous, key))
		*LIST_PUSH(h->a, &h->record, previous) = (struct sysctl_state){key, value};
}

static void remember(struct host *h, const struct state *want, const struct state *have)
{
	LIST_FOREACH (op, &h->plan, ops)
		if (op->kind == OP_SYSCTL && !op->restore)
			remember_one(h, op->sysctl.key, op->sysctl_before.value);
	LIST_FOREACH (s, want, sysctls) {
		const struct sysctl_state *seen =
			find_sysctl(have->sysctls, have->n_sysctls, s->key);

		if (s->value == SYSCTL_KEPT && seen)
			remember_one(h, s->key, seen->value);
	}
}

static void learn_links(struct host *h)
{
	struct state own;
	struct err e;

	host_look(h, h->a, &own, NULL, NULL, &e);
	LIST_FOREACH (c, &h->record, contributions) {
		const struct link_state *seen = state_find_link(&own, c->ifname);

		if (seen && c->own.n_links)
			c->own.links[0].ifindex = seen->ifindex;
	}
}

/* After the last operation: what is leaving has left, what nobody wants need not be known. */
static void settle(struct host *h)
{
	struct record *r = &h->record;
	size_t kept = 0, needed = 0;
	struct state want;

	for (size_t i = 0; i < r->n_contributions; i++)
		if (!r->contributions[i].leaving)
			r->contributions[kept++] = r->contributions[i];
	r->n_contributions = kept;
	merge_record(h->a, r, &want);
	for (size_t i = 0; i < r->n_previous; i++)
		if (find_sysctl(want.sysctls, want.n_sysctls, r->previous[i].key))
			r->previous[needed++] = r->previous[i];
	r->n_previous = needed;
	r->n_firewalls = 0;
	if (want.firewall.present)
		*LIST_PUSH(h->a, r, firewalls) = want.firewall;
	LIST_FOREACH (c, r, contributions)
		c->phase = CONTRIBUTION_DONE;
	learn_links(h);
}

void host_look(struct host *h, struct arena *a, struct state *own, struct state *foreign,
	struct plan *ret, struct err *e)
{
	struct diff_in in = {.have = own, .record = &h->record};
	struct state seen, want;
	struct scope scope;

	merge_scope(a, &h->record, h->facts.ipv6 || h->facts.ipv6_elsewhere, &scope);
	scope.firewall = true; /* as a status does */
	h->x.observe(h->x.ctx, a, &scope, &seen, e);
	merge_own(a, &h->record, &seen, own, foreign);
	if (!ret)
		return;
	merge_record(a, &h->record, &want);
	in.want = &want;
	diff_states(a, &in, ret);
}

/* The one path: 0 when all is done and settled. If it was undone the record is as `before`. */
static int carry_out(
	struct host *h, const char *ask_ifname, const struct record *before, struct err *e)
{
	struct state seen, want, have;
	struct diff_in in = {.want = &want, .have = &have, .record = &h->record};
	struct scope scope;
	bool *done;
	int r;

	in.ask_ifname = ask_ifname;
	in.handshake_ms = h->wait_ms;
	in.handshake_hard = h->wait_hard;
	in.ask_known = h->again;
	merge_scope(h->a, &h->record, h->facts.ipv6 || h->facts.ipv6_elsewhere, &scope);
	h->x.observe(h->x.ctx, h->a, &scope, &seen, e);
	merge_own(h->a, &h->record, &seen, &have, NULL);
	merge_record(h->a, &h->record, &want);
	diff_states(h->a, &in, &h->plan);
	remember(h, &want, &have);
	merge_expect_links(&h->record, &h->plan);
	diff_expect_firewalls(h->a, &have, &h->plan, &h->record);
	done = arena_alloc(h->a, h->plan.n_ops + 1);
	r = apply_run(h->a, &h->x, &h->plan, STAGE_BEFORE, STAGE_AFTER, !h->crash, NULL, done, e);
	if (!r) {
		settle(h);
	} else if (!h->crash && before) {
		h->record = *before;
		merge_expect_links(&h->record, &h->plan);
		learn_links(h);
	}
	return r;
}

static void save(const struct host *h, struct record *ret)
{
	*ret = (struct record){.next_seq = h->record.next_seq};
	LIST_FOREACH (c, &h->record, contributions)
		*LIST_PUSH(h->a, ret, contributions) = *c;
	LIST_FOREACH (s, &h->record, previous)
		*LIST_PUSH(h->a, ret, previous) = *s;
	LIST_FOREACH (f, &h->record, firewalls)
		*LIST_PUSH(h->a, ret, firewalls) = *f;
}

static int compile(struct host *h, const struct tunnel *t, const struct contribution *old,
	struct contribution *ret, struct err *e)
{
	struct facts f = h->facts;
	const struct contribution *outer = t->via ? record_find(&h->record, t->via) : NULL;
	int r;

	f.next_seq = old ? old->seq : h->record.next_seq;
	f.free_table = old && old->number ? old->number : h->number;
	if (!f.free_table)
		f.free_table = merge_free_number(&h->record);
	if (old)
		f.kernel_wireguard = old->kind == LINK_WIREGUARD;
	r = compile_tunnel(h->a, t, &f, outer, ret, e);
	if (!r && old)
		ret->own.links[0].ifindex = old->own.links[0].ifindex;
	return r;
}

/* What an undone `up` leaves is what the kernel did by itself; `down` knows it. */
static void take_back(struct host *h, const char *name, struct err *e)
{
	struct contribution *c = record_find(&h->record, name);
	struct plan failed = h->plan;
	struct err second;

	c->leaving = true;
	if (carry_out(h, NULL, NULL, &second))
		err_hint(e, "taking it back failed: %s", second.msg);
	h->plan = failed;
}

int host_up(struct host *h, const struct tunnel *t, struct err *e)
{
	struct contribution *old = record_find(&h->record, t->name), c;
	int r;

	h->last = NULL;
	h->plan = (struct plan){0};
	if (old && old->phase == CONTRIBUTION_DONE)
		return err_set(e, E_EXISTS, "'%s' is up already", t->name);
	r = compile(h, t, old, &c, e);
	if (r)
		return r;
	c.phase = CONTRIBUTION_DOING;
	if (old)
		*old = c;
	else
		*LIST_PUSH(h->a, &h->record, contributions) = c;
	h->record.next_seq += !old;
	h->last = arena_memdup(h->a, &c, sizeof(c));
	h->again = old != NULL;
	r = carry_out(h, t->ifname, NULL, e);
	h->again = false;
	if (r && !h->crash)
		take_back(h, t->name, e);
	return r;
}

int host_down(struct host *h, const char *name, struct err *e)
{
	struct contribution *c = record_find(&h->record, name);
	struct record before;

	h->last = NULL;
	h->plan = (struct plan){0};
	if (!c)
		return err_set(e, E_NOT_FOUND, "'%s' is not up", name);
	save(h, &before);
	LIST_FOREACH (x, &h->record, contributions)
		if (str_eq(x->name, c->name)) {
			x->phase = CONTRIBUTION_DOING;
			x->leaving = true;
		}
	return carry_out(h, NULL, &before, e);
}

int host_reload(struct host *h, const struct tunnel *t, struct err *e)
{
	struct contribution *old = record_find(&h->record, t->name), *left, c;
	struct record before;
	int r;

	h->last = NULL;
	h->plan = (struct plan){0};
	if (!old)
		return err_set(e, E_NOT_FOUND, "'%s' is not up", t->name);
	r = compile(h, t, old, &c, e);
	if (r)
		return r;
	save(h, &before);
	left = LIST_PUSH(h->a, &h->record, contributions);
	old = record_find(&h->record, t->name);
	*left = *old;
	left->leaving = true;
	c.phase = left->phase = CONTRIBUTION_DOING;
	*old = c;
	h->last = arena_memdup(h->a, &c, sizeof(c));
	return carry_out(h, t->ifname, &before, e);
}

int host_lockdown(struct host *h, const struct lockdown *l, struct err *e)
{
	struct record before;
	struct contribution *c = record_lockdown(&h->record);

	h->last = NULL;
	save(h, &before);
	if (!c)
		c = LIST_PUSH(h->a, &h->record, contributions);
	if (l)
		compile_lockdown(h->a, l, c);
	else
		c->leaving = true;
	return carry_out(h, NULL, &before, e);
}

int host_repair(struct host *h, struct err *e)
{
	struct record before;

	h->last = NULL;
	save(h, &before);
	return carry_out(h, NULL, &before, e);
}
