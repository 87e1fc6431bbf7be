// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flows that are open already: TCP and UDP to an echo, over both families, with a byte every 20 ms
 * each, until every TCP flow is dead or SIGTERM comes.
 *
 * Usage: flow ADDR4,ADDR6 PORT
 * Prints "open" when all are connected, then "NAME ERRNO MILLISECONDS" when one fails (each error
 * of a UDP flow once); NAME is tcp4, tcp6, udp4, udp6.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct flow {
	const char *name;
	int type, family, fd, error;
} flows[] = {
	{"tcp4", SOCK_STREAM, AF_INET, -1, 0},
	{"tcp6", SOCK_STREAM, AF_INET6, -1, 0},
	{"udp4", SOCK_DGRAM, AF_INET, -1, 0},
	{"udp6", SOCK_DGRAM, AF_INET6, -1, 0},
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void open_flow(struct flow *f, const char *addr, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool four = f->family == AF_INET;
	int one = 1;

	f->fd = socket(f->family, f->type | SOCK_CLOEXEC, 0);
	setsockopt(f->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (inet_pton(f->family, addr, four ? (void *)&in.sin_addr : (void *)&in6.sin6_addr) != 1 ||
		connect(f->fd, four ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
			four ? sizeof(in) : sizeof(in6)) < 0) {
		perror(f->name);
		exit(1);
	}
}

/* Whether it is still worth asking. */
static bool step(struct flow *f, int64_t began)
{
	char buf[256];
	int error = 0;

	if (f->fd < 0)
		return false;
	if (send(f->fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
		error = errno;
	while (!error) {
		ssize_t n = recv(f->fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (n > 0)
			continue;
		if (n < 0 && errno != EAGAIN)
			error = errno;
		if (n == 0 && f->type == SOCK_STREAM)
			error = EPIPE;
		break;
	}
	if (error && error != f->error)
		printf("%s %s %lld\n", f->name, strerrorname_np(error),
			(long long)(now_ms() - began));
	fflush(stdout);
	f->error = error ? error : f->error;
	if (error && f->type == SOCK_STREAM) {
		close(f->fd);
		f->fd = -1;
	}
	return f->fd >= 0 && f->type == SOCK_STREAM;
}

int main(int argc, char **argv)
{
	const char *four, *six;
	int64_t began;
	bool alive = true;

	if (argc != 3)
		return 2;
	six = argv[1];
	four = strsep((char **)&six, ",");
	for (size_t i = 0; i < 4; i++)
		open_flow(&flows[i], flows[i].family == AF_INET ? four : six,
			(uint16_t)strtoul(argv[2], NULL, 0));
	puts("open");
	began = now_ms();
	while (alive) {
		alive = false;
		for (size_t i = 0; i < 4; i++)
			alive |= step(&flows[i], began);
		poll(NULL, 0, 20);
	}
	return 0;
}
