// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sponsors: who provides configs. Knows the sponsor's row; must not know a config's columns. A
 * sponsor is never removed without its configs being removed, and logged, one by one.
 */
#include "store/entities.h"
#include "store/find.h"
#include "store/log.h"

static const struct column columns[] = {
	COLUMN(struct sponsor, id, "id", REF, FIXED),
	COLUMN(struct sponsor, name, "name", TEXT, PLAIN),
	COLUMN(struct sponsor, website, "website", TEXT, PLAIN),
	COLUMN(struct sponsor, support_url, "support_url", TEXT, PLAIN),
	COLUMN(struct sponsor, notes, "notes", TEXT, PLAIN),
	COLUMN_TIMES(struct sponsor),
	COLUMN_AS(struct sponsor, configs, INT,
		"(SELECT count(*) FROM extramural_config WHERE sponsor_id = t.id)"),
};
const struct table sponsor_table = TABLE("sponsor", "sponsor t", columns);

int store_sponsor_add(struct store *s, struct sponsor *p, struct err *e)
{
	int r = store_name_check("sponsor", p->name, e);

	if (!r)
		r = change_prepare(s, e);
	if (!r)
		r = row_insert(s, &sponsor_table, p, e);
	if (r == -E_EXISTS)
		return err_set(e, E_EXISTS, "there already is a sponsor '%s'", p->name);
	return r ? r : log_added(s, "sponsor_added", "sponsor", p->name, &sponsor_table, p, e);
}

int store_sponsor_get(
	struct store *s, struct arena *a, const char *name, struct sponsor *ret, struct err *e)
{
	return find_by_name(s, &sponsor_table, a, "sponsor", name, ret, e);
}

int store_sponsor_list(struct store *s, struct arena *a, struct sponsor_list *ret, struct err *e)
{
	struct row_list l;
	int r = find_all(s, &sponsor_table, a, sizeof(struct sponsor), &l, e);

	if (!r)
		ROW_LIST_GIVE(l, ret);
	return r;
}

int store_sponsor_remove(struct store *s, int64_t id, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct sponsor old;
	int r = change_prepare(s, e);

	if (!r)
		r = find_by_id(s, &sponsor_table, a, id, &old, e);
	if (!r)
		r = config_remove_where(
			s, "SELECT id FROM extramural_config WHERE sponsor_id = ?1", id, e);
	if (!r)
		r = row_delete(s, &sponsor_table, id, e);
	return r ? r
		 : log_removed(s, "sponsor_removed", "sponsor", old.name, &sponsor_table, &old, e);
}
