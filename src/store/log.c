// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a change of a row is written down. Knows rows as JSON; must not know what a column means, but
 * keeps every column that may be sealed out of the event table, which people are shown.
 */
#include "store/log.h"

static int64_t id_of(const struct table *t, const void *row)
{
	return *(const int64_t *)((const char *)row + t->columns[0].offset);
}

int log_json(struct store *s, const char *type, const char *entity, int64_t id, const char *name,
	const char *old, const char *new, struct err *e)
{
	const struct change c = {.type = type,
		.entity_type = entity,
		.entity_id = id,
		.entity_name = name,
		.old_value = old,
		.new_value = new};

	return change_record(s, &c, e);
}

int log_added(struct store *s, const char *type, const char *entity, const char *name,
	const struct table *t, const void *row, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	struct jsonw j;

	jsonw_begin(&j, &b);
	row_json(&j, t, row);
	return log_json(s, type, entity, id_of(t, row), name, NULL, strbuf_str(&b), e);
}

int log_removed(struct store *s, const char *type, const char *entity, const char *name,
	const struct table *t, const void *row, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	struct jsonw j;

	jsonw_begin(&j, &b);
	row_json(&j, t, row);
	return log_json(s, type, entity, id_of(t, row), name, strbuf_str(&b), NULL, e);
}

static unsigned difference(
	struct strbuf *b, const struct table *t, const void *from, const void *to, bool clear)
{
	struct jsonw j;

	jsonw_begin(&j, b);
	return row_difference(&j, t, from, to, clear);
}

int log_update(struct store *s, const char *type, const char *entity, const char *name,
	const struct table *t, const void *old, const void *new, struct err *e)
{
	STRBUF_CLEANUP struct strbuf was = {0}, is = {0}, clear_was = {0}, clear_is = {0};
	struct change c = {.type = type,
		.entity_type = entity,
		.entity_id = id_of(t, new),
		.entity_name = name};
	int r;

	if (!difference(&was, t, new, old, false))
		return 0;
	difference(&is, t, old, new, false);
	difference(&clear_was, t, new, old, true);
	difference(&clear_is, t, old, new, true);
	c.old_value = strbuf_str(&was);
	c.new_value = strbuf_str(&is);
	c.clear_old = strbuf_str(&clear_was);
	c.clear_new = strbuf_str(&clear_is);
	r = row_update(s, t, new, e);
	return r ? r : change_record(s, &c, e);
}
