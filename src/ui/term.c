// SPDX-License-Identifier: GPL-2.0-or-later
/* Signs and colours. Knows what a terminal can show, not what is being said. */
#include "ui/term.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

/*
 * By the locale's name, as setlocale(3) looks for it: to load the locale takes longer than most
 * commands need for their work, and one that is not installed says nothing about the terminal.
 */
static bool named_utf8(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *name = getenv(variables[i]);

		if (!str_empty(name))
			return str_icontains(name, "UTF-8") || str_icontains(name, "UTF8");
	}
	return false;
}

void term_init(struct term *t, bool no_color)
{
	const char *name = getenv("TERM"), *mode = getenv("WG_COLOR_MODE");

	t->utf8 = named_utf8();
	t->tty_in = isatty(STDIN_FILENO);
	t->tty_out = isatty(STDOUT_FILENO);
	t->tty_err = isatty(STDERR_FILENO);
	t->color = t->tty_out && !str_empty(name) && !str_eq(name, "dumb");
	if (str_eq(mode, "always"))
		t->color = true;
	if (no_color || str_eq(mode, "never") || !str_empty(getenv("NO_COLOR")))
		t->color = false;
}

const char *term_sign(const struct term *t, enum term_sign s)
{
	static const struct {
		const char *utf8, *ascii;
	} signs[] = {
		[TERM_UP] = {"●", "*"},
		[TERM_DOWN] = {"○", "o"},
		[TERM_WAITING] = {"◐", "~"},
		[TERM_BLOCKED] = {"!", "!"},
		[TERM_WARNING] = {"⚠", "!"},
		[TERM_ARROW] = {"→", "->"},
		[TERM_RX] = {"↓", "rx"},
		[TERM_TX] = {"↑", "tx"},
	};

	return t->utf8 ? signs[s].utf8 : signs[s].ascii;
}

static const char *sequence(const struct term *t, const char *s)
{
	return t->color ? s : "";
}

const char *term_green(const struct term *t)
{
	return sequence(t, "\033[32m");
}

const char *term_red(const struct term *t)
{
	return sequence(t, "\033[31m");
}

const char *term_yellow(const struct term *t)
{
	return sequence(t, "\033[33m");
}

const char *term_bold(const struct term *t)
{
	return sequence(t, "\033[1m");
}

const char *term_off(const struct term *t)
{
	return sequence(t, "\033[0m");
}
