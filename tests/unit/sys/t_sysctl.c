// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel settings of a network namespace of the test's own. */
#include <sys/wait.h>

#include "lib/tap.h"
#include "lib/unshare.h"
#include "sys/sysctl.h"

#define FORWARD "net.ipv4.ip_forward"

static void test_one(void)
{
	int32_t value = 42;
	struct err e;

	is_int(sysctl_write(FORWARD, 0, &e), 0, "write 0");
	ok(sysctl_read(FORWARD, &value, &e) == 0 && value == 0, "read 0");
	is_int(sysctl_write(FORWARD, 1, &e), 0, "write 1");
	ok(sysctl_read(FORWARD, &value, &e) == 0 && value == 1, "read 1");
	is_int(sysctl_write("net.ipv4.conf.lo.rp_filter", 2, &e), 0, "one of an interface");
	value = 42;
	is_int(sysctl_read("net.ipv4.no_such_key", &value, &e), -E_NOT_FOUND, "no such key");
	ok(strstr(e.msg, "net.ipv4.no_such_key"), "%s", e.msg);
	is_int(sysctl_read("net.ipv4.tcp_rmem", &value, &e), -E_KERNEL, "three numbers");
	is_int(value, 42, "nothing is returned then");
	is_int(sysctl_write("net.ipv4.conf.lo.rp_filter", 3000000, &e), 0,
		"a value of any size is the kernel's business");
	is_int(sysctl_write("net.ipv4.ip_default_ttl", 1000, &e), -E_KERNEL, "a value it refuses");
}

static void test_snapshot(struct arena *a)
{
	struct state st = {0};
	struct scope scope = {0};
	struct err e;

	*LIST_PUSH(a, &scope, sysctls) = FORWARD;
	*LIST_PUSH(a, &scope, sysctls) = "net.ipv4.conf.gone.rp_filter";
	*LIST_PUSH(a, &scope, sysctls) = "net.ipv4.conf.lo.rp_filter";
	sysctl_write("net.ipv4.conf.lo.rp_filter", 2, &e);
	is_int(sysctl_snapshot(a, &scope, &st, &e), 0, "a snapshot");
	if (!is_int((long long)st.n_sysctls, 2, "leaves out what is missing"))
		return;
	is_str(st.sysctls[0].key, FORWARD, "the first");
	is_int(st.sysctls[0].value, 1, "and its value");
	is_str(st.sysctls[1].key, "net.ipv4.conf.lo.rp_filter", "the second");
	is_int(st.sysctls[1].value, 2, "and its value");
	*LIST_PUSH(a, &scope, sysctls) = "net.ipv4.tcp_rmem";
	is_int(sysctl_snapshot(a, &scope, &st, &e), -E_KERNEL, "one that cannot be understood");
	is_int((long long)st.n_sysctls, 2, "leaves the state as it was");
}

static void test_privilege(void)
{
	pid_t pid = fork();
	struct err e;
	int status;

	if (pid == 0)
		_exit(setuid(65534) < 0 || sysctl_write(FORWARD, 0, &e) != -E_PERMISSION);
	waitpid(pid, &status, 0);
	is_int(status, 0, "another user may not write");
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	bool root = getuid() == 0;

	unshare_or_skip(CLONE_NEWNET);
	test_one();
	test_snapshot(a);
	if (root)
		test_privilege();
	return done_testing();
}
