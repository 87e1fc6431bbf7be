// SPDX-License-Identifier: GPL-2.0-or-later
/* Hooks as wg-quick evaluates them: options of the shell, %i, exit status, time. */
#include "sys/hook.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/tap.h"

static struct err e;
static char dir[] = "/tmp/wf-hook.XXXXXX";

static int run(const char *command, unsigned timeout_ms, int *status)
{
	return hook_run(&(struct hook){.command = command,
				.len = strlen(command),
				.ifname = "wg-one",
				.timeout_ms = timeout_ms},
		status, &e);
}

static void status_is(int want, const char *command, const char *why)
{
	int status = -1;

	is_int(run(command, 0, &status), 0, "%s: run", why);
	is_int(status, want, "%s: status", why);
}

/* What the last command wrote to "out" in the test's directory. */
static const char *written(void)
{
	static char text[256];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/out", dir);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
	unlink(path);
	return text;
}

static void output_is(const char *want, const char *command, const char *why)
{
	char line[512];
	int status = -1;

	snprintf(line, sizeof(line), "{ %s\n} >%s/out", command, dir);
	is_int(run(line, 0, &status) || status, 0, "%s: run", why);
	is_str(written(), want, "%s", why);
}

static void test_shell(void)
{
	status_is(0, "true", "success");
	status_is(7, "exit 7", "the hook's own status");
	status_is(1, "false; true", "the first failing command ends it");
	status_is(1, "false | true", "also inside a pipe");
	status_is(127, "no-such-program-at-all 2>/dev/null", "no such program");
	status_is(128 + SIGTERM, "kill -TERM $$", "a signal");
	output_is("wg-one wg-one% wg-oneX %j", "printf %s '%i %i% %iX %j'", "%i everywhere");
	output_is("wg-one", "printf $INTERFACE", "INTERFACE");
	output_is("yes", "case aab in +(a)b) printf yes ;; esac", "extended patterns");
	output_is("a#b", "printf 'a#b' # a remark", "a remark");
	output_is("", "cat", "nothing on standard input");
	output_is("",
		"set -- /proc/$$/fd/*; for f; do case ${f##*/} in [012]|1[0-9]|25[0-9]) ;; "
		"*) readlink \"$f\" | grep memfd || :; esac; done",
		"the script is not inherited");
	output_is("C", "printf $LC_ALL", "the locale");
	output_is("", "printf \"$WF_TEST_VARIABLE\"", "nothing of the caller's environment");
}

static void test_time(void)
{
	int64_t start = clock_ms();
	int status = -1;
	char line[128];

	snprintf(line, sizeof(line), "{ sleep 1; echo late >%s/out; } & sleep 40", dir);
	is_int(run(line, 300, &status), -E_FAILED, "too long");
	ok(strstr(e.msg, "did not end within"), "is said");
	ok(clock_ms() - start < 10000, "in time");
	usleep(1200000);
	is_str(written(), "", "what it started goes with it");
	is_int(status, -1, "and the status is not touched");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	setenv("WF_TEST_VARIABLE", "seen", 1);
	test_shell();
	test_time();
	rmdir(dir);
	done_testing();
}
