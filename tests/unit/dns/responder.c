// SPDX-License-Identifier: GPL-2.0-or-later
/* The name server; see responder.h. Messages as in RFC 1035 section 4. */
#include "unit/dns/responder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif

#define TYPE_A	   1
#define TYPE_CNAME 5
#define TYPE_AAAA  28
#define SERVFAIL   2
#define NXDOMAIN   3
#define REFUSED	   5
#define TRUNCATED  0x02

struct message {
	uint8_t b[4096];
	size_t len;
};

static void die(const char *what)
{
	perror(what);
	exit(99);
}

static void put16(struct message *m, unsigned v)
{
	m->b[m->len++] = (uint8_t)(v >> 8);
	m->b[m->len++] = (uint8_t)v;
}

/* A record for the name of the question, or for what an alias points to. */
static void put_record(
	struct message *m, unsigned owner, unsigned type, const void *data, size_t len)
{
	put16(m, 0xc000 | owner);
	put16(m, type);
	put16(m, 1);
	put16(m, 0);
	put16(m, 60);
	put16(m, (unsigned)len);
	memcpy(m->b + m->len, data, len);
	m->len += len;
	m->b[7]++; /* how many answers */
}

static void put_address(struct message *m, unsigned owner, unsigned type, const char *text)
{
	uint8_t b[16];

	inet_pton(type == TYPE_A ? AF_INET : AF_INET6, text, b);
	put_record(m, owner, type, b, type == TYPE_A ? 4 : 16);
}

/* The name of the question as text; returns where its type stands. */
static size_t question_name(const struct message *m, char *out, size_t size)
{
	size_t at = 12, n = 0;

	while (at < m->len && m->b[at] && n + m->b[at] + 2 < size) {
		if (n)
			out[n++] = '.';
		memcpy(out + n, m->b + at + 1, m->b[at]);
		n += m->b[at];
		at += m->b[at] + 1u;
	}
	out[n] = '\0';
	return at + 1;
}

static bool starts(const char *name, const char *label)
{
	size_t len = strlen(label);

	return strncmp(name, label, len) == 0 && name[len] == '.';
}

static void put_addresses(struct message *m, const char *name, unsigned type, unsigned owner)
{
	char text[32];

	if (type == TYPE_A && !starts(name, "v6") && !starts(name, "big"))
		put_address(m, owner, type, "192.0.2.1");
	if (type == TYPE_AAAA && !starts(name, "v4") && !starts(name, "half") &&
		!starts(name, "big"))
		put_address(
			m, owner, type, starts(name, "routed") ? "2001:db8:2::1" : "2001:db8::1");
	if (starts(name, "two"))
		put_address(m, owner, type, type == TYPE_A ? "192.0.2.2" : "2001:db8::2");
	for (int i = 0; i < 40 && starts(name, "big") && type == TYPE_A; i++) {
		snprintf(text, sizeof(text), "198.51.100.%d", i);
		put_address(m, owner, type, text);
	}
}

/* Turns the question into the answer; false when there is none to be. `before`: asked that often.
 */
static bool answer(struct message *m, const char *name, unsigned type, bool tcp, unsigned before)
{
	static const char *const known[] = {
		"ok", "two", "v4", "v6", "routed", "alias", "big", "flaky", "half"};
	bool first_fails = (starts(name, "flaky") || starts(name, "half")) && type == TYPE_A;
	unsigned owner = 12;

	m->b[2] |= 0x80;
	m->b[3] = 0x80;
	/* Only the question stays: what the asker added behind it does not come back. */
	memset(m->b + 6, 0, 6);
	if (starts(name, "silent"))
		return false;
	if (starts(name, "fail") || (first_fails && before == 0))
		m->b[3] |= SERVFAIL;
	else if (starts(name, "refuse"))
		m->b[3] |= REFUSED;
	else if (starts(name, "big") && !tcp)
		m->b[2] |= TRUNCATED;
	if ((m->b[3] & 15) || (m->b[2] & TRUNCATED) || starts(name, "nodata"))
		return true;
	if (starts(name, "alias")) {
		owner = (unsigned)m->len + 12;
		put_record(m, 12, TYPE_CNAME, "\2ok\4test", 9);
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (starts(name, known[i])) {
			put_addresses(m, name, type, owner);
			return true;
		}
	m->b[3] |= NXDOMAIN;
	return true;
}

static bool handle(struct responder_log *log, struct message *m, uint32_t mark, bool tcp)
{
	struct asked *q = &log->asked[log->n % ASKED_MAX];
	struct responder r = {.log = log};
	unsigned before;
	size_t at;

	if (m->len < 17)
		return false;
	*q = (struct asked){.mark = mark, .tcp = tcp};
	at = question_name(m, q->name, sizeof(q->name));
	q->type = (uint16_t)(m->b[at] << 8 | m->b[at + 1]);
	m->len = at + 4;
	before = responder_count(&r, q->name, q->type);
	log->n++;
	return answer(m, q->name, q->type, tcp, before);
}

static void serve_udp(int fd, struct responder_log *log)
{
	char control[64];
	struct sockaddr_in6 from;
	struct message m;
	struct iovec iov = {m.b, 512};
	struct msghdr h = {.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &h, 0);
	uint32_t mark = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_MARK)
			memcpy(&mark, CMSG_DATA(c), sizeof(mark));
	m.len = n > 0 ? (size_t)n : 0;
	if (handle(log, &m, mark, false))
		sendto(fd, m.b, m.len, 0, (struct sockaddr *)&from, h.msg_namelen);
}

static void serve_tcp(int listener, struct responder_log *log)
{
	int fd = accept(listener, NULL, NULL);
	struct message m = {.len = 0};
	uint32_t mark = 0;
	uint8_t size[2];
	socklen_t len = sizeof(mark);

	getsockopt(fd, SOL_SOCKET, SO_MARK, &mark, &len);
	while (recv(fd, size, 2, MSG_WAITALL) == 2) {
		m.len = (size_t)(size[0] << 8 | size[1]);
		if (m.len > 512 || recv(fd, m.b, m.len, MSG_WAITALL) != (ssize_t)m.len)
			break;
		if (!handle(log, &m, mark, true))
			continue;
		size[0] = (uint8_t)(m.len >> 8);
		size[1] = (uint8_t)m.len;
		if (write(fd, size, 2) != 2 || write(fd, m.b, m.len) != (ssize_t)m.len)
			break;
	}
	close(fd);
}

static int bound(const char *address, int type)
{
	struct sockaddr_in6 sa6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
	struct sockaddr_in sa4 = {.sin_family = AF_INET, .sin_port = htons(53)};
	bool v6 = inet_pton(AF_INET6, address, &sa6.sin6_addr) == 1;
	int one = 1, fd = socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);

	if (!v6)
		inet_pton(AF_INET, address, &sa4.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVMARK, &one, sizeof(one));
	if (bind(fd, v6 ? (struct sockaddr *)&sa6 : (struct sockaddr *)&sa4,
		    v6 ? sizeof(sa6) : sizeof(sa4)) < 0)
		die(address);
	if (type == SOCK_STREAM && listen(fd, 8) < 0)
		die(address);
	return fd;
}

void responder_start(struct responder *r, const char *address, bool silent)
{
	struct pollfd p[2] = {{.fd = bound(address, SOCK_DGRAM), .events = POLLIN},
		{.fd = bound(address, SOCK_STREAM), .events = POLLIN}};

	r->log = mmap(
		NULL, sizeof(*r->log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->log == MAP_FAILED)
		die("mmap");
	r->pid = fork();
	if (r->pid < 0)
		die("fork");
	/* A test that crashes takes it along. */
	if (r->pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (r->pid == 0) {
		if (silent)
			pause();
		else if (poll(p, 2, -1) > 0) {
			if (p[0].revents)
				serve_udp(p[0].fd, r->log);
			if (p[1].revents)
				serve_tcp(p[1].fd, r->log);
		}
	}
	close(p[0].fd);
	close(p[1].fd);
}

void responder_stop(struct responder *r)
{
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	munmap(r->log, sizeof(*r->log));
}

void responder_forget(struct responder *r)
{
	memset(r->log, 0, sizeof(*r->log));
}

unsigned responder_count(const struct responder *r, const char *name, uint16_t type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->log->n && i < ASKED_MAX; i++)
		n += str_eq(r->log->asked[i].name, name) &&
			(!type || r->log->asked[i].type == type);
	return n;
}
