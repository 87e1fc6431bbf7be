/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to store: where the database is, and that nobody else can reach it. The file is 0600 from
 * birth in a directory of 0700, whatever the umask; what is looser, or a symbolic link, is refused.
 */
#ifndef WF_STORE_PATH_H
#define WF_STORE_PATH_H

#include "store/store.h"

/*
 * The real directory and the name in it, so that two ways to one database give one lock file; with
 * `create` the directory is made. E_NOT_FOUND when there is no directory, E_DB_MODE when others can
 * enter it.
 */
int path_resolve(struct arena *a, const char *path, bool create, const char **ret,
	struct err *e);
/* E_NOT_FOUND when there is no file; E_DB_MODE when it is loose or no regular file. */
int path_check(const char *path, struct err *e);
/* Makes the empty file that SQLite will fill; fine when it is there. */
int path_create(const char *path, struct err *e);
/* What root makes in a user's directory goes to that user, as SQLite does with its own files. */
int path_give(int fd, const char *path, struct err *e);
/* Where the sealing key of that database is, by the rule in store.h. */
int path_default_key(struct arena *a, const char *path, const char **ret, struct err *e);

#endif
