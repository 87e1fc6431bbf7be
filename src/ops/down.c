// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf down. Knows the record and nothing else: no database, no row, and no link is needed. What was
 * compiled when the tunnel came up says what has to go.
 */
#include "ops/up.h"

#include "base/str.h"
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

static int mark(struct host *h, const char *name, struct down_result *ret, struct err *e)
{
	struct contribution *only = name ? host_find(h, name) : NULL;
	int r;

	if (name && !only)
		return not_up(h->ops, name, ret, e);
	LIST_FOREACH (c, &h->record, contributions) {
		if (only && c != only)
			continue;
		if ((r = host_check_free(c, e)))
			return r;
		host_mark(h, c, "down", true);
		*LIST_PUSH(h->ops->arena, ret, titles) = c->title;
	}
	ret->nothing = !ret->n_titles;
	return 0;
}

/* A stranger may change things between the look and the deed: then look again, a few times. */
static int take_away(struct host *h, struct err *e)
{
	struct err unsaved = {0};
	int r = 0;

	for (int tries = 0; tries < 3; tries++) {
		struct host_plan p;

		if ((r = host_plan(h, NULL, &p, e)))
			return r;
		if (!p.plan.n_ops)
			return 0;
		/* Without room for it the tunnel goes all the same: the record as it was names all
		 * of it, but the forms of the firewall in between. */
		if (host_save(h, &unsaved) && !tries)
			h->ops->ui->warn(h->ops->ui->ctx, &unsaved);
		r = host_apply(h, &p, STAGE_BEFORE, STAGE_AFTER, false, e);
		if (!r)
			return 0;
	}
	return r;
}

int ops_down(struct ops *o, const char *name, struct down_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	int r;

	*ret = (struct down_result){0};
	if ((r = host_open(o, &h, e)) || (r = host_lock(&h, NULL, e)) ||
		(r = mark(&h, name, ret, e)))
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
	if ((r = take_away(&h, e)))
		return err_wrap(e, "cannot take down '%s'", name ? name : "all");
	if ((r = host_finish(&h, e)))
		return err_wrap(
			e, "'%s' is down, but the record still names it", name ? name : "all");
	return 0;
}
