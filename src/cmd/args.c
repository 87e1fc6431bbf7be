// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line: which row of the table, which options, which arguments. Knows the shape of an
 * option, not what any of them means but for the global ones. Names are matched exactly: a script
 * must not break because an abbreviation became ambiguous.
 */
#include "cmd/args.h"

#include <string.h>

#include "base/str.h"

const struct option_row global_options[] = {
	{"json", 0, NULL, "print one JSON object"},
	{"db", 0, "PATH", "another database than the system's"},
	{"yes", 'y', NULL, "take the safe answer to every question"},
	{"no-input", 0, NULL, "never ask"},
	{"dry-run", 'n', NULL, "print what would be done and touch nothing"},
	{"quiet", 'q', NULL, "no notes, no progress"},
	{"verbose", 'v', NULL, "print each step as it is done"},
	{"no-color", 0, NULL, "no colours"},
	{"timeout", 0, "SECONDS", "how long to wait for a lock or a lookup (10)"},
	{"help", 'h', NULL, "help for this command"},
	{0},
};

static const struct option_row *find_in(
	const struct option_row *rows, const char *name, char letter)
{
	for (; rows && rows->name; rows++)
		if (name ? str_eq(rows->name, name) : rows->letter == letter)
			return rows;
	return NULL;
}

static const struct option_row *find_option(const struct cmd *c, const char *name, char letter)
{
	const struct option_row *o = find_in(global_options, name, letter);

	return o || !c->row ? o : find_in(c->row->options, name, letter);
}

static int unknown_option(const struct cmd *c, const char *name, struct err *e)
{
	const struct option_row *near = NULL;
	unsigned best = 3;

	for (int pass = 0; pass < 2; pass++) {
		const struct option_row *o =
			pass ? (c->row ? c->row->options : NULL) : global_options;

		for (; o && o->name; o++) {
			unsigned d = str_distance(o->name, name, 2);

			if (d < best)
				best = d, near = o;
		}
	}
	err_set(e, E_USAGE, "unknown option '--%s'", name);
	if (near)
		err_hint(e, "did you mean '--%s'?", near->name);
	return -E_USAGE;
}

static int take_global(struct cmd *c, const struct option_row *o, const char *value, struct err *e)
{
	uint32_t seconds;

	if (str_eq(o->name, "json"))
		c->json = true;
	else if (str_eq(o->name, "db"))
		c->db_path = value;
	else if (str_eq(o->name, "yes"))
		c->yes = true;
	else if (str_eq(o->name, "no-input"))
		c->no_input = true;
	else if (str_eq(o->name, "dry-run"))
		c->dry_run = true;
	else if (str_eq(o->name, "quiet"))
		c->quiet = true;
	else if (str_eq(o->name, "verbose"))
		c->verbose = true;
	else if (str_eq(o->name, "no-color"))
		c->no_color = true;
	else if (str_eq(o->name, "timeout")) {
		if (!str_to_u32(value, 0, 86400, &seconds))
			return err_set(e, E_USAGE, "--timeout wants seconds, not '%s'", value);
		c->timeout_ms = seconds * 1000;
	}
	return 0;
}

static int take(
	struct cmd *c, const struct option_row *o, const char *value, bool *help, struct err *e)
{
	if (str_eq(o->name, "help")) {
		*help = true;
		return 0;
	}
	if (find_in(global_options, o->name, 0))
		return take_global(c, o, value, e);
	if (c->n_opts == CMD_MAX_OPTIONS)
		return err_set(e, E_USAGE, "too many options");
	c->opts[c->n_opts] = o;
	c->opt_values[c->n_opts++] = value;
	return 0;
}

/* One argv word that begins with "-"; may eat the next one as its value. */
static int take_word(struct cmd *c, char **argv, int *i, int argc, bool *help, struct err *e)
{
	const char *word = argv[*i];

	if (word[1] == '-') {
		const char *eq = strchr(word, '=');
		char name[64];
		const struct option_row *o;

		str_copy(name, sizeof(name), word + 2);
		if (eq && (size_t)(eq - word - 2) < sizeof(name))
			name[eq - word - 2] = '\0';
		o = find_option(c, name, 0);
		if (!o)
			return unknown_option(c, name, e);
		if (!o->arg && eq)
			return err_set(e, E_USAGE, "--%s takes no value", name);
		if (o->arg && !eq && *i + 1 >= argc)
			return err_set(e, E_USAGE, "--%s needs %s", name, o->arg);
		return take(c, o, !o->arg ? "" : eq ? eq + 1 : argv[++*i], help, e);
	}
	for (const char *p = word + 1; *p; p++) {
		const struct option_row *o = find_option(c, NULL, *p);
		int r;

		if (!o)
			return err_set(e, E_USAGE, "unknown option '-%c'", *p);
		if (o->arg && !p[1] && *i + 1 >= argc)
			return err_set(e, E_USAGE, "-%c needs %s", *p, o->arg);
		r = take(c, o, !o->arg ? "" : p[1] ? p + 1 : argv[++*i], help, e);
		if (r || o->arg)
			return r;
	}
	return 0;
}

static bool is_noun(const char *word)
{
	size_t n = strlen(word);

	for (const struct command *const *r = commands; *r; r++)
		if (strncmp((*r)->name, word, n) == 0 && (*r)->name[n] == ' ')
			return true;
	return false;
}

static int unknown_command(const char *name, struct err *e)
{
	const char *near = NULL;
	unsigned best = 3;

	for (const struct command *const *r = commands; *r; r++) {
		unsigned d = str_distance((*r)->name, name, 2);

		if (d < best && !(*r)->hidden)
			best = d, near = (*r)->name;
	}
	err_set(e, E_USAGE, "there is no command '%s'", name);
	if (near)
		err_hint(e, "did you mean 'wf %s'?", near);
	else
		err_hint(e, "'wf --help' lists the commands");
	return -E_USAGE;
}

/* The words that name the command: "up", "sponsor add", with "extramural" before some. */
struct naming {
	char name[64];
	bool group; /* after "extramural" */
	bool done;
};

static int take_name(struct cmd *c, struct naming *n, const char *word, struct err *e)
{
	if (!n->name[0] && !n->group && str_eq(word, "extramural")) {
		n->group = true;
		return 0;
	}
	if (n->name[0]) {
		size_t len = strlen(n->name);

		n->name[len] = ' ';
		str_copy(n->name + len + 1, sizeof(n->name) - len - 1, word);
	} else {
		str_copy(n->name, sizeof(n->name), word);
		if (is_noun(word))
			return 0;
	}
	c->row = command_find(n->name);
	if (!c->row || (n->group && !c->row->extramural))
		return unknown_command(n->name, e);
	n->done = true;
	return 0;
}

static int check_count(const struct cmd *c, struct err *e)
{
	const struct command *row = c->row;

	if (c->argc < row->min_args)
		err_set(e, E_USAGE, "'wf %s' needs %s", row->name, row->args);
	else if (row->max_args >= 0 && c->argc > row->max_args)
		err_set(e, E_USAGE, "'wf %s': what is '%s'?", row->name, c->argv[row->max_args]);
	else
		return 0;
	return err_hint(e, "usage: wf %s %s", row->name, row->args);
}

int args_parse(struct cmd *c, int argc, char **argv, enum args_wish *wish, struct err *e)
{
	struct naming n = {0};
	bool options = true, help = false;
	int kept = 0, r = 0;

	/* Also what is wrong with the words before it is told in JSON then. */
	for (int i = 1; i < argc && !str_eq(argv[i], "--"); i++)
		c->json |= str_eq(argv[i], "--json");
	for (int i = 1; i < argc && !r; i++) {
		if (options && str_eq(argv[i], "--"))
			options = false;
		else if (options && argv[i][0] == '-' && argv[i][1])
			r = take_word(c, argv, &i, argc, &help, e);
		else if (!n.done)
			r = take_name(c, &n, argv[i], e);
		else
			argv[kept++] = argv[i];
	}
	if (r)
		return r;
	if (!n.done && n.name[0] && !help)
		return err_hint((err_set(e, E_USAGE, "'wf %s' needs a verb", n.name), e),
			"'wf help %s' lists them", n.name);
	c->argc = kept;
	c->argv = argv;
	*wish = help ? (c->row ? ARGS_HELP : ARGS_OVERVIEW) : ARGS_RUN;
	if (*wish == ARGS_RUN && !c->row)
		c->row = command_find("status");
	return *wish == ARGS_RUN ? check_count(c, e) : 0;
}

const char *cmd_option(const struct cmd *c, const char *name)
{
	for (int i = c->n_opts - 1; i >= 0; i--)
		if (str_eq(c->opts[i]->name, name))
			return c->opt_values[i];
	return NULL;
}

bool cmd_flag(const struct cmd *c, const char *name)
{
	return cmd_option(c, name) != NULL;
}
