// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Times how wf's whole table is made, encoded, sent and acknowledged, in a network namespace with
 * nothing else and in one with a large ruleset of others, by turns. It goes the way of `up`: fw
 * makes the bytes, net commits them. Needs root, and nft for the others' rules.
 *
 * Usage: firewall ROUNDS RULES ELEMENTS
 * Lines: label, median and least microseconds of a whole replacement ("alone", "beside"), of one
 * endpoint more and gone again by elements ("element"); of all that is ever read of the table
 * ("read", "read-beside"); of a replacement "alone", what was spent in
 * this process and in the kernel for it ("own"), and what of that is computing ("encode"). A first
 * round that is not counted fills the caches.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/net.h"
#include "net/nft.h"
#include "unit/fw/rig.h"

enum { MOST_ROUNDS = 1000 };

static double us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

_Noreturn static void fail_with(const char *what)
{
	fprintf(stderr, "firewall: %s\n", what);
	exit(1);
}

static int make_ns(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) < 0 || (fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0)
		fail_with("no network namespace");
	return fd;
}

/* A packet filter somebody else loaded: rules in a row, and sets of addresses. */
static void load_others(unsigned rules, unsigned elements)
{
	int p[2], status;
	pid_t pid;
	FILE *to;

	if (pipe2(p, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		fail_with("no process");
	if (!pid) {
		dup2(p[0], 0);
		execlp("nft", "nft", "-f", "-", (char *)NULL);
		_exit(127);
	}
	close(p[0]);
	to = fdopen(p[1], "w");
	if (!to)
		fail_with("no pipe");
	fputs("table inet others {\n", to);
	for (unsigned s = 0; s < 2; s++) {
		fprintf(to, "set s%u { type ipv4_addr; elements = { ", s);
		for (unsigned i = 0; i < elements; i++)
			fprintf(to, "%s10.%u.%u.%u", i ? ", " : "", s, i / 250, i % 250);
		fputs(" }\n}\n", to);
	}
	fputs("chain filter { type filter hook input priority 0; ip saddr @s0 drop\n", to);
	for (unsigned i = 0; i < rules; i++)
		fprintf(to, "ip saddr 172.16.%u.%u tcp dport %u drop\n", i / 250, i % 250,
			1 + i % 65535);
	fputs("}\n}\n", to);
	fclose(to);
	if (waitpid(pid, &status, 0) < 0 || status)
		fail_with("nft failed");
}

static struct net *net_of(int ns)
{
	struct net *n;
	struct err e;

	if (setns(ns, CLONE_NEWNET) < 0 || net_open(&n, &e))
		fail_with("no socket");
	return n;
}

static void make(struct firewall *f, struct arena *a)
{
	*f = (struct firewall){0};
	add_everything(a, f);
}

/* *own, *computing: of what is returned. */
static double replace(struct net *n, double *own, double *computing)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall f;
	struct fw_table t;
	struct fw_batch b;
	struct err e;
	double began, spent;

	make(&f, a);
	began = us(CLOCK_MONOTONIC);
	spent = us(CLOCK_PROCESS_CPUTIME_ID);
	fw_build(a, &f, &t);
	if (fw_encode_replace(a, &t, NULL, &b, &e))
		fail_with(e.msg);
	*computing = us(CLOCK_MONOTONIC) - began;
	if (net_nft_commit(n, &b, NULL, &e))
		fail_with(e.msg);
	*own = us(CLOCK_PROCESS_CPUTIME_ID) - spent;
	return us(CLOCK_MONOTONIC) - began;
}

static double change(struct net *n)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall f[2];
	struct fw_table t[2];
	struct fw_batch b;
	bool possible;
	struct err e;
	double began;

	make(&f[0], a);
	make(&f[1], a);
	*LIST_PUSH(a, &f[1], endpoints) = (struct fw_endpoint){addr("192.0.2.77"), IPPROTO_UDP, 1};
	began = us(CLOCK_MONOTONIC);
	fw_build(a, &f[0], &t[0]);
	fw_build(a, &f[1], &t[1]);
	for (unsigned i = 0; i < 2; i++)
		if (fw_encode_change(a, &t[i], &t[!i], &possible, &b, &e) || !possible ||
			net_nft_commit(n, &b, NULL, &e))
			fail_with("no change by elements");
	return (us(CLOCK_MONOTONIC) - began) / 2;
}

/* The form, the counters, the digest: before a change, and after it. */
static double look(struct net *n)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct fw_counters counters;
	uint64_t form, digest;
	struct err e;
	double began = us(CLOCK_MONOTONIC);

	if (net_nft_form(n, &form, &e) || net_nft_counters(n, a, &counters, &e) ||
		net_nft_digest(n, &digest, &e))
		fail_with(e.msg);
	if (!form || !digest || !counters.n_items)
		fail_with("the table is not there");
	return us(CLOCK_MONOTONIC) - began;
}

static int cmp(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void say(const char *label, double *took, size_t n)
{
	qsort(took, n, sizeof(*took), cmp);
	printf("%s\t%.0f\t%.0f\t0\n", label, took[n / 2], took[0]);
}

int main(int argc, char **argv)
{
	static double alone[MOST_ROUNDS], beside[MOST_ROUNDS], element[MOST_ROUNDS],
		encode[MOST_ROUNDS], own[MOST_ROUNDS], reading[MOST_ROUNDS],
		reading_beside[MOST_ROUNDS];
	uint32_t rounds, rules, elements;
	struct net *a, *b;
	int empty, full;
	double unused[2];

	if (argc != 4 || !str_to_u32(argv[1], 1, MOST_ROUNDS, &rounds) ||
		!str_to_u32(argv[2], 0, 60000, &rules) ||
		!str_to_u32(argv[3], 1, 60000, &elements)) {
		fprintf(stderr, "usage: firewall ROUNDS RULES ELEMENTS\n");
		return 2;
	}
	empty = make_ns();
	full = make_ns();
	load_others(rules, elements);
	b = net_of(full);
	a = net_of(empty);
	replace(a, &unused[0], &unused[1]);
	replace(b, &unused[0], &unused[1]);
	for (uint32_t i = 0; i < rounds; i++) {
		alone[i] = replace(a, &own[i], &encode[i]);
		beside[i] = replace(b, &unused[0], &unused[1]);
		element[i] = change(a);
		reading[i] = look(a);
		reading_beside[i] = look(b);
	}
	say("alone", alone, rounds);
	say("beside", beside, rounds);
	say("element", element, rounds);
	say("read", reading, rounds);
	say("read-beside", reading_beside, rounds);
	say("own", own, rounds);
	say("encode", encode, rounds);
	net_close(a);
	net_close(b);
	return 0;
}
