// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lexer for the small part of bash whose outcome is certain. Knows quotes, separators and
 * harmless redirections; knows nothing of the commands. Whatever it has no rule for ends the
 * reading: an unknown character is never passed over.
 */
#include "wgconf/idiom_shell.h"

#include "base/str.h"

struct lexer {
	struct arena *a;
	const char *at, *end;
	const char *ifname;
	struct shell_line *line;
	struct shell_command *cmd; /* the one being read; NULL: none of its words was seen yet */
	struct strbuf word;
	bool in_word;
	bool want_true; /* behind "||": only a command that does nothing may follow */
	bool want_more; /* behind "&&", "||" and "|" a command must follow */
};

static bool starts(const struct lexer *lx, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(lx->end - lx->at) >= n && memcmp(lx->at, s, n) == 0;
}

static bool skip(struct lexer *lx, const char *s)
{
	if (!starts(lx, s))
		return false;
	lx->at += strlen(s);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct lexer *lx)
{
	while (lx->at < lx->end && (is_blank(*lx->at) || skip(lx, "\\\n")))
		lx->at += is_blank(*lx->at);
}

/* ASCII that can be seen, and blanks: nobody hides behind the rest. */
static bool is_plain(char c)
{
	return (c >= ' ' && c <= '~') || c == '\t';
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (str_lower(c) >= 'a' && str_lower(c) <= 'z');
}

/* The word at *s, up to a blank or the end. */
static struct shell_piece {
	const char *s;
	size_t len;
} next_piece(const char **s, const char *end)
{
	struct shell_piece p;

	while (*s < end && is_blank(**s))
		(*s)++;
	p.s = *s;
	while (*s < end && !is_blank(**s))
		(*s)++;
	p.len = (size_t)(*s - p.s);
	return p;
}

static bool piece_is(struct shell_piece p, const char *s)
{
	return s && p.len == strlen(s) && memcmp(p.s, s, p.len) == 0;
}

/* The inside of a substitution: "wg show IF fwmark" for the file's own interface. */
static bool is_own_fwmark(const struct lexer *lx, const char *s, const char *end)
{
	struct shell_piece wg = next_piece(&s, end), show = next_piece(&s, end),
			   name = next_piece(&s, end), fwmark = next_piece(&s, end);

	return (piece_is(wg, "wg") || piece_is(wg, "/usr/bin/wg")) && piece_is(show, "show") &&
		(piece_is(name, "%i") || piece_is(name, lx->ifname)) &&
		piece_is(fwmark, "fwmark") && !next_piece(&s, end).len;
}

/* At "$(" or "`"; the mark goes into the word. */
static bool read_substitution(struct lexer *lx)
{
	bool tick = *lx->at == '`';
	const char *s = lx->at + (tick ? 1 : 2), *close;

	if (!tick && !starts(lx, "$("))
		return false;
	close = s < lx->end ? memchr(s, tick ? '`' : ')', (size_t)(lx->end - s)) : NULL;
	if (!close || !is_own_fwmark(lx, s, close))
		return false;
	strbuf_add(&lx->word, SHELL_FWMARK);
	lx->at = close + 1;
	return true;
}

/* One character, or %i, that stands for itself. */
static bool read_literal(struct lexer *lx)
{
	if (skip(lx, "%i")) {
		strbuf_add(&lx->word, SHELL_SELF);
		return true;
	}
	if (!is_plain(*lx->at))
		return false;
	strbuf_addc(&lx->word, *lx->at++);
	return true;
}

static bool read_single_quoted(struct lexer *lx)
{
	while (lx->at < lx->end && *lx->at != '\'')
		if (!read_literal(lx))
			return false;
	return skip(lx, "'");
}

static bool read_double_quoted(struct lexer *lx)
{
	while (lx->at < lx->end && *lx->at != '"') {
		if (*lx->at == '$' || *lx->at == '`') {
			if (!read_substitution(lx))
				return false;
			continue;
		}
		if (*lx->at == '\\' && lx->at + 1 < lx->end && strchr("$`\"\\", lx->at[1]))
			lx->at++;
		if (!read_literal(lx))
			return false;
	}
	return skip(lx, "\"");
}

/* Nothing but blanks or the end of the command follows the n characters at the present place. */
static bool alone(const struct lexer *lx, size_t n)
{
	return lx->at + n >= lx->end || strchr(" \t\n;&|", lx->at[n]);
}

/* One step inside a word, outside of quotes. */
static bool read_unquoted(struct lexer *lx)
{
	bool first = !lx->word.len && !lx->in_word;
	char c = *lx->at;

	lx->in_word = true;
	if (skip(lx, "'"))
		return read_single_quoted(lx);
	if (skip(lx, "\""))
		return read_double_quoted(lx);
	if (c == '$' || c == '`')
		return read_substitution(lx);
	if (c == '\\') {
		lx->at++;
		return lx->at < lx->end && (*lx->at != '%') && read_literal(lx);
	}
	if (c == '{' || c == '}') /* an argument of nft; never the first word, see end_word */
		return first && alone(lx, 1) && read_literal(lx);
	if (c == '~') /* "~." is no user's home */
		return starts(lx, "~.") && alone(lx, 2) && read_literal(lx);
	if (is_name_char(c) || (c && strchr("_-+=.,:/%@!^#", c)))
		return read_literal(lx);
	return false;
}

static struct shell_command *present(struct lexer *lx)
{
	if (!lx->cmd)
		lx->cmd = LIST_PUSH(lx->a, lx->line, commands);
	return lx->cmd;
}

static void end_word(struct lexer *lx)
{
	if (!lx->in_word)
		return;
	*LIST_PUSH(lx->a, present(lx), words) =
		arena_strndup(lx->a, strbuf_str(&lx->word), lx->word.len);
	strbuf_reset(&lx->word);
	lx->in_word = false;
}

static bool does_nothing(const struct shell_command *c)
{
	return c->n_words == 1 && (str_eq(c->words[0], "true") || str_eq(c->words[0], ":"));
}

/* A command is complete. "|| true" is dropped: it only says that a failure does not matter. */
static bool end_command(struct lexer *lx)
{
	struct shell_command *c = lx->cmd;

	end_word(lx);
	c = lx->cmd;
	lx->cmd = NULL;
	if (!c || !c->n_words)
		return false;
	if (lx->want_true) {
		if (!does_nothing(c))
			return false;
		lx->line->n_commands--;
	}
	lx->want_true = lx->want_more = false;
	return true;
}

/* At "&&", "||", "|", ";" or a newline. */
static bool read_separator(struct lexer *lx)
{
	bool empty = !lx->cmd && !lx->in_word, dropped = lx->want_true;

	if (*lx->at == '\n' && empty && !lx->want_true && !lx->want_more) {
		lx->at++;
		return true;
	}
	if (!end_command(lx))
		return false;
	if (skip(lx, "&&")) {
		lx->want_more = true;
	} else if (skip(lx, "||")) {
		lx->want_true = lx->want_more = true;
	} else if (!dropped && skip(lx, "|")) {
		lx->line->commands[lx->line->n_commands - 1].piped = lx->want_more = true;
	} else {
		return skip(lx, ";") || skip(lx, "\n");
	}
	return true;
}

/* The file behind '>'; where errors go is nobody's business as long as it is nowhere. */
static bool read_target(struct lexer *lx, bool errors_only)
{
	const char *from;
	size_t n;

	skip_blanks(lx);
	from = lx->at;
	while (lx->at < lx->end && (is_name_char(*lx->at) || strchr("/_.-", *lx->at)) && *lx->at)
		lx->at++;
	n = (size_t)(lx->at - from);
	if (!n || !alone(lx, 0))
		return false;
	if (n == strlen("/dev/null") && memcmp(from, "/dev/null", n) == 0)
		return true;
	if (errors_only || present(lx)->to)
		return false;
	present(lx)->to = arena_strndup(lx->a, from, n);
	return true;
}

/* At a redirection: 1 = read, 0 = there is none, negative = one that is not understood. */
static int read_redirection(struct lexer *lx)
{
	static const char *const forms[] = {"2>&1", "1>&2", ">&2"};

	if (lx->in_word)
		return *lx->at == '>' ? -1 : 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (skip(lx, forms[i]))
			return alone(lx, 0) ? 1 : -1;
	if (skip(lx, "2>>") || skip(lx, "2>") || skip(lx, "&>>") || skip(lx, "&>"))
		return read_target(lx, true) ? 1 : -1;
	if (skip(lx, "1>>") || skip(lx, ">>") || skip(lx, "1>") || skip(lx, ">"))
		return read_target(lx, false) ? 1 : -1;
	return 0;
}

static bool read_step(struct lexer *lx)
{
	char c = *lx->at;
	int r = read_redirection(lx);

	if (r)
		return r > 0;
	if (is_blank(c) || starts(lx, "\\\n")) {
		if (is_blank(c))
			end_word(lx);
		lx->at += is_blank(c) ? 1 : 2;
		return true;
	}
	if (c == '#' && !lx->in_word) { /* a comment, to the end of the line */
		while (lx->at < lx->end && *lx->at && *lx->at != '\n')
			lx->at++;
		return lx->at == lx->end || *lx->at == '\n';
	}
	if (c == ';' || c == '\n' || c == '|' || starts(lx, "&&"))
		return read_separator(lx);
	return read_unquoted(lx);
}

bool shell_read(
	struct arena *a, const char *text, size_t len, const char *ifname, struct shell_line *ret)
{
	struct lexer lx = {.a = a, .at = text, .end = text + len, .ifname = ifname, .line = ret};
	bool good = true;

	*ret = (struct shell_line){0};
	while (good && lx.at < lx.end)
		good = read_step(&lx);
	if (good && (lx.cmd || lx.in_word))
		good = end_command(&lx);
	good = good && !lx.want_true && !lx.want_more && ret->n_commands;
	for (size_t i = 0; good && i < ret->n_commands; i++)
		good = ret->commands[i].words[0][0] != '{' && !does_nothing(&ret->commands[i]);
	strbuf_free(&lx.word);
	return good;
}
