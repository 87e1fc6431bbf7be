// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink socket. Knows sequence numbers, acknowledgements, dumps and the limits of the socket
 * buffers; must not know what a message means. Keeps the invariants that an answer is only ever
 * matched by its sequence number, that only the kernel is listened to, and that after every call,
 * also a failed one, nothing of it is left on the socket (else the socket is not used again).
 */
#include "net/nl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

/* Answers to one sendmsg must fit the receive buffer, or the kernel drops some of them. */
#define BATCH_MESSAGES 64
#define BATCH_BYTES    (BATCH_MESSAGES * NL_MESSAGE_MAX)
#define RECEIVE_BUFFER (1024 * 1024)

/* What the default send buffer is sure to take, and what one acknowledgement uses of the other. */
#define SEND_BUFFER	(64 * 1024)
#define ACK_ROOM	1024
#define TRANSACTION_MAX (64 * 1024 * 1024)

/* One recvmmsg takes so many datagrams; the kernel makes dump messages as large as there is room.
 */
#define SLOTS	  16
#define SLOT_SIZE 16384

struct pending {
	bool ack, answered;
};

struct nl {
	int fd;
	bool broken;  /* lost track of the answers */
	uint32_t seq; /* of the next message */
	struct nl_stats stats;
	struct strbuf queue; /* requests, one after the other, each aligned */
	struct pending *pending;
	size_t n_pending, cap_pending;
	uint8_t *room; /* SLOTS * SLOT_SIZE; pages never received into are never touched */
};

static int set_options(struct nl *nl, struct err *e)
{
	static const int wanted[] = {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK};
	const int on = 1, size = RECEIVE_BUFFER;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		nl->stats.system_calls++;
		if (setsockopt(nl->fd, SOL_NETLINK, wanted[i], &on, sizeof(on)) < 0)
			return err_errno(e, E_UNSUPPORTED, errno,
				"cannot set option %d of a netlink socket", wanted[i]);
	}
	/* Without the privilege the default holds a batch as well, only not the largest one. */
	nl->stats.system_calls++;
	(void)setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return 0;
}

int nl_open(int protocol, struct nl **ret, struct err *e)
{
	struct nl *nl = calloc(1, sizeof(*nl));
	int r;

	if (!nl)
		err_oom();
	nl->seq = 1;
	nl->stats.system_calls = 1;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0) {
		r = err_errno(e, errno == EPROTONOSUPPORT ? E_UNSUPPORTED : E_KERNEL, errno,
			"cannot open a netlink socket");
		free(nl);
		return r;
	}
	nl->room = malloc(SLOTS * SLOT_SIZE);
	if (!nl->room)
		err_oom();
	r = set_options(nl, e);
	if (r) {
		nl_close(nl);
		return r;
	}
	*ret = nl;
	return 0;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	close(nl->fd);
	strbuf_free(&nl->queue);
	free(nl->pending);
	free(nl->room);
	free(nl);
}

bool nl_is_broken(const struct nl *nl)
{
	return nl->broken;
}

void nl_get_stats(const struct nl *nl, struct nl_stats *ret)
{
	*ret = nl->stats;
}

static enum err_code code_of(int error)
{
	switch (error) {
	case EPERM: return E_PERMISSION;
	case ENODEV: return E_NOT_FOUND;
	case EEXIST: return E_EXISTS;
	case EADDRINUSE: return E_CONFLICT;
	case EOPNOTSUPP: return E_UNSUPPORTED;
	default: return E_KERNEL;
	}
}

int nl_refused(const struct nl_result *r, struct err *e, const char *fmt, ...)
{
	char words[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (r->text[0])
		return err_set(
			e, code_of(r->error), "%s: %s (%s)", words, r->text, strerror(r->error));
	return err_errno(e, code_of(r->error), r->error, "%s", words);
}

void *nl_message_begin(struct nl_message *m, uint16_t type, uint16_t flags, size_t size)
{
	memset(m, 0, sizeof(*m));
	mnl_nlmsg_put_header(m);
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(&m->h, size);
}

static int send_bytes(struct nl *nl, const void *data, size_t len, size_t messages, struct err *e)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t n;

	if (nl->broken)
		return err_set(e, E_INTERNAL, "a netlink socket is used after it failed");
	do {
		nl->stats.system_calls++;
		n = sendto(nl->fd, data, len, 0, (const struct sockaddr *)&kernel, sizeof(kernel));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(e, E_KERNEL, errno, "cannot send to the kernel");
	nl->stats.sent_messages += messages;
	nl->stats.sent_bytes += len;
	return 0;
}

typedef int (*each_fn)(void *ctx, const struct nlmsghdr *h, struct err *e);

static int take_datagram(
	struct nl *nl, void *data, size_t size, each_fn each, void *ctx, struct err *e)
{
	const struct nlmsghdr *h;
	size_t at = 0;
	int r;

	nl->stats.received_bytes += size;
	while ((h = nl_message_at(data, size, &at))) {
		nl->stats.received_messages++;
		r = each(ctx, h, e);
		if (r)
			return r;
	}
	return 0;
}

/*
 * Receives at least one datagram (with MSG_DONTWAIT: if there is one), and what else is there
 * already, and gives each message out.
 */
static int receive_by(struct nl *nl, int flags, bool secret, each_fn each, void *ctx, bool *ret_any,
	struct err *e)
{
	struct sockaddr_nl from[SLOTS] = {0};
	struct mmsghdr slot[SLOTS] = {0};
	struct iovec iov[SLOTS];
	int n, r = 0;

	for (size_t i = 0; i < SLOTS; i++) {
		iov[i] = (struct iovec){nl->room + i * SLOT_SIZE, SLOT_SIZE};
		slot[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
			.msg_iovlen = 1,
			.msg_name = &from[i],
			.msg_namelen = sizeof(from[i])};
	}
	do {
		nl->stats.system_calls++;
		n = recvmmsg(nl->fd, slot, SLOTS, flags, NULL);
	} while (n < 0 && errno == EINTR);
	*ret_any = n > 0;
	if (n < 0 && flags & MSG_DONTWAIT && errno == EAGAIN)
		return 0;
	if (n < 0)
		return err_errno(e, E_KERNEL, errno, "cannot receive from the kernel");
	for (int i = 0; i < n; i++) {
		if (!r && (slot[i].msg_hdr.msg_flags & MSG_TRUNC))
			r = err_set(e, E_KERNEL, "a message of the kernel is too long");
		/* Any process may send to a netlink socket; the kernel's port is 0. */
		if (!r && from[i].nl_pid == 0)
			r = take_datagram(nl, iov[i].iov_base, slot[i].msg_len, each, ctx, e);
		if (secret)
			explicit_bzero(iov[i].iov_base, slot[i].msg_len);
	}
	return r;
}

static int receive(struct nl *nl, bool secret, each_fn each, void *ctx, struct err *e)
{
	bool any;

	return receive_by(nl, MSG_WAITFORONE, secret, each, ctx, &any, e);
}

struct wait {
	uint32_t first; /* sequence number of pending[0] */
	size_t count, open;
	struct pending *pending;
	struct nl_result *results;
	nl_take_fn take;
	void *ctx;
};

static int wait_message(void *ctx, const struct nlmsghdr *h, struct err *e)
{
	struct wait *w = ctx;
	size_t i = h->nlmsg_seq - w->first;
	int r;

	if (i >= w->count || w->pending[i].answered)
		return 0;
	if (h->nlmsg_type == NLMSG_ERROR) {
		if (!nl_result_parse(h, &w->results[i]))
			return err_set(
				e, E_KERNEL, "an acknowledgement of the kernel is malformed");
	} else {
		r = w->take ? w->take(w->ctx, i, h, e) : 0;
		if (r)
			return r;
		if (w->pending[i].ack)
			return 0;
		w->results[i] = (struct nl_result){0};
	}
	w->pending[i].answered = true;
	w->open--;
	return 0;
}

/* Sends messages that stand one after the other and waits until each is answered. */
static int exchange(struct nl *nl, const void *data, size_t len, struct wait *w, struct err *e)
{
	int r;

	w->open = w->count;
	r = send_bytes(nl, data, len, w->count, e);
	if (r)
		return r;
	while (!r && w->open)
		r = receive(nl, false, wait_message, w, e);
	if (r)
		nl->broken = true;
	return r;
}

int nl_ask(struct nl *nl, struct nlmsghdr *h, nl_take_fn take, void *ctx, struct nl_result *ret,
	struct err *e)
{
	struct pending pending = {.ack = h->nlmsg_flags & NLM_F_ACK};
	struct wait w = {.first = nl->seq++,
		.count = 1,
		.pending = &pending,
		.results = ret,
		.take = take,
		.ctx = ctx};

	*ret = (struct nl_result){.error = ECANCELED};
	h->nlmsg_seq = w.first;
	return exchange(nl, h, h->nlmsg_len, &w, e);
}

void nl_push(struct nl *nl, const struct nlmsghdr *h)
{
	static const char padding[MNL_ALIGNTO];
	struct nlmsghdr *copy;
	size_t at = nl->queue.len;

	strbuf_addn(&nl->queue, h, h->nlmsg_len);
	strbuf_addn(&nl->queue, padding, MNL_ALIGN(h->nlmsg_len) - h->nlmsg_len);
	copy = (struct nlmsghdr *)(nl->queue.s + at);
	copy->nlmsg_seq = nl->seq++;
	if (nl->n_pending == nl->cap_pending) {
		nl->cap_pending = nl->cap_pending ? 2 * nl->cap_pending : 32;
		nl->pending = realloc(nl->pending, nl->cap_pending * sizeof(*nl->pending));
		if (!nl->pending)
			err_oom();
	}
	nl->pending[nl->n_pending++] = (struct pending){.ack = h->nlmsg_flags & NLM_F_ACK};
}

size_t nl_pushed(const struct nl *nl)
{
	return nl->n_pending;
}

/* How many of the messages from `data` on go out together, and their length. */
static size_t measure_chunk(const char *data, size_t messages, size_t *ret_len)
{
	size_t n = 0, len = 0, next;

	while (n < messages && n < BATCH_MESSAGES) {
		next = MNL_ALIGN(((const struct nlmsghdr *)(data + len))->nlmsg_len);
		if (n && len + next > BATCH_BYTES)
			break;
		len += next;
		n++;
	}
	*ret_len = len;
	return n;
}

/* Gives the caller the place in the whole batch, not in the part that is under way. */
struct chunk {
	size_t first;
	nl_take_fn take;
	void *ctx;
};

static int chunk_take(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct chunk *c = ctx;

	return c->take(c->ctx, c->first + index, h, e);
}

int nl_flush(struct nl *nl, struct nl_result *results, nl_take_fn take, void *ctx, struct err *e)
{
	uint32_t first = nl->seq - (uint32_t)nl->n_pending;
	struct chunk c = {.take = take, .ctx = ctx};
	size_t at = 0, len, n;
	int r = 0;

	for (size_t i = 0; i < nl->n_pending; i++)
		results[i] = (struct nl_result){.error = ECANCELED};
	for (; !r && c.first < nl->n_pending; c.first += n, at += len) {
		n = measure_chunk(nl->queue.s + at, nl->n_pending - c.first, &len);
		struct wait w = {.first = first + (uint32_t)c.first,
			.count = n,
			.pending = nl->pending + c.first,
			.results = results + c.first,
			.take = take ? chunk_take : NULL,
			.ctx = &c};

		r = exchange(nl, nl->queue.s + at, len, &w, e);
	}
	strbuf_reset(&nl->queue);
	nl->n_pending = 0;
	return r;
}

/* Numbers the messages; false unless there are just `count` of them and nothing else. */
static bool number(struct nl *nl, uint8_t *bytes, size_t len, size_t count)
{
	const struct nlmsghdr *h;
	size_t at = 0, n = 0;

	for (; (h = nl_message_at(bytes, len, &at)); n++)
		((struct nlmsghdr *)(uintptr_t)h)->nlmsg_seq = nl->seq++;
	return n == count && at == len;
}

/* Without the privilege the limits stay, and the kernel says so when they are too small. */
static void make_room(struct nl *nl, size_t len, size_t count)
{
	const int send = (int)len, receive = (int)(count * ACK_ROOM);

	if (len > SEND_BUFFER) {
		nl->stats.system_calls++;
		(void)setsockopt(nl->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send, sizeof(send));
	}
	if (receive > RECEIVE_BUFFER) {
		nl->stats.system_calls++;
		(void)setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive, sizeof(receive));
	}
}

int nl_transact(struct nl *nl, void *bytes, size_t len, size_t count, struct nl_result *results,
	struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct wait w = {.first = nl->seq,
		.count = count,
		.open = count,
		.pending = arena_alloc(a, count * sizeof(*w.pending)),
		.results = results};
	bool any;
	int r;

	if (len > TRANSACTION_MAX || !number(nl, bytes, len, count))
		return err_set(e, E_INTERNAL, "a transaction of %zu bytes is malformed", len);
	for (size_t i = 0; i < count; i++)
		results[i] = (struct nl_result){.error = ECANCELED};
	make_room(nl, len, count);
	if ((r = send_bytes(nl, bytes, len, count, e)))
		return r;
	do
		r = receive_by(nl, MSG_DONTWAIT, false, wait_message, &w, &any, e);
	while (!r && any);
	if (r)
		nl->broken = true;
	return r;
}

struct dump {
	const struct nl_dump *d;
	struct nl_result *result;
	uint32_t seq;
	bool done, interrupted;
};

static int dump_message(void *ctx, const struct nlmsghdr *h, struct err *e)
{
	struct dump *p = ctx;

	if (h->nlmsg_seq != p->seq || p->done)
		return 0;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		p->interrupted = true;
	if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
		p->done = true;
		if (!nl_result_parse(h, p->result))
			return err_set(e, E_KERNEL, "the end of a dump is malformed");
		return 0;
	}
	return p->interrupted ? 0 : p->d->take(p->d->ctx, 0, h, e);
}

int nl_dump(struct nl *nl, struct nlmsghdr *h, const struct nl_dump *d, struct nl_result *ret,
	struct err *e)
{
	struct nl_result result;
	struct dump p = {.d = d, .result = &result};
	int r;

	h->nlmsg_flags |= NLM_F_DUMP;
	for (unsigned i = 0; i < NL_DUMP_TRIES; i++) {
		p = (struct dump){.d = d, .result = &result, .seq = nl->seq++};
		result = (struct nl_result){0};
		d->begin(d->ctx);
		h->nlmsg_seq = p.seq;
		r = send_bytes(nl, h, h->nlmsg_len, 1, e);
		if (r)
			return r;
		while (!r && !p.done)
			r = receive(nl, d->secret, dump_message, &p, e);
		if (r) {
			nl->broken = true;
			return r;
		}
		/* Interrupted counts for an error too: the walk met what was just going away. */
		if (!p.interrupted) {
			*ret = result;
			return 0;
		}
	}
	return err_set(
		e, E_KERNEL, "what is read keeps changing; gave up after %d times", NL_DUMP_TRIES);
}
