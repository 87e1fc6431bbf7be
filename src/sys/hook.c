// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One hook in a bash of its own. Knows how wg-quick(8) evaluates hooks; must not know who trusts
 * them. The script is handed over by a descriptor: no argument vector, environment or file name
 * shows it. What outlives its time is killed with its whole session; what a hook leaves running in
 * the background when it ends in time is its own business.
 */
#include "sys/hook.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "sys/spawn.h"

static bool is_self(const struct hook *h, size_t at)
{
	return at + 1 < h->len && h->command[at] == '%' && h->command[at + 1] == 'i';
}

/* The script's own descriptor is closed first, so that nothing the hook starts inherits it. */
static void write_script(const struct hook *h, struct strbuf *b)
{
	strbuf_add(b, "exec 3<&-\n");
	for (size_t i = 0; i < h->len; i++) {
		if (is_self(h, i)) {
			strbuf_add(b, h->ifname);
			i++;
		} else {
			strbuf_addc(b, h->command[i]);
		}
	}
	strbuf_addc(b, '\n');
}

static int make_script(const struct hook *h, int *ret, struct err *e)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	FD_CLEANUP int fd = memfd_create("hook", MFD_CLOEXEC);
	bool written;

	if (fd < 0)
		return err_errno(e, E_IO, errno, "cannot hand over the hook");
	write_script(h, &b);
	written = write(fd, b.s, b.len) == (ssize_t)b.len && lseek(fd, 0, SEEK_SET) == 0;
	explicit_bzero(b.s, b.len);
	if (!written)
		return err_errno(e, E_IO, errno, "cannot hand over the hook");
	*ret = fd;
	fd = -1;
	return 0;
}

int hook_run(const struct hook *h, int *status, struct err *e)
{
	static const char *const argv[] = {
		"bash", "-e", "-o", "pipefail", "-O", "extglob", "/dev/fd/3", NULL};
	char path[512], interface[64], locale[] = "LC_ALL=C", home[] = "HOME=/root";
	const char *const env[] = {path, locale, home, interface, NULL};
	FD_CLEANUP int script = -1;
	pid_t pid;
	int r = make_script(h, &script, e);

	if (r)
		return r;
	snprintf(path, sizeof(path), "PATH=%s", spawn_search_path());
	snprintf(interface, sizeof(interface), "INTERFACE=%s", h->ifname);
	r = spawn_start(
		&(struct spawn){
			.argv = argv,
			.env = env,
			.stdin_fd = -1,
			.stdout_fd = STDERR_FILENO,
			.stderr_fd = STDERR_FILENO,
			.pass_fd = script,
			.detach = true,
		},
		&pid, e);
	if (r)
		return r;
	r = spawn_wait(pid, h->timeout_ms ? h->timeout_ms : HOOK_TIMEOUT_MS, status, e);
	if (r) {
		/* The leader is gone, its process group may not be. */
		kill(-pid, SIGKILL);
		err_set(e, E_FAILED, "it did not end within %u s and was killed",
			(h->timeout_ms ? h->timeout_ms : HOOK_TIMEOUT_MS) / 1000);
	}
	return r;
}
