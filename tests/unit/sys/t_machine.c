// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's id and name with several files under /etc/machine-id, and when a process began. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/tap.h"
#include "lib/unshare.h"
#include "base/str.h"
#include "sys/machine.h"

static char id_file[] = "/tmp/wf-id-XXXXXX";

static const char *id_with(struct arena *a, const char *text)
{
	const char *id = NULL;
	struct err e;
	FILE *f = fopen(id_file, "w");

	if (!f)
		return NULL;
	fputs(text, f);
	fclose(f);
	is_int(machine_id(a, &id, &e), 0, "an id of a file of %zu bytes", strlen(text));
	return id;
}

static void test_id(struct arena *a)
{
	static const char one[] = "0123456789abcdef0123456789abcdef";
	const char *id = id_with(a, "0123456789abcdef0123456789abcdef\n");

	if (!id)
		return;
	is_int((long long)strspn(id, "0123456789abcdef"), 32, "32 hex digits");
	is_int((long long)strlen(id), 32, "and nothing else");
	ok(!str_eq(id, one), "which are not the machine's own");
	is_str(id_with(a, one), id, "the same without the newline");
	ok(!str_eq(id_with(a, "1123456789abcdef0123456789abcdef\n"), id),
		"another id, another hash");
	ok(!str_eq(id_with(a, "uninitialized\n"), id), "an image's placeholder is no id");
	is_str(id_with(a, "\n"), id_with(a, "uninitialized\n"), "then the host's name counts");
}

static void test_host_name(struct arena *a)
{
	const char *first, *second;

	if (unshare(CLONE_NEWUTS) < 0) {
		skip("the host's name", "it cannot be set here");
		return;
	}
	ok(sethostname("gate.example.org", 16) == 0, "a host name");
	is_str(machine_name(a), "gate", "up to the first dot");
	first = id_with(a, "");
	ok(sethostname("gate2.example.org", 17) == 0, "another host name");
	second = id_with(a, "");
	ok(!str_eq(first, second), "another name, another id");
	ok(sethostname("", 0) == 0, "no host name");
	is_str(machine_name(a), "localhost", "is localhost");
}

static void test_process(void)
{
	int64_t start = process_start(getpid()), child;
	pid_t pid;

	ok(start > 0, "a process has a start");
	ok(process_lives(getpid(), start), "and lives");
	ok(!process_lives(getpid(), start - 1), "one of that number that began earlier does not");
	ok(!process_lives(0, 0), "nor does process 0");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "a) S 1 (b) 2");
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	child = process_start(pid);
	ok(child >= start && child < start + 1000, "a name with spaces and parentheses: %lld",
		(long long)child);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	is_int(process_start(pid), 0, "a process that is gone has no start");
	ok(!process_lives(pid, child), "and does not live");
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	int fd = mkstemp(id_file);

	test_process();
	unshare_or_skip(CLONE_NEWNS);
	if (fd < 0 || access("/etc/machine-id", F_OK) < 0 ||
		mount(id_file, "/etc/machine-id", "", MS_BIND, NULL) < 0) {
		skip("/etc/machine-id", "it cannot be replaced here");
	} else {
		test_id(a);
		test_host_name(a);
	}
	unlink(id_file);
	return done_testing();
}
