// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WireGuard over generic netlink without a kernel: the messages of SET_DEVICE are carried out on a
 * model of the device that keeps the kernel's rules, and answers of GET_DEVICE are put together by
 * hand.
 */
#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>

#include "net/wg.h"
#include "rig.h"

/* The model: what a device has after the messages so far. */
struct model {
	struct arena *a;
	struct wg_state dev;
	size_t messages, longest;
	size_t fail_at; /* number of the message that is refused, 0 = none */
	bool bad;	/* a message was not as the kernel wants it */
	bool replaced;	/* allowed IPs were, in the last message */
	uint8_t private_key, psk[8];
	size_t n_psk;
};

static const struct nlattr **attrs_of(const struct nlattr *nest, uint16_t max)
{
	static const struct nlattr *tb[4][16];
	static const uint8_t sizes[16];
	static unsigned turn;

	turn = (turn + 1) % 4;
	return nl_nested_attrs(nest, sizes, max, tb[turn]) ? tb[turn] : NULL;
}

static void forget_everywhere(struct model *d, const struct ip_prefix *p)
{
	LIST_FOREACH (peer, &d->dev, peers)
		for (size_t i = 0; i < peer->n_allowed; i++)
			if (ip_prefix_equal(&peer->allowed[i].prefix, p))
				peer->allowed[i--] = peer->allowed[--peer->n_allowed];
}

static void set_allowed(struct model *d, struct wg_peer *peer, const struct nlattr *nest)
{
	const struct nlattr *one, **tb;
	struct ip_prefix p;

	mnl_attr_for_each_nested(one, nest)
	{
		p = (struct ip_prefix){0};
		tb = attrs_of(one, WGALLOWEDIP_A_MAX);
		p.addr.family = (uint8_t)mnl_attr_get_u16(tb[WGALLOWEDIP_A_FAMILY]);
		p.len = mnl_attr_get_u8(tb[WGALLOWEDIP_A_CIDR_MASK]);
		memcpy(p.addr.b, mnl_attr_get_payload(tb[WGALLOWEDIP_A_IPADDR]),
			mnl_attr_get_payload_len(tb[WGALLOWEDIP_A_IPADDR]));
		forget_everywhere(d, &p);
		LIST_PUSH(d->a, peer, allowed)->prefix = p;
	}
}

static void set_peer(struct model *d, const struct nlattr *nest)
{
	const struct nlattr **tb = attrs_of(nest, WGPEER_A_MAX);
	uint32_t flags = tb[WGPEER_A_FLAGS] ? mnl_attr_get_u32(tb[WGPEER_A_FLAGS]) : 0;
	struct wg_key key;
	struct wg_peer *peer;

	memcpy(key.b, mnl_attr_get_payload(tb[WGPEER_A_PUBLIC_KEY]), sizeof(key.b));
	peer = wg_find_peer(&d->dev, &key);
	if (!peer && (flags & (WGPEER_F_UPDATE_ONLY | WGPEER_F_REMOVE_ME)))
		return;
	if (flags & WGPEER_F_REMOVE_ME) {
		*peer = d->dev.peers[--d->dev.n_peers];
		return;
	}
	if (!peer) {
		peer = LIST_PUSH(d->a, &d->dev, peers);
		peer->public_key = key;
	}
	d->replaced = flags & WGPEER_F_REPLACE_ALLOWEDIPS;
	if (d->replaced)
		peer->n_allowed = 0;
	if (tb[WGPEER_A_PRESHARED_KEY])
		d->psk[d->n_psk++] = *(uint8_t *)mnl_attr_get_payload(tb[WGPEER_A_PRESHARED_KEY]);
	if (tb[WGPEER_A_ENDPOINT])
		peer->endpoint.port =
			ntohs(((struct sockaddr_in *)mnl_attr_get_payload(tb[WGPEER_A_ENDPOINT]))
					->sin_port);
	if (tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL])
		peer->keepalive = mnl_attr_get_u16(tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL]);
	if (tb[WGPEER_A_ALLOWEDIPS])
		set_allowed(d, peer, tb[WGPEER_A_ALLOWEDIPS]);
}

static int carry_out(void *ctx, struct nlmsghdr *h, struct err *e)
{
	static const uint8_t sizes[WGDEVICE_A_MAX + 1];
	const struct nlattr *tb[WGDEVICE_A_MAX + 1], *peer;
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(h);
	struct model *d = ctx;

	d->messages++;
	if (h->nlmsg_len > d->longest)
		d->longest = h->nlmsg_len;
	if (d->messages == d->fail_at)
		return 1;
	if (!nl_message_attrs(h, GENL_HDRLEN, sizes, WGDEVICE_A_MAX, tb) ||
		!tb[WGDEVICE_A_IFNAME] || g->cmd != WG_CMD_SET_DEVICE ||
		strcmp(mnl_attr_get_str(tb[WGDEVICE_A_IFNAME]), "wf0") != 0 ||
		h->nlmsg_type != 33 || !(h->nlmsg_flags & NLM_F_ACK))
		d->bad = true;
	if (tb[WGDEVICE_A_PRIVATE_KEY])
		d->private_key = *(uint8_t *)mnl_attr_get_payload(tb[WGDEVICE_A_PRIVATE_KEY]);
	if (tb[WGDEVICE_A_LISTEN_PORT])
		d->dev.listen_port = mnl_attr_get_u16(tb[WGDEVICE_A_LISTEN_PORT]);
	if (tb[WGDEVICE_A_FWMARK])
		d->dev.fwmark = mnl_attr_get_u32(tb[WGDEVICE_A_FWMARK]);
	if (tb[WGDEVICE_A_PEERS])
		mnl_attr_for_each_nested(peer, tb[WGDEVICE_A_PEERS]) set_peer(d, peer);
	return 0;
}

static unsigned keys_asked;
static const struct key_source keys = {rig_get_key, &keys_asked};

static int say(struct model *d, const struct op *ops, size_t count, size_t limit)
{
	d->messages = d->longest = 0;
	return wg_encode(33, "wf0", ops, count, &keys, limit, carry_out, d, &rig_err);
}

static void allow(struct arena *a, struct wg_peer *p, const char *prefix)
{
	LIST_PUSH(a, p, allowed)->prefix = rig_prefix(prefix);
}

static void test_up(struct arena *a)
{
	struct model d = {.a = a};
	struct op ops[2] = {{.kind = OP_WG_DEVICE,
				    .ifname = "wf0",
				    .wg = {.listen_port = 51820, .fwmark = WF_MARK | 1}},
		{.kind = OP_WG_PEER_SET, .ifname = "wf0", .ask = true}};
	struct wg_peer *p;

	ops[0].wg.public_key = rig_public_of("key1");
	ops[0].wg.private_key = rig_key_ref("key1");
	ops[1].peer.public_key = rig_key(7);
	ops[1].peer.preshared = rig_key_ref("key2");
	ops[1].peer.endpoint = rig_endpoint("192.0.2.1:51820");
	allow(a, &ops[1].peer, "0.0.0.0/0");
	allow(a, &ops[1].peer, "::/0");
	works(say(&d, ops, 2, 4096), "a device and its peer");
	ok(!d.bad, "as the kernel wants it");
	is_int((long long)d.messages, 1, "in one message");
	is_int(d.private_key, 1, "private key");
	is_int(d.dev.listen_port, 51820, "port");
	is_int(d.dev.fwmark, WF_MARK | 1, "mark");
	if (!is_int((long long)d.dev.n_peers, 1, "peer"))
		return;
	p = &d.dev.peers[0];
	is_int(d.psk[0], 2, "its preshared key");
	is_int(p->endpoint.port, 51820, "endpoint");
	is_int((long long)p->n_allowed, 2, "allowed IPs");
	is_int(p->keepalive, 25, "a keepalive that makes it handshake");

	/* The same peer without being asked: the keepalive is the configured one again. */
	ops[1].ask = false;
	ops[1].peer_before = ops[1].peer;
	keys_asked = 0;
	works(say(&d, &ops[1], 1, 4096), "the peer as it is");
	is_int(d.dev.peers[0].keepalive, 0, "its keepalive is the configured one");
	is_int((long long)d.dev.peers[0].n_allowed, 2, "its allowed IPs are kept");
	is_int(keys_asked, 0, "no secret is opened for what does not change");

	ops[1].peer.preshared = (struct key_ref){0};
	works(say(&d, &ops[1], 1, 4096), "without the preshared key");
	is_int(d.psk[1], 0, "it is taken away");

	/* Nothing known before: all is taken back. */
	ops[0].wg_before = ops[0].wg;
	ops[0].wg = (struct wg_state){0};
	works(say(&d, &ops[0], 1, 4096), "the inverse of a new device");
	is_int(d.private_key, 0, "takes the key away");
	is_int(d.dev.fwmark, 0, "and the mark");
	is_int(d.dev.listen_port, 51820, "a port of 0 means any and is not said");
}

static void test_peers(struct arena *a)
{
	struct model d = {.a = a};
	struct op ops[3] = {
		{.kind = OP_WG_PEER_SET}, {.kind = OP_WG_PEER_DEL}, {.kind = OP_WG_PEER_SET}};

	ops[0].peer.public_key = ops[1].peer.public_key = ops[2].peer.public_key = rig_key(1);
	allow(a, &ops[0].peer, "10.0.0.0/8");
	works(say(&d, ops, 3, 4096), "removed and made again");
	is_int((long long)d.messages, 1, "in one message");
	is_int((long long)d.dev.n_peers, 1, "it is there");
	is_int((long long)d.dev.peers[0].n_allowed, 0, "anew");

	ops[1].kind = OP_WG_PEER_SET;
	ops[1].peer_before = ops[1].peer;
	ops[1].peer.public_key = ops[1].peer_before.public_key = rig_key(2);
	works(say(&d, &ops[1], 1, 4096), "a change of a peer that was removed meanwhile");
	is_int((long long)d.dev.n_peers, 1, "does not bring it back");

	/* Growing keeps what is there, shrinking replaces. */
	ops[0].peer_before = ops[0].peer;
	allow(a, &ops[0].peer, "192.0.2.0/24");
	say(&d, ops, 1, 4096);
	is_int((long long)d.dev.peers[0].n_allowed, 2, "allowed IPs are added");
	ok(!d.replaced, "while it keeps those it has");
	ops[0].peer_before = ops[0].peer;
	ops[0].peer.n_allowed = 1;
	say(&d, ops, 1, 4096);
	is_int((long long)d.dev.peers[0].n_allowed, 1, "or replaced by fewer");
}

/* More than one message holds, and one peer with more than one message holds. */
static void test_split(struct arena *a)
{
	enum { PEERS = 40, ALLOWED = 300 };
	struct model d = {.a = a};
	struct op *ops = arena_alloc(a, (PEERS + 2) * sizeof(*ops)), *big;
	char prefix[32];

	for (int i = 0; i <= PEERS; i++) {
		ops[i].kind = OP_WG_PEER_SET;
		ops[i].peer.public_key = rig_key((uint8_t)(i + 1));
		ops[i].peer.endpoint = rig_endpoint("[2001:db8::1]:1");
		ops[i].peer.preshared = rig_key_ref("key3");
	}
	big = &ops[PEERS / 2];
	for (int i = 0; i < ALLOWED; i++) {
		snprintf(prefix, sizeof(prefix), i % 2 ? "10.0.%d.%d/32" : "fc00::%d:%d/128",
			i / 256, i % 256);
		allow(a, &big->peer, prefix);
	}
	big->peer.preshared = (struct key_ref){0};
	d.n_psk = 0;
	for (int i = 0; i <= PEERS; i++)
		if (&ops[i] != big)
			ops[i].peer.preshared = (struct key_ref){0};
	works(say(&d, ops, PEERS + 1, WG_MESSAGE_MIN), "many peers in small messages");
	ok(!d.bad && d.longest <= WG_MESSAGE_MIN, "none is longer than it may be: %zu", d.longest);
	ok(d.messages > 20, "%zu messages", d.messages);
	is_int((long long)d.dev.n_peers, PEERS + 1, "all peers are there");
	is_int((long long)wg_find_peer(&d.dev, &big->peer.public_key)->n_allowed, ALLOWED,
		"a peer goes on over messages with all its allowed IPs");

	/* A device after peers: what comes first in a message is done first by the kernel. */
	ops[PEERS + 1] = (struct op){.kind = OP_WG_DEVICE, .wg.fwmark = 5};
	works(say(&d, &ops[PEERS], 2, 4096), "a device after a peer");
	is_int((long long)d.messages, 2, "goes out behind it");

	d.fail_at = 3;
	is_int(say(&d, ops, PEERS + 1, WG_MESSAGE_MIN), 1, "a refusal is handed on");
	is_int((long long)d.messages, 3, "and nothing is sent after it");
}

static void test_keys(struct arena *a)
{
	struct model d = {.a = a};
	struct op op = {.kind = OP_WG_DEVICE, .wg = {.public_key = rig_key(3)}};

	str_copy(op.wg.private_key.id, sizeof(op.wg.private_key.id), "lost");
	refuses(say(&d, &op, 1, 4096), E_SEAL, "cannot be opened",
		"a secret that cannot be opened");
	is_int((long long)d.messages, 0, "nothing is sent without it");
	op.wg.private_key = rig_key_ref("key1");
	op.wg.private_key.id[0] = '\0';
	refuses(say(&d, &op, 1, 4096), E_KEY, "not at hand", "a secret nobody has");
}

/* Answers of GET_DEVICE. */
static struct nlmsghdr *begin_answer(void *room, size_t size)
{
	struct nlmsghdr *h = room;

	memset(room, 0, size);
	mnl_nlmsg_put_header(h);
	h->nlmsg_type = 33;
	mnl_nlmsg_put_extra_header(h, sizeof(struct genlmsghdr));
	return h;
}

static void put_allowed(struct nlmsghdr *h, uint16_t family, const char *text, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(h, 0);
	struct ip_prefix p = rig_prefix(text);

	mnl_attr_put_u16(h, WGALLOWEDIP_A_FAMILY, family);
	mnl_attr_put(h, WGALLOWEDIP_A_IPADDR, ip_bits(p.addr.family) / 8, p.addr.b);
	mnl_attr_put_u8(h, WGALLOWEDIP_A_CIDR_MASK, len);
	mnl_attr_nest_end(h, nest);
}

static void test_read(struct arena *a)
{
	static uint32_t room[512];
	const uint8_t zero[WG_KEY_LEN] = {0};
	const struct __kernel_timespec at = {.tv_sec = 1700000000, .tv_nsec = 5};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
		.sin6_port = htons(7),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_scope_id = 3};
	struct nlmsghdr *h = begin_answer(room, sizeof(room));
	struct nlattr *peers, *peer, *allowed;
	struct wg_key secret = rig_key(4), key = rig_key(9);
	struct wg_state dev = {0};
	struct key_ref want = rig_key_ref("key4");
	struct wg_peer *p;

	mnl_attr_put_strz(h, WGDEVICE_A_IFNAME, "wf0");
	mnl_attr_put(h, WGDEVICE_A_PRIVATE_KEY, WG_KEY_LEN, secret.b);
	mnl_attr_put(h, WGDEVICE_A_PUBLIC_KEY, WG_KEY_LEN, key.b);
	mnl_attr_put_u16(h, WGDEVICE_A_LISTEN_PORT, 51820);
	mnl_attr_put_u32(h, WGDEVICE_A_FWMARK, 77);
	peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(h, 0);
	mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN, key.b);
	mnl_attr_put(h, WGPEER_A_PRESHARED_KEY, WG_KEY_LEN, zero);
	mnl_attr_put(h, WGPEER_A_LAST_HANDSHAKE_TIME, sizeof(at), &at);
	mnl_attr_put_u64(h, WGPEER_A_RX_BYTES, 1ull << 40);
	mnl_attr_put_u64(h, WGPEER_A_TX_BYTES, 3);
	mnl_attr_put_u16(h, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, 25);
	mnl_attr_put(h, WGPEER_A_ENDPOINT, sizeof(in6), &in6);
	allowed = mnl_attr_nest_start(h, WGPEER_A_ALLOWEDIPS);
	put_allowed(h, AF_INET, "10.0.0.0", 8);
	mnl_attr_nest_end(h, allowed);
	mnl_attr_nest_end(h, peer);
	mnl_attr_nest_end(h, peers);
	ok(wg_parse(h, a, &dev), "the first answer");
	is_str(dev.ifname, "wf0", "name");
	ok(wg_key_equal(&dev.public_key, &key), "public key");
	ok(!key_ref_is_set(&dev.private_key), "of the private key nothing is kept");
	is_int(dev.listen_port, 51820, "port");
	is_int(dev.fwmark, 77, "mark");
	if (!is_int((long long)dev.n_peers, 1, "a peer"))
		return;
	p = &dev.peers[0];
	ok(!key_ref_is_set(&p->preshared), "a preshared key of zeros is none");
	is_int(p->last_handshake, 1700000000, "handshake");
	ok(p->rx_bytes == 1ull << 40 && p->tx_bytes == 3, "transfer");
	is_int(p->keepalive, 25, "keepalive");
	is_int(p->endpoint.scope, 3, "endpoint with its scope");
	is_int(p->endpoint.port, 7, "and port");

	h = begin_answer(room, sizeof(room));
	peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(h, 0);
	mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN, key.b);
	allowed = mnl_attr_nest_start(h, WGPEER_A_ALLOWEDIPS);
	put_allowed(h, AF_INET6, "fc00::", 7);
	mnl_attr_nest_end(h, allowed);
	mnl_attr_nest_end(h, peer);
	key = rig_key(10);
	peer = mnl_attr_nest_start(h, 0);
	mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN, key.b);
	mnl_attr_put(h, WGPEER_A_PRESHARED_KEY, WG_KEY_LEN, secret.b);
	mnl_attr_nest_end(h, peer);
	mnl_attr_nest_end(h, peers);
	ok(wg_parse(h, a, &dev), "the second answer");
	if (!is_int((long long)dev.n_peers, 2, "a peer goes on, another begins"))
		return;
	p = &dev.peers[0];
	is_int((long long)p->n_allowed, 2, "with all allowed IPs");
	is_int(p->keepalive, 25, "and the rest kept");
	is_mem(dev.peers[1].preshared.fp, want.fp, SECRET_FP_LEN, "a preshared key as fingerprint");
}

static bool reads_allowed(struct arena *a, uint16_t family, const char *text, uint8_t len)
{
	static uint32_t room[256];
	struct nlmsghdr *h = begin_answer(room, sizeof(room));
	struct nlattr *peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS), *peer, *allowed;
	struct wg_state dev = {0};

	peer = mnl_attr_nest_start(h, 0);
	mnl_attr_put(h, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN, rig_key(1).b);
	allowed = mnl_attr_nest_start(h, WGPEER_A_ALLOWEDIPS);
	put_allowed(h, family, text, len);
	mnl_attr_nest_end(h, allowed);
	mnl_attr_nest_end(h, peer);
	mnl_attr_nest_end(h, peers);
	return wg_parse(h, a, &dev);
}

static void test_malformed(struct arena *a)
{
	static uint32_t room[256];
	struct nlmsghdr *h = begin_answer(room, sizeof(room));
	struct wg_state dev = {0};
	struct nlattr *peers, *peer;

	ok(reads_allowed(a, AF_INET, "10.0.0.0", 32), "an allowed IP");
	ok(!reads_allowed(a, AF_INET, "10.0.0.0", 33), "with a mask that is too long");
	ok(!reads_allowed(a, AF_INET, "fc00::", 8), "of IPv4 with an IPv6 address");
	ok(!reads_allowed(a, AF_INET6, "10.0.0.0", 8), "of IPv6 with an IPv4 address");

	mnl_attr_put_u32(h, WGDEVICE_A_PUBLIC_KEY, 1);
	ok(!wg_parse(h, a, &dev), "a key that is too short");
	h = begin_answer(room, sizeof(room));
	mnl_attr_put_strz(h, WGDEVICE_A_IFNAME, "a-name-that-is-too-long");
	ok(!wg_parse(h, a, &dev), "a name that is too long");
	h = begin_answer(room, sizeof(room));
	peers = mnl_attr_nest_start(h, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(h, 0);
	mnl_attr_put_u16(h, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, 1);
	mnl_attr_nest_end(h, peer);
	mnl_attr_nest_end(h, peers);
	ok(!wg_parse(h, a, &dev), "a peer without a key");
	h = begin_answer(room, sizeof(room));
	h->nlmsg_len = sizeof(*h) + 2;
	ok(!wg_parse(h, a, &dev), "a header that is cut off");
}

int main(void)
{
	struct arena *a = arena_new();

	if (!works(crypto_init(&rig_err), "crypto"))
		return done_testing();
	test_up(a);
	test_peers(a);
	test_split(a);
	test_keys(a);
	test_read(a);
	test_malformed(a);
	arena_free(a);
	return done_testing();
}
