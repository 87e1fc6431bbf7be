// SPDX-License-Identifier: GPL-2.0-or-later
/* The error object: codes, sentences read from outside in, nothing that steers a terminal. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "lib/tap.h"

static void test_table(void)
{
	static const enum err_code codes[] = {
#define ROW(name, status, text) E_##name,
		ERR_TABLE(ROW)
#undef ROW
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int status = err_exit_status(codes[i]);

		ok(strncmp(err_name(codes[i]), "E_", 2) == 0 && status > 0 &&
				*err_sentence(codes[i]),
			"%s has a name, a status and a sentence", err_name(codes[i]));
	}
	is_int(err_exit_status(E_NONE), 0, "no error is exit 0");
	is_int(err_exit_status(E_BUSY), 6, "a busy object is exit 6");
	is_int(err_exit_status(E_INTERRUPTED), 130, "an interrupt is exit 130");
	is_str(err_name(E_DB_MODE), "E_DB_MODE", "the text form is the name");
}

static void test_sentence(void)
{
	struct err e = {.code = E_IO, .line = 7, .hint = "old"};

	is_int(err_set(&e, E_KERNEL, "cannot add route '%s'", "::/0"), -E_KERNEL,
		"set returns the negative code");
	is_str(e.hint, "", "set forgets the hint of an earlier error");
	is_int(e.line, 0, "and its place");
	is_int(err_wrap(&e, "cannot bring up '%s'", "a"), -E_KERNEL, "wrap keeps the code");
	is_str(e.msg, "cannot bring up 'a': cannot add route '::/0'",
		"what is wrapped stands behind the words");
	is_int(err_hint(&e, "try %d", 1), -E_KERNEL, "a hint keeps the code");
	is_str(e.hint, "try 1", "and is kept apart");
	is_int(err_at(&e, "a.conf", 3, 9), -E_KERNEL, "a place keeps the code");
	err_at(&e, NULL, 4, 1);
	ok(strcmp(e.file, "a.conf") == 0 && e.line == 4 && e.column == 1,
		"a place without a file keeps the file");
	err_errno(&e, E_IO, ENOENT, "cannot read '%s'", "x");
	is_str(e.msg, "cannot read 'x': No such file or directory", "errno's text stands behind");
}

static void test_hostile(void)
{
	struct err e;
	char longest[4096];

	err_set(&e, E_NAME, "name '%s'", "a\033[2Jb\n");
	is_str(e.msg, "name 'a\\x1b[2Jb\\x0a'", "escapes of the message are shown, not sent");
	err_wrap(&e, "in '%s'", "\r");
	is_str(e.msg, "in '\\x0d': name 'a\\x1b[2Jb\\x0a'", "and of the words in front");
	err_hint(&e, "%s", "\007");
	err_at(&e, "\033c", 1, 1);
	ok(strcmp(e.hint, "\\x07") == 0 && strcmp(e.file, "\\x1bc") == 0,
		"and of hint and file name");

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	err_set(&e, E_NAME, "%s", longest);
	is_int((long long)strlen(e.msg), sizeof(e.msg) - 1, "a long message is cut");
	err_wrap(&e, "%s", longest);
	err_errno(&e, E_IO, EIO, "%s", longest);
	err_at(&e, longest, 1, 1);
	err_hint(&e, "%s", longest);
	ok(strlen(e.msg) < sizeof(e.msg) && strlen(e.file) < sizeof(e.file) &&
			strlen(e.hint) < sizeof(e.hint),
		"every part stays terminated");
}

int main(void)
{
	test_table();
	test_sentence();
	test_hostile();
	return done_testing();
}
