// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SSH hosts as a noun. They outlive whatever refers to them: only an explicit removal takes one
 * away, and it says first who uses it.
 */
#include "base/str.h"
#include "ops/book.h"
#include "ops/nouns.h"

int ops_ssh_host_add(struct ops *o, struct ssh_host *h, const char *jump, struct err *e)
{
	struct ssh_host through;
	int r = ops_begin(o, true, e);

	if (r)
		return r;
	if (jump && !(r = store_ssh_host_get(o->store, o->arena, jump, &through, e)))
		h->jump_host_id = through.id;
	return ops_end(o, r ? r : store_ssh_host_add(o->store, h, e), e);
}

static const char *name_of(const struct ssh_host_list *l, int64_t id)
{
	LIST_FOREACH (h, l, items)
		if (h->id == id)
			return h->name;
	return NULL;
}

int ops_ssh_host_list(struct ops *o, struct ssh_host_entry **ret, size_t *n, struct err *e)
{
	struct ssh_host_list l = {0};
	struct ssh_host_entry *all;
	bool empty;
	int r;

	*n = 0;
	if ((r = ops_read(o, &empty, e)) || empty ||
		(r = store_ssh_host_list(o->store, o->arena, &l, e)))
		return r;
	all = arena_alloc(o->arena, (l.n_items + 1) * sizeof(*all));
	for (size_t i = 0; i < l.n_items; i++) {
		all[i].host = l.items[i];
		all[i].jump = name_of(&l, l.items[i].jump_host_id);
		if ((r = store_ssh_host_users(
			     o->store, o->arena, l.items[i].id, &all[i].users, &all[i].n_users, e)))
			return r;
	}
	*ret = all;
	*n = l.n_items;
	return 0;
}

static int find(struct ops *o, const char *name, struct ssh_host_entry *ret, struct err *e)
{
	struct ssh_host_list l = {0};
	int r;

	if ((r = store_ssh_host_get(o->store, o->arena, name, &ret->host, e)) ||
		(r = store_ssh_host_list(o->store, o->arena, &l, e)))
		return r;
	ret->jump = name_of(&l, ret->host.jump_host_id);
	return store_ssh_host_users(
		o->store, o->arena, ret->host.id, &ret->users, &ret->n_users, e);
}

int ops_ssh_host_show(struct ops *o, const char *name, struct ssh_host_entry *ret, struct err *e)
{
	int r = ops_store(o, false, false, e);

	return r ? r : find(o, name, ret, e);
}

static int confirm_removal(
	struct ops *o, const struct ssh_host_entry *h, bool *removed, struct err *e)
{
	enum ops_answer answer = OPS_YES;
	int r = 0;

	if (h->n_users && !o->dry_run)
		r = o->ui->confirm(o->ui->ctx,
			arena_printf(o->arena, "The SSH host '%s' is used by %s. Remove it?",
				h->host.name, arena_join(o->arena, h->users, h->n_users)),
			OPS_YES, "--yes", &answer, e);
	if (r || answer == OPS_NO)
		return r;
	*removed = true;
	return store_ssh_host_remove(o->store, h->host.id, e);
}

int ops_ssh_host_remove(
	struct ops *o, const char *name, struct ssh_host_entry *ret, bool *removed, struct err *e)
{
	int r = ops_begin(o, false, e);

	*removed = false;
	if (r)
		return r;
	if (!(r = find(o, name, ret, e)))
		r = confirm_removal(o, ret, removed, e);
	return ops_end(o, r, e);
}
