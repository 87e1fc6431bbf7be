// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf down. Knows the record and nothing else: no database, no row, and no link is needed. What was
 * compiled when the tunnel came up says what has to go, and which hooks run; only those that hold a
 * key are in the database alone.
 */
#include "ops/up.h"

#include <unistd.h>

#include "base/str.h"
#include "dns/resolver.h"
#include "ops/trust.h"
#include "store/entities.h"

/* It is not up; is it at least something that could be? Then that is no error. */
static int not_up(struct ops *o, const char *name, struct down_result *ret, struct err *e)
{
	struct err why = {0};
	const char *machine;
	struct config c;

	if (ops_store(o, false, false, &why) || ops_machine(o, &machine, &why) ||
		store_config_get(o->store, o->arena, name, machine, &c, &why)) {
		err_set(e, E_NOT_FOUND, "nothing called '%s' is up", name);
		if (why.code == E_NOT_FOUND && why.hint[0])
			err_hint(e, "%s", why.hint);
		return -E_NOT_FOUND;
	}
	ret->nothing = true;
	return 0;
}

/* What goes, and what runs before and after. */
struct leaving {
	struct hook_set hooks;
	char ifname[WF_IFNAME_SIZE];
};
struct down {
	struct host *h;
	const char *name; /* NULL = all */
	bool run_hooks;
	LIST(struct leaving, leaving);
};

static bool is_meant(
	const struct down *d, const struct contribution *only, const struct contribution *c)
{
	return !c->lockdown && (!d->name || c == only);
}

/* The record says that this command is at it; with `leaving` the next plan takes it away. */
static int mark(struct down *d, bool leaving, struct down_result *ret, struct err *e)
{
	struct host *h = d->h;
	struct contribution *only = d->name ? host_find(h, d->name) : NULL;
	int r;

	ret->n_titles = 0;
	if (d->name && !only)
		return not_up(h->ops, d->name, ret, e);
	LIST_FOREACH (c, &h->record, contributions) {
		if (!is_meant(d, only, c))
			continue;
		if (c->pid != getpid() && (r = host_check_free(c, e)))
			return r;
		host_mark(h, c, "down", leaving);
		*LIST_PUSH(h->ops->arena, ret, titles) = c->title;
	}
	ret->nothing = !ret->n_titles;
	return 0;
}

static void find_hooks(struct down *d)
{
	struct contribution *only = d->name ? host_find(d->h, d->name) : NULL;

	LIST_FOREACH (c, &d->h->record, contributions) {
		struct leaving l = {0};

		if (!is_meant(d, only, c))
			continue;
		hooks_recorded(d->h->ops, c, d->run_hooks, &l.hooks);
		str_copy(l.ifname, sizeof(l.ifname), c->ifname);
		if (l.hooks.n_hooks)
			*LIST_PUSH(d->h->ops->arena, d, leaving) = l;
	}
}

/* A hook that fails is told, and keeps nothing: neither the tunnel up nor the firewall. */
static void run_hooks(struct down *d, enum conf_phase phase, struct down_result *ret)
{
	struct ops *o = d->h->ops;

	LIST_FOREACH (l, d, leaving) {
		struct err why = {0};

		if (!hooks_run(o, &l->hooks, phase, l->ifname, &why))
			continue;
		o->ui->warn(o->ui->ctx, &why);
		ret->failed_hooks++;
	}
}

/* PreDown runs while all is still up, and without the lock. */
static int run_pre_down(struct down *d, struct down_result *ret, struct err *e)
{
	int r;

	if (d->h->ops->dry_run)
		return 0;
	find_hooks(d);
	if (!d->n_leaving)
		return 0;
	if ((r = mark(d, false, ret, e)) || (r = host_save(d->h, e)))
		return r;
	host_unlock(d->h);
	run_hooks(d, CONF_PHASE_PRE_DOWN, ret);
	return host_lock(d->h, NULL, e);
}

static bool is_resolver(const struct op *op)
{
	return op->kind == OP_RESOLVER_SET || op->kind == OP_RESOLVER_DEL;
}

/* Those of one stage are done in their order. NULL: it was something else. */
static const struct op *failed_resolver(const struct host_plan *p)
{
	for (size_t i = 0; i < p->plan.n_ops; i++)
		if (!p->done[i])
			return is_resolver(&p->plan.ops[i]) ? &p->plan.ops[i] : NULL;
	return NULL;
}

static void drop_resolver(struct plan *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_ops; i++)
		if (!is_resolver(&p->ops[i]))
			p->ops[kept++] = p->ops[i];
	p->n_ops = kept;
}

/* A file to be given back is tried again, and told of, in the end and by each command that comes.
 */
static void leave_resolver(
	struct host *h, const struct op *op, const struct err *why, struct down_result *ret)
{
	uint64_t owner;

	ret->resolver_left = true;
	if (op->kind == OP_RESOLVER_SET || op->resolver_before.backend != RESOLVER_FILE ||
		!resolver_kept(&owner))
		h->ops->ui->warn(h->ops->ui->ctx, why);
}

/*
 * A stranger may change things between the look and the deed: then look again, a few times. The
 * resolver that cannot be set back is left: that is no reason to keep the network closed.
 */
static int take_away(struct host *h, struct down_result *ret, struct err *e)
{
	struct err unsaved = {0};
	int r = 0;

	for (int tries = 0; tries < 3; tries++) {
		const struct op *op;
		struct host_plan p;

		if ((r = host_plan(h, NULL, &p, e)))
			return r;
		if (ret->resolver_left)
			drop_resolver(&p.plan);
		if (!p.plan.n_ops)
			return 0;
		/* Without room for it the tunnel goes all the same: the record as it was names all
		 * of it, but the forms of the firewall in between. */
		if (host_save(h, &unsaved) && !tries)
			h->ops->ui->warn(h->ops->ui->ctx, &unsaved);
		r = host_apply(h, &p, STAGE_BEFORE, STAGE_AFTER, false, e);
		if (!r)
			return 0;
		if ((op = failed_resolver(&p)))
			leave_resolver(h, op, e, ret);
	}
	return r;
}

int ops_down(
	struct ops *o, const char *name, bool run_hooks_too, struct down_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	struct down d = {.h = &h, .name = name, .run_hooks = run_hooks_too};
	int r;

	*ret = (struct down_result){0};
	if ((r = host_open(o, &h, e)) || (r = host_lock(&h, NULL, e)) ||
		(r = run_pre_down(&d, ret, e)) || (r = mark(&d, true, ret, e)))
		return r;
	if (o->dry_run) {
		STRBUF_CLEANUP struct strbuf b = {0};
		struct host_plan p;

		if ((r = host_plan(&h, NULL, &p, e)))
			return r;
		host_print_plan(&h, &p.plan, &b);
		ret->plan = arena_strdup(o->arena, strbuf_str(&b));
		return 0;
	}
	if (ret->nothing)
		return 0;
	if ((r = take_away(&h, ret, e)))
		return err_wrap(e, "cannot take down '%s'", name ? name : "all");
	if ((r = host_finish(&h, e)))
		return err_wrap(
			e, "'%s' is down, but the record still names it", name ? name : "all");
	host_unlock(&h);
	run_hooks(&d, CONF_PHASE_POST_DOWN, ret);
	return 0;
}
