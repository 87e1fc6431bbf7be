// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk over a table of members: objects and lists to JSON, from JSON, and copied. Knows where
 * members are; the form of a single value is codec_value.c's. What is read is built aside and given
 * to the caller only when all of it was valid.
 */
#include "model/codec.h"

#include <string.h>

#include "base/str.h"

/* The three fields of a LIST, whatever its items are. */
struct list {
	unsigned char *items;
	size_t n;
};

static struct list list_at(const struct codec_field *f, const void *base)
{
	struct list l;

	memcpy(&l.items, (const char *)base + f->offset, sizeof(l.items));
	memcpy(&l.n, (const char *)base + f->n_offset, sizeof(l.n));
	return l;
}

static void list_put(const struct codec_field *f, void *base, struct list l)
{
	memcpy((char *)base + f->offset, &l.items, sizeof(l.items));
	memcpy((char *)base + f->n_offset, &l.n, sizeof(l.n));
	memcpy((char *)base + f->cap_offset, &l.n, sizeof(l.n));
}

/* `base` is the struct, `p` the member in it. */
static bool is_absent(const struct codec_field *f, const void *base, const void *p)
{
	if (f->type == CODEC_LIST)
		return list_at(f, base).n == 0;
	if (f->type != CODEC_OBJECT)
		return codec_value_absent(f, p);
	for (size_t i = 0; i < f->sub->n_fields; i++) {
		const struct codec_field *sub = &f->sub->fields[i];

		if (!is_absent(sub, p, (const char *)p + sub->offset))
			return false;
	}
	return true;
}

static void write_member(
	const struct codec_field *f, const void *base, const void *p, struct jsonw *j)
{
	struct list l;

	if (f->type == CODEC_OBJECT) {
		codec_write(f->sub, p, j);
	} else if (f->type == CODEC_LIST) {
		l = list_at(f, base);
		jsonw_array(j);
		for (size_t i = 0; i < l.n; i++)
			write_member(f->item, NULL, l.items + i * f->item->size, j);
		jsonw_array_end(j);
	} else {
		codec_value_write(f, p, j);
	}
}

void codec_write(const struct codec *c, const void *src, struct jsonw *j)
{
	jsonw_object(j);
	if (c->schema)
		jsonw_kv_str(j, "schema", c->schema);
	for (size_t i = 0; i < c->n_fields; i++) {
		const struct codec_field *f = &c->fields[i];
		const void *p = (const char *)src + f->offset;

		if (f->required || !is_absent(f, src, p)) {
			jsonw_key(j, f->name);
			write_member(f, src, p, j);
		}
	}
	jsonw_object_end(j);
}

static int decode(const struct codec_field *f, struct arena *a, const json_t *j, void *base,
	void *p, struct err *e);

static int decode_list(
	const struct codec_field *f, struct arena *a, const json_t *j, void *base, struct err *e)
{
	struct list l = {.n = json_array_size(j)};

	if (!json_is_array(j))
		return err_set(e, E_FAILED, "is not a list");
	if (l.n)
		l.items = arena_alloc(a, l.n * f->item->size);
	for (size_t i = 0; i < l.n; i++) {
		int r = decode(
			f->item, a, json_array_get(j, i), NULL, l.items + i * f->item->size, e);

		if (r < 0)
			return err_wrap(e, "[%zu]", i);
	}
	list_put(f, base, l);
	return 0;
}

static int decode(const struct codec_field *f, struct arena *a, const json_t *j, void *base,
	void *p, struct err *e)
{
	if (f->type == CODEC_OBJECT)
		return codec_from_json(f->sub, a, j, p, e);
	if (f->type == CODEC_LIST)
		return decode_list(f, a, j, base, e);
	return codec_value_from_json(f, a, j, p, e);
}

/* "wf.record/2" read by a program that knows 1 is unsupported; anything else is damage. */
static int check_schema(const struct codec *c, const json_t *j, struct err *e)
{
	const char *have = json_string_value(json_object_get(j, "schema"));
	size_t name_len = strcspn(c->schema, "/") + 1;
	uint32_t known = 0, version;

	if (!have || strncmp(have, c->schema, name_len) != 0 ||
		!str_to_u32(have + name_len, 1, UINT32_MAX, &version) ||
		!str_to_u32(c->schema + name_len, 1, UINT32_MAX, &known))
		return err_set(e, E_FAILED, "'schema' is not '%s'", c->schema);
	if (version > known) {
		err_set(e, E_UNSUPPORTED, "'%s' was written by a newer version", have);
		return err_hint(e, "use the newer wf; this one knows '%s'", c->schema);
	}
	return 0;
}

static const struct codec_field *find_field(const struct codec *c, const char *name)
{
	for (size_t i = 0; i < c->n_fields; i++)
		if (str_eq(c->fields[i].name, name))
			return &c->fields[i];
	return NULL;
}

static int check_members(const struct codec *c, const json_t *j, struct err *e)
{
	const char *name;
	json_t *value;

	/* The iterator's own argument is not const, though nothing is changed. */
	json_object_foreach((json_t *)(uintptr_t)j, name, value) if (!find_field(c, name) &&
		!(c->schema && str_eq(name, "schema"))) return err_set(e, E_FAILED,
		"'%s' is not known here", name);
	return 0;
}

int codec_from_json(
	const struct codec *c, struct arena *a, const json_t *j, void *dst, struct err *e)
{
	char *aside;
	int r;

	if (!json_is_object(j))
		return err_set(e, E_FAILED, "is not an object");
	r = c->schema ? check_schema(c, j, e) : 0;
	if (!r)
		r = check_members(c, j, e);
	if (r < 0)
		return r;
	aside = arena_alloc(a, c->size);
	for (size_t i = 0; i < c->n_fields; i++) {
		const struct codec_field *f = &c->fields[i];
		const json_t *value = json_object_get(j, f->name);

		if (value)
			r = decode(f, a, value, aside, aside + f->offset, e);
		else if (f->required)
			r = err_set(e, E_FAILED, "is missing");
		else
			codec_value_set_absent(f, aside + f->offset);
		if (r < 0)
			return err_wrap(e, "'%s'", f->name);
	}
	memcpy(dst, aside, c->size);
	return 0;
}

/* Everything `p` points to becomes the copy's own. */
static void own(const struct codec_field *f, struct arena *a, void *base, void *p)
{
	struct list l;
	char *text;

	if (f->type == CODEC_TEXT || f->type == CODEC_SYSCTL) {
		memcpy(&text, p, sizeof(text));
		text = arena_strdup(a, text);
		memcpy(p, &text, sizeof(text));
	} else if (f->type == CODEC_OBJECT) {
		codec_copy(f->sub, a, p, p);
	} else if (f->type == CODEC_LIST) {
		l = list_at(f, base);
		l.items = l.n ? arena_memdup(a, l.items, l.n * f->item->size) : NULL;
		for (size_t i = 0; i < l.n; i++)
			own(f->item, a, NULL, l.items + i * f->item->size);
		list_put(f, base, l);
	}
}

void codec_copy(const struct codec *c, struct arena *a, const void *src, void *dst)
{
	memmove(dst, src, c->size);
	for (size_t i = 0; i < c->n_fields; i++)
		own(&c->fields[i], a, dst, (char *)dst + c->fields[i].offset);
}
