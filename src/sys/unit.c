// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Enabling units of systemd by hand. Knows where unit files lie and which link makes one wanted;
 * must not know what a unit does. Only links are made and removed, never a file.
 */
#include "sys/unit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define BOOTED "/run/systemd/system" /* sd_booted(3) */
#define CONFIG "/etc/systemd/system" /* what the administrator decides */

static bool find_file(const char *name, char *ret, size_t size)
{
	static const char *const dirs[] = {CONFIG, "/usr/local/lib/systemd/system",
		"/usr/lib/systemd/system", "/lib/systemd/system"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int n = snprintf(ret, size, "%s/%s", dirs[i], name);

		if (n > 0 && (size_t)n < size && access(ret, R_OK) == 0)
			return true;
	}
	return false;
}

static int link_path(const char *name, const char *wanted_by, char *ret, size_t size, struct err *e)
{
	int n = snprintf(ret, size, CONFIG "/%s.wants/%s", wanted_by, name);

	return n > 0 && (size_t)n < size ? 0 : err_set(e, E_NAME, "'%s' is too long", name);
}

enum unit_state unit_state(const char *name, const char *wanted_by)
{
	char file[PATH_MAX], link[PATH_MAX];
	struct err ignored;
	struct stat st;

	if (access(BOOTED, F_OK) < 0)
		return UNIT_NO_SYSTEMD;
	if (!find_file(name, file, sizeof(file)))
		return UNIT_MISSING;
	if (link_path(name, wanted_by, link, sizeof(link), &ignored) || lstat(link, &st) < 0)
		return UNIT_DISABLED;
	return UNIT_ENABLED;
}

int unit_enable(const char *name, const char *wanted_by, struct err *e)
{
	char file[PATH_MAX], link[PATH_MAX], dir[PATH_MAX];
	int r = link_path(name, wanted_by, link, sizeof(link), e);

	if (r)
		return r;
	switch (unit_state(name, wanted_by)) {
	case UNIT_NO_SYSTEMD:
		return err_set(e, E_UNSUPPORTED, "this machine was not booted by systemd");
	case UNIT_MISSING: return err_set(e, E_UNSUPPORTED, "the unit '%s' is not installed", name);
	case UNIT_ENABLED: return 0;
	case UNIT_DISABLED: break;
	}
	snprintf(dir, sizeof(dir), CONFIG "/%s.wants", wanted_by);
	if ((r = file_make_dir(dir, 0755, e)))
		return r;
	if (!find_file(name, file, sizeof(file)) || (symlink(file, link) < 0 && errno != EEXIST))
		return err_errno(e, E_IO, errno, "cannot make the link '%s'", link);
	return 0;
}

int unit_disable(const char *name, const char *wanted_by, struct err *e)
{
	char link[PATH_MAX];
	struct stat st;
	int r = link_path(name, wanted_by, link, sizeof(link), e);

	if (r || lstat(link, &st) < 0 || !S_ISLNK(st.st_mode))
		return r;
	if (unlink(link) < 0 && errno != ENOENT)
		return err_errno(e, E_IO, errno, "cannot remove the link '%s'", link);
	return 0;
}
