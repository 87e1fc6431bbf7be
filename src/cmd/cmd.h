/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the command line: one row of the table, one function. The row is the single truth for
 * help, completion, the manual check, the privilege that is needed and JSON ability.
 */
#ifndef WF_CMD_CMD_H
#define WF_CMD_CMD_H

#include "base/jsonw.h"
#include "ops/ops.h"
#include "ui/term.h"

enum cmd_need {
	NEED_DB_R = 1,	   /* reads the database */
	NEED_DB_W = 2,	   /* changes it */
	NEED_NET = 4,	   /* reads or changes kernel state: root */
	NEED_ROOT = 8,	   /* root whatever the database */
	NEED_SECRETS = 16, /* opens sealed secrets */
};

struct option_row {
	const char *name; /* without "--" */
	char letter;	  /* or 0 */
	const char *arg;  /* "NAME" when it takes an argument, else NULL */
	const char *help;
};

struct cmd;
struct command {
	const char *name;    /* "up"; "sponsor add" for a verb of a noun */
	const char *args;    /* "NAME[@SERVER]", or "" */
	const char *summary; /* one line, no final stop */
	const char *help;    /* more lines for --help: what it does, then nothing else; may be "" */
	const char *examples; /* lines, each a command */
	const struct option_row *options; /* ends with a NULL name; may be NULL */
	unsigned needs;
	int min_args, max_args; /* max -1 = any number */
	bool json;
	bool extramural; /* also as "extramural NAME" */
	bool hidden;	 /* plumbing: it works, but the overview and "did you mean" pass it over */
	int (*run)(struct cmd *c, struct err *e);
};

#define CMD_MAX_OPTIONS 48

struct cmd {
	const struct command *row;
	int argc;
	char **argv; /* the arguments, without verb and options */
	const struct option_row *opts[CMD_MAX_OPTIONS];
	const char *opt_values[CMD_MAX_OPTIONS]; /* "" for a flag */
	int n_opts;
	/* global flags */
	bool json, yes, no_input, dry_run, quiet, verbose, no_color;
	const char *db_path;
	unsigned timeout_ms;

	struct ops ops;
	struct arena *arena; /* = ops.arena */
	struct term term;
	struct strbuf out; /* standard output, written at the end or by cmd_flush */
	struct jsonw j;	   /* on out, begun when --json */
	bool has_result;   /* there is a result on stdout: no error object in JSON mode */
};

/* Value of an option: NULL = not given, "" = a flag that was. */
const char *cmd_option(const struct cmd *c, const char *name);
bool cmd_flag(const struct cmd *c, const char *name);
/* Writes what is in c->out to standard output; quiet on a broken pipe. */
void cmd_flush(struct cmd *c);
/* Writes to standard output at once, past c->out: for texts with keys. Flush c->out before. */
void cmd_write(const char *s, size_t len);
/* Begins the object of a JSON result: {"schema":"wf.VERB/1" …; end with cmd_json_end. */
void cmd_json(struct cmd *c, const char *schema);
void cmd_json_end(struct cmd *c);
/* The result of --dry-run: the lines of the plan, as text or as a whole object. */
void cmd_plan(struct cmd *c, const char *schema, const char *plan);
/* One line on standard error, unless --quiet. */
void cmd_say(const struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An error or warning in its printed shape, on standard error. */
void cmd_print_err(const struct cmd *c, const char *lead, const struct err *e);

/* The table (table.c), ends with a NULL name. */
extern const struct command *const commands[];
const struct command *command_find(const char *name);
/* Text of `wf --help` and `wf VERB --help`. */
void help_overview(struct strbuf *out);
void help_command(struct strbuf *out, const struct command *row);

#endif
