// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local executor's firewall against the kernel's nf_tables in a namespace: it comes, changes by
 * its elements or as a whole, is known again, and goes.
 */
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/local.h"
#include "base/str.h"
#include "fw/fw.h"
#include "lib/tap.h"
#include "net/net.h"
#include "net/nft.h"

static struct arena *arena;
static struct err err;
static struct local local;
static struct executor executor;

/* Runs nft with one command; true when it took it. */
static bool nft(const char *command)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		execlp("nft", "nft", command, (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
		printf("1..0 # SKIP there is no nft\n");
		exit(77);
	}
	return status == 0;
}

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	if (!ip_addr_parse(text, &a))
		abort();
	return a;
}

static struct firewall *make(const char *endpoint, bool kill_switch)
{
	struct firewall *f = arena_alloc(arena, sizeof(*f));

	f->present = true;
	f->kill_switch = kill_switch;
	str_copy(LIST_PUSH(arena, f, tunnels)->name, FW_IFNAME_SIZE, "wf-a");
	*LIST_PUSH(arena, f, addresses) = address("10.64.0.2");
	*LIST_PUSH(arena, f, endpoints) =
		(struct fw_endpoint){address(endpoint), IPPROTO_UDP, 51820};
	firewall_canon(f);
	return f;
}

static int change(const struct firewall *from, const struct firewall *to)
{
	const struct op op = {.kind = OP_FIREWALL, .firewall_before = from, .firewall = to};
	bool done = false;
	int r = executor.run(executor.ctx, &op, 1, &done, &err);

	if (r)
		diag("  %s: %s", err_name(err.code), err.msg);
	ok(done == !r, "done says what was done");
	return r;
}

/* As ops does after a command: what the table is like is remembered. */
static void remember(void)
{
	ok(net_nft_generation(local.net, &local.firewall_generation, &err) == 0 &&
			net_nft_digest(local.net, &local.firewall_digest, &err) == 0,
		"remembered");
}

static unsigned long long asked(void)
{
	struct nl_stats s;

	net_get_stats(local.net, &s);
	return s.sent_messages;
}

static uint64_t seen(void)
{
	const struct scope scope = {.firewall = true};
	struct state s = {0};

	ok(executor.observe(executor.ctx, arena, &scope, &s, &err) == 0, "observed");
	return s.firewall_form;
}

static uint64_t packets_of(const char *name)
{
	struct fw_counters c = {0};

	if (net_nft_counters(local.net, arena, &c, &err))
		abort();
	LIST_FOREACH (x, &c, items)
		if (str_eq(x->name, name))
			return x->packets;
	return UINT64_MAX;
}

static void test_coming_and_going(void)
{
	const struct firewall none = {0}, *one = make("192.0.2.1", true),
			      *two = make("192.0.2.2", true), *open = make("192.0.2.2", false);

	ok(seen() == 0, "there is no table");
	is_int(change(&none, one), 0, "a firewall comes");
	ok(local.firewall_changed, "it is noted that it was changed");
	ok(seen() == fw_form(one), "and is known by its form");
	is_int((long long)packets_of("wf_drop_out"), 0, "nothing was stopped yet");
	/* A rule of others stays when elements are changed, and goes when all is replaced. */
	ok(nft("add chain inet wf theirs"), "others leave something");
	is_int(change(one, two), 0, "another endpoint");
	ok(seen() == fw_form(two), "is known");
	ok(nft("add rule inet wf theirs accept"), "it went by elements");
	is_int(change(two, open), 0, "without a kill switch");
	ok(seen() == fw_form(open), "is known");
	ok(!nft("add rule inet wf theirs accept"), "the table was replaced");
	is_int(change(open, &none), 0, "it goes");
	ok(seen() == 0, "and is gone");
	is_int(change(open, &none), 0, "that it is gone already is no error");
}

static void test_unknown(void)
{
	const struct firewall none = {0}, unknown = {.present = true, .unknown = true},
			      *one = make("192.0.2.1", true), *two = make("192.0.2.2", true);

	is_int(change(&none, one), 0, "a firewall comes");
	ok(nft("delete table inet wf") && nft("add table inet wf") &&
			nft("add counter inet wf wf_drop_out { packets 17 bytes 1700; }"),
		"others make another table of that name");
	ok(seen() == UINT64_MAX, "it is nobody's");
	is_int(change(&unknown, one), 0, "it is replaced");
	ok(seen() == fw_form(one), "and known");
	is_int((long long)packets_of("wf_drop_out"), 17, "counters of the same name go on");
	/* What was planned for is not what is there. */
	is_int(change(two, two), 0, "planned from a wrong form");
	ok(seen() == fw_form(two), "it is replaced as well");
	is_int((long long)packets_of("wf_drop_out"), 17, "with its counters");
	ok(nft("delete table inet wf"), "it is flushed");
	is_int(change(one, two), 0, "planned from what is gone");
	ok(seen() == fw_form(two), "it comes anew");
	is_int(change(&none, one), 0, "planned from nothing, and there is one");
	ok(seen() == fw_form(one), "it is replaced");
}

static void test_edited(void)
{
	const struct firewall none = {0}, *one = make("192.0.2.1", true);

	unsigned long long before;

	remember();
	before = asked();
	ok(seen() == fw_form(one), "as it was left");
	is_int((long long)(asked() - before), 2, "since nobody was here, it is not read");
	ok(nft("add table inet theirs"), "others are at another one");
	before = asked();
	ok(seen() == fw_form(one), "which is not it");
	ok(asked() - before > 2, "as it is read again");
	ok(nft("add element inet wf tun { \"eth0\" }"), "others edit it");
	ok(seen() == UINT64_MAX, "that is seen");
	ok(nft("delete element inet wf tun { \"eth0\" }"), "and undo that");
	ok(seen() == fw_form(one), "that is seen, too");
	is_int(change(one, &none), 0, "it goes");
}

static double ms_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The whole rule set, from the value to the table that was read back. */
static void test_time(void)
{
	enum { TIMES = 15 };
	const struct firewall none = {0}, *one = make("192.0.2.1", true);
	const struct op op = {.kind = OP_FIREWALL, .firewall_before = &none, .firewall = one};
	const struct op end = {.kind = OP_FIREWALL, .firewall_before = one, .firewall = &none};
	double cpu[TIMES], wall[TIMES];
	unsigned good = 0;
	bool done;

	for (int i = 0; i < TIMES; i++) {
		const double c = ms_of(CLOCK_PROCESS_CPUTIME_ID), w = ms_of(CLOCK_MONOTONIC);

		good += executor.run(executor.ctx, &op, 1, &done, &err) == 0;
		cpu[i] = ms_of(CLOCK_PROCESS_CPUTIME_ID) - c;
		wall[i] = ms_of(CLOCK_MONOTONIC) - w;
		good += executor.run(executor.ctx, &end, 1, &done, &err) == 0;
	}
	is_int(good, 2 * TIMES, "put in force and taken away %d times", TIMES);
	qsort(cpu, TIMES, sizeof(*cpu), by_size);
	qsort(wall, TIMES, sizeof(*wall), by_size);
	diag("median of %d: %.2f ms of the processor, %.2f ms in all", TIMES, cpu[TIMES / 2],
		wall[TIMES / 2]);
}

static void test_refused(void)
{
	const struct firewall none = {0}, *one = make("192.0.2.1", true);
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		const struct op op = {
			.kind = OP_FIREWALL, .firewall_before = &none, .firewall = one};
		bool done = false;
		struct local mine = {0};
		struct executor x = local_executor(&mine);

		if (syscall(SYS_capset, &head, data) < 0 || net_open(&mine.net, &err))
			_exit(1);
		_exit(x.run(x.ctx, &op, 1, &done, &err) == -E_PERMISSION && !done && err.hint[0]
				? 0
				: 2);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status), "a process without privileges ends");
	is_int(WEXITSTATUS(status), 0, "it is refused, with a hint");
	ok(seen() == 0, "and nothing was done");
}

int main(void)
{
	if (unshare(CLONE_NEWNET) < 0) {
		printf("1..0 # SKIP a network namespace needs root\n");
		return 77;
	}
	arena = arena_new();
	if (net_open(&local.net, &err))
		return 1;
	executor = local_executor(&local);
	test_coming_and_going();
	test_unknown();
	test_edited();
	test_time();
	test_refused();
	net_close(local.net);
	arena_free(arena);
	return done_testing();
}
