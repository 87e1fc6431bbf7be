// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the record to the kernel: the one path every verb takes. Knows the sequence merge, observe,
 * diff, apply; must not know verbs. The record keeps a setting's first value from before wf's first
 * write until nobody wants it any more.
 */
#include "ops/host.h"

#include <unistd.h>

#include "base/str.h"
#include "ops/boot.h"
#include "plan/diff.h"
#include "plan/merge.h"
#include "plan/text.h"

int host_observe(struct host *h, struct arena *a, bool stats, struct state *own,
	struct state *foreign, struct err *e)
{
	struct scope scope = {0};
	struct state seen = {0};
	int r;

	/* What came up with IPv6 has to be seen also when IPv6 was switched off since. */
	merge_scope(a, &h->record, h->ipv6_kernel, &scope);
	scope.stats = stats;
	/* Also a table that nobody recorded is worth a word in a status. */
	scope.firewall |= stats;
	if ((r = h->executor.observe(h->executor.ctx, a, &scope, &seen, e)))
		return r;
	merge_own(a, &h->record, &seen, own, foreign);
	return 0;
}

int host_observe_rules(struct host *h, struct state *ret, struct err *e)
{
	const struct scope scope = {.rules = true, .ipv6 = h->ipv6_kernel};
	struct state seen = {0}, own = {0};
	int r = net_snapshot(h->net, h->ops->arena, &scope, &seen, e);

	if (r)
		return r;
	LIST_FOREACH (rule, &seen, rules)
		if (rule->protocol == WF_RTPROTO_KERNEL)
			*LIST_PUSH(h->ops->arena, &own, rules) = *rule;
	*ret = own;
	return 0;
}

static const struct sysctl_state *find_sysctl(
	const struct sysctl_state *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].key, key))
			return &list[i];
	return NULL;
}

static void remember(struct host *h, const char *key, int32_t value)
{
	struct record *r = &h->record;
	struct sysctl_state *s;

	if (find_sysctl(r->previous, r->n_previous, key))
		return;
	s = LIST_PUSH(h->ops->arena, r, previous);
	s->key = arena_strdup(h->ops->arena, key);
	s->value = value;
}

/* What stood there before wf's first write, or before what wf does changes it. */
static void remember_settings(
	struct host *h, const struct state *want, const struct state *have, const struct plan *p)
{
	LIST_FOREACH (op, p, ops)
		if (op->kind == OP_SYSCTL && !op->restore)
			remember(h, op->sysctl.key, op->sysctl_before.value);
	LIST_FOREACH (s, want, sysctls) {
		const struct sysctl_state *seen =
			find_sysctl(have->sysctls, have->n_sysctls, s->key);

		if (s->value == SYSCTL_KEPT && seen)
			remember(h, s->key, seen->value);
	}
}

/* What waits for its handshake without the lock is its own command's business. */
static bool is_others(const struct host *h, const struct op *op)
{
	LIST_FOREACH (c, &h->record, contributions)
		if (c->verifying && !c->leaving && c->pid != getpid() &&
			str_eq(c->ifname, op->ifname))
			return true;
	return false;
}

static void drop_others(const struct host *h, struct plan *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_ops; i++)
		if (!is_others(h, &p->ops[i]))
			p->ops[kept++] = p->ops[i];
	p->n_ops = kept;
}

int host_plan(struct host *h, const struct host_ask *ask, struct host_plan *ret, struct err *e)
{
	struct arena *a = h->ops->arena;
	struct state want = {0};
	int r;

	*ret = (struct host_plan){0};
	merge_record(a, &h->record, &want);
	if ((r = host_observe(h, a, false, &ret->have, &ret->foreign, e)))
		return r;
	diff_states(a,
		&(struct diff_in){
			.want = &want,
			.have = &ret->have,
			.record = &h->record,
			.ask_ifname = ask ? ask->ifname : NULL,
			.handshake_ms = ask ? ask->wait_ms : 0,
			.ask_known = ask && ask->known,
		},
		&ret->plan);
	drop_others(h, &ret->plan);
	remember_settings(h, &want, &ret->have, &ret->plan);
	merge_expect_links(&h->record, &ret->plan);
	diff_expect_firewalls(a, &ret->have, &ret->plan, &h->record);
	ret->done = arena_alloc(a, sizeof(*ret->done) * (ret->plan.n_ops + 1));
	return 0;
}

int host_check_foreign(
	const struct host_plan *p, const struct contribution *c, bool fresh, struct err *e)
{
	const struct link_state *own = state_find_link(&p->have, c->ifname);

	if (!state_find_link(&p->foreign, c->ifname) &&
		!(fresh && own && own->kind == LINK_USERSPACE))
		return 0;
	err_set(e, E_EXISTS, "there already is an interface '%s' that wf did not make", c->ifname);
	return err_hint(e, "remove it first");
}

void host_print_plan(struct host *h, const struct plan *p, struct strbuf *out)
{
	if (h->ops->dry_run)
		text_plan_whole(out, p);
	else
		text_plan(out, p);
}

/* The index of a link that was made just now, also by an undo: by it it is known from now on. */
static void note_links(struct host *h)
{
	LIST_FOREACH (c, &h->record, contributions) {
		struct link_state link;
		struct err ignored;

		if (!c->own.n_links || c->own.links[0].ifindex ||
			net_read_link(h->net, c->ifname, &link, &ignored))
			continue;
		if (link.kind == c->kind)
			c->own.links[0].ifindex = link.ifindex;
	}
}

static void step(void *ctx, const struct op *op)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	struct host *h = ctx;

	text_op(&b, op);
	h->ops->ui->step(h->ops->ui->ctx, strbuf_str(&b));
}

int host_apply(struct host *h, struct host_plan *p, enum stage first, enum stage last, bool undo,
	struct err *e)
{
	struct apply_hooks hooks = {.ctx = h, .step = h->ops->verbose ? step : NULL};
	int r = apply_run(
		h->ops->arena, &h->executor, &p->plan, first, last, undo, &hooks, p->done, e);

	if (first <= STAGE_MAKE)
		note_links(h);
	return r;
}

const struct firewall *host_firewall(struct host *h)
{
	struct state want = {0};

	merge_record(h->ops->arena, &h->record, &want);
	return arena_memdup(h->ops->arena, &want.firewall, sizeof(want.firewall));
}

/* Settings that nobody wants any more have been put back by the plan; the firewall has its final
 * form. */
static void forget_settled(struct host *h)
{
	struct state want = {0};
	struct record *r = &h->record;
	size_t kept = 0;

	merge_record(h->ops->arena, r, &want);
	for (size_t i = 0; i < r->n_previous; i++)
		if (find_sysctl(want.sysctls, want.n_sysctls, r->previous[i].key))
			r->previous[kept++] = r->previous[i];
	r->n_previous = kept;
	r->n_firewalls = 0;
	if (want.firewall.present)
		*LIST_PUSH(h->ops->arena, r, firewalls) = want.firewall;
}

int host_finish(struct host *h, struct err *e)
{
	/* Only under the lock can one be leaving: ours, or one that was settled. */
	for (size_t i = h->record.n_contributions; i-- > 0;)
		if (h->record.contributions[i].leaving)
			host_remove(h, &h->record.contributions[i]);
	forget_settled(h);
	boot_repair(h);
	return host_save(h, e);
}
