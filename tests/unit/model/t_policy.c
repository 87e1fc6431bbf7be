// SPDX-License-Identifier: GPL-2.0-or-later
/* Policy rows: each pattern comes back as it was written, and what is not understood is refused. */
#include "model/policy.h"

#include <string.h>

#include "lib/tap.h"

static struct arena *a;

static const char *row_of(const struct policy *p, enum pattern what)
{
	STRBUF_CLEANUP struct strbuf text = {0};

	policy_row_to_json(p, what, &text);
	return arena_strdup(a, strbuf_str(&text));
}

/* Read and written again it is the same text. */
static void stays(enum pattern what, const char *json)
{
	struct policy p = {0};
	struct err e = {0};

	is_int(policy_row_from_json(a, what, json, &p, &e), 0, "%s %s", pattern_name(what), json);
	is_str(row_of(&p, what), json, "comes back");
}

static void becomes(enum pattern what, const char *json, const char *want)
{
	struct policy p = {0};
	struct err e = {0};

	is_int(policy_row_from_json(a, what, json, &p, &e), 0, "%s %s", pattern_name(what), json);
	is_str(row_of(&p, what), want, "is written in full");
}

static void refused(enum pattern what, const char *json, const char *want)
{
	struct policy p = {.forward4 = true}, before = p;
	struct err e = {0};

	is_int(policy_row_from_json(a, what, json, &p, &e), -E_DB, "%s %s", pattern_name(what),
		json);
	is_str(e.msg, want, "is refused");
	ok(memcmp(&p, &before, sizeof(p)) == 0, "and nothing is added");
}

static void test_names(void)
{
	enum pattern p = PATTERN_RAW_SHELL;

	ok(pattern_parse("kill_switch", &p) && p == PATTERN_KILL_SWITCH, "the first pattern");
	ok(pattern_parse("raw_shell", &p) && p == PATTERN_RAW_SHELL, "the last one");
	ok(!pattern_parse("Kill_switch", &p) && !pattern_parse("", &p) && !pattern_parse(NULL, &p),
		"others are none");
}

static void test_round_trip(void)
{
	stays(PATTERN_KILL_SWITCH,
		"{\"lan\":[\"10.0.0.0/8\",\"fc00::/7\"],\"inbound\":[\"tcp/22\",\"udp/60000\"]}");
	stays(PATTERN_DNS_LEAK, "{\"gate\":true,\"mode\":\"keep\"}");
	stays(PATTERN_DNS_LEAK,
		"{\"gate\":false,\"mode\":\"custom\",\"servers\":[\"10.64.0.1\",\"fd00::1\"]}");
	stays(PATTERN_NAT,
		"{\"family\":4,\"source\":\"10.0.0.0/24\",\"out\":\"eth0\",\"to\":\"192.0.2.1\"}");
	stays(PATTERN_NAT, "{\"family\":6}");
	stays(PATTERN_FORWARDING,
		"{\"in\":\"%i\",\"out\":\"\",\"both\":true,\"forward4\":true,\"forward6\":false}");
	stays(PATTERN_FORWARDING, "{\"forward4\":false,\"forward6\":true}");
	stays(PATTERN_MSS_CLAMP, "{}");
	stays(PATTERN_DNAT,
		"{\"in\":\"eth0\",\"proto\":\"tcp\",\"port\":80,\"to\":\"10.0.0.2:8080\"}");
	stays(PATTERN_DNAT, "{\"proto\":\"udp\",\"port\":53,\"to\":\"[fd00::2]:0\"}");
	stays(PATTERN_SPLIT_TUNNEL, "{\"uid\":\"1000-1010\",\"only\":false}");
	stays(PATTERN_SPLIT_TUNNEL, "{\"cgroup\":\"user.slice/a b\",\"only\":false}");
	stays(PATTERN_SPLIT_TUNNEL, "{\"prefix\":\"203.0.113.0/24\",\"only\":true}");
	stays(PATTERN_SPLIT_TUNNEL, "{\"mark\":\"0x1/0xff\",\"only\":true}");
}

static void test_short_forms(void)
{
	becomes(PATTERN_KILL_SWITCH, NULL, "{\"lan\":[],\"inbound\":[]}");
	becomes(PATTERN_KILL_SWITCH, "{\"lan\":[\"10.1.2.3/8\"]}",
		"{\"lan\":[\"10.0.0.0/8\"],\"inbound\":[]}");
	becomes(PATTERN_DNAT, "{\"proto\":\"tcp\",\"port\":80,\"to\":\"10.0.0.2\"}",
		"{\"proto\":\"tcp\",\"port\":80,\"to\":\"10.0.0.2:0\"}");
	becomes(PATTERN_SPLIT_TUNNEL, "{\"uid\":\"1000\"}",
		"{\"uid\":\"1000-1000\",\"only\":false}");
	becomes(PATTERN_SPLIT_TUNNEL, "{\"mark\":\"17\"}",
		"{\"mark\":\"0x11/0xffffffff\",\"only\":false}");
}

#define MEMBER(name, what) "the variable '" name "' of a '" what "' has a wrong value"

static void test_refused(void)
{
	refused(PATTERN_KILL_SWITCH, "[]", "the variables of a 'kill_switch' are no JSON object");
	refused(PATTERN_KILL_SWITCH, "{", "the variables of a 'kill_switch' are no JSON object");
	refused(PATTERN_KILL_SWITCH, "{\"lan\":[],\"lan\":[]}",
		"the variables of a 'kill_switch' are no JSON object");
	refused(PATTERN_KILL_SWITCH, "{\"LAN\":[]}", "a 'kill_switch' has no variable 'LAN'");
	refused(PATTERN_KILL_SWITCH, "{\"gate\":true}", "a 'kill_switch' has no variable 'gate'");
	refused(PATTERN_KILL_SWITCH, "{\"lan\":\"10.0.0.0/8\"}", MEMBER("lan", "kill_switch"));
	refused(PATTERN_KILL_SWITCH, "{\"lan\":[\"10.0.0.0/33\"]}", MEMBER("lan", "kill_switch"));
	refused(PATTERN_KILL_SWITCH, "{\"inbound\":[\"tcp/0\"]}", MEMBER("inbound", "kill_switch"));
	refused(PATTERN_KILL_SWITCH, "{\"inbound\":[\"sctp/1\"]}",
		MEMBER("inbound", "kill_switch"));
	refused(PATTERN_KILL_SWITCH, "{\"inbound\":[22]}", MEMBER("inbound", "kill_switch"));
	refused(PATTERN_DNS_LEAK, "{\"mode\":\"none\"}", MEMBER("mode", "dns_leak"));
	refused(PATTERN_DNS_LEAK, "{\"gate\":1}", MEMBER("gate", "dns_leak"));
	refused(PATTERN_DNS_LEAK, "{\"mode\":\"custom\",\"servers\":[\"example\"]}",
		MEMBER("servers", "dns_leak"));
	refused(PATTERN_DNS_LEAK, "{\"servers\":[\"10.0.0.1\"]}",
		"the variables of a 'dns_leak' do not make one");
	refused(PATTERN_NAT, "{}", "the variables of a 'nat' do not make one");
	refused(PATTERN_NAT, "{\"family\":5}", MEMBER("family", "nat"));
	refused(PATTERN_NAT, "{\"family\":4,\"source\":\"fd00::/8\"}",
		"the variables of a 'nat' do not make one");
	refused(PATTERN_NAT, "{\"family\":4,\"out\":\"a b\"}", MEMBER("out", "nat"));
	refused(PATTERN_NAT, "{\"family\":4,\"out\":\"a-name-of-16-let\"}", MEMBER("out", "nat"));
	refused(PATTERN_FORWARDING, "{\"in\":\"..\"}", MEMBER("in", "forwarding"));
	refused(PATTERN_FORWARDING, "{\"both\":\"yes\"}", MEMBER("both", "forwarding"));
	refused(PATTERN_MSS_CLAMP, "{\"mss\":1400}", "a 'mss_clamp' has no variable 'mss'");
	refused(PATTERN_DNAT, "{\"proto\":\"tcp\",\"port\":80}",
		"the variables of a 'dnat' do not make one");
	refused(PATTERN_DNAT, "{\"proto\":\"tcp\",\"port\":65536,\"to\":\"10.0.0.2\"}",
		MEMBER("port", "dnat"));
}

static void test_split_refused(void)
{
	static const char *const uids[] = {
		"", "-", "a", "5-", "5-4", "-1", "1-2-3", "4294967295", "99999999999999999999-1"};
	static const char *const marks[] = {
		"", "0x", "x", "-1", "1/", "1/0", "2/1", "0x1/0xfffffffff", "1/2/3", " 1"};
	static const char *const cgroups[] = {"", "/a", "a/../b", "a\\\"b", "a\\nb"};

	for (size_t i = 0; i < sizeof(uids) / sizeof(*uids); i++)
		refused(PATTERN_SPLIT_TUNNEL, arena_printf(a, "{\"uid\":\"%s\"}", uids[i]),
			MEMBER("uid", "split_tunnel"));
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		refused(PATTERN_SPLIT_TUNNEL, arena_printf(a, "{\"mark\":\"%s\"}", marks[i]),
			MEMBER("mark", "split_tunnel"));
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(*cgroups); i++)
		refused(PATTERN_SPLIT_TUNNEL, arena_printf(a, "{\"cgroup\":\"%s\"}", cgroups[i]),
			MEMBER("cgroup", "split_tunnel"));
	refused(PATTERN_SPLIT_TUNNEL, "{}", "the variables of a 'split_tunnel' do not make one");
	refused(PATTERN_SPLIT_TUNNEL, "{\"uid\":\"1\",\"mark\":\"1\"}",
		"the variables of a 'split_tunnel' do not make one");
}

static void test_added(void)
{
	struct policy p = {0};
	struct err e;

	policy_row_from_json(a, PATTERN_KILL_SWITCH, "{\"lan\":[\"10.0.0.0/8\"]}", &p, &e);
	policy_row_from_json(a, PATTERN_SPLIT_TUNNEL, "{\"uid\":\"1\"}", &p, &e);
	policy_row_from_json(a, PATTERN_SPLIT_TUNNEL, "{\"uid\":\"2\"}", &p, &e);
	policy_row_from_json(a, PATTERN_MSS_CLAMP, "{}", &p, &e);
	is_int(policy_row_from_json(a, PATTERN_RAW_SHELL, "not JSON", &p, &e), 0,
		"what is not recognised says nothing");
	ok(p.kill_switch && p.n_lan == 1 && p.n_split == 2 && p.split[1].uid_first == 2 &&
			p.mss_clamp && !p.dns_gate && !p.forward4,
		"rows add up");
}

int main(void)
{
	a = arena_new();
	test_names();
	test_round_trip();
	test_short_forms();
	test_refused();
	test_split_refused();
	test_added();
	arena_free(a);
	return done_testing();
}
