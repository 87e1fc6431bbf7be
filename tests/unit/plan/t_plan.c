// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What scenario files cannot say of plan: outputs stay untouched on failure, a second ordering
 * changes nothing, keys are named and never shown, an old key is named for the inverse, numbers
 * stay taken, and ten thousand peers are compared without a word.
 */
#include "base/str.h"
#include "lib/tap.h"
#include "plan/canon.h"
#include "plan/compile.h"
#include "plan/diff.h"
#include "plan/invert.h"
#include "plan/merge.h"
#include "plan/order.h"
#include "plan/text.h"

#define MANY 10000

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix p = {0};

	ip_prefix_parse(text, &p);
	return p;
}

static struct tunnel make_tunnel(struct arena *a)
{
	struct tunnel t = {.name = "a", .title = "A", .listen_port = -1, .fwmark = -1};
	struct tunnel_peer *p = LIST_PUSH(a, &t, peers);

	str_copy(t.ifname, sizeof(t.ifname), "wg-a");
	t.public_key.b[0] = 1;
	t.private_key.fp[0] = 1;
	str_copy(t.private_key.id, sizeof(t.private_key.id), "0123456789abcdef0123456789abcdef");
	*LIST_PUSH(a, &t, addresses) = prefix_of("10.0.0.2/32");
	p->public_key.b[0] = 2;
	p->preshared.fp[0] = 3;
	str_copy(p->preshared.id, sizeof(p->preshared.id), "fedcba9876543210fedcba9876543210");
	*LIST_PUSH(a, p, allowed) = prefix_of("0.0.0.0/0");
	return t;
}

static struct facts make_facts(void)
{
	return (struct facts){
		.ipv6 = true, .kernel_wireguard = true, .free_table = 7, .next_seq = 3};
}

static void test_untouched(struct arena *a)
{
	struct contribution c = {.name = "as it was"};
	struct facts f = make_facts();
	struct tunnel t = make_tunnel(a);
	struct err e;

	t.mtu = 100;
	is_int(compile_tunnel(a, &t, &f, NULL, &c, &e), -E_NUMBER, "a small MTU is refused");
	is_str(c.name, "as it was", "and what was to be filled is not");
	t.mtu = 0;
	f.free_table = 0;
	is_int(compile_tunnel(a, &t, &f, NULL, &c, &e), -E_INTERNAL,
		"a tunnel with a table needs a number");
	t.table_mode = TABLE_OFF;
	is_int(compile_tunnel(a, &t, &f, NULL, &c, &e), 0, "one without does not");
}

static void compile_into(struct arena *a, struct record *r)
{
	struct tunnel t = make_tunnel(a);
	struct facts f = make_facts();
	struct contribution c;
	struct err e;

	if (ok(!compile_tunnel(a, &t, &f, NULL, &c, &e), "the tunnel compiles"))
		*LIST_PUSH(a, r, contributions) = c;
}

static void plan_from(
	struct arena *a, const struct record *r, const struct state *have, struct plan *ret)
{
	struct diff_in in = {.have = have, .record = r};
	struct state want;

	merge_record(a, r, &want);
	in.want = &want;
	diff_states(a, &in, ret);
}

static const char *plan_text(struct arena *a, const struct plan *p)
{
	STRBUF_CLEANUP struct strbuf b = {0};

	text_plan(&b, p);
	return arena_strdup(a, strbuf_str(&b));
}

static void test_order(struct arena *a)
{
	struct record r = {0};
	struct state nothing = {0};
	struct plan p;
	const char *once;

	compile_into(a, &r);
	plan_from(a, &r, &nothing, &p);
	once = plan_text(a, &p);
	order_plan(&p);
	is_str(plan_text(a, &p), once, "ordering twice is ordering once");
	for (size_t i = 0; i < p.n_ops / 2; i++) {
		struct op op = p.ops[i];

		p.ops[i] = p.ops[p.n_ops - 1 - i];
		p.ops[p.n_ops - 1 - i] = op;
	}
	order_plan(&p);
	for (size_t i = 1; i < p.n_ops; i++)
		if (p.ops[i - 1].stage > p.ops[i].stage ||
			(p.ops[i - 1].stage == p.ops[i].stage && p.ops[i - 1].rank > p.ops[i].rank))
			fail("operation %zu stands too early", i);
	pass("a reversed plan is put in order");
}

static void test_keys(struct arena *a)
{
	struct record r = {0};
	struct state nothing = {0}, have;
	struct plan p, back;
	const char *text;
	bool *done;

	compile_into(a, &r);
	plan_from(a, &r, &nothing, &p);
	text = plan_text(a, &p);
	ok(strstr(text, "private-key key#01234567 ") && strstr(text, "key#fedcba98 "),
		"keys are named by the first digits of their ids");
	merge_record(a, &r, &have);
	have.devices[0].private_key.id[0] = '\0';
	have.devices[0].peers[0].preshared.id[0] = '\0';
	r.contributions[0].leaving = true;
	plan_from(a, &r, &have, &p);
	done = arena_alloc(a, p.n_ops + 1);
	memset(done, true, p.n_ops);
	invert_done(a, &p, done, &back);
	text = plan_text(a, &back);
	ok(strstr(text, "private-key key#01234567 ") && strstr(text, "key#fedcba98 "),
		"the inverse of down names the keys that the kernel did not");
}

/* The link ends before the rules that keep its ciphertext where it belongs, though made first. */
static void test_inverse_order(struct arena *a)
{
	static const enum op_kind kinds[] = {OP_USERSPACE_START, OP_RULE_ADD, OP_LINK_SET};
	bool done[] = {true, true, true};
	struct plan p = {0}, back;

	for (size_t i = 0; i < 3; i++) {
		struct op *op = LIST_PUSH(a, &p, ops);

		op->kind = kinds[i];
		str_copy(op->ifname, sizeof(op->ifname), i == 1 ? "" : "wg-a");
		str_copy(op->link.name, sizeof(op->link.name), op->ifname);
		op->rule.priority = PRIO_NESTED_STOP;
		op->rule.action = RULE_PROHIBIT;
		op->rule.suppress_prefixlen = -1;
		op->rule.protocol = WF_RTPROTO_KERNEL;
	}
	invert_done(a, &p, done, &back);
	is_str(plan_text(a, &back),
		"BEFORE link del wg-a\nBEFORE userspace stop wg-a\nBEFORE rule 5111 del prohibit\n",
		"a link ends before its rules");
	done[2] = false;
	invert_done(a, &p, done, &back);
	is_int((int)back.n_ops, 3, "what was not done is not inverted, what was is");
	is_int(back.ops[0].kind, OP_RULE_DEL, "in reverse order");
}

static void test_canon(struct arena *a)
{
	struct state s = {0};

	*LIST_PUSH(a, &s, sysctls) = (struct sysctl_state){"b", 1};
	*LIST_PUSH(a, &s, sysctls) = (struct sysctl_state){"a", 1};
	*LIST_PUSH(a, &s, sysctls) = (struct sysctl_state){"a", 2};
	canon_state(&s);
	is_int((int)s.n_sysctls, 2, "a setting named twice stands once");
	ok(str_eq(s.sysctls[0].key, "a") && s.sysctls[0].value == 2, "with the higher value");
}

static void test_numbers(struct arena *a)
{
	struct record r = {0};
	struct contribution *c;
	struct rule_state *rule;

	is_int(merge_free_number(&r), 1, "the first number is free at first");
	c = LIST_PUSH(a, &r, contributions);
	c->number = 1;
	rule = LIST_PUSH(a, &c->own, rules);
	rule->action = RULE_LOOKUP;
	rule->table = WF_TABLE_BASE + 2;
	is_int(merge_free_number(&r), 3, "a table that is looked up is not free");
	c->leaving = true;
	is_int(merge_free_number(&r), 3, "nor is one that is about to be");
}

static void test_expected_links(struct arena *a)
{
	struct record r = {0};
	struct state nothing = {0};
	struct plan p;

	compile_into(a, &r);
	r.contributions[0].own.links[0].ifindex = 9;
	plan_from(a, &r, &nothing, &p);
	merge_expect_links(&r, &p);
	is_int(r.contributions[0].own.links[0].ifindex, 0, "a link to be made has no index yet");
	r.contributions[0].own.links[0].ifindex = 9;
	merge_expect_links(&r, &(struct plan){0});
	is_int(r.contributions[0].own.links[0].ifindex, 9, "one that stays keeps it");
}

/* A server's configuration. Only that it ends soon is checked: a quadratic one would not. */
static void test_many(struct arena *a)
{
	struct tunnel t = make_tunnel(a);
	struct facts f = make_facts();
	struct record r = {0};
	struct state want;
	struct plan p;
	struct contribution c;
	struct err e;

	t.n_peers = 0;
	for (unsigned i = 0; i < MANY; i++) {
		struct tunnel_peer *peer = LIST_PUSH(a, &t, peers);
		struct ip_prefix x = {{AF_INET, {10, (uint8_t)(i >> 8), (uint8_t)i, 1}}, 32};

		peer->public_key.b[0] = (uint8_t)i;
		peer->public_key.b[1] = (uint8_t)(i >> 8);
		peer->public_key.b[31] = 1;
		*LIST_PUSH(a, peer, allowed) = x;
	}
	if (!ok(!compile_tunnel(a, &t, &f, NULL, &c, &e), "%d peers compile", MANY))
		return;
	*LIST_PUSH(a, &r, contributions) = c;
	merge_record(a, &r, &want);
	is_int((int)want.devices[0].n_peers, MANY, "none is lost");
	plan_from(a, &r, &want, &p);
	is_int((int)p.n_ops, 0, "and equal ones need nothing");
	want.devices[0].peers[77].keepalive = 5;
	plan_from(a, &r, &want, &p);
	is_int((int)p.n_ops, 1, "one that differs is one operation");
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();

	test_untouched(a);
	test_order(a);
	test_keys(a);
	test_inverse_order(a);
	test_canon(a);
	test_numbers(a);
	test_expected_links(a);
	test_many(a);
	return done_testing();
}
