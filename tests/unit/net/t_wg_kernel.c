// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WireGuard of the kernel, for real: what is written reads back, large devices go over several
 * messages both ways, refusals are exact, two devices shake hands and speak. Ends with 77 where the
 * kernel has no WireGuard.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "net/addr.h"
#include "net/net.h"
#include "net/query.h"
#include "rig.h"

static struct net *net;
static struct arena *arena;
static unsigned keys_asked;
static const struct key_source keys = {rig_get_key, &keys_asked};

static void add_link(const char *name, struct op *op)
{
	*op = (struct op){
		.kind = OP_LINK_ADD, .link = {.kind = LINK_WIREGUARD, .mtu = 1380, .up = true}};
	str_copy(op->link.name, sizeof(op->link.name), name);
	str_copy(op->ifname, sizeof(op->ifname), name);
}

static void set_device(const char *name, const char *key, uint16_t port, struct op *op)
{
	*op = (struct op){
		.kind = OP_WG_DEVICE, .wg.listen_port = port, .wg.fwmark = WF_MARK | port};
	op->wg.public_key = rig_public_of(key);
	op->wg.private_key = rig_key_ref(key);
	str_copy(op->wg.ifname, sizeof(op->wg.ifname), name);
	str_copy(op->ifname, sizeof(op->ifname), name);
}

static struct wg_state device(const char *name)
{
	struct wg_state d = {0};

	works(net_read_device(net, arena, name, LINK_WIREGUARD, &d, &rig_err), "%s is read", name);
	return d;
}

/* A whole tunnel in one call, as `up` does it. */
static void test_up(void)
{
	struct op ops[7] = {0};
	struct nl_stats before, after;
	struct wg_state d;
	struct wg_peer *p;
	struct link_state link;
	bool done[7] = {0};
	size_t all = 0;

	add_link("wf0", &ops[0]);
	set_device("wf0", "key1", 51820, &ops[1]);
	ops[2] = (struct op){.kind = OP_WG_PEER_SET, .ifname = "wf0", .ask = true};
	ops[2].peer.public_key = rig_public_of("key2");
	ops[2].peer.preshared = rig_key_ref("key3");
	ops[2].peer.endpoint = rig_endpoint("127.0.0.1:51821");
	LIST_PUSH(arena, &ops[2].peer, allowed)->prefix = rig_prefix("0.0.0.0/0");
	LIST_PUSH(arena, &ops[2].peer, allowed)->prefix = rig_prefix("fc00::/7");
	ops[3] = (struct op){.kind = OP_ADDR_ADD,
		.addr = {.ifname = "wf0", .prefix = rig_prefix("10.64.0.1/32")}};
	ops[4] = (struct op){.kind = OP_LINK_SET, .link = {.name = "wf0", .up = true}};
	ops[5] = (struct op){.kind = OP_ROUTE_ADD,
		.route = {.dst = rig_prefix("10.64.0.2/32"),
			.table = RT_TABLE_MAIN,
			.metric = 1,
			.protocol = WF_RTPROTO,
			.ifname = "wf0"}};
	ops[6] = (struct op){.kind = OP_WG_PEER_SET, .ifname = "wf0"};
	ops[6].peer.public_key = rig_key(77);

	net_get_stats(net, &before);
	works(net_change(net, ops, 7, &keys, done, &rig_err), "a tunnel comes up in one call");
	net_get_stats(net, &after);
	for (int i = 0; i < 7; i++)
		all += done[i];
	is_int((long long)all, 7, "all of it");
	/* 4 rtnetlink operations, the new link's index, the family's number, 2 SET_DEVICE. */
	is_int((long long)(after.sent_messages - before.sent_messages), 8, "messages");
	diag("%d system calls, opening two sockets included",
		(int)(after.system_calls - before.system_calls));

	works(net_read_link(net, "wf0", &link, &rig_err), "the link");
	ok(link.kind == LINK_WIREGUARD && link.up && link.mtu == 1380,
		"of its kind, up, with its MTU");
	is_int(link.group, WF_LINK_GROUP, "in wf's group from birth");
	d = device("wf0");
	ok(wg_key_equal(&d.public_key, &ops[1].wg.public_key), "public key");
	is_int(d.listen_port, 51820, "port");
	is_int(d.fwmark, WF_MARK | 51820, "mark");
	is_int((long long)d.n_peers, 2, "peers");
	p = wg_find_peer(&d, &ops[2].peer.public_key);
	if (!ok(p, "the peer"))
		return;
	is_int(p->keepalive, 25, "is asked by a keepalive");
	p->keepalive = 0;
	ok(wg_peer_equal(p, &ops[2].peer), "and else as written");
}

static void test_failures(void)
{
	struct op ops[3] = {{.kind = OP_WG_PEER_SET, .ifname = "wf0"},
		{.kind = OP_WG_PEER_SET, .ifname = "wf0"},
		{.kind = OP_WG_PEER_SET, .ifname = "wf0"}};
	struct wg_state d;
	bool done[3];

	for (int i = 0; i < 3; i++)
		ops[i].peer.public_key = rig_key((uint8_t)(90 + i));
	/* A prefix the model cannot bring about: the kernel refuses it. */
	LIST_PUSH(arena, &ops[1].peer, allowed)->prefix = rig_prefix("10.0.0.0/8");
	ops[1].peer.allowed[0].prefix.len = 200;
	refuses(net_change(net, ops, 3, &keys, done, &rig_err), E_KERNEL, "cannot set peer ",
		"one of three peers is refused");
	ok(done[0] && !done[1] && !done[2], "which, is known");
	d = device("wf0");
	ok(wg_find_peer(&d, &ops[0].peer.public_key), "the first is there");
	ok(!wg_find_peer(&d, &ops[2].peer.public_key), "the last is not");
	for (int i = 0; i < 3; i++)
		ops[i].kind = OP_WG_PEER_DEL;
	works(net_change(net, ops, 3, &keys, done, &rig_err), "removed, also what never was");
	is_int((long long)device("wf0").n_peers, 2, "gone");
}

static void test_port_in_use(void)
{
	struct op ops[3] = {0};
	bool done[3];

	add_link("wf9", &ops[0]);
	set_device("wf9", "key2", 51820, &ops[1]);
	ops[2] = (struct op){.kind = OP_LINK_SET, .link = {.name = "wf9", .up = true}};
	refuses(net_change(net, ops, 3, &keys, done, &rig_err), E_CONFLICT,
		"Address already in use", "a port that is taken");
	ok(done[0] && done[1] && !done[2], "shows when the link goes up");
	ops[0].kind = OP_LINK_DEL;
	works(net_change(net, ops, 1, &keys, done, &rig_err), "removed");
}

static void build_large(struct op *ops, int peers, int allowed)
{
	char prefix[40];

	for (int i = 0; i < peers; i++) {
		ops[i] = (struct op){.kind = OP_WG_PEER_SET, .ifname = "wf8"};
		memcpy(ops[i].peer.public_key.b, &i, sizeof(i));
		ops[i].peer.public_key.b[31] = 1;
		ops[i].peer.endpoint = rig_endpoint("[2001:db8::1]:51820");
		ops[i].peer.keepalive = 9;
	}
	for (int i = 0; i < allowed; i++) {
		snprintf(prefix, sizeof(prefix), "fc00::%x:%x/128", i >> 16, i & 0xffff);
		LIST_PUSH(arena, &ops[peers / 2].peer, allowed)->prefix = rig_prefix(prefix);
	}
}

static void test_large(void)
{
	enum { PEERS = 2000, ALLOWED = 5000 };
	struct op link, *ops = arena_alloc(arena, PEERS * sizeof(*ops));
	bool *done = arena_alloc(arena, PEERS);
	struct nl_stats before, after;
	struct wg_state d;
	struct wg_peer *p;
	size_t equal = 0;

	add_link("wf8", &link);
	works(net_change(net, &link, 1, &keys, done, &rig_err), "another link");
	build_large(ops, PEERS, ALLOWED);
	net_get_stats(net, &before);
	works(net_change(net, ops, PEERS, &keys, done, &rig_err),
		"%d peers, one with %d allowed IPs", PEERS, ALLOWED);
	net_get_stats(net, &after);
	diag("%d messages, %d bytes", (int)(after.sent_messages - before.sent_messages),
		(int)(after.sent_bytes - before.sent_bytes));
	d = device("wf8");
	is_int((long long)d.n_peers, PEERS, "peers read back");
	for (int i = 0; i < PEERS; i++) {
		p = i == PEERS / 2 ? NULL : wg_find_peer(&d, &ops[i].peer.public_key);
		equal += p && wg_peer_equal(p, &ops[i].peer);
	}
	is_int((long long)equal, PEERS - 1, "as written");
	p = wg_find_peer(&d, &ops[PEERS / 2].peer.public_key);
	is_int(p ? (long long)p->n_allowed : 0, ALLOWED,
		"allowed IPs that came over several messages");

	/* Another device of this size is of no interest to who reads one. */
	net_get_stats(net, &before);
	device("wf0");
	net_get_stats(net, &after);
	ok(after.received_messages - before.received_messages <= 3,
		"a small device beside it is read in %d messages",
		(int)(after.received_messages - before.received_messages));
	link.kind = OP_LINK_DEL;
	works(net_change(net, &link, 1, &keys, done, &rig_err), "removed");
}

/* The other end, in the same namespace: its packets go over loopback. */
static void test_handshake(void)
{
	const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
	struct wg_key key = rig_public_of("key1"), other = rig_public_of("key2");
	struct op ops[5] = {0};
	struct wg_peer *p = NULL;
	struct wg_state d;
	int64_t start;
	bool done[5];

	add_link("wf1", &ops[0]);
	set_device("wf1", "key2", 51821, &ops[1]);
	ops[2] = (struct op){.kind = OP_WG_PEER_SET, .ifname = "wf1"};
	ops[2].peer.public_key = key;
	ops[2].peer.preshared = rig_key_ref("key3");
	LIST_PUSH(arena, &ops[2].peer, allowed)->prefix = rig_prefix("10.64.0.1/32");
	ops[3] = (struct op){.kind = OP_LINK_SET, .link = {.name = "wf1", .up = true}};
	works(net_change(net, ops, 4, &keys, done, &rig_err), "the other end");

	d = device("wf0");
	p = wg_find_peer(&d, &other);
	if (!ok(p && !p->last_handshake, "no handshake yet"))
		return;
	ops[4] = (struct op){.kind = OP_WG_PEER_SET};
	ops[4].peer = *p;
	ops[4].peer.keepalive = 0;
	ops[4].peer.preshared = rig_key_ref("key3");
	start = clock_ms();
	works(net_ask_again(net, "wf0", LINK_WIREGUARD, &ops[4].peer, &keys, &rig_err),
		"asked again");
	do {
		nanosleep(&pause, NULL);
		if (net_read_device(net, arena, "wf0", LINK_WIREGUARD, &d, &rig_err))
			break;
		p = wg_find_peer(&d, &other);
	} while (p && !p->last_handshake && clock_ms() - start < 4000);
	ok(p && p->last_handshake, "the handshake came at once: %d ms", (int)(clock_ms() - start));
	ok(p && p->rx_bytes && p->tx_bytes, "bytes were counted");
	is_int(p ? p->keepalive : 0, 25, "by a keepalive");
	is_int(p ? (long long)p->n_allowed : 0, 2, "with its allowed IPs");

	/* An update brings the configured value back and keeps the session. */
	str_copy(ops[4].ifname, sizeof(ops[4].ifname), "wf0");
	ops[4].peer_before = ops[4].peer;
	works(net_change(net, &ops[4], 1, &keys, done, &rig_err), "keepalive as configured");
	d = device("wf0");
	p = wg_find_peer(&d, &other);
	ok(p && p->keepalive == 0 && p->last_handshake, "the session goes on");
	refuses(net_ask_again(net, "absent", LINK_WIREGUARD, &ops[4].peer, &keys, &rig_err),
		E_NOT_FOUND, "No such device", "a link that went away");
}

static void test_snapshot(void)
{
	static const char *names[] = {"wf0", "wf1", "lo"};
	const struct scope scope = {.links = names, .n_links = 3, .rules = true, .ipv6 = true};
	struct state s = {0};
	struct op del = {.kind = OP_LINK_DEL};
	bool done;

	works(net_snapshot(net, arena, &scope, &s, &rig_err), "snapshot");
	is_int((long long)s.n_links, 3, "links");
	is_int((long long)s.n_devices, 2, "devices of those that are WireGuard");
	is_int(s.links[2].kind, LINK_FOREIGN, "the loopback is a stranger's");
	for (int i = 0; i < 2; i++) {
		del.link = s.links[i];
		works(net_change(net, &del, 1, NULL, &done, &rig_err), "%s removed", names[i]);
	}
	works(net_snapshot(net, arena, &scope, &s, &rig_err), "snapshot");
	is_int((long long)(s.n_links + s.n_devices), 1, "nothing is left");
	refuses(net_read_device(net, arena, "wf0", LINK_WIREGUARD, &s.devices[0], &rig_err),
		E_NOT_FOUND, "'wf0'", "a device that is gone");
}

static void put_loopback_up(void)
{
	const struct link_state up = {.up = true};
	struct nl_result result;
	struct nl_message m;
	struct nl *nl;

	net_route_socket(net, &nl, &rig_err);
	link_build_set(&m, 1, &up);
	works(nl_ask(nl, &m.h, NULL, NULL, &result, &rig_err), "loopback");
}

int main(void)
{
	bool has = false;

	rig_enter();
	arena = arena_new();
	if (crypto_init(&rig_err) || net_open(&net, &rig_err) ||
		net_query_kernel_wireguard(net, &has, &rig_err)) {
		fail("%s", rig_err.msg);
		return done_testing();
	}
	net_close(net);
	if (!has) {
		printf("1..0 # SKIP the kernel has no WireGuard\n");
		return 77;
	}
	/* Anew, so that the number of messages is that of a command. */
	works(net_open(&net, &rig_err), "net");
	put_loopback_up();
	test_up();
	test_failures();
	test_port_in_use();
	test_large();
	test_handshake();
	test_snapshot();
	net_close(net);
	arena_free(arena);
	return done_testing();
}
