// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the lockdown is, and its coming back at boot. Knows the files, the record and the kernel's
 * table, and says where they differ; changes nothing but, at boot, the table. At boot neither a
 * database nor a record is looked at: there may be no disk for them yet.
 */
#include "apply/compiled.h"
#include "ops/lockdown.h"
#include "ops/lockdown_file.h"
#include "ops/status_parts.h"
#include "plan/compile.h"
#include "sys/machine.h"

static int look_at_kernel(struct host *h, struct lockdown_status *ret, struct err *e)
{
	struct status_result all = {0};
	struct state own = {0};
	int r;

	if ((r = host_observe(h, h->ops->arena, false, &own, NULL, e)) ||
		(r = status_add_firewall(h, &own, &all, e)))
		return r;
	ret->firewall = all.firewall;
	ret->in_force = ret->c && all.firewall.present && all.firewall.kill_switch;
	return 0;
}

int ops_lockdown_status(struct ops *o, struct lockdown_status *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	const struct contribution *c;
	int r;

	*ret = (struct lockdown_status){0};
	if ((r = host_open(o, &h, e)))
		return r;
	ret->unit = unit_state(LOCKDOWN_UNIT, LOCKDOWN_WANTED);
	ret->lasting = h.boot_namespace && lockdown_file_exists();
	if ((r = host_load(&h, e)))
		return err_hint(e, "'wf lockdown off' opens all the same");
	c = record_lockdown(&h.record);
	ret->c = c && !c->leaving ? c : NULL;
	ret->boot_only = ret->lasting && !ret->c && machine_boot_word(LOCKDOWN_OPEN);
	LIST_FOREACH (t, &h.record, contributions)
		ret->kill_switch |= !t->lockdown && !t->leaving && t->own.firewall.kill_switch;
	return look_at_kernel(&h, ret, e);
}

/* The table anew from the contribution, or, without that, one that allows nothing. */
static int load_other(struct ops *o, struct net *n, enum lockdown_loaded *ret, struct err *e)
{
	struct contribution c = {0};
	struct err why = {0};

	*ret = LOCKDOWN_REBUILT;
	if (lockdown_file_read(o->arena, &c, &why) || !c.name) {
		*ret = LOCKDOWN_STRICT;
		compile_lockdown(o->arena, &(struct lockdown){0}, &c);
	}
	return compiled_replace(o->arena, n, &c.own.firewall, e);
}

int ops_lockdown_load(struct ops *o, enum lockdown_loaded *ret, struct err *why, struct err *e)
{
	enum lockdown_loaded how = LOCKDOWN_LOADED;
	struct net *n = NULL;
	char *text = NULL;
	size_t len = 0;
	int r;

	*ret = lockdown_file_exists() ? LOCKDOWN_TOLD_NOT : LOCKDOWN_NONE;
	if (*ret == LOCKDOWN_NONE || machine_boot_word(LOCKDOWN_OPEN))
		return 0;
	if ((r = net_open(&n, e)))
		return r;
	r = lockdown_file_compiled(o->arena, &text, &len, why);
	if (!r && !text)
		r = err_set(why, E_NOT_FOUND, "the compiled lockdown is missing");
	if (!r)
		r = compiled_load(n, text, len, why);
	if (r)
		r = load_other(o, n, &how, e);
	net_close(n);
	if (!r)
		*ret = how;
	return r;
}
