// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sponsors: who offers the other end. Knows that removing one takes its configurations along, which
 * is why that wants its name said twice.
 */
#include "ops/nouns.h"

#include "ops/book.h"
#include "wgconf/provider.h"

int ops_sponsor_add(struct ops *o, struct sponsor *s, struct err *e)
{
	const struct provider *p = provider_by_name(s->name);
	int r = ops_begin(o, true, e);

	if (r)
		return r;
	if (p && !s->website)
		s->website = p->website;
	if (p && !s->support_url)
		s->support_url = p->support_url;
	return ops_end(o, store_sponsor_add(o->store, s, e), e);
}

int ops_sponsor_list(struct ops *o, struct sponsor_list *ret, struct err *e)
{
	bool empty;
	int r = ops_read(o, &empty, e);

	return r || empty ? r : store_sponsor_list(o->store, o->arena, ret, e);
}

static int find(struct ops *o, const char *name, struct sponsor *ret, struct config_list *configs,
	struct err *e)
{
	struct config_filter f = {0};
	int r;

	if ((r = ops_machine(o, &f.machine_id, e)) ||
		(r = store_sponsor_get(o->store, o->arena, name, ret, e)))
		return r;
	f.sponsor = ret->name;
	return store_config_list(o->store, o->arena, &f, configs, e);
}

int ops_sponsor_show(struct ops *o, const char *name, struct sponsor *ret,
	struct config_list *configs, struct err *e)
{
	int r = ops_store(o, false, false, e);

	return r ? r : find(o, name, ret, configs, e);
}

int ops_sponsor_remove(
	struct ops *o, const char *name, const char *confirm, struct sponsor *ret, struct err *e)
{
	struct config_list l = {0};
	int r = ops_begin(o, false, e);

	if (r)
		return r;
	if (!(r = find(o, name, ret, &l, e)) &&
		!(r = book_check_remove(o, "sponsor", ret->name, confirm, &l, e)))
		r = store_sponsor_remove(o->store, ret->id, e);
	return ops_end(o, r, e);
}
