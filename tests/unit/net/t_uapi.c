// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The protocol of userspace implementations: as text, and against wireguard-go in a namespace of
 * its own.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <time.h>

#include "net/net.h"
#include "net/uapi.h"
#include "rig.h"

static struct arena *arena;
static unsigned keys_asked;
static const struct key_source keys = {rig_get_key, &keys_asked};

static const char answer[] =
	"private_key=0101010101010101010101010101010101010101010101010101010101010101\n"
	"listen_port=51820\n"
	"fwmark=1459617793\n"
	"public_key=0202020202020202020202020202020202020202020202020202020202020202\n"
	"preshared_key=0303030303030303030303030303030303030303030303030303030303030303\n"
	"protocol_version=1\n"
	"endpoint=[fe80::1%7]:51820\n"
	"last_handshake_time_sec=1700000000\n"
	"last_handshake_time_nsec=5\n"
	"tx_bytes=3\n"
	"rx_bytes=1099511627776\n"
	"persistent_keepalive_interval=25\n"
	"allowed_ip=10.0.0.0/8\n"
	"allowed_ip=fc00::/7\n"
	"public_key=0404040404040404040404040404040404040404040404040404040404040404\n"
	"preshared_key=0000000000000000000000000000000000000000000000000000000000000000\n"
	"endpoint=192.0.2.1:7\n"
	"a_key_of_the_future=1\n"
	"errno=0\n"
	"\n"
	"public_key=not ours any more\n";

/* Feeds text in pieces of `step` bytes. */
static int feed(const char *text, size_t step, struct uapi_reader *u)
{
	size_t len = 0, size = strlen(text), used;
	char *room = arena_alloc(arena, size + step);
	int r = 0;

	for (size_t at = 0; !r && !u->done && at < size; at += step) {
		size_t n = at + step > size ? size - at : step;

		memcpy(room + len, text + at, n);
		len += n;
		r = uapi_take(u, room, len, &used, &rig_err);
		if (!r) {
			len -= used;
			memmove(room, room + used, len);
		}
	}
	return r;
}

static void test_take(size_t step)
{
	struct wg_state d = {0};
	struct uapi_reader u = {.a = arena, .device = &d};
	struct wg_key public = rig_public_of("key1"), two = rig_key(2);
	struct key_ref psk = rig_key_ref("key3");

	works(feed(answer, step, &u), "an answer in pieces of %zu", step);
	ok(u.done && u.has_error && u.error == 0, "is read to its end");
	ok(wg_key_equal(&d.public_key, &public), "public key from the private one");
	ok(!key_ref_is_set(&d.private_key), "of which nothing else is kept");
	is_int(d.listen_port, 51820, "port");
	is_int(d.fwmark, 1459617793, "mark");
	if (!is_int((long long)d.n_peers, 2, "peers"))
		return;
	ok(wg_key_equal(&d.peers[0].public_key, &two), "by key");
	is_mem(d.peers[0].preshared.fp, psk.fp, SECRET_FP_LEN, "fingerprint of a preshared key");
	ok(!key_ref_is_set(&d.peers[1].preshared), "zeros are none");
	is_int(d.peers[0].endpoint.scope, 7, "endpoint with a scope");
	is_int(d.peers[0].endpoint.port, 51820, "and port");
	is_int(d.peers[1].endpoint.addr.family, AF_INET, "IPv4 endpoint");
	is_int(d.peers[0].last_handshake, 1700000000, "handshake");
	ok(d.peers[0].rx_bytes == 1ull << 40 && d.peers[0].tx_bytes == 3, "transfer");
	is_int(d.peers[0].keepalive, 25, "keepalive");
	is_int((long long)d.peers[0].n_allowed, 2, "allowed IPs");
}

static void test_malformed(void)
{
	static const char *const bad[] = {"listen_port=70000\n", "fwmark=-1\n", "no equals sign\n",
		"private_key=00\n", "public_key=xx\n",
		"private_key=0g01010101010101010101010101010101010101010101010101010101010101\n",
		"errno=x\n", "\n", "errno=99999\n"};
	char long_line[1000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct wg_state d = {0};
		struct uapi_reader u = {.a = arena, .device = &d};

		refuses(feed(bad[i], 64, &u), E_KERNEL, "not its protocol", "malformed line %zu",
			i);
	}
	for (size_t i = 0; i < 2; i++) {
		struct wg_state d = {0};
		struct uapi_reader u = {.a = arena, .device = &d};

		memset(long_line, 'x', sizeof(long_line));
		long_line[998] = i ? '\n' : 'x';
		long_line[999] = '\0';
		refuses(feed(long_line, 1000, &u), E_KERNEL, "not its protocol",
			"a line that is too long");
	}
}

static int gather(void *ctx, const char *text, size_t len, struct err *e)
{
	strbuf_addn(ctx, text, len);
	return 0;
}

static struct wg_peer make_peer(void)
{
	struct wg_peer p = {.public_key = rig_key(2), .preshared = rig_key_ref("key3")};

	p.endpoint = rig_endpoint("[2001:db8::1]:51820");
	LIST_PUSH(arena, &p, allowed)->prefix = rig_prefix("10.0.0.0/8");
	LIST_PUSH(arena, &p, allowed)->prefix = rig_prefix("::/0");
	return p;
}

static void test_encode(void)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct op ops[3] = {
		{.kind = OP_WG_DEVICE, .ifname = "wf0", .wg = {.listen_port = 51820, .fwmark = 5}},
		{.kind = OP_WG_PEER_DEL, .ifname = "wf0"},
		{.kind = OP_WG_PEER_SET, .ifname = "wf0", .ask = true}};

	ops[0].wg.public_key = rig_public_of("key1");
	ops[0].wg.private_key = rig_key_ref("key1");
	ops[1].peer.public_key = rig_key(4);
	ops[2].peer = make_peer();
	works(uapi_encode("wf0", ops, 3, &keys, gather, &out, &rig_err), "a change as text");
	is_str(strbuf_str(&out),
		"set=1\n"
		"private_key=0101010101010101010101010101010101010101010101010101010101010101\n"
		"listen_port=51820\n"
		"fwmark=5\n"
		"public_key=0404040404040404040404040404040404040404040404040404040404040404\n"
		"update_only=true\n"
		"remove=true\n"
		"public_key=0202020202020202020202020202020202020202020202020202020202020202\n"
		"preshared_key=0303030303030303030303030303030303030303030303030303030303030303\n"
		"endpoint=[2001:db8::1]:51820\n"
		"persistent_keepalive_interval=25\n"
		"replace_allowed_ips=true\n"
		"allowed_ip=10.0.0.0/8\n"
		"allowed_ip=::/0\n"
		"\n",
		"is the protocol's");
}

static void test_long(void)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct op op = {.kind = OP_WG_PEER_SET, .ifname = "wf0", .peer = make_peer()};
	char prefix[64];
	size_t lines = 0;

	for (int i = 0; i < 2000; i++) {
		snprintf(prefix, sizeof(prefix), "2001:db8:1111:2222:3333:4444:5555:%x/128", i);
		LIST_PUSH(arena, &op.peer, allowed)->prefix = rig_prefix(prefix);
	}
	works(uapi_encode("wf0", &op, 1, &keys, gather, &out, &rig_err), "more than one piece");
	for (const char *s = strbuf_str(&out); *s; s++)
		lines += *s == '\n';
	is_int((long long)lines, 1 + 5 + 2002 + 1, "has all lines");
}

/* Runs as long as this process at most; 0 when it does not start. */
static pid_t start_wireguard_go(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/var/run/wireguard/wf0.sock"};
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open("/dev/null", O_RDWR);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execlp("wireguard-go", "wireguard-go", "-f", "wf0", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; waitpid(pid, NULL, WNOHANG) == 0 && i < 500; i++) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
			close(fd);
			return pid;
		}
		close(fd);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static void test_device(struct net *net)
{
	struct wg_state d = {0};
	struct op ops[3] = {{.kind = OP_WG_DEVICE,
				    .ifname = "wf0",
				    .wg = {.listen_port = 51820, .fwmark = WF_MARK | 1}},
		{.kind = OP_WG_PEER_SET, .ifname = "wf0"},
		{.kind = OP_WG_PEER_SET, .ifname = "wf0"}};
	bool done[3];

	ops[0].wg.public_key = rig_public_of("key1");
	ops[0].wg.private_key = rig_key_ref("key1");
	ops[1].peer = make_peer();
	ops[2].peer.public_key = rig_key(5);
	works(net_change(net, ops, 3, &keys, done, &rig_err), "device and peers are set");
	ok(done[0] && done[1] && done[2], "all done");
	works(net_read_device(net, arena, "wf0", LINK_USERSPACE, &d, &rig_err), "read back");
	is_str(d.ifname, "wf0", "by name");
	ok(wg_key_equal(&d.public_key, &ops[0].wg.public_key), "with its key");
	is_int(d.listen_port, 51820, "port");
	is_int(d.fwmark, WF_MARK | 1, "mark");
	is_int((long long)d.n_peers, 2, "peers");
	for (int i = 1; i < 3; i++) {
		struct wg_peer *p = wg_find_peer(&d, &ops[i].peer.public_key);

		ok(p && wg_peer_equal(p, &ops[i].peer), "peer %d reads as written", i);
	}

	/* In one request the device could only stand first. */
	ops[2].peer_before = ops[2].peer;
	ops[2].peer.keepalive = 9;
	ops[1] = ops[0];
	ops[0] = ops[2];
	ops[1].wg_before.fwmark = ops[1].wg.fwmark;
	ops[1].wg.fwmark = WF_MARK | 2;
	works(net_change(net, ops, 2, &keys, done, &rig_err), "a device after a peer");
	works(net_read_device(net, arena, "wf0", LINK_USERSPACE, &d, &rig_err), "read back");
	is_int(d.fwmark, WF_MARK | 2, "is set");
	ops[0] = ops[1];
	ops[1].kind = OP_WG_PEER_SET;
	ops[1].peer = make_peer();
	ops[2].peer_before = (struct wg_peer){0};

	/* What is refused in the middle: the first is done, the last is not tried. */
	keys_asked = 0;
	ops[0].wg_before = ops[0].wg;
	ops[0].wg.listen_port = 51821;
	ops[1].peer.public_key = rig_key(6);
	str_copy(ops[1].peer.preshared.id, sizeof(ops[1].peer.preshared.id), "lost");
	ops[2].peer.public_key = rig_key(7);
	refuses(net_change(net, ops, 3, &keys, done, &rig_err), E_SEAL, "cannot be opened",
		"a secret that cannot be opened");
	ok(done[0] && !done[1] && !done[2], "what stood before it was done");
	works(net_read_device(net, arena, "wf0", LINK_USERSPACE, &d, &rig_err), "read back");
	is_int(d.listen_port, 51821, "indeed");
	ok(!wg_find_peer(&d, &ops[2].peer.public_key), "what stood behind it was not");
}

static void test_ask_again(struct net *net)
{
	struct wg_peer peer = make_peer(), *p;
	struct op op = {.kind = OP_WG_PEER_SET, .ifname = "wf0"};
	struct wg_state d = {0};
	bool done;

	works(net_ask_again(net, "wf0", LINK_USERSPACE, &peer, &keys, &rig_err), "asked again");
	net_read_device(net, arena, "wf0", LINK_USERSPACE, &d, &rig_err);
	p = wg_find_peer(&d, &peer.public_key);
	ok(p && p->keepalive == 25, "the peer has a keepalive");
	is_int(p ? (long long)p->n_allowed : 0, 2, "and its allowed IPs");
	op.peer = op.peer_before = peer;
	works(net_change(net, &op, 1, &keys, &done, &rig_err), "set as it should be");
	net_read_device(net, arena, "wf0", LINK_USERSPACE, &d, &rig_err);
	p = wg_find_peer(&d, &peer.public_key);
	ok(p && wg_peer_equal(p, &peer), "the keepalive is the configured one");
	op.kind = OP_WG_PEER_DEL;
	works(net_change(net, &op, 1, &keys, &done, &rig_err), "removed");
	net_read_device(net, arena, "wf0", LINK_USERSPACE, &d, &rig_err);
	ok(!wg_find_peer(&d, &peer.public_key), "gone");
}

static void test_link(struct net *net)
{
	static const char *names[] = {"wf0"};
	const struct scope scope = {.links = names, .n_links = 1, .ipv6 = true};
	struct op up = {.kind = OP_LINK_SET, .link = {.name = "wf0", .up = true, .mtu = 1300}};
	struct op del = {.kind = OP_LINK_DEL, .link = {.name = "wf0"}};
	struct state s = {0};
	bool done;

	works(net_change(net, &up, 1, NULL, &done, &rig_err), "its link is set up");
	works(net_snapshot(net, arena, &scope, &s, &rig_err), "snapshot");
	is_int((long long)s.n_links, 1, "one link");
	is_int(s.links[0].kind, LINK_USERSPACE, "of a userspace implementation");
	ok(s.links[0].mtu == 1300 && s.links[0].group == WF_LINK_GROUP, "with MTU and group");
	is_int((long long)s.n_devices, 1, "and its device");
	is_int((long long)s.n_addrs, 0, "the kernel's own link-local address is not shown");
	works(net_change(net, &del, 1, NULL, &done, &rig_err), "removed");
	works(net_snapshot(net, arena, &scope, &s, &rig_err), "snapshot");
	is_int((long long)s.n_links, 0, "no link");
}

/* A process that listens and then says nothing useful. */
static void test_bad_server(void)
{
	static const char *const says[] = {"", "hello\n", "errno=-19\n\n"};
	static const char *const words[] = {"hung up", "not its protocol", "No such device"};
	struct wg_state d;

	for (size_t i = 0; i < 3; i++) {
		struct sockaddr_un at = {.sun_family = AF_UNIX};
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
		pid_t pid;

		snprintf(at.sun_path, sizeof(at.sun_path), "/var/run/wireguard/bad%zu.sock", i);
		ok(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0,
			"bound");
		pid = fork();
		if (pid == 0) {
			char room[64];

			client = accept(fd, NULL, NULL);
			_exit(read(client, room, sizeof(room)) < 0 ||
				write(client, says[i], strlen(says[i])) < 0);
		}
		refuses(uapi_read((const char[]){'b', 'a', 'd', (char)('0' + i), 0}, arena, &d,
				&rig_err),
			i == 0 ? E_IO : E_KERNEL, words[i], "an answer that is none");
		waitpid(pid, NULL, 0);
		close(fd);
	}
	refuses(uapi_read("../x", arena, &d, &rig_err), E_NAME, "not the name", "a path");
	refuses(uapi_read("absent", arena, &d, &rig_err), E_NOT_FOUND, "'absent'", "no socket");
}

int main(void)
{
	struct net *net;
	pid_t pid;

	arena = arena_new();
	if (!works(crypto_init(&rig_err), "crypto"))
		return done_testing();
	test_take(1);
	test_take(7);
	test_take(10000);
	test_malformed();
	test_encode();
	test_long();
	if (geteuid() != 0) {
		skip("against wireguard-go", "a network namespace needs root");
		return done_testing();
	}
	rig_enter();
	test_bad_server();
	works(net_open(&net, &rig_err), "net");
	pid = start_wireguard_go();
	if (pid) {
		test_device(net);
		test_ask_again(net);
		test_link(net);
		is_int(waitpid(pid, NULL, 0), pid, "the process ends with its link");
	} else {
		skip("against wireguard-go", "it cannot be started here");
	}
	net_close(net);
	arena_free(arena);
	return done_testing();
}
