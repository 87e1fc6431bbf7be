// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of entries. Knows what hostile archives, macOS and archives within archives look like;
 * must not know what a file is for. No name is ever used as a path, so this is to tell people what
 * was left out, not the protection itself.
 */
#include "unpack/name.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "unpack/protocol.h"

static bool is_archive(const char *name)
{
	static const char *const ends[] = {".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst",
		".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz", ".tar.Z", ".7z", ".rar"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_iends(name, ends[i]))
			return true;
	return false;
}

/* One part between two slashes. */
static const char *part_objection(const char *part, size_t len)
{
	if (len == 2 && part[0] == '.' && part[1] == '.')
		return "a name with \"..\"";
	if (len > 1 && part[0] == '.')
		return "a hidden file";
	if (len == strlen("__MACOSX") && strncmp(part, "__MACOSX", len) == 0)
		return "a note of macOS about another file";
	return NULL;
}

const char *name_objection(const char *name)
{
	if (!name[0])
		return "no name";
	if (strlen(name) > UNPACK_MAX_TEXT)
		return "a name of more than 1024 bytes";
	if (name[0] == '/')
		return "an absolute name";
	if (strchr(name, '\\'))
		return "a name with a backslash";
	for (const char *part = name, *end;; part = end + 1) {
		const char *why;

		end = part + strcspn(part, "/");
		why = part_objection(part, (size_t)(end - part));
		if (why)
			return why;
		if (!*end)
			break;
	}
	return is_archive(name) ? "an archive in an archive" : NULL;
}
