// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of a table, word by word, and the number of a firewall: what changes it and what does
 * not. That nft reads the text as it is meant is t_equal's.
 */
#include "fw/build.h"
#include "rig.h"

static const char want[] =
	"table ip6 x\n"
	"delete table ip6 x\n"
	"table ip6 x {\n"
	"\tcounter c {\n"
	"\t}\n"
	"\tmap m {\n"
	"\t\ttype ifname . ipv6_addr : verdict\n"
	"\t\telements = { \"wg0\" . fc00::1 : jump k }\n"
	"\t}\n"
	"\tset s {\n"
	"\t\ttype ipv4_addr\n"
	"\t\tflags interval\n"
	"\t\telements = { 10.0.0.0/8, 10.255.255.255-11.0.0.1, 255.255.255.255 }\n"
	"\t}\n"
	"\tset e {\n"
	"\t\ttype uid\n"
	"\t\tflags constant,timeout\n"
	"\t}\n"
	"\tchain k {\n"
	"\t\tip daddr != @s counter name c reject with icmpx port-unreachable\n"
	"\t}\n"
	"\tchain b {\n"
	"\t\ttype route hook output priority -150; policy drop;\n"
	"\t\toifname . ip6 daddr vmap @m\n"
	"\t\tct state established,related meta mark set 0x57000000 goto k\n"
	"\t\tip6 saddr fd00::/9 dnat ip6 to [fc00::2]:53\n"
	"\t}\n"
	"}\n";

static const char want_line[] =
	"table ip6 x; delete table ip6 x; table ip6 x { counter c { }; map m { type ifname . "
	"ipv6_addr "
	": verdict; elements = { \"wg0\" . fc00::1 : jump k }; }; set s { type ipv4_addr; flags "
	"interval; elements = { 10.0.0.0/8, 10.255.255.255-11.0.0.1, 255.255.255.255 }; }; set e { "
	"type "
	"uid; flags constant,timeout; }; chain k { ip daddr != @s counter name c reject with icmpx "
	"port-unreachable; }; chain b { type route hook output priority -150; policy drop; oifname "
	". "
	"ip6 daddr vmap @m; ct state established,related meta mark set 0x57000000 goto k; ip6 "
	"saddr "
	"fd00::/9 dnat ip6 to [fc00::2]:53; }; }";

static void add_interval(struct arena *a, struct fw_set *s, const char *first, const char *last)
{
	struct fw_elem *e = LIST_PUSH(a, s, elems);
	struct ip_addr f = addr(first), l = addr(last);

	memcpy(e->key, f.b, 4);
	memcpy(e->last, l.b, 4);
}

static void make_table(struct arena *a, struct fw_table *t)
{
	const struct ip_endpoint to = {.addr = addr("fc00::2"), .port = 53};
	const struct ip_prefix source = prefix("fd00::/9");
	struct ip_addr server = addr("fc00::1");
	struct build b = {.a = a, .t = t};
	char name[16] = "wg0";
	struct fw_elem *e;
	unsigned at = 0;
	struct fw_set *s;

	*t = (struct fw_table){.family = FW_IP6, .name = "x", .present = true};
	LIST_PUSH(a, t, counters)->name = "c";
	s = fw_set_add(a, t, "m", FW_SET_VERDICTS,
		(const enum fw_type[]){FW_TYPE_IFNAME, FW_TYPE_IPV6}, 2);
	e = LIST_PUSH(a, s, elems);
	fw_key_put(e, &at, name, sizeof(name));
	fw_key_put(e, &at, server.b, 16);
	e->verdict = (struct fw_verdict){FW_JUMP, "k"};
	s = fw_set_add(a, t, "s", FW_SET_INTERVAL, (const enum fw_type[]){FW_TYPE_IPV4}, 1);
	add_interval(a, s, "255.255.255.255", "255.255.255.255");
	add_interval(a, s, "10.0.0.0", "10.255.255.255");
	fw_set_sort(s);
	/* Put in by hand: sorting would join it with its neighbour. */
	add_interval(a, s, "10.255.255.255", "11.0.0.1");
	e = &s->elems[1];
	{
		struct fw_elem other = s->elems[2];

		s->elems[2] = *e;
		*e = other;
	}
	fw_set_add(a, t, "e", FW_SET_TIMEOUT | FW_SET_CONSTANT, (const enum fw_type[]){FW_TYPE_UID},
		1);
	build_chain(&b, "k");
	RULE(&b, NOT(IN("s", FW_DADDR4)), COUNT("c"), REJECT(FW_PORT_UNREACHABLE));
	build_base(&b, "b", FW_ROUTE, FW_OUTPUT, -150, true);
	RULE(&b, BY("m", FW_OIFNAME, FW_DADDR6));
	RULE(&b, IS(FW_CT_STATE, CT_ESTABLISHED | CT_RELATED), SET_MARK(WF_MARK), GOTO("k"));
	RULE(&b, rule_is_prefix(FW_SADDR4, FW_SADDR6, &source),
		(struct fw_expr){.kind = FW_DNAT, .to = to});
}

static void test_words(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf out = {0};
	struct fw_table t;

	make_table(a, &t);
	fw_text(&t, &out);
	is_str(strbuf_str(&out), want, "every word stands where it should");
	strbuf_reset(&out);
	fw_text_line(&t, &out);
	is_str(strbuf_str(&out), want_line, "and so in one line");
}

static void test_joined(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct fw_table t = {.name = "x"};
	struct fw_set *s =
		fw_set_add(a, &t, "s", FW_SET_INTERVAL, (const enum fw_type[]){FW_TYPE_IPV4}, 1);

	add_interval(a, s, "10.1.0.0", "10.1.255.255");
	add_interval(a, s, "10.0.0.0", "10.255.255.255");
	add_interval(a, s, "10.255.0.0", "11.0.0.0");
	add_interval(a, s, "10.0.0.0", "10.0.0.255");
	add_interval(a, s, "12.0.0.0", "12.0.0.0");
	fw_set_sort(s);
	is_int((long long)s->n_elems, 2, "intervals that overlap become one");
	is_int(s->elems[0].last[0], 11, "that reaches as far as they did");
}

static void reverse(struct firewall *f)
{
#define REVERSE(list)                                                                              \
	for (size_t i = 0; i < f->n_##list / 2; i++) {                                             \
		__typeof__(*f->list) x = f->list[i];                                               \
		f->list[i] = f->list[f->n_##list - 1 - i];                                         \
		f->list[f->n_##list - 1 - i] = x;                                                  \
	}
	REVERSE(endpoints)
	REVERSE(tunnels)
	REVERSE(addresses)
	REVERSE(lan)
	REVERSE(bridges)
	REVERSE(inbound)
	REVERSE(split)
	REVERSE(marks)
#undef REVERSE
}

static void test_form(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf text = {0};
	struct firewall f = {0}, none = {0};
	struct ip_addr again;
	char number[64];
	struct fw_table t;
	uint64_t form;

	add_everything(a, &f);
	form = fw_form(&f);
	ok(form && form != UINT64_MAX, "a form");
	ok(fw_form(&none) != form, "no table has another");
	fw_build(a, &f, &t);
	fw_text(&t, &text);
	snprintf(number, sizeof(number), "{ 0x%08x . 0x%08x }", (unsigned)(form >> 32),
		(unsigned)form);
	ok(strstr(text.s, number) != NULL, "it stands in the table");
	ok(!strchr(text.s, '\''), "where no single quote is");
	reverse(&f);
	again = f.addresses[0];
	*LIST_PUSH(a, &f, addresses) = again;
	ok(fw_form(&f) == form, "the order of lists and doubles are nothing to it");
	f.addresses[0].b[3] ^= 1;
	ok(fw_form(&f) != form, "an address is");
	f.addresses[0].b[3] ^= 1;
	f.dns_gate = false;
	ok(fw_form(&f) == form, "the kill switch implies the DNS gate");
	f.kill_switch = false;
	ok(fw_form(&f) != form, "without it it counts");
}

/* Names that nft could not read back, or would read as something else. */
static void test_hostile(void)
{
	static const char *const names[] = {
		"a\"; drop", "x'y", "eth*", "a b", "\x1b[2J", "$x", "`id`"};
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf text = {0};
	struct firewall f = {.present = true, .kill_switch = true};
	struct firewall g = f;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		LINK(a, &f, tunnels, names[i]);
		LINK(a, &f, bridges, names[i]);
		LINK(a, &f, any_dns, names[i]);
		LINK(a, &f, mss_clamp, names[i]);
		*LIST_PUSH(a, &f, forward) = (struct fw_forward){"", "", false};
		str_copy(f.forward[i].in_ifname, FW_IFNAME_SIZE, names[i]);
		str_copy(f.forward[i].out_ifname, FW_IFNAME_SIZE, "eth0");
		if (i < 2)
			*LIST_PUSH(a, &f, split) =
				(struct fw_split){FW_SPLIT_CGROUP, 0, 0, names[i]};
		*LIST_PUSH(a, &f, nat) = (struct fw_nat){.family = AF_INET};
		str_copy(f.nat[i].out_ifname, FW_IFNAME_SIZE, names[i]);
		*LIST_PUSH(a, &f, dnat) =
			(struct fw_dnat){"", IPPROTO_TCP, 1, {.addr = addr("10.0.0.1"), .port = 2}};
		str_copy(f.dnat[i].in_ifname, FW_IFNAME_SIZE, names[i]);
	}
	{
		struct fw_table t;

		fw_build(a, &f, &t);
		fw_text(&t, &text);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(!strstr(text.s, names[i]), "a name like no interface's (%zu) is left out", i);
	ok(fw_form(&g) != 0, "the rest stands");
}

int main(void)
{
	test_words();
	test_joined();
	test_form();
	test_hostile();
	return done_testing();
}
