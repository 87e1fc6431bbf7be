// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The error object and the one table of codes. Knows how a sentence is put together; must not know
 * who prints it. Keeps the invariant that a message is always terminated and never printed here.
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

static const struct {
	const char *name;
	int status;
	const char *text;
} table[] = {[E_NONE] = {"E_NONE", 0, "no error"},
#define ERR_ROW(n, s, t) [E_##n] = {"E_" #n, s, t},
	ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static void escape_into(char *dst, size_t size, const char *fmt, va_list ap)
{
	char raw[1024];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	str_escape(dst, size, raw);
}

static void begin(struct err *e, enum err_code code)
{
	*e = (struct err){.code = code};
}

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	begin(e, code);
	va_start(ap, fmt);
	escape_into(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return -(int)code;
}

int err_errno(struct err *e, enum err_code code, int errnum, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	begin(e, code);
	va_start(ap, fmt);
	escape_into(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	len = strlen(e->msg);
	snprintf(e->msg + len, sizeof(e->msg) - len, ": %s", strerror(errnum));
	return -(int)code;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char outer[sizeof(e->msg)], inner[sizeof(e->msg)];
	va_list ap;
	size_t len;

	memcpy(inner, e->msg, sizeof(inner));
	va_start(ap, fmt);
	escape_into(outer, sizeof(outer), fmt, ap);
	va_end(ap);
	len = str_copy(e->msg, sizeof(e->msg), outer);
	snprintf(e->msg + len, sizeof(e->msg) - len, ": %s", inner);
	return -(int)e->code;
}

int err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	escape_into(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return -(int)e->code;
}

int err_at(struct err *e, const char *file, unsigned line, unsigned column)
{
	if (file)
		str_escape(e->file, sizeof(e->file), file);
	e->line = line;
	e->column = column;
	return -(int)e->code;
}

const char *err_name(enum err_code code)
{
	return table[code].name;
}

int err_exit_status(enum err_code code)
{
	return table[code].status;
}

const char *err_sentence(enum err_code code)
{
	return table[code].text;
}

void err_oom(void)
{
	static const char text[] = "wf: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)ignored;
	_exit(1);
}
