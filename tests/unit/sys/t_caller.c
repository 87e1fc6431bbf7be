// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose sockets are found: processes that are named like an SSH server hold two each, above us,
 * beside us, and under another user.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"
#include "sys/caller.h"

#define MAX 512

/* What the processes tell, in memory they share. */
static struct shared {
	uint64_t inodes[8][2]; /* of the sockets of each process of a chain */
	int r;
	bool ours;
	size_t n;
	uint64_t found[MAX];
} * shared;

static void report(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct ssh_sockets s = {0};
	struct err e;

	shared->r = caller_ssh_sockets(a, &s, &e);
	shared->ours = s.ours;
	shared->n = s.n_inodes < MAX ? s.n_inodes : MAX;
	memcpy(shared->found, s.inodes, shared->n * sizeof(*s.inodes));
}

static void open_sockets(int fds[2], uint64_t inodes[2])
{
	struct stat st;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 || dup(fds[0]) < 0)
		_exit(1);
	for (int i = 0; i < 2; i++) {
		fstat(fds[i], &st);
		inodes[i] = st.st_ino;
	}
}

/* A chain of processes with these names, each the parent of the next; the last one reports. */
static void descend(const char *const *names, unsigned level, const int *above)
{
	pid_t pid = fork();
	int fds[2];

	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	for (int fd = 3; above && fd < 64; fd++)
		close(fd);
	if (!names[level]) {
		report();
		_exit(0);
	}
	prctl(PR_SET_NAME, names[level]);
	open_sockets(fds, shared->inodes[level]);
	descend(names, level + 1, fds);
	_exit(0);
}

static bool found(const uint64_t inodes[2])
{
	int n = 0;

	for (size_t i = 0; i < shared->n; i++)
		n += shared->found[i] == inodes[0] || shared->found[i] == inodes[1];
	return n == 2;
}

static bool sorted(void)
{
	for (size_t i = 1; i < shared->n; i++)
		if (shared->found[i] <= shared->found[i - 1])
			return false;
	return true;
}

static void test_ancestors(void)
{
	static const char *const names[] = {
		"init", "sshd", "sshd-session", "a) S 1 (b", "sudo", NULL};

	descend(names, 0, NULL);
	is_int(shared->r, 0, "called from an SSH login");
	ok(shared->ours, "it is our own");
	is_int((long long)shared->n, 4, "the sockets of both server processes, each once");
	ok(found(shared->inodes[1]), "those of sshd");
	ok(found(shared->inodes[2]), "and of sshd-session, above a name that looks like fields");
	ok(sorted(), "in order");
}

static void test_other_server(void)
{
	static const char *const names[] = {"dropbear", "sh", NULL};

	descend(names, 0, NULL);
	ok(shared->ours && found(shared->inodes[0]), "dropbear is an SSH server, too");
}

/* A process beside us; it lives until `hold` is closed. */
static pid_t beside(const char *name, uid_t uid, uint64_t inodes[2], int hold[2])
{
	int ready[2], fds[2];
	char c;
	pid_t pid;

	if (pipe(ready) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, name);
		if (uid && setuid(uid) < 0)
			_exit(1);
		/* So that /proc shows it as that user's. */
		prctl(PR_SET_DUMPABLE, 1);
		open_sockets(fds, inodes);
		close(hold[1]);
		close(ready[1]);
		_exit(read(hold[0], &c, 1) != 0);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 0)
		return -1;
	close(ready[0]);
	return pid;
}

static void test_others(void)
{
	static const char *const names[] = {"tmux", NULL};
	uint64_t(*inodes)[2] = shared->inodes + 1;
	pid_t pids[3] = {-1, -1, -1};
	int hold[2];

	if (pipe(hold) < 0)
		return;
	pids[0] = beside("sshd-session", 0, inodes[0], hold);
	pids[1] = beside("notsshd", 0, inodes[1], hold);
	if (getuid() == 0)
		pids[2] = beside("sshd", 65534, inodes[2], hold);
	descend(names, 0, NULL);
	ok(pids[0] > 0 && pids[1] > 0, "two processes beside us");
	is_int(shared->r, 0, "not called from an SSH login");
	ok(!shared->ours, "it says so");
	ok(found(inodes[0]), "every SSH session's sockets are found");
	ok(!found(inodes[1]), "no other's");
	if (pids[2] > 0)
		ok(!found(inodes[2]), "a stranger that calls itself sshd is not believed");
	ok(sorted(), "in order");
	close(hold[1]);
	close(hold[0]);
	for (int i = 0; i < 3; i++)
		if (pids[i] > 0)
			waitpid(pids[i], NULL, 0);
}

/* What caller_uid and caller_gid say in a process of that user. */
static bool ids_are(uid_t real, uid_t uid, gid_t gid)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit((real && setuid(real) < 0) || caller_uid() != uid || caller_gid() != gid);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_ids(void)
{
	uid_t me = getuid();
	gid_t mine = getgid();

	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	ok(ids_are(me, me, mine), "without sudo the caller is who we are");
	setenv("SUDO_UID", "1234", 1);
	setenv("SUDO_GID", "1235", 1);
	if (me) {
		ok(ids_are(me, me, mine), "who is not root is not believed sudo's variables");
		return;
	}
	ok(ids_are(0, 1234, 1235), "behind sudo it is who called sudo");
	ok(ids_are(65534, 65534, mine), "who is not root is not believed");
	setenv("SUDO_UID", "12x", 1);
	setenv("SUDO_GID", "-1", 1);
	ok(ids_are(0, 0, 0), "nonsense is not believed");
	setenv("SUDO_UID", "4294967295", 1);
	ok(ids_are(0, 0, 0), "nor the number that is nobody's");
}

int main(void)
{
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 99;
	test_ancestors();
	test_other_server();
	test_others();
	test_ids();
	return done_testing();
}
