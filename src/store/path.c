// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files and modes around the database. Knows owners, modes and links; must not know SQLite. The
 * database itself is never opened here once it exists: closing a second descriptor of it would drop
 * the locks that SQLite holds in this process.
 */
#include "store/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static int fail(struct err *e, int errnum, const char *what, const char *path)
{
	enum err_code code = errnum == EACCES || errnum == EPERM ? E_PERMISSION
		: errnum == ENOENT || errnum == ENOTDIR		 ? E_NOT_FOUND
								 : E_IO;

	if (code == E_NOT_FOUND)
		return err_set(e, code, "there is no database '%s'", path);
	return err_errno(e, code, errnum, "cannot %s '%s'", what, path);
}

/* Gives what was made below `above` to the owner of `above`; `dir` is cut back on the way. */
static void give_directories(char *dir, const char *above)
{
	struct stat st;

	if (stat(above, &st) < 0 || st.st_uid == 0)
		return;
	while (strlen(dir) > strlen(above)) {
		char *slash = strrchr(dir, '/');

		if (lchown(dir, st.st_uid, st.st_gid) < 0 || !slash || slash == dir)
			return;
		*slash = '\0';
	}
}

static int make_directory(struct arena *a, const char *dir, struct err *e)
{
	char *above = arena_strdup(a, dir), *slash;
	struct stat st;
	int r;

	if (stat(dir, &st) == 0)
		return 0;
	while (stat(above, &st) < 0 && (slash = strrchr(above, '/')) && slash != above)
		*slash = '\0';
	r = file_make_dir(dir, 0700, e);
	if (!r && geteuid() == 0)
		give_directories(arena_strdup(a, dir), above);
	return r;
}

static int check_directory(const char *dir, const char *base, struct err *e)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return fail(e, errno, "use directory", dir);
	if (!(st.st_mode & 077))
		return 0;
	err_set(e, E_DB_MODE, "others can enter '%s', the directory of the database (mode %04o)",
		dir, (unsigned)st.st_mode & 07777);
	/* Never advise to lock everybody out of /tmp or /srv. */
	if ((st.st_mode & S_ISVTX) || strrchr(dir, '/') == dir)
		return err_hint(e, "give it a directory of its own: '%s/wf/%s'", dir, base);
	return err_hint(e, "chmod 0700 '%s', or give the database a directory of its own", dir);
}

int path_resolve(struct arena *a, const char *path, bool create, const char **ret, struct err *e)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dir = !slash ? "." : slash == path ? "/" : arena_strndup(a, path, slash - path);
	char real[PATH_MAX];
	int r;

	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return err_set(e, E_USAGE, "'%s' is no name for a database", path);
	r = create ? make_directory(a, dir, e) : 0;
	if (r)
		return r;
	if (!realpath(dir, real))
		return fail(e, errno, "use directory", dir);
	r = check_directory(real, base, e);
	if (!r)
		*ret = arena_printf(a, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base);
	return r;
}

int path_check(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return fail(e, errno, "use database", path);
	if (S_ISLNK(st.st_mode))
		return err_set(e, E_DB_MODE, "the database '%s' is a symbolic link", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_DB, "the database '%s' is not a regular file", path);
	if (!(st.st_mode & 077))
		return 0;
	err_set(e, E_DB_MODE, "others can read the database '%s' (mode %04o)", path,
		(unsigned)st.st_mode & 07777);
	return err_hint(e, "chmod 0600 '%s'", path);
}

int path_give(int fd, const char *path, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (stat(arena_strndup(a, path, strrchr(path, '/') - path + 1), &st) < 0 ||
		fchown(fd, st.st_uid, st.st_gid) < 0)
		return err_errno(e, E_IO, errno, "cannot hand '%s' on to its owner", path);
	return 0;
}

int path_create(const char *path, struct err *e)
{
	FD_CLEANUP int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return errno == EEXIST ? 0 : fail(e, errno, "make database", path);
	if (fchmod(fd, 0600) < 0)
		return fail(e, errno, "make database", path);
	return path_give(fd, path, e);
}

int path_default_key(struct arena *a, const char *path, const char **ret, struct err *e)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (strcmp(path, STORE_SYSTEM_PATH) == 0)
		*ret = STORE_SYSTEM_KEY;
	else if (config && config[0] == '/') /* the specification: a relative one is ignored */
		*ret = arena_printf(a, "%s/wf/key", config);
	else if (home && home[0] == '/')
		*ret = arena_printf(a, "%s/.config/wf/key", home);
	else
		return err_set(e, E_FAILED,
			"neither XDG_CONFIG_HOME nor HOME says where the key of '%s' is", path);
	return 0;
}
