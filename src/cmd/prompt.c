// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Standard error and standard input of a command. Asks only when standard input is a terminal, and
 * never when the flags say enough; what it prints is escaped already or escaped here.
 */
#include "cmd/prompt.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

void prompt_catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void cmd_say(const struct cmd *c, const char *fmt, ...)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	va_list ap;

	if (c->quiet || c->json)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", strbuf_str(&b));
}

void cmd_print_err(const struct cmd *c, const char *lead, const struct err *e)
{
	char place[320] = "";

	if (e->file[0] && e->line)
		snprintf(place, sizeof(place), "%s:%u:%u: ", e->file, e->line, e->column);
	else if (e->file[0])
		snprintf(place, sizeof(place), "%s: ", e->file);
	fprintf(stderr, "%s%s%s  [%s]\n", lead, place, e->msg, err_name(e->code));
	if (e->hint[0])
		fprintf(stderr, "    %s\n", e->hint);
	(void)c;
}

static void ui_note(void *ctx, const char *text)
{
	char safe[1024];

	str_escape(safe, sizeof(safe), text);
	cmd_say(ctx, "note: %s", safe);
}

static void ui_warn(void *ctx, const struct err *e)
{
	const struct cmd *c = ctx;

	if (!c->quiet && !c->json)
		cmd_print_err(c, "! ", e);
}

static void ui_step(void *ctx, const char *text)
{
	const struct cmd *c = ctx;
	size_t size = 4 * strlen(text) + 1; /* \xNN of every byte */
	char *safe;

	if (!c->verbose)
		return;
	safe = arena_alloc(c->arena, size);
	str_escape(safe, size, text);
	fprintf(stderr, "[#] %s\n", safe);
}

static void ui_progress(void *ctx, const char *text)
{
	const struct cmd *c = ctx;

	if (c->term.tty_err && !c->quiet && !c->json)
		fprintf(stderr, "\r\033[K%s%s", text, text[0] ? "" : "\r");
}

static bool may_ask(const struct cmd *c)
{
	return c->term.tty_in && !c->no_input && !c->json;
}

/* A line from standard input without its end; false at the end of input or Ctrl-C. */
static bool read_line(char *buf, size_t size)
{
	size_t n = 0;
	char ch;

	for (;;) {
		ssize_t r = read(STDIN_FILENO, &ch, 1);

		if (r < 0 && errno == EINTR && !interrupted)
			continue;
		if (r <= 0)
			return false;
		if (ch == '\n')
			break;
		if (n + 1 < size)
			buf[n++] = ch;
	}
	buf[n] = '\0';
	return true;
}

static int no_terminal(const char *question, const char *option, struct err *e)
{
	err_set(e, E_NEED_ANSWER, "%s", question);
	return err_hint(e, "there is no terminal to ask on; answer with %s", option);
}

static int ui_confirm(void *ctx, const char *question, enum ops_answer safe, const char *option,
	enum ops_answer *ret, struct err *e)
{
	struct cmd *c = ctx;
	char safe_question[512], line[64];

	if (c->yes) {
		*ret = safe;
		return 0;
	}
	if (!may_ask(c))
		return no_terminal(question, option, e);
	str_escape(safe_question, sizeof(safe_question), question);
	for (;;) {
		fprintf(stderr, "%s [%s] ", safe_question, safe == OPS_YES ? "Y/n" : "y/N");
		if (!read_line(line, sizeof(line)))
			return err_set(e, E_INTERRUPTED, "interrupted");
		if (!line[0] || str_ieq(line, "y") || str_ieq(line, "yes") || str_ieq(line, "n") ||
			str_ieq(line, "no"))
			break;
	}
	*ret = !line[0] ? safe : str_lower(line[0]) == 'y' ? OPS_YES : OPS_NO;
	return 0;
}

static int ui_choose(void *ctx, struct arena *a, const char *question, const char *const *choices,
	size_t n, bool allow_new, const char *option, const char **ret, struct err *e)
{
	struct cmd *c = ctx;
	char line[256], safe[512];
	uint32_t k;

	if (!may_ask(c))
		return no_terminal(question, option, e);
	str_escape(safe, sizeof(safe), question);
	fprintf(stderr, "%s\n", safe);
	for (size_t i = 0; i < n; i++) {
		str_escape(safe, sizeof(safe), choices[i]);
		fprintf(stderr, "  %zu. %s\n", i + 1, safe);
	}
	for (;;) {
		fprintf(stderr,
			allow_new ? (n ? "number, or a new name: " : "name: ") : "number: ");
		if (!read_line(line, sizeof(line)))
			return err_set(e, E_INTERRUPTED, "interrupted");
		if (str_to_u32(line, 1, (uint32_t)n, &k)) {
			*ret = arena_strdup(a, choices[k - 1]);
			return 0;
		}
		for (size_t i = 0; i < n; i++) {
			if (str_ieq(choices[i], line)) {
				*ret = arena_strdup(a, choices[i]);
				return 0;
			}
		}
		if (allow_new && line[0]) {
			*ret = arena_strdup(a, line);
			return 0;
		}
	}
}

static bool ui_cancelled(void *ctx)
{
	(void)ctx;
	return interrupted;
}

const struct ops_ui *prompt_ui(struct cmd *c)
{
	static struct ops_ui ui;

	ui = (struct ops_ui){
		.ctx = c,
		.note = ui_note,
		.warn = ui_warn,
		.step = ui_step,
		.progress = ui_progress,
		.confirm = ui_confirm,
		.choose = ui_choose,
		.cancelled = ui_cancelled,
	};
	return &ui;
}
