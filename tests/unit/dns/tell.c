// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's resolver by hand, for tests with the real programs in namespaces:
 *   tell detect | upstream | kept | repair | read BACKEND IF | unset BACKEND IF
 *   tell set BACKEND IF [-a] [-s SERVER]... [-d DOMAIN]...
 * Prints what came of it in words; the exit status is that of the error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "dns/resolver.h"

static const char *const names[] = {
	[RESOLVER_NONE] = "none",
	[RESOLVER_RESOLVED] = "resolved",
	[RESOLVER_RESOLVCONF] = "resolvconf",
	[RESOLVER_FILE] = "file",
};

static void print_servers(const struct ip_addr *s, size_t n)
{
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < n; i++)
		printf("%s\n", ip_addr_format(&s[i], text));
}

static void print_state(const struct resolver_state *r)
{
	printf("%s\n", names[r->backend]);
	if (r->backend == RESOLVER_NONE)
		return;
	print_servers(r->servers, r->n_servers);
	LIST_FOREACH (d, r, domains)
		printf("domain %s\n", *d);
	if (r->everything)
		printf("all\n");
}

static int parse(struct arena *a, int argc, char **argv, struct resolver_state *r)
{
	int c;

	while ((size_t)r->backend < sizeof(names) / sizeof(names[0]) &&
		!str_eq(names[r->backend], argv[0]))
		r->backend++;
	str_copy(r->ifname, sizeof(r->ifname), argv[1]);
	argc--;
	argv++;
	while ((c = getopt(argc, argv, "as:d:")) != -1) {
		if (c == 'a')
			r->everything = true;
		else if (c == 'd')
			*LIST_PUSH(a, r, domains) = optarg;
		else if (c != 's' || !ip_addr_parse(optarg, LIST_PUSH(a, r, servers)))
			return -1;
	}
	return r->backend <= RESOLVER_FILE ? 0 : -1;
}

static int with_slot(struct arena *a, const char *verb, int argc, char **argv, struct err *e)
{
	struct resolver_state r = {0}, got;
	int failed;

	if (argc < 2 || parse(a, argc, argv, &r))
		return err_set(e, E_USAGE, "tell VERB BACKEND IF …");
	if (str_eq(verb, "set"))
		return resolver_set(&r, e);
	if (str_eq(verb, "unset"))
		return resolver_unset(&r, e);
	failed = resolver_read(a, &r, &got, e);
	if (!failed)
		print_state(&got);
	return failed;
}

static int tell(struct arena *a, int argc, char **argv, struct err *e)
{
	const char *verb = argc > 1 ? argv[1] : "";
	enum resolver_backend backend;
	struct ip_addr *servers;
	uint64_t owner;
	size_t n;
	bool done;
	int r;

	if (str_eq(verb, "detect")) {
		if (!(r = resolver_detect(a, &backend, e)))
			printf("%s\n", names[backend]);
	} else if (str_eq(verb, "upstream")) {
		if (!(r = resolver_upstream(a, &servers, &n, e)))
			print_servers(servers, n);
	} else if (str_eq(verb, "kept")) {
		r = resolver_kept(&owner) ? 0 : err_set(e, E_NO, "nothing is kept");
	} else if (str_eq(verb, "repair")) {
		if (!(r = resolver_repair(false, &done, e)))
			printf("%s\n", done ? "put right" : "nothing to do");
	} else {
		r = with_slot(a, verb, argc - 2, argv + 2, e);
	}
	return r;
}

int main(int argc, char **argv)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct err e = {0};

	if (tell(a, argc, argv, &e)) {
		fprintf(stderr, "%s [%s]\n", e.msg, err_name(e.code));
		if (e.hint[0])
			fprintf(stderr, "hint: %s\n", e.hint);
	}
	return err_exit_status(e.code);
}
