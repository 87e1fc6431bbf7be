/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink socket: requests, filtered dumps, batches with every acknowledgement collected, and
 * the kernel's own words (extack) for errors. An rtnetlink batch is not atomic and goes on after a
 * failing message, so each message has its own result.
 *
 * The int of these functions speaks of the socket; what the kernel said to a message is in its
 * struct nl_result, because half of the refusals are answers ("no such table") and not errors.
 */
#ifndef WF_NET_NL_H
#define WF_NET_NL_H

#include <libmnl/libmnl.h>
#include "base/arena.h"
#include "base/err.h"

struct nl;

/* Opens NETLINK_ROUTE (protocol 0), _GENERIC, _SOCK_DIAG or _NETFILTER in the caller's network
 * namespace, with NETLINK_GET_STRICT_CHK, NETLINK_EXT_ACK, NETLINK_CAP_ACK set and a receive
 * buffer fit for dumps. E_UNSUPPORTED when the kernel has no such protocol. */
int nl_open(int protocol, struct nl **ret, struct err *e);
void nl_close(struct nl *nl);
static inline void nl_closep(struct nl **nl)
{
	nl_close(*nl);
}
#define NL_CLEANUP __attribute__((cleanup(nl_closep)))
/* After a failure in the middle of answers the socket only refuses; open another one. */
bool nl_is_broken(const struct nl *nl);

/* Counted since nl_open: what `-v` and the bench print. */
struct nl_stats {
	uint64_t sent_messages, sent_bytes, received_messages, received_bytes, system_calls;
};
void nl_get_stats(const struct nl *nl, struct nl_stats *ret);

/* What the kernel said to one message. */
struct nl_result {
	int error;	/* errno value, 0 = done */
	char text[160]; /* NLMSGERR_ATTR_MSG, or "" */
};
/* Makes an error of a refusal: the words, the kernel's text, the errno's. */
int nl_refused(const struct nl_result *r, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Room for one request that is made of a header and small attributes; more never fits. */
#define NL_MESSAGE_MAX 512
struct nl_message {
	union {
		struct nlmsghdr h;
		char bytes[NL_MESSAGE_MAX];
	};
};
/*
 * Begins a request, with a zeroed family header of `size` bytes, which is returned. All of the room
 * is zeroed first: libmnl leaves the padding behind attributes as it was, and it is sent too.
 */
void *nl_message_begin(struct nl_message *m, uint16_t type, uint16_t flags, size_t size);

/*
 * Takes one message that is not an acknowledgement. It is valid during the call only. `index` is
 * the place of the request in its batch, else 0.
 */
typedef int (*nl_take_fn)(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e);

/* One request. With NLM_F_ACK it waits for the acknowledgement, else for the first answer. */
int nl_ask(struct nl *nl, struct nlmsghdr *h, nl_take_fn take, void *ctx, struct nl_result *ret,
	struct err *e);

/*
 * A dump (NLM_F_DUMP is added). When the kernel says that what it walked has changed meanwhile, all
 * is asked again, at most NL_DUMP_TRIES times (E_KERNEL then): `begin` forgets what was taken.
 * `secret`: the answers hold keys; the receive buffer is wiped after each.
 */
#define NL_DUMP_TRIES 16
struct nl_dump {
	void (*begin)(void *ctx);
	nl_take_fn take;
	void *ctx;
	bool secret;
};
int nl_dump(struct nl *nl, struct nlmsghdr *h, const struct nl_dump *d, struct nl_result *ret,
	struct err *e);

/*
 * The batch: nl_push queues a copy of the request; nl_flush sends all in as few system calls as the
 * socket's limits allow, waits for the answer to each and empties the queue, also when it fails.
 * results[i] belongs to the i'th request pushed; after a failure of the socket ECANCELED stands
 * where no answer came. `take` may be NULL if nothing but acknowledgements can come.
 */
void nl_push(struct nl *nl, const struct nlmsghdr *h);
size_t nl_pushed(const struct nl *nl);
int nl_flush(struct nl *nl, struct nl_result *results, nl_take_fn take, void *ctx, struct err *e);

/*
 * A transaction of nfnetlink: `bytes` are `count` whole messages, BATCH_BEGIN and BATCH_END among
 * them. They are numbered here and go out in one system call, for the kernel takes or refuses them as
 * one; what it has to say about them is all there when that call returns. results[i] belongs to the
 * i'th message; ECANCELED stands where no answer came, as for one that asked for none.
 */
int nl_transact(struct nl *nl, void *bytes, size_t len, size_t count, struct nl_result *results,
	struct err *e);

/*
 * Pure: the message at *at of what was received, and *at behind it; NULL when there is no whole one
 * any more. (libmnl's own check takes a length of 2 GiB and more for a negative one, and it fits.)
 */
const struct nlmsghdr *nl_message_at(const void *data, size_t size, size_t *at);

/* Pure: an NLMSG_ERROR or NLMSG_DONE message as a result. False for a malformed one. */
bool nl_result_parse(const struct nlmsghdr *h, struct nl_result *ret);

/*
 * Pure: the attributes of a payload by type. sizes[t] is the least payload length of type t; a
 * shorter one makes the whole payload malformed (false). tb has max + 1 members; types above `max`
 * are skipped, of a repeated type the last one counts.
 */
bool nl_attrs(const void *payload, size_t len, const uint8_t *sizes, uint16_t max,
	const struct nlattr **tb);
/* The same for what follows a family header of `head` bytes. False also when that is cut off. */
bool nl_message_attrs(const struct nlmsghdr *h, size_t head, const uint8_t *sizes, uint16_t max,
	const struct nlattr **tb);
bool nl_nested_attrs(const struct nlattr *nest, const uint8_t *sizes, uint16_t max,
	const struct nlattr **tb);
/* A string attribute, terminated or not; false when it does not fit. */
bool nl_attr_string(const struct nlattr *attr, char *out, size_t size);

#endif
