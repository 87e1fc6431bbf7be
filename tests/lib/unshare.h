/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For unit tests that need a network or a file tree of their own: moves the test program into new
 * namespaces, as root or, where the kernel lets anybody do so, as root of a new user namespace.
 * Nothing mounted there is seen outside, and all of it ends with the program.
 */
#ifndef TESTS_UNSHARE_H
#define TESTS_UNSHARE_H

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static void unshare_put_(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(path);
		exit(1);
	}
	close(fd);
}

/*
 * flags: CLONE_NEWNET, CLONE_NEWNS, or with a fork to follow CLONE_NEWPID. Where that cannot be,
 * the test ends as skipped.
 */
__attribute__((unused)) static void unshare_or_skip(int flags)
{
	unsigned uid = getuid(), gid = getgid();
	char map[64];

	if (unshare(flags | (uid ? CLONE_NEWUSER : 0)) < 0) {
		printf("1..0 # SKIP no namespaces here\n");
		exit(77);
	}
	if (uid) {
		unshare_put_("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", uid);
		unshare_put_("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", gid);
		unshare_put_("/proc/self/gid_map", map);
	}
	if ((flags & CLONE_NEWNS) && mount("", "/", "", MS_REC | MS_PRIVATE, NULL) < 0) {
		perror("mount");
		exit(1);
	}
}

/* Sets lo up: 127.0.0.0/8 and ::1 answer then. */
__attribute__((unused)) static void unshare_lo_up(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &r) < 0) {
		perror("lo");
		exit(1);
	}
	close(fd);
}

#endif
