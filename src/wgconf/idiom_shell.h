/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a hook as bash would certainly see them: quotes and backslashes resolved, simple
 * commands joined by && ; or a newline. Everything whose outcome depends on the machine (variables,
 * globs, other substitutions, conditions, pipes into anything) is not read at all.
 */
#ifndef WF_WGCONF_IDIOM_SHELL_H
#define WF_WGCONF_IDIOM_SHELL_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * Bytes in words that stand for what only the running interface has. A hook that holds such a byte
 * itself is not read.
 */
#define SHELL_FWMARK "\001" /* $(wg show %i fwmark) */
#define SHELL_SELF   "\002" /* %i */

struct shell_command {
	LIST(const char *, words); /* at least one */
	const char *to;		   /* the file its output goes to, not /dev/null; else NULL */
	bool piped;		   /* its output is the next command's input */
};
struct shell_line {
	LIST(struct shell_command, commands); /* at least one */
};

/* False when a part of the text is not understood. ifname: as in idiom_recognise. */
bool shell_read(struct arena *a, const char *text, size_t len, const char *ifname,
	struct shell_line *ret);

#endif
