// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf reload: the rows as they are now against the kernel as it is now; the difference is applied
 * and nothing else. An unchanged configuration sends no message that changes anything.
 */
#include "ops/up.h"

#include "base/str.h"
#include "ops/facts.h"
#include "ops/intent.h"
#include "ops/name.h"
#include "ops/sockets.h"
#include "plan/compile.h"

/* The contribution as it is compiled now, keeping what identifies the running one. */
static int compile_again(struct host *h, struct tunnel *t, struct facts *f,
	const struct contribution *old, struct contribution *ret, struct err *e)
{
	const struct contribution *outer = old->via ? record_find(&h->record, old->via) : NULL;
	struct contribution c = {0};
	int r;

	t->via = outer ? outer->ifname : NULL;
	if ((r = facts_gather(h, t, old, f, e)) ||
		(r = compile_tunnel(h->ops->arena, t, f, outer, &c, e)))
		return r;
	c.since = old->since;
	/* What ran on its way up has its other half on its way down. */
	c.pre_down = old->pre_down, c.n_pre_down = old->n_pre_down;
	c.post_down = old->post_down, c.n_post_down = old->n_post_down;
	c.stored_hooks = old->stored_hooks;
	if (c.own.n_links && old->own.n_links)
		c.own.links[0].ifindex = old->own.links[0].ifindex;
	*ret = c;
	return 0;
}

/* The old form is behind the new one in the record until all is done, or again alone if not. */
static int apply_difference(struct host *h, struct contribution *slot, struct host_plan *p,
	const struct contribution *old, struct err *e)
{
	const char *since = old->since;
	int r;

	host_mark(h, slot, "reload", false);
	if ((r = host_save(h, e)))
		return r;
	r = host_apply(h, p, STAGE_BEFORE, STAGE_AFTER, true, e);
	if (r) {
		struct err ignored;

		*slot = *old;
		host_finish(h, &ignored);
		return r;
	}
	slot->phase = CONTRIBUTION_DONE;
	slot->since = since;
	if ((r = host_finish(h, e)))
		return r;
	sockets_end_cut(h);
	return 0;
}

static int plan_reload(struct host *h, struct tunnel *t, struct facts *f, struct host_plan *p,
	struct contribution **slot, struct err *e)
{
	struct contribution form;
	int r;

	*slot = record_find(&h->record, t->name);
	if (!*slot || (*slot)->leaving)
		return err_set(e, E_BUSY, "another command took %s down meanwhile", t->title);
	if ((r = host_check_free(*slot, e)) || (r = compile_again(h, t, f, *slot, &form, e)))
		return r;
	*slot = host_replace(h, *slot, &form);
	if ((r = host_plan(h, NULL, p, e)))
		return r;
	return host_check_foreign(p, *slot, false, e);
}

/* Nothing changes now, but what is wanted only while it holds the default may: it is kept for then.
 */
static int keep_form(
	struct host *h, struct contribution *slot, const struct contribution *old, struct err *e)
{
	STRBUF_CLEANUP struct strbuf now = {0}, before = {0};

	contribution_to_json(slot, &now);
	contribution_to_json(old, &before);
	return str_eq(strbuf_str(&now), strbuf_str(&before)) ? 0 : host_finish(h, e);
}

/* The configuration and the server that are up, whatever name was typed for them. */
static const char *running_name(struct arena *a, const struct contribution *c)
{
	return c->server ? arena_printf(a, "%s@%s", c->name, c->server) : c->name;
}

int ops_reload(struct ops *o, const char *name, struct reload_result *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	STRBUF_CLEANUP struct strbuf text = {0};
	struct contribution *slot, old = {0};
	struct tunnel t;
	struct facts f = {0};
	struct host_plan p;
	struct name n;
	int r;

	*ret = (struct reload_result){0};
	if ((r = name_parse(o->arena, name, &n, e)) || (r = host_open(o, &h, e)) ||
		(r = host_load(&h, e)))
		return r;
	slot = host_find(&h, n.file ? n.file : n.config);
	if ((r = intent_load(
		     o, slot && !n.file ? running_name(o->arena, slot) : name, &t, NULL, e)))
		return r;
	if (!slot) {
		err_set(e, E_NO, "%s is not up", t.title);
		return err_hint(e, "wf up %s", name);
	}
	if ((r = facts_resolve(&h, &t, slot, &f, e)) || (r = host_lock(&h, NULL, e)))
		return r;
	slot = record_find(&h.record, t.name);
	if (slot)
		old = *slot;
	if ((r = plan_reload(&h, &t, &f, &p, &slot, e)))
		return err_wrap(e, "cannot reload '%s'", t.title);
	ret->c = slot;
	host_print_plan(&h, &p.plan, &text);
	ret->unchanged = !p.plan.n_ops;
	ret->changes = ret->plan = arena_strdup(o->arena, strbuf_str(&text));
	if (o->dry_run)
		return 0;
	if (ret->unchanged)
		return keep_form(&h, slot, &old, e);
	if ((r = apply_difference(&h, slot, &p, &old, e)))
		return err_wrap(e, "cannot reload '%s'", t.title);
	return 0;
}
