/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files: whole reads with a limit, atomic placing, private directories, descriptors that close
 * themselves. Everything placed is private from birth: the mode is set before the first byte.
 */
#ifndef WF_BASE_FILE_H
#define WF_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>
#include "base/arena.h"
#include "base/err.h"

/* Reads a regular file of at most `limit` bytes; *ret is NUL-terminated beyond *ret_len. */
int file_read(struct arena *a, const char *path, size_t limit, char **ret, size_t *ret_len,
	struct err *e);
/* As file_read, but a file that does not exist gives *ret = NULL and success. */
int file_read_optional(struct arena *a, const char *path, size_t limit, char **ret,
	size_t *ret_len, struct err *e);

/*
 * Places a file: temporary name in the same directory (O_EXCL), mode, bytes, fsync, rename, fsync of
 * the directory. What stood there before stays until the rename. `durable` false leaves out the two
 * fsyncs, for files that die with the boot (/run).
 */
int file_place(const char *path, const void *data, size_t len, mode_t mode, bool durable,
	struct err *e);

/* Makes the directory and its missing parents (parents 0755, the last one `mode`). */
int file_make_dir(const char *path, mode_t mode, struct err *e);

static inline void file_closep(int *fd)
{
	extern int close(int);

	if (*fd >= 0)
		close(*fd);
}
#define FD_CLEANUP __attribute__((cleanup(file_closep)))

#endif
