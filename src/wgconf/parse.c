// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From bytes to a struct conf: sections, keys, comments and what is neither. Knows which line may
 * stand where; values are value.c's, names of keys key.c's. Everything in the file ends up in a
 * field or in a line, or a note says why not. A line that is refused is never shown.
 */
#include "wgconf/parse.h"

#include <stdio.h>

#include "base/str.h"
#include "wgconf/comment.h"
#include "wgconf/foreign.h"
#include "wgconf/key.h"
#include "wgconf/parser.h"
#include "wgconf/provider.h"

void parser_note(struct parser *p, unsigned column, const char *fmt, ...)
{
	struct conf_note *note = LIST_PUSH(p->a, p->c, notes);
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*note = (struct conf_note){p->line, column, arena_strdup(p->a, text)};
}

struct conf_peer *parser_peer(struct parser *p)
{
	return &p->c->peers[p->c->n_peers - 1];
}

struct conf_line *parser_add_line(struct parser *p, enum conf_line_kind kind)
{
	struct conf_line *line = NULL;

	switch (p->section) {
	case PARSER_HEAD: line = LIST_PUSH(p->a, p->c, head); break;
	case PARSER_INTERFACE: line = LIST_PUSH(p->a, p->c, lines); break;
	case PARSER_PEER: line = LIST_PUSH(p->a, parser_peer(p), lines); break;
	}
	line->kind = kind;
	line->key = CONF_UNKNOWN;
	return line;
}

/*
 * Comments directly above a header belong to the section below. Cuts them from the end of a list of
 * lines; the return value is how many there are, behind the new end.
 */
static size_t cut_comments(const struct conf_line *lines, size_t *n)
{
	size_t end = *n;

	while (*n && lines[*n - 1].kind == CONF_LINE_COMMENT &&
		!comment_ends_peer(lines[*n - 1].text))
		(*n)--;
	return end - *n;
}

/* The same for the present section; *ret is where they stand, untouched by later additions. */
static size_t take_comments(struct parser *p, struct conf_line **ret)
{
	struct conf_line *lines = NULL;
	size_t *n = NULL, count;

	switch (p->section) {
	case PARSER_HEAD:
		lines = p->c->head;
		n = &p->c->n_head;
		break;
	case PARSER_INTERFACE:
		lines = p->c->lines;
		n = &p->c->n_lines;
		break;
	case PARSER_PEER:
		lines = parser_peer(p)->lines;
		n = &parser_peer(p)->n_lines;
		break;
	}
	count = cut_comments(lines, n);
	*ret = count ? arena_memdup(p->a, lines + *n, count * sizeof(*lines)) : NULL;
	return count;
}

/* What a [Peer] must have once it is whole. */
static int end_section(struct parser *p, struct err *e)
{
	struct conf_peer *peer;

	if (p->section != PARSER_PEER)
		return 0;
	peer = parser_peer(p);
	if (!p->peer_seen[CONF_PUBLIC_KEY].line) {
		err_set(e, E_KEY, "this [Peer] has no PublicKey");
		err_hint(e, "download the file again; a peer is known by its public key");
		p->line = peer->line;
		return err_at(e, NULL, 0, 1);
	}
	peer->name = comment_peer_name(p->a, peer->lines, peer->n_lines);
	return 0;
}

static void begin_interface(struct parser *p, const struct scan_line *l)
{
	bool first = !p->interface_line;
	struct conf_line *above = NULL;
	size_t n = 0;

	/* What stands before the first section is the file's own head. */
	if (p->section != PARSER_HEAD)
		n = take_comments(p, &above);
	p->section = PARSER_INTERFACE;
	p->peers_behind_interface = 0;
	for (size_t i = 0; i < n; i++)
		*parser_add_line(p, CONF_LINE_COMMENT) = above[i];
	if (first) {
		p->interface_line = p->line;
		p->peer_before_interface = p->c->n_peers > 0;
		parser_add_line(p, CONF_LINE_INTERFACE)->comment =
			l->comment.s ? span_dup(p->a, l->comment) : NULL;
		return;
	}
	p->interface_again = true;
	parser_note(p, l->whole.column, "a second [Interface]; it is taken as part of the first");
	if (l->comment.s)
		parser_add_line(p, CONF_LINE_COMMENT)->text = span_dup(p->a, l->comment);
}

static void begin_peer(struct parser *p, const struct scan_line *l)
{
	struct conf_line *above, *header;
	size_t n = take_comments(p, &above);
	struct conf_peer *peer = LIST_PUSH(p->a, p->c, peers);

	peer->line = p->line;
	peer->keepalive = -1;
	p->section = PARSER_PEER;
	p->peers_behind_interface++;
	memset(p->peer_seen, 0, sizeof(p->peer_seen));
	for (size_t i = 0; i < n; i++)
		*parser_add_line(p, CONF_LINE_COMMENT) = above[i];
	header = parser_add_line(p, CONF_LINE_PEER);
	if (l->comment.s)
		header->comment = span_dup(p->a, l->comment);
}

static int read_section(struct parser *p, const struct scan_line *l, struct err *e)
{
	char name[16];
	int r;

	if (span_squeeze(l->name, name, sizeof(name)) == SIZE_MAX)
		name[0] = '\0';
	if (!str_ieq(name, "Interface") && !str_ieq(name, "Peer")) {
		err_set(e, E_SYNTAX, "this section is neither [Interface] nor [Peer]");
		err_hint(e,
			"WireGuard knows no other section; remove it, or download the file again");
		return err_at(e, NULL, 0, l->whole.column);
	}
	r = end_section(p, e);
	if (r < 0)
		return r;
	if (str_ieq(name, "Peer"))
		begin_peer(p, l);
	else
		begin_interface(p, l);
	return 0;
}

static int refuse_no_section(const struct scan_line *l, struct err *e)
{
	err_set(e, E_SYNTAX, "a key stands before any section");
	err_hint(e,
		"the first line is missing: [Interface]. Download the file again, or put it there. "
		"(The line itself is not shown.)");
	return err_at(e, NULL, 0, l->whole.column);
}

static int refuse_wrong_section(const struct scan_line *l, enum conf_key key, struct err *e)
{
	bool in_peer = conf_key_in_peer(key);

	err_set(e, E_SYNTAX, "%s stands in %s, it belongs into %s", conf_key_name(key),
		in_peer ? "[Interface]" : "[Peer]", in_peer ? "[Peer]" : "[Interface]");
	err_hint(e, "move the line; wg(8) and wg-quick(8) refuse it here too");
	return err_at(e, NULL, 0, l->name.column);
}

static int read_unknown(struct parser *p, const struct scan_line *l, struct err *e)
{
	bool amneziawg = false;
	const char *name = conf_key_foreign(l->name, &amneziawg);
	const char *near = name ? NULL : conf_key_near(l->name);

	if (near) {
		err_set(e, E_SYNTAX, "WireGuard does not know this key; was %s meant?", near);
		err_hint(e, "write %s, or remove the line. (The line itself is not shown.)", near);
		return err_at(e, NULL, 0, l->name.column);
	}
	if (!name && !l->value.len) {
		/* The second half of a key that was broken in copying looks like this. */
		err_set(e, E_SYNTAX, "WireGuard does not know this key, and it has no value");
		err_hint(e,
			"a line may have been broken in copying; download the file again. "
			"(The line itself is not shown.)");
		return err_at(e, NULL, 0, l->name.column);
	}
	if (amneziawg) {
		p->c->amneziawg = true;
		if (!p->amneziawg_line)
			p->amneziawg_line = p->line;
	} else {
		*LIST_PUSH(p->a, p, unknown_lines) = p->line;
		if (name)
			*LIST_PUSH(p->a, p, unknown_names) = name;
	}
	parser_add_line(p, CONF_LINE_UNKNOWN)->text = span_dup(p->a, l->whole);
	return 0;
}

static int read_key(struct parser *p, const struct scan_line *l, struct err *e)
{
	enum conf_key key = conf_key_find(l->name);

	if (p->section == PARSER_HEAD)
		return refuse_no_section(l, e);
	if (key == CONF_UNKNOWN && l->name.len)
		return read_unknown(p, l, e);
	if (key == CONF_UNKNOWN) {
		err_set(e, E_SYNTAX, "there is no key before \"=\"");
		err_hint(e, "download the file again. (The line itself is not shown.)");
		return err_at(e, NULL, 0, l->whole.column);
	}
	if (conf_key_in_peer(key) != (p->section == PARSER_PEER))
		return refuse_wrong_section(l, key, e);
	return parser_read_field(p, key, l, e);
}

static int refuse_other(struct parser *p, const struct scan_line *l, struct err *e)
{
	char first = l->whole.s[0];

	if (p->section == PARSER_HEAD && first != '[')
		return refuse_no_section(l, e);
	err_set(e, E_SYNTAX, "%s",
		first == '[' ? "a section header ends in \"]\" and nothing follows it"
			     : "this line is neither a section, KEY = VALUE nor a comment");
	err_hint(e, "%s. (The line itself is not shown.)",
		first == ';' || first == '/' ? "a comment begins with \"#\""
					     : "a line may have been broken in copying; "
					       "download the file again");
	return err_at(e, NULL, 0, l->whole.column);
}

static int read_line(struct parser *p, const struct scan_line *l, struct err *e)
{
	switch (l->kind) {
	case SCAN_BLANK: parser_add_line(p, CONF_LINE_BLANK); return 0;
	case SCAN_COMMENT:
		parser_add_line(p, CONF_LINE_COMMENT)->text = span_dup(p->a, l->comment);
		return 0;
	case SCAN_SECTION: return read_section(p, l, e);
	case SCAN_KEY: return read_key(p, l, e);
	case SCAN_OTHER: break;
	}
	return refuse_other(p, l, e);
}

static int read_text(struct parser *p, const char *text, size_t len, struct err *e)
{
	struct scan_line l;
	struct scan sc;
	int r;

	if (scan_begin(&sc, text, len)) {
		p->line = 1;
		parser_note(p, 1, "byte order mark removed");
	}
	while ((r = scan_next(&sc, &l, e)) > 0) {
		p->line = sc.line;
		r = read_line(p, &l, e);
		if (r < 0)
			return r;
	}
	p->line = sc.line;
	return r < 0 ? r : end_section(p, e);
}

/* For a key that must be had again: where, if what was read so far says whose file it is. */
static void name_support_page(const char *file, const struct conf *c, struct err *e)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	const struct provider *provider;
	char hint[sizeof(e->hint)];

	if (e->code != E_KEY || !file)
		return;
	provider = provider_recognise(NULL, slash ? slash + 1 : file, c);
	if (!provider)
		return;
	str_copy(hint, sizeof(hint), e->hint);
	err_hint(e, "%s [%s: %s]", hint, provider->name, provider->support_url);
}

int conf_parse(struct arena *a, const char *file, const char *text, size_t len, struct conf *ret,
	struct err *e)
{
	struct conf c = {.listen_port = -1, .fwmark = -1, .save_config = -1};
	struct parser p = {.a = a, .c = &c};
	int r = foreign_refuse(text, len, e);

	if (r < 0)
		return err_at(e, file, e->line, e->column);
	r = read_text(&p, text, len, e);
	if (r == 0)
		r = parser_finish(&p, e);
	if (r < 0) {
		err_at(e, file, p.line, e->column);
		name_support_page(file, &c, e);
		conf_clear(&c);
		return r;
	}
	*ret = c;
	return 0;
}
