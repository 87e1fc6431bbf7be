// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of a section as JSON. Knows which lines say nothing that the fields do not; values of
 * known keys are never in here, but comments and unknown lines are, so the text is to be sealed. An
 * array item is a string for a comment ("# x") or a blank line (""), an object for the rest.
 */
#include "wgconf/lines.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "wgconf/comment.h"
#include "wgconf/key.h"

/* jansson's own variable attribute would free nothing on the early returns of helpers. */
static void json_freep(json_t **j)
{
	json_decref(*j);
}
#define JSON_CLEANUP __attribute__((cleanup(json_freep)))

/* A text as JSON string, or {"hex": …} when it is not UTF-8. */
static json_t *text_to_json(const char *s)
{
	static const char digits[] = "0123456789abcdef";
	STRBUF_CLEANUP struct strbuf hex = {0};
	json_t *j = json_string(s);

	if (j)
		return j;
	for (; *s; s++) {
		strbuf_addc(&hex, digits[(unsigned char)*s >> 4]);
		strbuf_addc(&hex, digits[*s & 15]);
	}
	return json_pack("{s:s}", "hex", strbuf_str(&hex));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL when it is no text. */
static char *text_from_json(struct arena *a, const json_t *j)
{
	const char *hex = json_string_value(json_object_get(j, "hex"));
	char *text;
	size_t n;

	if (json_is_string(j))
		return arena_strdup(a, json_string_value(j));
	if (!hex || strlen(hex) % 2)
		return NULL;
	n = strlen(hex) / 2;
	text = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		text[i] = (char)(high << 4 | low);
	}
	return text;
}

static void set(json_t *object, const char *member, json_t *value)
{
	if (json_object_set_new(object, member, value) < 0)
		err_oom();
}

static json_t *line_to_json(const struct conf_line *l)
{
	json_t *j;

	if (l->kind == CONF_LINE_BLANK)
		return json_string("");
	if (l->kind == CONF_LINE_COMMENT) {
		j = text_to_json(l->text);
		if (json_is_string(j))
			return j;
		return json_pack("{s:o}", "comment_line", j);
	}
	j = json_object();
	if (l->kind == CONF_LINE_INTERFACE || l->kind == CONF_LINE_PEER)
		set(j, "section", json_string(l->kind == CONF_LINE_PEER ? "peer" : "interface"));
	else if (l->kind == CONF_LINE_UNKNOWN)
		set(j, "unknown", text_to_json(l->text));
	else
		set(j, "key", json_string(conf_key_name(l->key)));
	if (l->items)
		set(j, "items", json_integer(l->items));
	if (l->kind == CONF_LINE_KEY && l->text)
		set(j, "mix", json_string(l->text));
	if (l->comment)
		set(j, "comment", text_to_json(l->comment));
	return j;
}

static json_t *lines_to_json(const struct conf_line *lines, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		if (json_array_append_new(array, line_to_json(&lines[i])) < 0)
			err_oom();
	return array;
}

static char *dump(struct arena *a, const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT), *kept;

	if (!text)
		err_oom();
	kept = arena_strdup(a, text);
	explicit_bzero(text, strlen(text));
	free(text);
	return kept;
}

/* Servers first, then search domains: as DNS is printed when nothing says otherwise. */
static bool is_usual_mix(const char *mix)
{
	size_t servers = strspn(mix, "a");

	return mix[servers + strspn(mix + servers, "s")] == '\0';
}

/*
 * Are these the lines that printing makes of the fields alone: the header, the keys in their usual
 * order, one line each, then at most one blank line?
 */
static bool body_is_usual(const struct conf_line *lines, size_t n)
{
	int last = -1;

	for (size_t i = 1; i < n; i++) {
		const struct conf_line *l = &lines[i];
		bool hook = l->kind == CONF_LINE_HOOK;

		if (l->kind == CONF_LINE_BLANK && i == n - 1)
			return true;
		if ((l->kind != CONF_LINE_KEY && !hook) || l->comment)
			return false;
		if (l->text && !is_usual_mix(l->text))
			return false;
		/* Hooks keep their own order among themselves. */
		if (hook ? last > CONF_POST_DOWN : (int)l->key <= last)
			return false;
		last = hook ? CONF_POST_DOWN : (int)l->key;
	}
	return true;
}

static bool interface_is_usual(const struct conf *c)
{
	if (c->n_head || c->interface_last)
		return false;
	if (!c->n_lines)
		return true;
	return c->lines[0].kind == CONF_LINE_INTERFACE && !c->lines[0].comment &&
		body_is_usual(c->lines, c->n_lines);
}

static bool peer_is_usual(const struct conf_peer *p)
{
	const struct conf_line *header = p->lines;

	if (!p->n_lines)
		return true;
	if (header->kind != CONF_LINE_PEER || !header->comment != !p->name)
		return false;
	if (p->name && (strncmp(header->comment, "# ", 2) || strcmp(header->comment + 2, p->name)))
		return false;
	return body_is_usual(p->lines, p->n_lines);
}

char *conf_interface_lines_to_json(struct arena *a, const struct conf *c)
{
	JSON_CLEANUP json_t *j = NULL;

	if (interface_is_usual(c))
		return NULL;
	j = json_object();
	if (c->n_head)
		set(j, "head", lines_to_json(c->head, c->n_head));
	set(j, "lines", lines_to_json(c->lines, c->n_lines));
	if (c->interface_last)
		set(j, "last", json_true());
	return dump(a, j);
}

char *conf_peer_lines_to_json(struct arena *a, const struct conf_peer *p)
{
	JSON_CLEANUP json_t *j = NULL;

	if (peer_is_usual(p))
		return NULL;
	j = json_object();
	set(j, "lines", lines_to_json(p->lines, p->n_lines));
	return dump(a, j);
}

/* A list that LIST_PUSH can fill, whoever's list it becomes. */
struct line_list {
	LIST(struct conf_line, lines);
	unsigned headers;
};

static bool is_mix(const char *s)
{
	return s[strspn(s, "as")] == '\0';
}

static bool key_from_json(const json_t *j, struct conf_line *l)
{
	const char *name = json_string_value(json_object_get(j, "key"));
	const char *mix = json_string_value(json_object_get(j, "mix"));
	json_int_t items = json_integer_value(json_object_get(j, "items"));

	if (!name || items < 0 || items > UINT32_MAX || (mix && !is_mix(mix)))
		return false;
	l->key = conf_key_find((struct span){name, strlen(name), 1});
	if (l->key == CONF_UNKNOWN)
		return false;
	l->kind = conf_key_is_hook(l->key) ? CONF_LINE_HOOK : CONF_LINE_KEY;
	l->items = (unsigned)items;
	l->text = mix;
	return true;
}

static bool text_line_from_json(struct arena *a, const json_t *j, struct conf_line *l)
{
	const json_t *unknown = json_object_get(j, "unknown");
	const json_t *comment = json_is_string(j) ? j : json_object_get(j, "comment_line");

	l->kind = unknown ? CONF_LINE_UNKNOWN : CONF_LINE_COMMENT;
	l->text = text_from_json(a, unknown ? unknown : comment);
	if (l->text && !unknown && !l->text[0]) {
		*l = (struct conf_line){.kind = CONF_LINE_BLANK, .key = CONF_UNKNOWN};
		return true;
	}
	return l->text && (unknown || l->text[0] == '#');
}

static bool line_from_json(struct arena *a, const json_t *j, bool peer, struct line_list *ret)
{
	const char *section = json_string_value(json_object_get(j, "section"));
	const json_t *comment = json_object_get(j, "comment");
	struct conf_line l = {.key = CONF_UNKNOWN}, *at;

	if (section) {
		if (strcmp(section, peer ? "peer" : "interface") != 0)
			return false;
		l.kind = peer ? CONF_LINE_PEER : CONF_LINE_INTERFACE;
		ret->headers++;
	} else if (json_object_get(j, "key")) {
		if (!key_from_json(j, &l) || conf_key_in_peer(l.key) != peer)
			return false;
		l.text = arena_strdup(a, l.text);
	} else if (!text_line_from_json(a, j, &l)) {
		return false;
	}
	if (comment) {
		l.comment = text_from_json(a, comment);
		if (!l.comment || l.comment[0] != '#')
			return false;
	}
	at = LIST_PUSH(a, ret, lines);
	*at = l;
	return true;
}

static bool lines_from_json(struct arena *a, const json_t *j, bool peer, struct line_list *ret)
{
	size_t i;
	json_t *item;

	if (!json_is_array(j))
		return false;
	json_array_foreach(j, i, item) if (!line_from_json(a, item, peer, ret)) return false;
	return true;
}

static int refuse(struct err *e)
{
	err_set(e, E_SYNTAX, "the stored lines of a configuration are not understood");
	return err_hint(e, "import the configuration again");
}

/* Which fields follow from the lines alone. */
static void derive(struct arena *a, struct conf *c)
{
	c->device = comment_device(a, c->head, c->n_head);
	if (!c->device)
		c->device = comment_device(a, c->lines, c->n_lines);
	LIST_FOREACH (l, c, lines) {
		const char *equals = l->kind == CONF_LINE_UNKNOWN ? strchr(l->text, '=') : NULL;
		bool amneziawg = false;

		if (!equals)
			continue;
		conf_key_foreign(span_trim((struct span){l->text, (size_t)(equals - l->text), 1}),
			&amneziawg);
		c->amneziawg |= amneziawg;
	}
}

int conf_interface_lines_from_json(struct arena *a, const char *json, struct conf *c, struct err *e)
{
	JSON_CLEANUP json_t *j = json_loads(json, 0, NULL);
	struct line_list head = {0}, lines = {0};
	const json_t *stored_head = json_object_get(j, "head");

	if (!j || (stored_head && !lines_from_json(a, stored_head, false, &head)) || head.headers)
		return refuse(e);
	if (!lines_from_json(a, json_object_get(j, "lines"), false, &lines) || lines.headers != 1)
		return refuse(e);
	c->head = head.lines;
	c->n_head = head.n_lines;
	c->cap_head = head.cap_lines;
	c->lines = lines.lines;
	c->n_lines = lines.n_lines;
	c->cap_lines = lines.cap_lines;
	c->interface_last = json_is_true(json_object_get(j, "last"));
	derive(a, c);
	return 0;
}

int conf_peer_lines_from_json(struct arena *a, const char *json, struct conf_peer *p, struct err *e)
{
	JSON_CLEANUP json_t *j = json_loads(json, 0, NULL);
	struct line_list lines = {0};

	if (!j || !lines_from_json(a, json_object_get(j, "lines"), true, &lines) ||
		lines.headers != 1)
		return refuse(e);
	p->lines = lines.lines;
	p->n_lines = lines.n_lines;
	p->cap_lines = lines.cap_lines;
	return 0;
}
