// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Times commands side by side: every round runs each of them once, in the order given, so that
 * whatever slows the machine down for a while falls on all of them. Knows nothing of what they do;
 * a command that fails ends the measurement, because the time of a failure means nothing.
 *
 * Usage: time ROUNDS LABEL COMMAND [ARG]... [-- LABEL COMMAND [ARG]...]...
 * One line per command: label, median and least microseconds from start to end, largest resident
 * set in KiB. A first round that is not counted fills the caches.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_COMMANDS = 32, MOST_ROUNDS = 10000 };

struct command {
	const char *label;
	char **argv;
	int64_t *took_us; /* one per round */
	long rss_kib;
};

extern char **environ;

static int output; /* what the command at work writes: shown only if it fails */

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void show_output(void)
{
	char buf[4096];
	ssize_t n;

	lseek(output, 0, SEEK_SET);
	while ((n = read(output, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)n, stderr);
}

static int64_t run(struct command *c, const posix_spawn_file_actions_t *files)
{
	struct rusage usage;
	int status, r;
	int64_t began;
	pid_t pid;

	if (ftruncate(output, 0) < 0 || lseek(output, 0, SEEK_SET) < 0)
		exit(1);
	began = now_us();
	r = posix_spawnp(&pid, c->argv[0], files, NULL, c->argv, environ);
	if (r) {
		fprintf(stderr, "time: cannot run %s: %s\n", c->argv[0], strerror(r));
		exit(1);
	}
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			exit(1);
	began = now_us() - began;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "time: %s ended with status 0x%x:\n", c->label, (unsigned)status);
		show_output();
		exit(1);
	}
	if (usage.ru_maxrss > c->rss_kib)
		c->rss_kib = usage.ru_maxrss;
	return began;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static size_t parse(int argc, char **argv, size_t rounds, struct command *commands)
{
	size_t n = 0;

	for (int i = 2; i < argc; i++) {
		if (n == MOST_COMMANDS || i + 1 >= argc)
			return 0;
		commands[n].label = argv[i];
		commands[n].argv = argv + i + 1;
		commands[n].took_us = calloc(rounds, sizeof(int64_t));
		if (!commands[n++].took_us)
			return 0;
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		if (i < argc)
			argv[i] = NULL;
	}
	return n;
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct command commands[MOST_COMMANDS] = {0};
	posix_spawn_file_actions_t files;
	size_t n = 0;

	if (rounds && rounds <= MOST_ROUNDS)
		n = parse(argc, argv, rounds, commands);
	if (!n) {
		fprintf(stderr, "usage: time ROUNDS LABEL COMMAND [ARG]... [-- LABEL ...]...\n");
		return 2;
	}
	output = memfd_create("output", MFD_CLOEXEC);
	if (output < 0 || posix_spawn_file_actions_init(&files) ||
		posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0) ||
		posix_spawn_file_actions_adddup2(&files, output, 1) ||
		posix_spawn_file_actions_adddup2(&files, output, 2))
		return 1;
	for (size_t i = 0; i < n; i++)
		run(&commands[i], &files);
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < n; i++)
			commands[i].took_us[round] = run(&commands[i], &files);
	for (size_t i = 0; i < n; i++) {
		struct command *c = &commands[i];

		qsort(c->took_us, rounds, sizeof(int64_t), compare);
		printf("%s\t%lld\t%lld\t%ld\n", c->label, (long long)c->took_us[rounds / 2],
			(long long)c->took_us[0], c->rss_kib);
	}
	return 0;
}
