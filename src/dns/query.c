// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One attempt over c-ares. Knows the library, its sockets and what its answers mean; must not know
 * how often one tries. Every socket carries the mark before it sends a byte.
 */
#include "dns/query.h"

#include <ares.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

/* A server that is silent costs this long; the second round over all servers takes twice that. */
#define SERVER_MS 1500
#define ROUNDS	  2
#define STOP_MS	  100

struct answer {
	struct asking *asking;
	int family; /* AF_UNSPEC = both at once */
	int status; /* of c-ares; -1 = none yet */
};

/* What happens during one attempt. */
struct asking {
	struct query *q;
	struct arena *a;
	struct lookup_result *ret;
	struct answer answers[2];
	unsigned n_answers, open;
	int rcode, errnum; /* the last trouble with a server; c-ares only says that there was one */
};

/* --- sockets -----------------------------------------------------------------------------------
 */

static ares_socket_t sock_open(int family, int type, int protocol, void *ctx)
{
	struct asking *k = ctx;
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	/* Without the privilege there is no tunnel of ours to stay out of either. */
	if (fd >= 0 && k->q->mark)
		(void)setsockopt(fd, SOL_SOCKET, SO_MARK, &k->q->mark, sizeof(k->q->mark));
	return fd;
}

static int sock_close(ares_socket_t fd, void *ctx)
{
	return close(fd);
}

static ssize_t note_errno(struct asking *k, ssize_t r)
{
	if (r < 0 && errno != EAGAIN && errno != EINPROGRESS && errno != EINTR)
		k->errnum = errno;
	return r;
}

static int sock_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t len, void *ctx)
{
	return (int)note_errno(ctx, connect(fd, to, len));
}

static ares_ssize_t sock_receive(ares_socket_t fd, void *buf, size_t size, int flags,
	struct sockaddr *from, ares_socklen_t *from_len, void *ctx)
{
	struct asking *k = ctx;
	ssize_t n = note_errno(k, recvfrom(fd, buf, size, flags, from, from_len));

	/* RFC 1035 section 4.1.1: the low bits of the fourth byte. By TCP the header may come
	 * apart. */
	if (n >= 12 && from)
		k->rcode = ((unsigned char *)buf)[3] & 0x0f;
	return n;
}

static ares_ssize_t sock_send(ares_socket_t fd, const struct iovec *iov, int n, void *ctx)
{
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)n};

	return note_errno(ctx, sendmsg(fd, &m, MSG_NOSIGNAL));
}

static const struct ares_socket_functions sockets = {
	.asocket = sock_open,
	.aclose = sock_close,
	.aconnect = sock_connect,
	.arecvfrom = sock_receive,
	.asendv = sock_send,
};

/* --- answers -----------------------------------------------------------------------------------
 */

static void push(struct asking *k, const struct sockaddr *sa)
{
	struct ip_addr *addr = LIST_PUSH(k->a, k->ret, addrs);

	addr->family = (uint8_t)sa->sa_family;
	if (sa->sa_family == AF_INET)
		memcpy(addr->b, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	else
		memcpy(addr->b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
}

static void on_answer(void *ctx, int status, int timeouts, struct ares_addrinfo *found)
{
	struct answer *answer = ctx;
	struct asking *k = answer->asking;

	if (status == ARES_ENOMEM)
		err_oom();
	answer->status = status;
	k->open--;
	for (struct ares_addrinfo_node *n = found ? found->nodes : NULL; n; n = n->ai_next)
		if (n->ai_family == AF_INET || (n->ai_family == AF_INET6 && k->q->ipv6))
			push(k, n->ai_addr);
	if (found)
		ares_freeaddrinfo(found);
}

static void ask(ares_channel channel, struct asking *k, const char *name, int family)
{
	const struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT, .ai_family = family, .ai_socktype = SOCK_DGRAM};
	struct answer *answer = &k->answers[k->n_answers++];

	*answer = (struct answer){.asking = k, .family = family, .status = -1};
	k->open++;
	ares_getaddrinfo(channel, name, NULL, &hints, on_answer, answer);
}

/*
 * A name with dots is asked for as it is, one query for each family, so that a family without an
 * answer does not hide behind one that has none to give. A single word goes through the search
 * list, and there both families must come from the same name.
 */
static void ask_all(ares_channel channel, struct asking *k)
{
	const char *host = k->q->host;
	char name[260];

	if (!strchr(host, '.')) {
		ask(channel, k, host, k->q->ipv6 ? AF_UNSPEC : AF_INET);
		return;
	}
	snprintf(name, sizeof(name), "%s%s", host, str_iends(host, ".") ? "" : ".");
	ask(channel, k, name, AF_INET);
	if (k->q->ipv6)
		ask(channel, k, name, AF_INET6);
}

static bool should_stop(const struct query *q)
{
	return (q->stop && q->stop(q->ctx)) || (q->deadline && clock_ms() >= q->deadline);
}

/* Until all have answered; false when stopped. */
static bool run(ares_channel channel, struct asking *k)
{
	while (k->open) {
		struct timeval max = {0, STOP_MS * 1000}, tv,
			       *left = ares_timeout(channel, &max, &tv);
		ares_socket_t fds[ARES_GETSOCK_MAXNUM];
		struct pollfd p[ARES_GETSOCK_MAXNUM];
		/* Bits 0-15 want to read, 16-31 to write; the library's macros shift an int. */
		unsigned bits = (unsigned)ares_getsock(channel, fds, ARES_GETSOCK_MAXNUM);
		int n = 0;

		for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
			short events = (short)((bits >> i & 1 ? POLLIN : 0) |
				(bits >> (i + ARES_GETSOCK_MAXNUM) & 1 ? POLLOUT : 0));

			if (events)
				p[n++] = (struct pollfd){.fd = fds[i], .events = events};
		}
		poll(p, (nfds_t)n, (int)(left->tv_sec * 1000 + (left->tv_usec + 999) / 1000));
		if (should_stop(k->q))
			return false;
		for (int i = 0; i < n; i++)
			ares_process_fd(channel,
				p[i].revents & ~POLLOUT ? p[i].fd : ARES_SOCKET_BAD,
				p[i].revents & ~POLLIN ? p[i].fd : ARES_SOCKET_BAD);
		ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
	return true;
}

/* --- what came of it ---------------------------------------------------------------------------
 */

static const char *rcode_text(int rcode)
{
	switch (rcode) {
	case 1: return "the server did not understand the question (FORMERR)";
	case 2: return "the server failed (SERVFAIL)";
	case 4: return "the server cannot do this (NOTIMP)";
	case 5: return "the server refuses to answer (REFUSED)";
	default: return NULL;
	}
}

static void say_trouble(struct asking *k, int status)
{
	const char *text = rcode_text(k->rcode);

	if (!text && status == ARES_ETIMEOUT)
		text = "no server answered in time";
	if (!text)
		text = k->errnum ? strerror(k->errnum) : ares_strerror(status);
	str_copy(k->q->reason, sizeof(k->q->reason), text);
}

static enum query_verdict judge(struct asking *k)
{
	const char *never = NULL;

	if (k->ret->n_addrs)
		return QUERY_FOUND;
	for (unsigned i = 0; i < k->n_answers; i++) {
		int status = k->answers[i].status;

		if (status == ARES_ENOTFOUND) {
			never = "there is no such name";
		} else if (status == ARES_EBADNAME) {
			never = "this is not a name";
		} else if (status == ARES_ENODATA || status == ARES_SUCCESS) {
			if (!never)
				never = k->q->ipv6 ? "it has no address" : "it has no IPv4 address";
		} else {
			say_trouble(k, status);
			return QUERY_AGAIN;
		}
	}
	str_copy(k->q->reason, sizeof(k->q->reason), never);
	return QUERY_NEVER;
}

static void say_servers(ares_channel channel, char *out, size_t size)
{
	struct ares_addr_port_node *servers = NULL;
	size_t len = 0;

	out[0] = '\0';
	ares_get_servers_ports(channel, &servers);
	for (struct ares_addr_port_node *s = servers; s && len < size; s = s->next) {
		struct ip_addr addr = {.family = (uint8_t)s->family};
		char text[IP_TEXT_SIZE];

		memcpy(addr.b, &s->addr, s->family == AF_INET ? 4 : 16);
		len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "",
			ip_addr_format(&addr, text));
	}
	ares_free_data(servers);
}

static int use_servers(ares_channel channel, const struct query *q)
{
	struct ares_addr_node *first = NULL;
	int status;

	for (size_t i = q->n_servers; i-- > 0;) {
		struct ares_addr_node *s = calloc(1, sizeof(*s));

		if (!s)
			err_oom();
		s->family = q->servers[i].family;
		memcpy(&s->addr, q->servers[i].b, ip_bits(q->servers[i].family) / 8);
		s->next = first;
		first = s;
	}
	status = ares_set_servers(channel, first);
	for (struct ares_addr_node *next; first; first = next) {
		next = first->next;
		free(first);
	}
	return status;
}

static ares_channel open_channel(struct query *q, struct asking *k)
{
	/* c-ares wants strings it may write to, and copies them. */
	char lookups[] = "b", path[256];
	struct ares_options options = {.flags = ARES_FLAG_NOALIASES,
		.timeout = SERVER_MS,
		.tries = ROUNDS,
		.lookups = lookups,
		.resolvconf_path = path};
	ares_channel channel;
	int status;

	str_copy(path, sizeof(path), q->resolv_conf);
	status = ares_init_options(&channel, &options,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
			ARES_OPT_RESOLVCONF);
	if (status == ARES_SUCCESS && q->servers) {
		status = use_servers(channel, q);
		if (status != ARES_SUCCESS)
			ares_destroy(channel);
	}
	if (status == ARES_ENOMEM)
		err_oom();
	if (status != ARES_SUCCESS) {
		snprintf(q->reason, sizeof(q->reason), "the resolver does not start: %s",
			ares_strerror(status));
		return NULL;
	}
	ares_set_socket_functions(channel, &sockets, k);
	return channel;
}

enum query_verdict query_name(struct arena *a, struct query *q, struct lookup_result *ret)
{
	struct lookup_result found = {0};
	struct asking k = {.q = q, .a = a, .ret = &found};
	enum query_verdict verdict = QUERY_AGAIN;
	ares_channel channel;

	if (q->servers && !q->n_servers) {
		str_copy(q->reason, sizeof(q->reason), "no server is known outside of the tunnels");
		str_copy(q->asked, sizeof(q->asked), "none");
		return verdict;
	}
	channel = open_channel(q, &k);
	if (!channel)
		return verdict;
	say_servers(channel, q->asked, sizeof(q->asked));
	ask_all(channel, &k);
	verdict = run(channel, &k) ? judge(&k) : QUERY_STOPPED;
	/* Calls back for whatever is still open, hence before k goes. */
	ares_destroy(channel);
	if (verdict == QUERY_FOUND)
		for (int family = AF_INET; family; family = family == AF_INET ? AF_INET6 : 0)
			LIST_FOREACH (addr, &found, addrs)
				if (addr->family == family)
					*LIST_PUSH(a, ret, addrs) = *addr;
	return verdict;
}
