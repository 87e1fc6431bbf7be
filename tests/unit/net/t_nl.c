// SPDX-License-Identifier: GPL-2.0-or-later
/* The socket against the kernel: batches larger than one send, single refusals, dumps. */
#include <errno.h>

#include "net/addr.h"
#include "net/route.h"
#include "rig.h"

#define MANY 300

static struct route_state route_number(uint32_t i)
{
	return (struct route_state){.type = ROUTE_UNREACHABLE,
		.table = WF_TABLE_BASE + 7,
		.metric = 1,
		.protocol = WF_RTPROTO_KERNEL,
		.dst = {.addr = {AF_INET, {10, 1, (uint8_t)(i >> 8), (uint8_t)i}}, .len = 32}};
}

static void test_batch(struct nl *nl)
{
	static struct nl_result results[MANY + 1];
	struct route_state route;
	struct nl_stats before, after;
	struct nl_message m;
	size_t good = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		route = route_number(i);
		/* One in the middle cannot be: host bits outside the mask. */
		if (i == 150)
			route.dst.len = 8;
		route_build_add(&m, &route, 0);
		nl_push(nl, &m.h);
	}
	is_int((long long)nl_pushed(nl), MANY, "requests are queued");
	nl_get_stats(nl, &before);
	works(nl_flush(nl, results, NULL, NULL, &rig_err),
		"a batch with a refusal is sent to its end");
	nl_get_stats(nl, &after);
	for (uint32_t i = 0; i < MANY; i++)
		good += results[i].error == 0;
	is_int((long long)good, MANY - 1, "all others are done");
	is_int(results[150].error, EINVAL, "the refusal is where it belongs");
	ok(results[150].text[0], "with the kernel's words: %s", results[150].text);
	is_int((long long)(after.received_messages - before.received_messages), MANY,
		"every acknowledgement is collected");
	ok(after.system_calls - before.system_calls <= 30, "%d messages in %d system calls", MANY,
		(int)(after.system_calls - before.system_calls));
	is_int((long long)nl_pushed(nl), 0, "the queue is empty then");
}

struct count {
	size_t begun, taken;
};

static void begin(void *ctx)
{
	struct count *c = ctx;

	c->begun++;
	c->taken = 0;
}

static int take(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct count *c = ctx;
	struct route_info i;

	c->taken += route_parse(h, &i) && i.route.table == WF_TABLE_BASE + 7 && i.plain &&
		i.route.type == ROUTE_UNREACHABLE && !i.ifindex && i.route.metric == 1;
	return 0;
}

static int take_refusing(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	return err_set(e, E_LIMIT, "enough");
}

static void test_dump(struct nl *nl)
{
	struct count c = {0};
	struct nl_dump d = {begin, take, &c};
	struct nl_result result;
	struct nl_message m;
	struct nl *other;

	route_build_dump(&m, AF_INET, WF_TABLE_BASE + 7, 0, 0);
	works(nl_dump(nl, &m.h, &d, &result, &rig_err), "a dump of one table");
	is_int((long long)c.taken, MANY - 1, "gives all of it");
	is_int((long long)c.begun, 1, "at the first go");
	route_build_dump(&m, AF_INET, WF_TABLE_BASE + 7, WF_RTPROTO, 0);
	nl_dump(nl, &m.h, &d, &result, &rig_err);
	is_int((long long)c.taken, 0, "the kernel filters by protocol");
	route_build_dump(&m, AF_INET, WF_TABLE_BASE + 8, 0, 0);
	works(nl_dump(nl, &m.h, &d, &result, &rig_err), "a dump of no table");
	is_int(result.error, ENOENT, "is refused, and that is told");

	works(nl_open(NETLINK_ROUTE, &other, &rig_err), "another socket");
	link_build_get(&m, "lo", 0);
	refuses(nl_ask(other, &m.h, take_refusing, NULL, &result, &rig_err), E_LIMIT, "enough",
		"who takes may end a question");
	ok(nl_is_broken(other), "with its socket");
	nl_close(other);

	d.take = take_refusing;
	route_build_dump(&m, AF_INET, WF_TABLE_BASE + 7, 0, 0);
	refuses(nl_dump(nl, &m.h, &d, &result, &rig_err), E_LIMIT, "enough",
		"who takes may end a dump");
	ok(nl_is_broken(nl), "the socket, with half a dump on it, is not used again");
	refuses(nl_dump(nl, &m.h, &d, &result, &rig_err), E_INTERNAL, "after it failed",
		"but refuses");
}

/* Adds an address while all addresses are being told, the first time round. */
struct disturbance {
	struct nl *other;
	struct ip_prefix next;
	size_t begun, taken;
};

static void begin_disturbed(void *ctx)
{
	struct disturbance *x = ctx;

	x->begun++;
	x->taken = 0;
}

static int take_disturbed(void *ctx, size_t index, const struct nlmsghdr *h, struct err *e)
{
	struct disturbance *x = ctx;
	struct nl_result result;
	struct nl_message m;

	if (!x->taken++ && x->begun == 1) {
		addr_build_add(&m, 1, &x->next);
		nl_ask(x->other, &m.h, NULL, NULL, &result, &rig_err);
	}
	return 0;
}

static void test_interrupted(struct nl *nl)
{
	/* More than one receive takes, so that the rest is told after the disturbance. */
	enum { ADDRESSES = 6000 };
	static struct nl_result results[ADDRESSES];
	struct disturbance x = {.next = rig_prefix("10.3.0.1/32")};
	const struct nl_dump d = {begin_disturbed, take_disturbed, &x};
	struct ip_prefix p = rig_prefix("10.2.0.0/32");
	struct nl_result result;
	struct nl_message m;

	for (int i = 0; i < ADDRESSES; i++) {
		p.addr.b[2] = (uint8_t)(i >> 8);
		p.addr.b[3] = (uint8_t)i;
		addr_build_add(&m, 1, &p);
		nl_push(nl, &m.h);
	}
	works(nl_flush(nl, results, NULL, NULL, &rig_err), "%d addresses", ADDRESSES);
	works(nl_open(NETLINK_ROUTE, &x.other, &rig_err), "another socket");
	/* Of one link alone the kernel would not say so. */
	addr_build_dump(&m, AF_INET, 0);
	works(nl_dump(nl, &m.h, &d, &result, &rig_err), "a dump that is disturbed");
	is_int((long long)x.begun, 2, "is begun anew");
	is_int((long long)x.taken, ADDRESSES + 1, "and then complete");
	nl_close(x.other);
}

/* Somebody else's message with the right number must not count as an answer. */
static void test_stranger(void)
{
	struct nl *nl;
	struct nl_message m, forged = {0};
	struct nl_result result;
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_pid = (uint32_t)getpid()};
	struct nlmsgerr *e;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct route_state route = route_number(0);

	/* The first netlink socket of a process that has no other gets the pid for its port. */
	works(nl_open(NETLINK_ROUTE, &nl, &rig_err), "another socket");
	link_build_get(&m, "lo", 0);
	nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err);
	e = nl_message_begin(&forged, NLMSG_ERROR, NLM_F_CAPPED, sizeof(*e));
	e->error = 0;
	forged.h.nlmsg_seq = 2;
	ok(sendto(fd, &forged, forged.h.nlmsg_len, 0, (struct sockaddr *)&to, sizeof(to)) > 0,
		"a stranger's acknowledgement is on the socket");
	route.dst.len = 8;
	route_build_add(&m, &route, 0);
	works(nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err), "the next request");
	is_int(result.error, EINVAL, "hears the kernel only");
	nl_close(nl);
	close(fd);
}

int main(void)
{
	struct nl *nl;

	rig_enter();
	test_stranger();
	if (!works(nl_open(NETLINK_ROUTE, &nl, &rig_err), "socket"))
		return done_testing();
	test_batch(nl);
	test_interrupted(nl);
	test_dump(nl);
	nl_close(nl);
	return done_testing();
}
