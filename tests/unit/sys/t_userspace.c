// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting a userspace implementation, in a network and a /run of the test's own: scripts that fail
 * in every way, and wireguard-go itself where it is installed.
 */
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/tap.h"
#include "lib/unshare.h"
#include "base/clock.h"
#include "base/str.h"
#include "sys/spawn.h"
#include "sys/userspace.h"

#define PROGRAM "WG_QUICK_USERSPACE_IMPLEMENTATION"

static char dir[] = "/run/wf-userspace";

/* The implementation is from now on a shell script. */
static void script(const char *body)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/impl", dir);
	f = fopen(path, "w");
	fprintf(f, "#!/bin/sh\n%s\n", body);
	fclose(f);
	chmod(path, 0755);
	setenv(PROGRAM, path, 1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	str_copy(sa.sun_path, sizeof(sa.sun_path), path);
	return bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, 1) < 0 ? -1 : fd;
}

static void test_program(void)
{
	unsetenv(PROGRAM);
	is_str(userspace_program(), "wireguard-go", "the default");
	setenv(PROGRAM, "", 1);
	is_str(userspace_program(), "wireguard-go", "an empty value is none");
	setenv(PROGRAM, "wf-no-such-program", 1);
	is_str(userspace_program(), "wf-no-such-program", "another one");
	ok(!userspace_available(), "which is not there");
	script("exit 0");
	ok(userspace_available(), "an absolute path");
	ok(chdir(dir) == 0 && setenv(PROGRAM, "./impl", 1) == 0 && !userspace_available(),
		"a relative path does not count");
}

static void test_failures(void)
{
	struct err e;

	is_int(userspace_start("wg0", &e), -E_NAME, "a relative path is refused");
	ok(strstr(e.msg, "./impl"), "%s", e.msg);
	setenv(PROGRAM, "wf-no-such-program", 1);
	is_int(userspace_start("wg0", &e), -E_NOT_FOUND, "no such program");
	script("exit 0");
	is_int(userspace_start("../wg0", &e), -E_NAME, "a name that is a path");
	is_int(userspace_start("", &e), -E_NAME, "no name");
	script("printf '\\342\\224\\214 box \\342\\224\\220\\n\\342\\224\\202 advice\\n' >&2\n"
	       "for i in 1 2 3 4; do echo line $i >&2; done\n"
	       "printf 'tun \\033[31m: %s\\n\\n' \"$*\" >&2; exit 3");
	is_int(userspace_start("wg0", &e), -E_FAILED, "a program that fails");
	ok(strstr(e.msg, "ended with status 3: line 3; line 4; tun \\x1b[31m: wg0"), "%s", e.msg);
	script("printf 'trouble\\n\\342\\224\\202 advice\\n\\342\\225\\220\\n' >&2; exit 4");
	is_int(userspace_start("wg0", &e), -E_FAILED, "advice around its words");
	ok(str_iends(e.msg, "ended with status 4: trouble"), "%s", e.msg);
	script("yes flood | head -n 100000 >&2; exit 1");
	is_int(userspace_start("wg0", &e), -E_FAILED, "a program that does not stop talking");
	ok(strstr(e.msg, "status 1: flood; flood; flo"), "%s", e.msg);
	script("exit 1");
	is_int(userspace_start("wg0", &e), -E_FAILED, "a program that fails silently");
	ok(str_iends(e.msg, "ended with status 1"), "%s", e.msg);
}

static void test_environment(void)
{
	struct err e;
	int fd = listen_at(USERSPACE_DIR "/wg1.sock");

	setenv("WG_PROCESS_FOREGROUND", "1", 1);
	script("[ -z \"$WG_PROCESS_FOREGROUND\" ] && [ \"$LOG_LEVEL\" = error ] && [ $# = 1 ] &&\n"
	       "[ \"$(pwd)\" = / ] && [ \"$(readlink /proc/self/fd/0)\" = /dev/null ]");
	is_int(userspace_start("wg1", &e), 0, "its environment, and a socket that answers");
	unsetenv("WG_PROCESS_FOREGROUND");
	close(fd);
	unlink(USERSPACE_DIR "/wg1.sock");
}

/* The program is gone before its socket is there. */
static void test_late_socket(void)
{
	int64_t begin = clock_ms();
	pid_t pid = fork();
	struct err e;

	if (pid == 0) {
		poll(NULL, 0, 100);
		_exit(listen_at(USERSPACE_DIR "/wg2.sock") < 0 || poll(NULL, 0, 10000));
	}
	script("exit 0");
	is_int(userspace_start("wg2", &e), 0, "a socket that comes late");
	ok(clock_ms() - begin >= 90, "is waited for");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_tidy(void)
{
	int fd = listen_at(USERSPACE_DIR "/wg3.sock");

	userspace_tidy("wg3");
	is_int(access(USERSPACE_DIR "/wg3.sock", F_OK), 0, "a socket that is served is left");
	close(fd);
	userspace_tidy("wg3");
	is_int(access(USERSPACE_DIR "/wg3.sock", F_OK), -1, "one that nobody serves is removed");
	userspace_tidy("wg3");
	userspace_tidy("../wg3");
	pass("what is not there is no trouble");
}

static void test_wireguard_go(void)
{
	struct err e;

	unsetenv(PROGRAM);
	if (!userspace_available() || access("/dev/net/tun", R_OK | W_OK) < 0) {
		skip("wireguard-go", "it or /dev/net/tun is not here");
		return;
	}
	is_int(userspace_start("wgtest0", &e), 0, "wireguard-go starts");
	ok(if_nametoindex("wgtest0") > 0, "and makes the link");
	is_int(userspace_start("wgtest0", &e), -E_FAILED, "a second one on the same name");
	ok(strstr(e.msg, "status 1: ") && !strstr(e.msg, "WARNING"), "%s", e.msg);
	userspace_tidy("wgtest0");
	is_int(access(USERSPACE_DIR "/wgtest0.sock", F_OK), 0, "its socket is served");
}

static int run_tests(void)
{
	if (mount("none", "/run", "tmpfs", 0, "mode=755") < 0) {
		perror("/run");
		return 99;
	}
	mkdir(USERSPACE_DIR, 0700);
	mkdir(dir, 0700);
	test_program();
	test_failures();
	test_environment();
	test_late_socket();
	test_tidy();
	test_wireguard_go();
	return done_testing();
}

int main(void)
{
	int status = 1;
	pid_t pid;

	/* The first process of a process namespace: whatever it leaves in the background ends with
	 * it. */
	unshare_or_skip(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID);
	pid = fork();
	if (pid == 0)
		_exit(run_tests());
	waitpid(pid, &status, 0);
	/* No process can be made after that one ended, and a leak checker would want to. */
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}
