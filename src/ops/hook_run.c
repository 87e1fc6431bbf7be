// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running the hooks of a phase. Knows their order, how a failure is told, and what the record keeps
 * for the way down; must not know why they may run, and holds no lock. A command that holds a key
 * is never repeated in a message nor kept in the record.
 */
#include <string.h>

#include "ops/trust.h"
#include "sys/hook.h"

#define SHOWN 80 /* bytes of a command in a message */

static const char *shown(struct arena *a, const struct conf_hook *h)
{
	if (hooks_hold_key(h->command, h->len))
		return "(it holds a key)";
	return h->len <= SHOWN ? arena_printf(a, "'%.*s'", (int)h->len, h->command)
			       : arena_printf(a, "'%.*s…'", SHOWN, h->command);
}

static int run_one(struct ops *o, const struct conf_hook *h, const char *ifname, struct err *e)
{
	const struct hook hook = {.command = h->command, .len = h->len, .ifname = ifname};
	const char *name = hooks_phase_name(h->phase);
	int status = 0, r;

	if (o->verbose)
		o->ui->step(o->ui->ctx, arena_printf(o->arena, "%s %s", name, shown(o->arena, h)));
	if ((r = hook_run(&hook, &status, e)))
		return err_wrap(e, "%s %s", name, shown(o->arena, h));
	if (!status)
		return 0;
	return err_set(
		e, E_FAILED, "%s %s failed with exit status %d", name, shown(o->arena, h), status);
}

int hooks_run(struct ops *o, const struct hook_set *s, enum conf_phase phase, const char *ifname,
	struct err *e)
{
	int r;

	LIST_FOREACH (h, s, hooks)
		if (h->phase == phase && (r = run_one(o, h, ifname, e)))
			return r;
	return 0;
}

static bool is_down(const struct conf_hook *h)
{
	return h->phase == CONF_PHASE_PRE_DOWN || h->phase == CONF_PHASE_POST_DOWN;
}

/* All of them or none: their order is part of what they mean. */
void hooks_record(struct ops *o, const struct hook_set *s, struct contribution *c)
{
	bool secret = false;

	LIST_FOREACH (h, s, hooks)
		secret |= is_down(h) && hooks_hold_key(h->command, h->len);
	if (secret) {
		c->stored_hooks = c->config_id != 0;
		if (!c->stored_hooks)
			ops_note(o,
				"a PreDown or PostDown holds a key and is not kept: none of "
				"them will be run");
		return;
	}
	LIST_FOREACH (h, s, hooks) {
		const char *text = arena_strndup(o->arena, h->command, h->len);

		if (h->phase == CONF_PHASE_PRE_DOWN)
			*LIST_PUSH(o->arena, c, pre_down) = text;
		else if (h->phase == CONF_PHASE_POST_DOWN)
			*LIST_PUSH(o->arena, c, post_down) = text;
	}
}

static void add(struct ops *o, const char *command, enum conf_phase phase, struct hook_set *ret)
{
	*LIST_PUSH(o->arena, ret, hooks) =
		(struct conf_hook){.phase = phase, .command = command, .len = strlen(command)};
}

void hooks_recorded(struct ops *o, const struct contribution *c, bool consent, struct hook_set *ret)
{
	struct err why = {0};
	struct hook_set stored = {0};

	*ret = (struct hook_set){0};
	LIST_FOREACH (text, c, pre_down)
		add(o, *text, CONF_PHASE_PRE_DOWN, ret);
	LIST_FOREACH (text, c, post_down)
		add(o, *text, CONF_PHASE_POST_DOWN, ret);
	if (ret->n_hooks || !c->config_id || (!c->stored_hooks && !consent))
		return;
	if (ops_store(o, false, false, &why) || trust_load(o, c->config_id, &stored, &why)) {
		err_wrap(&why, "the hooks of %s are not run", c->title);
		o->ui->warn(o->ui->ctx, &why);
		return;
	}
	if (stored.trusted || consent)
		*ret = stored;
	else if (stored.n_hooks)
		ops_note(o, "the hooks of %s are not run: they are trusted no more", c->title);
}
