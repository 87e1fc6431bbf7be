// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel settings as numbers. Knows how files under /proc/sys read and write; must not know which
 * settings matter. A value that is not one number is never handed on as if it were.
 */
#include "sys/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define PATH_SIZE 256

static enum err_code code_of(int errnum)
{
	if (errnum == ENOENT)
		return E_NOT_FOUND;
	if (errnum == EACCES || errnum == EPERM || errnum == EROFS)
		return E_PERMISSION;
	return E_KERNEL;
}

int sysctl_read(const char *key, int32_t *ret, struct err *e)
{
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE], text[32], *end;
	ssize_t n;
	long value;

	sysctl_path(key, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return err_errno(e, code_of(errno), errno, "cannot read sysctl %s", key);
	text[n] = '\0';
	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || (*end != '\n' && *end != '\0') || errno || value < INT32_MIN ||
		value > INT32_MAX)
		return err_set(e, E_KERNEL, "sysctl %s is not one number", key);
	*ret = (int32_t)value;
	return 0;
}

int sysctl_write(const char *key, int32_t value, struct err *e)
{
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE], text[16];
	int len = snprintf(text, sizeof(text), "%d\n", value);

	sysctl_path(key, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		return err_errno(
			e, code_of(errno), errno, "cannot set sysctl %s to %d", key, value);
	return 0;
}

int sysctl_snapshot(struct arena *a, const struct scope *scope, struct state *ret, struct err *e)
{
	struct state grown = *ret;

	LIST_FOREACH (key, scope, sysctls) {
		struct sysctl_state *s;
		int32_t value;
		int r = sysctl_read(*key, &value, e);

		if (r == -E_NOT_FOUND)
			continue;
		if (r < 0)
			return r;
		s = LIST_PUSH(a, &grown, sysctls);
		s->key = arena_strdup(a, *key);
		s->value = value;
	}
	*ret = grown;
	return 0;
}
