// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading whole files and placing them atomically. Knows modes, fsync and rename; must not know
 * what a file is for. A file that is being written is never visible under its final name.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* Room for what does not say its size: files in /proc and /sys say 0. */
#define ROOM_UNSAID 4096

static int read_fd(struct arena *a, int fd, const char *path, size_t limit, char **ret,
	size_t *ret_len, struct err *e)
{
	struct stat st;
	size_t len = 0, room;
	uint64_t size;
	ssize_t n;
	char *buf;

	if (fstat(fd, &st) < 0)
		return err_errno(e, E_IO, errno, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_IO, "cannot read '%s': it is %s", path,
			S_ISDIR(st.st_mode) ? "a directory" : "not a regular file");
	/* A first guess only, and one byte more, by which the end is seen. */
	size = st.st_size > 0 ? (uint64_t)st.st_size : ROOM_UNSAID;
	room = (size < limit ? (size_t)size : limit) + 1;
	buf = arena_alloc(a, room);
	while ((n = read(fd, buf + len, room - len))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, E_IO, errno, "cannot read '%s'", path);
		len += (size_t)n;
		if (len > limit)
			return err_set(e, E_LIMIT, "'%s' is larger than %zu bytes", path, limit);
		buf = arena_grow(a, buf, len, &room, 1);
	}
	buf[len] = '\0';
	*ret = buf;
	*ret_len = len;
	return 0;
}

int file_read(
	struct arena *a, const char *path, size_t limit, char **ret, size_t *ret_len, struct err *e)
{
	/* O_NONBLOCK: a FIFO is to be refused, not waited for. */
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_errno(e,
			errno == EACCES		  ? E_PERMISSION
				: errno == ENOENT ? E_NOT_FOUND
						  : E_IO,
			errno, "cannot open '%s'", path);
	return read_fd(a, fd, path, limit, ret, ret_len, e);
}

int file_read_optional(
	struct arena *a, const char *path, size_t limit, char **ret, size_t *ret_len, struct err *e)
{
	int r = file_read(a, path, limit, ret, ret_len, e);

	if (r == -E_NOT_FOUND) {
		*ret = NULL;
		*ret_len = 0;
		return 0;
	}
	return r;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int open_temporary(const char *path, mode_t mode, char *name, size_t size)
{
	for (int tries = 0; tries < 16; tries++) {
		uint32_t r;
		int fd;

		if (getrandom(&r, sizeof(r), 0) != sizeof(r))
			return -EIO;
		if ((size_t)snprintf(name, size, "%s.%08x~", path, r) >= size)
			return -ENAMETOOLONG;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode & 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

static int sync_dir_of(const char *path)
{
	FD_CLEANUP int fd = -1;
	char dir[PATH_MAX];
	char *slash;

	str_copy(dir, sizeof(dir), path);
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	else
		str_copy(dir, sizeof(dir), ".");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int file_place(
	const char *path, const void *data, size_t len, mode_t mode, bool durable, struct err *e)
{
	char name[PATH_MAX];
	int r, fd = open_temporary(path, mode, name, sizeof(name));

	if (fd < 0)
		return err_errno(e, E_IO, -fd, "cannot write '%s'", path);
	r = write_all(fd, data, len);
	if (!r && fchmod(fd, mode) < 0)
		r = -errno;
	if (!r && durable && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && !r)
		r = -errno;
	if (!r && rename(name, path) < 0)
		r = -errno;
	if (r) {
		unlink(name);
		return err_errno(e, E_IO, -r, "cannot write '%s'", path);
	}
	if (durable && (r = sync_dir_of(path)))
		return err_errno(e, E_IO, -r, "cannot write '%s'", path);
	return 0;
}

static int make_one_dir(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	return stat(path, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

static int refused_dir(const char *path, int errnum, struct err *e)
{
	return err_errno(e, errnum == EACCES ? E_PERMISSION : E_IO, errnum,
		"cannot make directory '%s'", path);
}

int file_make_dir(const char *path, mode_t mode, struct err *e)
{
	char part[PATH_MAX];
	int r = make_one_dir(path, mode);

	if (r != -ENOENT)
		return r ? refused_dir(path, -r, e) : 0;
	if (str_copy(part, sizeof(part), path) != strlen(path))
		return err_set(e, E_IO, "cannot make directory '%s': the name is too long", path);
	for (char *p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		r = make_one_dir(part, 0755);
		if (r < 0)
			return refused_dir(part, -r, e);
		*p = '/';
	}
	r = make_one_dir(path, mode);
	return r ? refused_dir(path, -r, e) : 0;
}
