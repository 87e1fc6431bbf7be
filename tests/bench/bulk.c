// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Moves bytes over one TCP connection and says how long it took, from the first byte sent to the
 * other side's word that it has them all.
 *
 * Usage: bulk serve PORT | bulk ADDR PORT BYTES (prints microseconds)
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 16];

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void serve(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, c;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 8) < 0)
		die("bulk: serve");
	while ((c = accept(fd, NULL, NULL)) >= 0) {
		ssize_t n;

		while ((n = read(c, buffer, sizeof(buffer))) > 0)
			;
		/* The sender has said all: now it hears that all is here. */
		if (n == 0 && write(c, "", 1) != 1)
			perror("bulk: answer");
		close(c);
	}
	die("bulk: accept");
}

static int64_t send_all(const char *addr, uint16_t port, uint64_t bytes)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int64_t began;

	if (fd < 0 || inet_pton(AF_INET, addr, &a.sin_addr) != 1 ||
		connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("bulk: connect");
	began = now_us();
	while (bytes) {
		size_t part = bytes < sizeof(buffer) ? bytes : sizeof(buffer);
		ssize_t n = write(fd, buffer, part);

		if (n <= 0)
			die("bulk: write");
		bytes -= (uint64_t)n;
	}
	if (shutdown(fd, SHUT_WR) < 0 || read(fd, buffer, 1) != 1)
		die("bulk: end");
	return now_us() - began;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve((uint16_t)strtoul(argv[2], NULL, 0));
	if (argc != 4) {
		fprintf(stderr, "usage: bulk serve PORT | bulk ADDR PORT BYTES\n");
		return 2;
	}
	printf("%lld\n",
		(long long)send_all(
			argv[1], (uint16_t)strtoul(argv[2], NULL, 0), strtoull(argv[3], NULL, 0)));
	return 0;
}
