// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel objects as values: which fields make a difference, and copies that share nothing. */
#include "model/state.h"

#include <string.h>

#include "lib/tap.h"
#include "random_state.h"

static struct ip_prefix prefix(const char *s)
{
	struct ip_prefix p = {0};

	if (!ip_prefix_parse(s, &p))
		fail("the test's own prefix '%s'", s);
	return p;
}

/* Each change of one field must be seen; `tmp` is the changed copy. */
#define DIFFERS(equal, value, change)                                                              \
	do {                                                                                       \
		__typeof__(value) tmp = (value);                                                   \
		ok(equal(&tmp, &(value)), "a copy is equal");                                      \
		change;                                                                            \
		ok(!equal(&tmp, &(value)) && !equal(&(value), &tmp),                               \
			#change " makes a difference");                                            \
	} while (0)
#define STAYS(equal, value, change)                                                                \
	do {                                                                                       \
		__typeof__(value) tmp = (value);                                                   \
		change;                                                                            \
		ok(equal(&tmp, &(value)) && equal(&(value), &tmp), #change " makes none");         \
	} while (0)

static void test_routes(void)
{
	struct route_state r = {.dst = prefix("10.0.0.0/8"),
		.table = 7,
		.metric = 5,
		.ifname = "wg0",
		.protocol = 87};
	struct route_state r6 = {.dst = prefix("fd00::/8"), .table = 7, .ifname = "wg0"};

	DIFFERS(route_same_slot, r, tmp.dst = prefix("10.0.0.0/9"));
	DIFFERS(route_same_slot, r, tmp.table++);
	DIFFERS(route_same_slot, r, tmp.metric++);
	STAYS(route_same_slot, r, tmp.ifname[2] = '1');
	STAYS(route_same_slot, r, tmp.type = ROUTE_UNREACHABLE);
	STAYS(route_same_slot, r, tmp.protocol = 3);
	DIFFERS(route_equal, r, tmp.metric = 1024);
	DIFFERS(route_equal, r, tmp.ifname[2] = '1');
	DIFFERS(route_equal, r, tmp.type = ROUTE_UNREACHABLE);
	DIFFERS(route_equal, r, tmp.protocol = 3);
	STAYS(route_equal, r6, tmp.metric = 1024);
	DIFFERS(route_equal, r6, tmp.metric = 1025);
}

static void test_rules(void)
{
	struct rule_state r = {.family = AF_INET,
		.priority = 5120,
		.table = 254,
		.fwmark = 1,
		.fwmask = 0xff,
		.dst = prefix("10.0.0.0/8"),
		.suppress_prefixlen = -1,
		.ip_proto = 6,
		.sport = 22,
		.dport = 5000,
		.protocol = 2};
	struct rule_state stop = {.family = AF_INET, .action = RULE_PROHIBIT};
	struct rule_state of_users = {
		.family = AF_INET, .by_uid = true, .uid_first = 5, .uid_last = 7};

	DIFFERS(rule_equal, r, tmp.family = AF_INET6);
	DIFFERS(rule_equal, r, tmp.priority++);
	DIFFERS(rule_equal, r, tmp.action = RULE_PROHIBIT);
	DIFFERS(rule_equal, r, tmp.table++);
	DIFFERS(rule_equal, r, tmp.invert = true);
	DIFFERS(rule_equal, r, tmp.fwmark++);
	DIFFERS(rule_equal, r, tmp.fwmask = 0xffff);
	DIFFERS(rule_equal, r, tmp.dst = prefix("10.0.0.0/9"));
	DIFFERS(rule_equal, r, tmp.by_uid = true);
	DIFFERS(rule_equal, of_users, tmp.uid_first++);
	DIFFERS(rule_equal, of_users, tmp.uid_last++);
	STAYS(rule_equal, r, tmp.uid_last++);
	DIFFERS(rule_equal, r, tmp.suppress_prefixlen = 0);
	DIFFERS(rule_equal, r, tmp.ip_proto = 17);
	DIFFERS(rule_equal, r, tmp.sport++);
	DIFFERS(rule_equal, r, tmp.dport++);
	DIFFERS(rule_equal, r, tmp.protocol++);
	STAYS(rule_equal, stop, tmp.table = 254);
	STAYS(rule_equal, stop, tmp.fwmark = 1);
}

static void test_addrs(void)
{
	struct addr_state a = {.ifname = "wg0", .prefix = prefix("10.0.0.2/24")};

	DIFFERS(addr_equal, a, tmp.ifname[2] = '1');
	DIFFERS(addr_equal, a, tmp.prefix = prefix("10.0.0.3/24"));
	DIFFERS(addr_equal, a, tmp.prefix.len = 32);
}

static void test_keys(void)
{
	struct key_ref a = {.id = "a", .fp = {[15] = 1}}, b = {.fp = {[15] = 1}},
		       none = {.id = "a"};

	ok(key_ref_is_set(&a) && !key_ref_is_set(&none),
		"the fingerprint says whether there is one");
	ok(key_ref_equal(&a, &b), "keys are equal by fingerprint, whatever the id");
	ok(!key_ref_equal(&a, &none), "not by id");
}

static struct wg_peer peer_with(struct arena *a, const char *const *allowed)
{
	struct wg_peer p = {.public_key = {{1}}, .keepalive = 25};

	ip_endpoint_parse("1.2.3.4:5", &p.endpoint);
	for (; *allowed; allowed++)
		LIST_PUSH(a, &p, allowed)->prefix = prefix(*allowed);
	return p;
}

#define ALLOWED(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_peers(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct wg_peer p = peer_with(a, ALLOWED("10.0.0.0/8", "::/0", "192.168.0.0/16"));
	struct wg_peer none = peer_with(a, (const char *const[]){NULL});

	DIFFERS(wg_peer_equal, p, tmp.public_key.b[31] = 9);
	DIFFERS(wg_peer_equal, p, tmp.preshared.fp[0] = 9);
	DIFFERS(wg_peer_equal, p, tmp.endpoint.port++);
	DIFFERS(wg_peer_equal, p, tmp.endpoint.addr.family = 0);
	DIFFERS(wg_peer_equal, p, tmp.keepalive = 0);
	STAYS(wg_peer_equal, p, tmp.last_handshake = 9);
	STAYS(wg_peer_equal, p, tmp.rx_bytes = 9);
	STAYS(wg_peer_equal, p, tmp.preshared.id[0] = 'x');
	STAYS(wg_peer_equal, p,
		tmp = peer_with(a, ALLOWED("::/0", "192.168.0.0/16", "10.0.0.0/8")));
	STAYS(wg_peer_equal, p,
		tmp = peer_with(a, ALLOWED("::/0", "::/0", "192.168.0.0/16", "10.0.0.0/8")));
	DIFFERS(wg_peer_equal, p, tmp = peer_with(a, ALLOWED("10.0.0.0/8", "::/0")));
	DIFFERS(wg_peer_equal, p,
		tmp = peer_with(a, ALLOWED("10.0.0.0/8", "::/0", "192.168.0.0/17")));
	DIFFERS(wg_peer_equal, p, tmp = peer_with(a, ALLOWED("10.0.0.0/8", "::/0", "::/0")));
	DIFFERS(wg_peer_equal, p, tmp = none);
	ok(wg_peer_equal(&none, &none), "no allowed IPs equal none");
}

static void test_find(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct wg_key key = {{[31] = 2}}, other = {{[31] = 3}};
	struct state s = {0};
	struct wg_state *d;

	ok(!state_find_link(&s, "wg0") && !state_find_device(&s, "wg0"), "nothing in nothing");
	str_copy(LIST_PUSH(a, &s, links)->name, WF_IFNAME_SIZE, "wg0");
	str_copy(LIST_PUSH(a, &s, links)->name, WF_IFNAME_SIZE, "wg1");
	str_copy(LIST_PUSH(a, &s, devices)->ifname, WF_IFNAME_SIZE, "wg0");
	d = LIST_PUSH(a, &s, devices);
	str_copy(d->ifname, WF_IFNAME_SIZE, "wg1");
	LIST_PUSH(a, d, peers);
	LIST_PUSH(a, d, peers)->public_key = key;
	ok(state_find_link(&s, "wg1") == &s.links[1] && !state_find_link(&s, "wg"),
		"a link is found by its whole name");
	ok(state_find_device(&s, "wg1") == d && !state_find_device(&s, "wg10"), "a device too");
	ok(wg_find_peer(d, &key) == &d->peers[1] && !wg_find_peer(d, &other), "a peer by its key");
}

static void test_copy(void)
{
	bool same = true, shared = false;

	srand(3);
	for (int i = 0; i < 200; i++) {
		ARENA_CLEANUP struct arena *a = arena_new(), *b = arena_new();
		struct state s, copy;

		random_state(a, &s);
		state_copy(b, &s, &copy);
		same &= same_state(&s, &copy);
		LIST_FOREACH (d, &s, devices)
			LIST_FOREACH (p, d, peers)
				LIST_FOREACH (allowed, p, allowed)
					allowed->prefix.addr.family = 0xee;
		LIST_FOREACH (k, &s, sysctls)
			memset((char *)k->key, 'x', strlen(k->key));
		LIST_FOREACH (d, &copy, devices)
			LIST_FOREACH (p, d, peers)
				LIST_FOREACH (allowed, p, allowed)
					shared |= allowed->prefix.addr.family == 0xee;
		LIST_FOREACH (k, &copy, sysctls)
			shared |= k->key[0] == 'x';
	}
	ok(same, "a copied state is the same");
	ok(!shared, "and has nothing in common with the first");
}

static void test_copy_and_grow(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct wg_peer p = peer_with(a, ALLOWED("10.0.0.0/8")), copy;
	struct wg_state d = {.ifname = "wg0"}, d2;

	wg_peer_copy(a, &p, &copy);
	LIST_PUSH(a, &copy, allowed)->prefix = prefix("::/0");
	ok(copy.n_allowed == 2 && p.n_allowed == 1, "a copied list grows by itself");
	*LIST_PUSH(a, &d, peers) = p;
	wg_state_copy(a, &d, &d2);
	ok(d2.n_peers == 1 && d2.peers != d.peers && d2.peers[0].allowed != p.allowed &&
			wg_peer_equal(&d2.peers[0], &p),
		"a copied device has peers of its own");
}

static void test_sysctl_path(void)
{
	char out[64], small[12];

	sysctl_path("net.ipv4.conf.all.rp_filter", out, sizeof(out));
	is_str(out, "/proc/sys/net/ipv4/conf/all/rp_filter", "dots become slashes");
	sysctl_path("net.ipv4.conf.eth0/100.rp_filter", out, sizeof(out));
	is_str(out, "/proc/sys/net/ipv4/conf/eth0.100/rp_filter",
		"and a slash the dot of an interface name");
	sysctl_path("net.ipv4", small, sizeof(small));
	is_str(small, "/proc/sys/n", "a small buffer is not overrun");
}

int main(void)
{
	test_routes();
	test_rules();
	test_addrs();
	test_keys();
	test_peers();
	test_find();
	test_copy();
	test_copy_and_grow();
	test_sysctl_path();
	return done_testing();
}
