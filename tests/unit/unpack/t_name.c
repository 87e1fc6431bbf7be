// SPDX-License-Identifier: GPL-2.0-or-later
/* Which names in an archive are passed over, and why. */
#include <stdlib.h>

#include "lib/tap.h"
#include "unpack/name.h"
#include "unpack/protocol.h"

static const struct {
	const char *name, *why;
} table[] = {
	{"a.conf", NULL},
	{"./a.conf", NULL},
	{"a/b/c.conf", NULL},
	{"My VPN (2).conf", NULL},
	{"-rf.conf", NULL},
	{"a..b.conf", NULL},
	{"a.zip.conf", NULL},
	{"tar", NULL},
	{"a/", NULL},
	{"", "no name"},
	{"/etc/wireguard/a.conf", "an absolute name"},
	{"/", "an absolute name"},
	{"..", "a name with \"..\""},
	{"../a.conf", "a name with \"..\""},
	{"a/../../b.conf", "a name with \"..\""},
	{"a/..", "a name with \"..\""},
	{"a\\b.conf", "a name with a backslash"},
	{"..\\a.conf", "a name with a backslash"},
	{".hidden", "a hidden file"},
	{"..conf", "a hidden file"},
	{"a/.git/b", "a hidden file"},
	{"./.a", "a hidden file"},
	{"__MACOSX/a.conf", "a note of macOS about another file"},
	{"x/__MACOSX/a.conf", "a note of macOS about another file"},
	{"__MACOSX2/a.conf", NULL},
	{"a.zip", "an archive in an archive"},
	{"b/A.ZIP", "an archive in an archive"},
	{"a.tar", "an archive in an archive"},
	{"a.tar.gz", "an archive in an archive"},
	{"a.tgz", "an archive in an archive"},
	{"a.tar.zst", "an archive in an archive"},
	{"a.7z", "an archive in an archive"},
};

int main(void)
{
	char longest[UNPACK_MAX_TEXT + 2];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		is_str(name_objection(table[i].name), table[i].why, "'%s'", table[i].name);
	memset(longest, 'a', sizeof(longest));
	longest[UNPACK_MAX_TEXT + 1] = '\0';
	is_str(name_objection(longest), "a name of more than 1024 bytes", "too long");
	longest[UNPACK_MAX_TEXT] = '\0';
	is_str(name_objection(longest), NULL, "just not too long");
	return done_testing();
}
