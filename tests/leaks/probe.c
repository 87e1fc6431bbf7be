// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tries to leak: sends the probe set P of every protocol, family, target and kind of socket, all at
 * once, and says what became of each. Knows nothing of wf. A probe is told apart on the wire by its
 * source port, an echo request by its identifier: BASE + its number, the same number in each run
 * with the same targets, whatever is picked.
 *
 * Usage: probe [-b BASE] [-n NIC] [-m MARK] [-s ADDR4,ADDR6] [-u UID] [-w MS] [-k KIND,...]
 *              [-p PROTO,...] [-f 4|6] [-t TARGET,...] TARGET=ADDR4,ADDR6[,PORT]...
 * One line per probe: "ID PROTO FAMILY TARGET KIND RESULT"; RESULT is an errno's name, "silent",
 * "answer" or, over UDP, "answer:ADDRESS" with the address the other side saw.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_TARGETS = 8, MOST_PROBES = 512, PORT = 7000 };

static const struct proto {
	const char *name;
	int type;
	uint16_t port; /* 0 = the target's */
} protos[] = {
	{"udp", SOCK_DGRAM, 0},
	{"tcp", SOCK_STREAM, 0},
	{"icmp", SOCK_RAW, 0},
	{"udp53", SOCK_DGRAM, 53},
	{"tcp53", SOCK_STREAM, 53},
	{"udp443", SOCK_DGRAM, 443},
};

static const char *const kinds[] = {"plain", "nic", "source", "uid", "mark"};

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct target {
	const char *name, *addr[2];
	uint16_t port;
};

struct probe {
	const struct proto *proto;
	const struct target *target;
	const char *kind;
	int family;
	uint16_t id;
	int error;
	bool answered;
	char seen[INET6_ADDRSTRLEN];
};

static struct {
	uint16_t base;
	const char *nic, *kinds, *protos, *targets;
	char *source[2];
	uint32_t mark, uid;
	int family, wait_ms;
} arg = {.base = 2000, .nic = "eth0", .mark = 0x57000001, .uid = 1000, .wait_ms = 250};

static struct probe probes[MOST_PROBES];
static struct pollfd fds[MOST_PROBES];
static size_t n_probes;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	if (!list)
		return true;
	for (const char *s = list; s; s = strchr(s, ',')) {
		s += *s == ',';
		if (!strncmp(s, word, len) && (!s[len] || s[len] == ','))
			return true;
	}
	return false;
}

static struct sockaddr_storage address(int family, const char *text, uint16_t port, socklen_t *len)
{
	struct sockaddr_storage ss = {.ss_family = (sa_family_t)family};
	struct sockaddr_in *in = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;

	*len = family == AF_INET ? sizeof(*in) : sizeof(*in6);
	if (family == AF_INET)
		in->sin_port = htons(port);
	else
		in6->sin6_port = htons(port);
	if (text &&
		inet_pton(family, text,
			family == AF_INET ? (void *)&in->sin_addr : (void *)&in6->sin6_addr) != 1) {
		fprintf(stderr, "probe: not an address: %s\n", text);
		exit(2);
	}
	return ss;
}

/* What may be done with effective capabilities: all that are permitted, or CAP_NET_RAW alone. */
static void set_caps(bool only_raw)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d) < 0)
		die("capget");
	d[0].effective = only_raw ? 1u << CAP_NET_RAW : d[0].permitted;
	d[1].effective = only_raw ? 0 : d[1].permitted;
	if (syscall(SYS_capset, &h, d) < 0)
		die("capset");
}

/* A socket's owner is who made it. */
static int open_socket(const struct probe *p, bool user)
{
	int icmp = p->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int type = p->proto->type == SOCK_RAW ? SOCK_DGRAM : p->proto->type;
	int fd;

	if (user && seteuid(arg.uid) < 0)
		die("seteuid");
	fd = socket(p->family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		p->proto->type == SOCK_RAW ? icmp : 0);
	if (fd < 0)
		die("socket");
	return fd;
}

/* 0, or what went wrong on the way. */
static int prepare(const struct probe *p, int fd)
{
	static const struct linger hard = {.l_onoff = 1};
	bool nic = !strcmp(p->kind, "nic"), source = !strcmp(p->kind, "source"), six;
	struct sockaddr_storage ss;
	socklen_t len;
	int one = 1;

	six = p->family == AF_INET6;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVERR : IP_RECVERR, &one,
		sizeof(one));
	if (six)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (!strcmp(p->kind, "mark") &&
		setsockopt(fd, SOL_SOCKET, SO_MARK, &arg.mark, sizeof(arg.mark)) < 0)
		return errno;
	if (nic && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, arg.nic, strlen(arg.nic)) < 0)
		return errno;
	ss = address(p->family, source ? arg.source[six] : NULL, p->id, &len);
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? errno : 0;
}

static int launch(const struct probe *p, int fd)
{
	bool echo = p->proto->type == SOCK_RAW;
	uint16_t port = p->proto->port ? p->proto->port : p->target->port;
	struct sockaddr_storage ss;
	char text[64] = "";
	socklen_t len;
	int n = 8;

	ss = address(p->family, p->target->addr[p->family == AF_INET6], port, &len);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0)
		return errno == EINPROGRESS ? 0 : errno;
	if (p->proto->type == SOCK_STREAM)
		return 0;
	if (echo)
		text[0] = (char)(p->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST);
	else
		n = snprintf(text, sizeof(text), "probe %d", p->id);
	return send(fd, text, (size_t)n, 0) < 0 ? errno : 0;
}

static void start(struct probe *p, int *ret_fd)
{
	bool mark = !strcmp(p->kind, "mark");
	bool user = mark || !strcmp(p->kind, "uid");
	int fd = open_socket(p, user);

	if (mark)
		set_caps(true);
	p->error = prepare(p, fd);
	if (!p->error)
		p->error = launch(p, fd);
	if (user && seteuid(0) < 0)
		die("seteuid");
	set_caps(false);
	*ret_fd = p->error ? -1 : fd;
	if (p->error)
		close(fd);
}

/* What the socket has to say; true when that is all there is to wait for. */
static bool listen_to(struct probe *p, int fd)
{
	socklen_t len = sizeof(p->error);
	char buf[256];
	ssize_t n;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &p->error, &len) < 0)
		p->error = errno;
	if (p->error)
		return true;
	if (p->proto->type == SOCK_STREAM)
		return p->answered = true;
	n = recv(fd, buf, sizeof(buf) - 1, 0);
	if (n < 0)
		p->error = errno == EAGAIN ? 0 : errno;
	p->answered = n >= 0;
	if (n > 0 && p->proto->type == SOCK_DGRAM)
		snprintf(p->seen, sizeof(p->seen), "%.*s", (int)n, buf);
	return n >= 0 || p->error;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void collect(void)
{
	int64_t end = now_ms() + arg.wait_ms;
	size_t open = 0;

	for (size_t i = 0; i < n_probes; i++)
		open += fds[i].fd >= 0;
	while (open) {
		int64_t left = end - now_ms();

		if (left <= 0 || poll(fds, n_probes, (int)left) <= 0)
			return;
		for (size_t i = 0; i < n_probes; i++) {
			if (fds[i].fd < 0 || !fds[i].revents || !listen_to(&probes[i], fds[i].fd))
				continue;
			close(fds[i].fd);
			fds[i].fd = -1;
			open--;
		}
	}
}

static void print(const struct probe *p)
{
	printf("%d %s %d %s %s ", p->id, p->proto->name, p->family == AF_INET ? 4 : 6,
		p->target->name, p->kind);
	if (p->error)
		puts(strerrorname_np(p->error));
	else
		printf("%s%s%s\n", p->answered ? "answer" : "silent", p->seen[0] ? ":" : "",
			p->seen);
}

static void add(const struct target *t, const struct proto *proto, int family, const char *kind,
	uint16_t id)
{
	if (!listed(arg.kinds, kind) || !listed(arg.protos, proto->name) ||
		!listed(arg.targets, t->name) || (arg.family && arg.family != family) ||
		!t->addr[family == AF_INET6][0])
		return;
	if (n_probes == MOST_PROBES)
		exit(2);
	probes[n_probes++] = (struct probe){proto, t, kind, family, id, 0, false, ""};
}

static void add_target(const struct target *t, uint16_t *id)
{
	for (size_t p = 0; p < N(protos); p++)
		for (size_t k = 0; k < N(kinds); k++) {
			add(t, &protos[p], AF_INET, kinds[k], (*id)++);
			add(t, &protos[p], AF_INET6, kinds[k], (*id)++);
		}
}

static struct target parse_target(char *s)
{
	struct target t = {.name = strsep(&s, "="), .port = PORT, .addr = {"", ""}};
	char *port;

	if (s)
		t.addr[0] = strsep(&s, ",");
	if (s)
		t.addr[1] = strsep(&s, ",");
	port = s;
	if (port)
		t.port = (uint16_t)strtoul(port, NULL, 0);
	return t;
}

static void parse_option(int o)
{
	char *s = optarg;

	switch (o) {
	case 'b': arg.base = (uint16_t)strtoul(s, NULL, 0); break;
	case 'n': arg.nic = s; break;
	case 'm': arg.mark = (uint32_t)strtoul(s, NULL, 0); break;
	case 'u': arg.uid = (uint32_t)strtoul(s, NULL, 0); break;
	case 'w': arg.wait_ms = (int)strtol(s, NULL, 0); break;
	case 'k': arg.kinds = s; break;
	case 'p': arg.protos = s; break;
	case 't': arg.targets = s; break;
	case 'f': arg.family = *s == '4' ? AF_INET : AF_INET6; break;
	case 's':
		arg.source[0] = strsep(&s, ",");
		arg.source[1] = s;
		break;
	default: exit(2);
	}
}

int main(int argc, char **argv)
{
	struct target targets[MOST_TARGETS];
	uint16_t id;
	int o;

	while ((o = getopt(argc, argv, "b:n:m:s:u:w:k:p:f:t:")) >= 0)
		parse_option(o);
	if (argc == optind || argc - optind > MOST_TARGETS)
		return 2;
	id = arg.base;
	for (int i = 0; i < argc - optind; i++) {
		targets[i] = parse_target(argv[optind + i]);
		add_target(&targets[i], &id);
	}
	for (size_t i = 0; i < n_probes; i++) {
		fds[i].events = probes[i].proto->type == SOCK_STREAM ? POLLOUT : POLLIN;
		start(&probes[i], &fds[i].fd);
	}
	collect();
	for (size_t i = 0; i < n_probes; i++)
		print(&probes[i]);
	return 0;
}
