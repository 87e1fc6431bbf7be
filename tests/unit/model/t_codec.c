// SPDX-License-Identifier: GPL-2.0-or-later
/* States as JSON: any value comes back exactly, and damage is refused with its place. */
#include "model/state.h"

#include <string.h>

#include "lib/tap.h"
#include "random_state.h"

#define KEY "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void test_round_trip(void)
{
	bool same = true, still = true;
	struct err e;

	srand(4);
	for (int i = 0; i < 500; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		STRBUF_CLEANUP struct strbuf text = {0}, again = {0};
		struct state s, back;
		json_t *read;

		random_state(a, &s);
		state_to_json(&s, &text);
		read = json_loads(text.s, JSON_REJECT_DUPLICATES, NULL);
		if (state_from_json(a, read, &back, &e) < 0) {
			diag("%s", e.msg);
			same = false;
			back = s;
		}
		same &= same_state(&s, &back);
		state_to_json(&back, &again);
		still &= strcmp(text.s, again.s) == 0;
		json_decref(read);
	}
	ok(same, "every field of a random state comes back");
	ok(still, "and is written the same way again");
}

static void text_is(const struct state *s, const char *want, const char *what)
{
	STRBUF_CLEANUP struct strbuf text = {0};

	state_to_json(s, &text);
	is_str(text.s, want, "%s", what);
}

static void test_text(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct state s = {0};
	struct rule_state *r;
	struct wg_state *d;
	struct wg_peer *p;

	text_is(&s, "{}", "an empty state is an empty object");
	r = LIST_PUSH(a, &s, rules);
	*r = (struct rule_state){.family = AF_INET,
		.priority = 5120,
		.table = 254,
		.fwmark = 1,
		.fwmask = 255,
		.suppress_prefixlen = -1,
		.protocol = 2};
	text_is(&s,
		"{\"rules\":[{\"family\":4,\"priority\":5120,\"table\":254,\"fwmark\":1,"
		"\"fwmask\":255,\"protocol\":2}]}",
		"what has its usual value is left out");
	r->suppress_prefixlen = 0;
	r->family = AF_INET6;
	r->action = RULE_PROHIBIT;
	text_is(&s,
		"{\"rules\":[{\"family\":6,\"priority\":5120,\"action\":\"prohibit\",\"table\":254,"
		"\"fwmark\":1,\"fwmask\":255,\"suppress_prefixlen\":0,\"protocol\":2}]}",
		"and what has not is written");
	s.n_rules = 0;
	d = LIST_PUSH(a, &s, devices);
	str_copy(d->ifname, sizeof(d->ifname), "wg0");
	str_copy(d->private_key.id, sizeof(d->private_key.id), "00ff");
	memset(d->private_key.fp, 0xa5, sizeof(d->private_key.fp));
	p = LIST_PUSH(a, d, peers);
	p->public_key.b[0] = 1;
	ip_endpoint_parse("[fe80::1%3]:7", &p->endpoint);
	p->rx_bytes = UINT64_MAX;
	text_is(&s,
		"{\"devices\":[{\"ifname\":\"wg0\",\"private_key\":{\"id\":\"00ff\","
		"\"fp\":\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"},\"peers\":[{\"public_key\":\"" KEY
		"\",\"endpoint\":\"[fe80::1%3]:7\",\"rx_bytes\":9223372036854775807}]}]}",
		"a device has public keys, ids and fingerprints");
}

static void refused(const char *json, const char *want)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	json_t *j = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct state s = {.n_rules = 77};
	struct err e = {0};

	if (!j) {
		fail("the test's own JSON: %s", json);
		return;
	}
	is_int(state_from_json(a, j, &s, &e), -E_FAILED, "%s", json);
	is_str(e.msg, want, "is refused with its place");
	is_int((long long)s.n_rules, 77, "and nothing is written");
	json_decref(j);
}

#define RULE(member) "{\"rules\":[{\"family\":4,\"priority\":1," member "}]}"
#define LINK(member) "{\"links\":[{\"name\":\"wg0\"},{" member "}]}"
#define PEER(member) "{\"devices\":[{\"ifname\":\"wg0\",\"peers\":[{\"public_key\":" member "}]}]}"
#define SYSCTL(key)  "{\"sysctls\":[{\"key\":\"" key "\",\"value\":1}]}"

static void test_types(void)
{
	refused("[]", "is not an object");
	refused("null", "is not an object");
	refused("{\"link\":[]}", "'link' is not known here");
	refused("{\"schema\":\"wf.record/1\"}", "'schema' is not known here");
	refused("{\"links\":{}}", "'links': is not a list");
	refused("{\"links\":null}", "'links': is not a list");
	refused("{\"links\":[7]}", "'links': [0]: is not an object");
	refused(LINK("\"mtu\":1"), "'links': [1]: 'name': is missing");
	refused(LINK("\"name\":7"), "'links': [1]: 'name': is not a text");
	refused(LINK("\"name\":null"), "'links': [1]: 'name': is not a text");
	refused(LINK("\"name\":\"a\",\"up\":1"), "'links': [1]: 'up': is neither true nor false");
	refused(LINK("\"name\":\"a\",\"mtu\":\"1\""), "'links': [1]: 'mtu': is not a whole number");
	refused(LINK("\"name\":\"a\",\"mtu\":1.0"), "'links': [1]: 'mtu': is not a whole number");
	refused(LINK("\"name\":\"a\",\"mtu\":true"), "'links': [1]: 'mtu': is not a whole number");
	refused(LINK("\"name\":\"a\",\"kind\":0"), "'links': [1]: 'kind': is not a text");
	refused(LINK("\"name\":\"a\",\"kind\":\"tun\""),
		"'links': [1]: 'kind': is not one of the known words");
	refused("{\"devices\":[{\"ifname\":\"a\",\"private_key\":\"x\"}]}",
		"'devices': [0]: 'private_key': is not an object");
}

static void test_ranges(void)
{
	refused(LINK("\"name\":\"a\",\"mtu\":-1"), "'links': [1]: 'mtu': is not in 0..4294967295");
	refused(LINK("\"name\":\"a\",\"mtu\":4294967296"),
		"'links': [1]: 'mtu': is not in 0..4294967295");
	refused(LINK("\"name\":\"a\",\"ifindex\":2147483648"),
		"'links': [1]: 'ifindex': is not in 0..2147483647");
	refused(RULE("\"sport\":65536"), "'rules': [0]: 'sport': is not in 0..65535");
	refused(RULE("\"protocol\":256"), "'rules': [0]: 'protocol': is not in 0..255");
	refused(RULE("\"suppress_prefixlen\":-2"),
		"'rules': [0]: 'suppress_prefixlen': is not in -1..128");
	refused(RULE("\"suppress_prefixlen\":129"),
		"'rules': [0]: 'suppress_prefixlen': is not in -1..128");
	refused("{\"rules\":[{\"family\":2,\"priority\":1}]}",
		"'rules': [0]: 'family': is neither 4 nor 6");
	refused("{\"rules\":[{\"family\":\"4\",\"priority\":1}]}",
		"'rules': [0]: 'family': is neither 4 nor 6");
	refused("{\"sysctls\":[{\"key\":\"a\",\"value\":2147483648}]}",
		"'sysctls': [0]: 'value': is not in -2147483648..2147483647");
	refused(PEER("\"" KEY "\",\"rx_bytes\":-1"),
		"'devices': [0]: 'peers': [0]: 'rx_bytes': is not in 0..9223372036854775807");
}

static void test_names(void)
{
	static const char *const bad[] = {
		"", ".", "..", "a/b", "a b", "a:b", "a\\n", "\\u007f", "\\u001b[2J", NULL};

	for (size_t i = 0; bad[i]; i++) {
		char json[64];

		snprintf(json, sizeof(json), "{\"links\":[{\"name\":\"%s\"}]}", bad[i]);
		refused(json, "'links': [0]: 'name': is not an interface name");
	}
	refused("{\"links\":[{\"name\":\"a\\u0000b\"}]}", "'links': [0]: 'name': is not a text");
	refused("{\"links\":[{\"name\":\"sixteen-letters-\"}]}",
		"'links': [0]: 'name': is longer than 15 characters");
	refused("{\"devices\":[{\"ifname\":\"a\",\"private_key\":{\"id\":\"a-b\"}}]}",
		"'devices': [0]: 'private_key': 'id': is not an id");
	refused("{\"devices\":[{\"ifname\":\"a\",\"private_key\":"
		"{\"id\":\"000000000000000000000000000000000\"}}]}",
		"'devices': [0]: 'private_key': 'id': is longer than 32 characters");
	refused("{\"devices\":[{\"ifname\":\"a\",\"private_key\":{\"fp\":\"00\"}}]}",
		"'devices': [0]: 'private_key': 'fp': is not 16 bytes in hex digits");
	refused("{\"devices\":[{\"ifname\":\"a\",\"private_key\":"
		"{\"fp\":\"A5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"}}]}",
		"'devices': [0]: 'private_key': 'fp': is not 16 bytes in hex digits");
}

static void test_values(void)
{
	refused(PEER("\"AQ==\""), "'devices': [0]: 'peers': [0]: 'public_key': is not a key");
	refused(PEER("\"" KEY "\",\"endpoint\":\"host:1\""),
		"'devices': [0]: 'peers': [0]: 'endpoint': is not an endpoint");
	refused(PEER("\"" KEY "\",\"allowed\":[\"::/0\",\"::/129\"]"),
		"'devices': [0]: 'peers': [0]: 'allowed': [1]: is not a prefix");
	refused("{\"routes\":[{\"dst\":\"10.0.0.0/33\"}]}",
		"'routes': [0]: 'dst': is not a prefix");
	refused("{\"routes\":[{\"dst\":\"\"}]}", "'routes': [0]: 'dst': is not a prefix");
	refused(SYSCTL(""), "'sysctls': [0]: 'key': is not the key of a sysctl");
	refused(SYSCTL("net..x"), "'sysctls': [0]: 'key': is not the key of a sysctl");
	refused(SYSCTL("net.//.//.//.etc.passwd"),
		"'sysctls': [0]: 'key': is not the key of a sysctl");
	refused(SYSCTL("net./.x"), "'sysctls': [0]: 'key': is not the key of a sysctl");
	refused(SYSCTL("net.a b"), "'sysctls': [0]: 'key': is not the key of a sysctl");
	refused(SYSCTL(".net"), "'sysctls': [0]: 'key': is not the key of a sysctl");
	refused(SYSCTL("net."), "'sysctls': [0]: 'key': is not the key of a sysctl");
}

/* Cut or changed at any byte, a text is refused or read, but never crashes and never half used. */
static void test_damage(void)
{
	static const char bytes[] = "\"{}[]:,0-9zA.\\ ";
	ARENA_CLEANUP struct arena *a = arena_new();
	unsigned read = 0, refused_count = 0, no_json = 0;
	STRBUF_CLEANUP struct strbuf out = {0};
	struct state s, back;
	struct err e;
	json_t *j;
	char *text;

	srand(7);
	do
		random_state(a, &s);
	while (!s.n_devices || !s.n_rules || !s.n_routes || !s.n_sysctls || !s.n_addrs);
	state_to_json(&s, &out);
	text = out.s;
	for (size_t i = 0; text[i]; i++) {
		for (const char *b = bytes; *b; b++) {
			char kept = text[i];

			text[i] = *b;
			j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
			if (!j)
				no_json++;
			else if (state_from_json(a, j, &back, &e) == 0)
				read++;
			else
				refused_count += e.code == E_FAILED;
			json_decref(j);
			text[i] = kept;
		}
	}
	ok(read && refused_count > read / 10 && no_json,
		"of changed texts %u are no JSON, %u refused, %u read", no_json, refused_count,
		read);
	is_int(no_json + refused_count + read, (long long)(strlen(text) * (sizeof(bytes) - 1)),
		"and none is anything else");
}

int main(void)
{
	test_round_trip();
	test_text();
	test_types();
	test_ranges();
	test_names();
	test_values();
	test_damage();
	return done_testing();
}
