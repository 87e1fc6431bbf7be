// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbered UDP packets without a pause, so that a window of a millisecond is seen: the number is
 * the destination port less 10000, so that a router can note it. Until SIGTERM, or for 40000.
 *
 * Usage: flood [-i MICROSECONDS] [-n NIC] [-s SOURCE4,SOURCE6] ADDR4,ADDR6
 * The sockets take turns: plain IPv4 and IPv6, with -n bound to the NIC, with -s to a source.
 * At the end one line per packet: "NUMBER FAMILY KIND ERRNO|sent".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 40000, FIRST_PORT = 10000, MOST_SOCKETS = 6 };

struct source {
	const char *kind;
	int family, fd;
	struct sockaddr_storage to;
	socklen_t len;
};

static struct source sources[MOST_SOCKETS];
static size_t n_sources;
static struct {
	const struct source *s;
	int error;
} done[MOST];
static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	stop = sig;
}

static socklen_t fill(struct sockaddr_storage *ss, int family, const char *text, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	*ss = (struct sockaddr_storage){.ss_family = (sa_family_t)family};
	if (family == AF_INET) {
		in->sin_port = htons(port);
		return inet_pton(family, text, &in->sin_addr) == 1 ? sizeof(*in) : 0;
	}
	in6->sin6_port = htons(port);
	return inet_pton(family, text, &in6->sin6_addr) == 1 ? sizeof(*in6) : 0;
}

static void add(const char *kind, int family, const char *to, const char *nic, const char *from)
{
	struct source *s = &sources[n_sources++];
	struct sockaddr_storage ss;
	socklen_t len;

	s->kind = kind;
	s->family = family;
	s->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	s->len = fill(&s->to, family, to, FIRST_PORT);
	len = from ? fill(&ss, family, from, 0) : 0;
	if (s->fd < 0 || !s->len ||
		(nic && setsockopt(s->fd, SOL_SOCKET, SO_BINDTODEVICE, nic, strlen(nic)) < 0) ||
		(len && bind(s->fd, (struct sockaddr *)&ss, len) < 0)) {
		perror("flood");
		exit(2);
	}
}

static int shoot(struct source *s, size_t number)
{
	uint16_t port = htons((uint16_t)(FIRST_PORT + number));

	if (s->family == AF_INET)
		((struct sockaddr_in *)&s->to)->sin_port = port;
	else
		((struct sockaddr_in6 *)&s->to)->sin6_port = port;
	return sendto(s->fd, "flood", 5, 0, (struct sockaddr *)&s->to, s->len) < 0 ? errno : 0;
}

static size_t run(long interval_us)
{
	struct timespec pause = {0, interval_us * 1000};
	size_t n;

	for (n = 0; n < MOST && !stop; n++) {
		done[n].s = &sources[n % n_sources];
		done[n].error = shoot(&sources[n % n_sources], n);
		nanosleep(&pause, NULL);
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *nic = NULL, *six, *from4 = NULL, *from6 = NULL;
	struct sigaction sa = {.sa_handler = on_term};
	long interval = 500;
	char *four;
	size_t n;
	int o;

	while ((o = getopt(argc, argv, "i:n:s:")) >= 0) {
		if (o == 'i')
			interval = strtol(optarg, NULL, 0);
		else if (o == 'n')
			nic = optarg;
		else if (o == 's')
			from4 = strsep(&optarg, ","), from6 = optarg;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	six = argv[optind];
	four = strsep((char **)&six, ",");
	add("plain", AF_INET, four, NULL, NULL);
	add("plain", AF_INET6, six, NULL, NULL);
	if (nic) {
		add("nic", AF_INET, four, nic, NULL);
		add("nic", AF_INET6, six, nic, NULL);
	}
	if (from4 && from6) {
		add("source", AF_INET, four, NULL, from4);
		add("source", AF_INET6, six, NULL, from6);
	}
	sigaction(SIGTERM, &sa, NULL);
	n = run(interval);
	for (size_t i = 0; i < n; i++)
		printf("%zu %d %s %s\n", i, done[i].s->family == AF_INET ? 4 : 6, done[i].s->kind,
			done[i].error ? strerrorname_np(done[i].error) : "sent");
	return 0;
}
