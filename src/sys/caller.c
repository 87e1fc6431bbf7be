// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who called, by /proc. Knows process ancestry, sudo's variables and what an SSH server's processes
 * are called; must not know what is done for the sockets found. Only names what it could read: a
 * process that is gone or may not be looked into is passed over.
 */
#include "sys/caller.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define MAX_ANCESTORS 256 /* a bound only; a chain of processes ends at 1 or 0 */
#define COMM_SIZE     64

/* Anybody can set these variables; they mean something only to a process that root may start. */
static uint32_t sudo_id(const char *name, uint32_t real)
{
	uint32_t id;

	if (getuid() != 0 || geteuid() != 0)
		return real;
	return str_to_u32(getenv(name), 0, UINT32_MAX - 1, &id) ? id : real;
}

uid_t caller_uid(void)
{
	return sudo_id("SUDO_UID", getuid());
}

gid_t caller_gid(void)
{
	return sudo_id("SUDO_GID", getgid());
}

/* OpenSSH calls its processes sshd, since 9.8 also sshd-session and sshd-auth. */
static bool is_ssh_server(const char *comm)
{
	return strncmp(comm, "sshd", 4) == 0 || strncmp(comm, "dropbear", 8) == 0;
}

static ssize_t read_at(int dir, const char *pid, const char *name, char *buf, size_t size)
{
	char path[64];
	FD_CLEANUP int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", pid, name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, size - 1);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

/* Name and parent of a process; false when it is gone. */
static bool read_stat(int proc, const char *pid, char comm[static COMM_SIZE], long *parent)
{
	char text[1024], *first, *last;

	if (read_at(proc, pid, "stat", text, sizeof(text)) <= 0)
		return false;
	/* "PID (NAME) S PPID": the name may hold spaces and parentheses. */
	first = strchr(text, '(');
	last = strrchr(text, ')');
	if (!first || !last || strlen(last) < sizeof(") S "))
		return false;
	*last = '\0';
	str_copy(comm, COMM_SIZE, first + 1);
	*parent = strtol(last + sizeof(") S"), NULL, 10);
	return true;
}

static void add_sockets(struct arena *a, int proc, const char *pid, struct ssh_sockets *ret)
{
	char path[64], target[64];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		file_closep(&fd);
		return;
	}
	while ((entry = readdir(dir))) {
		ssize_t n = readlinkat(fd, entry->d_name, target, sizeof(target) - 1);
		unsigned long long inode;

		if (n < 0)
			continue;
		target[n] = '\0';
		if (sscanf(target, "socket:[%llu]", &inode) == 1)
			*LIST_PUSH(a, ret, inodes) = inode;
	}
	closedir(dir);
}

static void add_ancestors(struct arena *a, int proc, struct ssh_sockets *ret)
{
	char name[32], comm[COMM_SIZE];
	long pid = getppid();

	for (int i = 0; pid > 0 && i < MAX_ANCESTORS; i++) {
		snprintf(name, sizeof(name), "%ld", pid);
		if (!read_stat(proc, name, comm, &pid))
			break;
		if (is_ssh_server(comm))
			add_sockets(a, proc, name, ret);
	}
}

/*
 * The sessions of everybody. A process is believed its name only when it is root's or our own
 * user's: a stranger's could otherwise call itself sshd and have its connections led past the
 * tunnel.
 */
static int add_all(struct arena *a, int proc, struct ssh_sockets *ret, struct err *e)
{
	struct dirent *entry;
	char comm[COMM_SIZE];
	struct stat st;
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		int r = err_errno(e, E_IO, errno, "cannot read /proc");

		file_closep(&fd);
		return r;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (read_at(proc, entry->d_name, "comm", comm, sizeof(comm)) <= 0 ||
			!is_ssh_server(comm))
			continue;
		if (fstatat(proc, entry->d_name, &st, 0) == 0 &&
			(st.st_uid == 0 || st.st_uid == getuid()))
			add_sockets(a, proc, entry->d_name, ret);
	}
	closedir(dir);
	return 0;
}

static int compare(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void sort_unique(struct ssh_sockets *s)
{
	size_t n = 0;

	if (s->n_inodes)
		qsort(s->inodes, s->n_inodes, sizeof(*s->inodes), compare);
	LIST_FOREACH (inode, s, inodes)
		if (n == 0 || s->inodes[n - 1] != *inode)
			s->inodes[n++] = *inode;
	s->n_inodes = n;
}

int caller_ssh_sockets(struct arena *a, struct ssh_sockets *ret, struct err *e)
{
	FD_CLEANUP int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct ssh_sockets s = {0};

	if (proc < 0)
		return err_errno(e, E_IO, errno, "cannot open /proc");
	add_ancestors(a, proc, &s);
	s.ours = s.n_inodes > 0;
	if (!s.ours) {
		int r = add_all(a, proc, &s, e);

		if (r < 0)
			return r;
	}
	sort_unique(&s);
	*ret = s;
	return 0;
}
