// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transactions against the kernel's nf_tables in a namespace: what is committed, what is refused as
 * a whole, generations, large batches, and the digest. The messages are made here by hand, since
 * net only sends what others encode; what others do to the table is done by nft(8).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <time.h>

#include "net/net.h"
#include "net/nft.h"
#include "rig.h"

#define MANY 4000

/* --- by nft(8) ---------------------------------------------------------------------------------
 */

/* Runs nft with these commands on its standard input; true when it took them. */
static bool nft(const char *commands)
{
	int to[2], status = -1;
	pid_t pid;

	if (pipe(to) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		dup2(to[0], 0);
		dup2(open("/dev/null", O_WRONLY), 1);
		close(to[0]);
		close(to[1]);
		execlp("nft", "nft", "-f", "-", (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	if (write(to[1], commands, strlen(commands)) < 0)
		abort();
	close(to[1]);
	if (waitpid(pid, &status, 0) < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
		printf("1..0 # SKIP there is no nft\n");
		exit(77);
	}
	return status == 0;
}

/* --- by hand -----------------------------------------------------------------------------------
 */

struct maker {
	struct arena *a;
	uint8_t *bytes;
	size_t len, cap;
	unsigned messages;
};

static void maker_init(struct maker *k, struct arena *a)
{
	*k = (struct maker){.a = a};
}

static void add(struct maker *k, const struct nl_message *m)
{
	size_t len = MNL_ALIGN(m->h.nlmsg_len);

	if (k->len + len > k->cap) {
		k->cap = 2 * (k->cap + len);
		k->bytes = memcpy(
			arena_alloc(k->a, k->cap), k->bytes ? k->bytes : (uint8_t *)"", k->len);
	}
	memcpy(k->bytes + k->len, m, len);
	k->len += len;
}

static void begin(struct nl_message *m, uint8_t what, uint16_t flags)
{
	struct nfgenmsg *g = nl_message_begin(
		m, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | what), flags, sizeof(*g));

	g->nfgen_family = NFPROTO_INET;
}

static void add_edge(struct maker *k, uint16_t type)
{
	struct nl_message m;
	struct nfgenmsg *g = nl_message_begin(&m, type, 0, sizeof(*g));

	g->res_id = htons(NFNL_SUBSYS_NFTABLES);
	if (type == NFNL_MSG_BATCH_BEGIN)
		mnl_attr_put_u32(&m.h, NFNL_BATCH_GENID, 0);
	add(k, &m);
}

#define GENID_AT (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg) + MNL_ATTR_HDRLEN)

static void add_set(struct maker *k, const char *name, uint32_t id)
{
	struct nl_message m;

	begin(&m, NFT_MSG_NEWSET, NLM_F_CREATE);
	mnl_attr_put_strz(&m.h, NFTA_SET_TABLE, "wf");
	mnl_attr_put_strz(&m.h, NFTA_SET_NAME, name);
	mnl_attr_put_u32(&m.h, NFTA_SET_FLAGS, 0);
	mnl_attr_put_u32(&m.h, NFTA_SET_KEY_TYPE, htonl(7)); /* nft's ipv4_addr */
	mnl_attr_put_u32(&m.h, NFTA_SET_KEY_LEN, htonl(4));
	mnl_attr_put_u32(&m.h, NFTA_SET_ID, htonl(id));
	add(k, &m);
	k->messages++;
}

static void add_element(struct maker *k, const char *set, uint32_t value)
{
	struct nl_message m;
	struct nlattr *list, *item, *key;

	begin(&m, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
	mnl_attr_put_strz(&m.h, NFTA_SET_ELEM_LIST_TABLE, "wf");
	mnl_attr_put_strz(&m.h, NFTA_SET_ELEM_LIST_SET, set);
	list = mnl_attr_nest_start(&m.h, NFTA_SET_ELEM_LIST_ELEMENTS);
	item = mnl_attr_nest_start(&m.h, NFTA_LIST_ELEM);
	key = mnl_attr_nest_start(&m.h, NFTA_SET_ELEM_KEY);
	mnl_attr_put_u32(&m.h, NFTA_DATA_VALUE, htonl(value));
	mnl_attr_nest_end(&m.h, key);
	mnl_attr_nest_end(&m.h, item);
	mnl_attr_nest_end(&m.h, list);
	add(k, &m);
	k->messages++;
}

static void add_rule(struct maker *k, const char *chain)
{
	struct nl_message m;

	begin(&m, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	mnl_attr_put_strz(&m.h, NFTA_RULE_TABLE, "wf");
	mnl_attr_put_strz(&m.h, NFTA_RULE_CHAIN, chain);
	mnl_attr_nest_end(&m.h, mnl_attr_nest_start(&m.h, NFTA_RULE_EXPRESSIONS));
	add(k, &m);
	k->messages++;
}

static struct fw_batch finish(struct maker *k)
{
	add_edge(k, NFNL_MSG_BATCH_END);
	return (struct fw_batch){k->bytes, k->len, k->messages, GENID_AT};
}

/* --- tests -------------------------------------------------------------------------------------
 */

static const char table[] =
	"table inet wf {\n"
	"  set form { type mark . mark; elements = { 0x12345678 . 0x9abcdef0 } }\n"
	"  set some { type ipv4_addr; flags timeout; elements = { 192.0.2.1 } }\n"
	"  set fixed { type ipv4_addr; flags constant; elements = { 192.0.2.9 } }\n"
	"  set ranges { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }\n"
	"  counter stopped { packets 7 bytes 700 }\n"
	"  counter passed { packets 1 bytes 99 }\n"
	"  chain guard { ip daddr @some accept; ip daddr @fixed accept; udp dport { 53, 853 } "
	"drop; }\n"
	"  chain out { type filter hook output priority 0; policy accept; jump guard; }\n"
	"}\n";

#define FORM UINT64_C(0x123456789abcdef0)

static uint64_t form_of(struct net *n)
{
	uint64_t form = 1;

	works(net_nft_form(n, &form, &rig_err), "the form is read");
	return form;
}

static uint64_t digest_of(struct net *n)
{
	uint64_t digest = 1;

	works(net_nft_digest(n, &digest, &rig_err), "a digest is taken");
	return digest;
}

static uint64_t generation_of(struct net *n)
{
	uint64_t generation = 0;

	works(net_nft_generation(n, &generation, &rig_err), "the generation is asked");
	return generation;
}

/* By it a table is known that nobody can have edited. */
static void test_generation(struct net *n)
{
	uint64_t before = generation_of(n);

	ok(before != 0, "it is never 0");
	ok(generation_of(n) == before, "to ask changes nothing");
	ok(nft("add table ip other"), "somebody makes another table");
	ok(generation_of(n) == before + 1, "that is one more");
	ok(nft("delete table ip other"), "and removes it");
	ok(generation_of(n) == before + 2, "that is one more");
}

static void test_form(struct net *n)
{
	uint64_t before;

	ok(form_of(n) == 0, "no table, no form");
	ok(digest_of(n) == 0, "and no digest");
	ok(nft("add table inet wf"), "a table without a set");
	ok(form_of(n) == UINT64_MAX, "has nobody's form");
	ok(digest_of(n) != 0, "but a digest");
	ok(nft("delete table inet wf\n"), "it goes");
	ok(nft("table ip wf { set form { type mark . mark; elements = { 1 . 1 }; }; }"),
		"one of another family");
	ok(form_of(n) == 0, "does not count");
	ok(nft(table), "a table with a form");
	ok(form_of(n) == FORM, "it is what the set says");
	before = digest_of(n);
	ok(nft("add element inet wf form { 1 . 2 }"), "with a second one");
	ok(form_of(n) == UINT64_MAX, "it is nobody's");
	ok(digest_of(n) == before, "which is not told twice");
	ok(nft("delete element inet wf form { 1 . 2 }"), "back");
}

static void test_counters(struct net *n, struct arena *a)
{
	struct fw_counters c = {0};

	ok(nft("table inet stranger { counter theirs { packets 5 bytes 5; }; }"),
		"a stranger's counter");
	works(net_nft_counters(n, a, &c, &rig_err), "counters are read");
	is_int((long long)c.n_items, 2, "wf's alone");
	LIST_FOREACH (x, &c, items)
		if (str_eq(x->name, "stopped"))
			ok(x->packets == 7 && x->bytes == 700, "with their values");
}

static void test_commit(struct net *n, struct arena *a)
{
	uint64_t expect = FORM, other = FORM + 1, before = digest_of(n);
	struct maker k;
	struct fw_batch b;

	maker_init(&k, a);
	add_edge(&k, NFNL_MSG_BATCH_BEGIN);
	add_element(&k, "some", 0xc0000202);
	add_element(&k, "some", 0xc0000203);
	b = finish(&k);
	refuses(net_nft_commit(n, &b, &other, &rig_err), E_CONFLICT, "somebody else",
		"a change for another form");
	ok(digest_of(n) == before, "does nothing");
	works(net_nft_commit(n, &b, &expect, &rig_err), "one for this form");
	ok(digest_of(n) != before, "is done");
	ok(nft("delete element inet wf some { 192.0.2.2, 192.0.2.3 }"), "both are there");
	ok(digest_of(n) == before, "the digest is that of before");
	works(net_nft_commit(n, &b, NULL, &rig_err), "one for any form");
	ok(nft("delete element inet wf some { 192.0.2.2, 192.0.2.3 }"), "as well");
}

static void test_refusal(struct net *n, struct arena *a)
{
	uint64_t before = digest_of(n);
	struct maker k;
	struct fw_batch b;

	maker_init(&k, a);
	add_edge(&k, NFNL_MSG_BATCH_BEGIN);
	add_element(&k, "some", 0xc0000204);
	add_rule(&k, "nowhere");
	add_element(&k, "some", 0xc0000205);
	b = finish(&k);
	refuses(net_nft_commit(n, &b, NULL, &rig_err), E_KERNEL,
		"rule of 'nowhere', message 2 of 3): No such file", "a bad message is named");
	ok(digest_of(n) == before, "and nothing of its batch is done");
}

/* A generation that is over is refused as a whole, and only BATCH_BEGIN is answered. */
static void test_stale(struct net *n, struct arena *a)
{
	uint64_t before = digest_of(n);
	struct nl_result results[3];
	struct maker k;
	struct fw_batch b;
	struct nl *nl;

	maker_init(&k, a);
	add_edge(&k, NFNL_MSG_BATCH_BEGIN);
	add_element(&k, "some", 0xc0000206);
	b = finish(&k);
	b.bytes[GENID_AT + 3] = 1;
	works(net_nft_socket(n, &nl, &rig_err), "a socket");
	works(nl_transact(nl, b.bytes, b.len, 3, results, &rig_err), "a stale batch is sent");
	is_int(results[0].error, ERESTART, "it is refused");
	is_int(results[1].error, ECANCELED, "nothing of it is looked at");
	ok(digest_of(n) == before, "nor done");
}

/* Somebody changes another table all the time. */
static pid_t start_writer(void)
{
	pid_t pid = fork();
	struct nl *nl;

	if (pid)
		return pid;
	if (nl_open(NETLINK_NETFILTER, &nl, &rig_err))
		_exit(1);
	for (;;) {
		ARENA_CLEANUP struct arena *a = arena_new();
		const struct timespec pause = {.tv_nsec = 20000};
		struct nl_result results[4];
		struct nl_message m;
		struct maker k;
		struct fw_batch b;

		maker_init(&k, a);
		add_edge(&k, NFNL_MSG_BATCH_BEGIN);
		/* The generation is not said: it always passes. */
		((struct nlmsghdr *)(void *)k.bytes)->nlmsg_len =
			sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);
		k.len = sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);
		begin(&m, NFT_MSG_NEWTABLE, NLM_F_CREATE);
		mnl_attr_put_strz(&m.h, NFTA_TABLE_NAME, "busy");
		add(&k, &m);
		begin(&m, NFT_MSG_DELTABLE, 0);
		mnl_attr_put_strz(&m.h, NFTA_TABLE_NAME, "busy");
		add(&k, &m);
		b = finish(&k);
		if (nl_transact(nl, b.bytes, b.len, 4, results, &rig_err))
			_exit(1);
		nanosleep(&pause, NULL);
	}
}

static void test_busy(struct net *n, struct arena *a)
{
	struct nl_stats before, after;
	uint64_t expect = FORM;
	struct maker k;
	struct fw_batch b;
	unsigned good = 0;
	pid_t writer;

	maker_init(&k, a);
	add_edge(&k, NFNL_MSG_BATCH_BEGIN);
	add_element(&k, "some", 0xc0000207);
	b = finish(&k);
	writer = start_writer();
	net_get_stats(n, &before);
	for (unsigned i = 0; i < 300; i++)
		good += net_nft_commit(n, &b, &expect, &rig_err) == 0;
	net_get_stats(n, &after);
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	is_int(good, 300, "a writer of another table is in nobody's way");
	/* Four questions and three messages each time, and again when it was too late. */
	diag("%llu messages for 300 commits",
		(unsigned long long)(after.sent_messages - before.sent_messages));
}

static void test_many(struct net *n, struct arena *a)
{
	uint64_t before;
	struct maker k;
	struct fw_batch b;

	maker_init(&k, a);
	add_edge(&k, NFNL_MSG_BATCH_BEGIN);
	add_set(&k, "many", 77);
	for (uint32_t i = 0; i < MANY; i++)
		add_element(&k, "many", 0x0a000000 + i);
	b = finish(&k);
	ok(b.len > 212992, "a batch of %zu bytes", b.len);
	works(net_nft_commit(n, &b, NULL, &rig_err), "%d messages go in at once", MANY + 1);
	before = digest_of(n);
	ok(nft("delete element inet wf many { 10.0.15.159 }"), "to the last one");
	ok(digest_of(n) != before, "and the digest sees that it went");
	ok(nft("delete set inet wf many"), "away with it");
}

/* Each is done, must change the digest, and is undone, which must give the old one back. */
static const char *const edits[][3] = {
	{"an element more", "add element inet wf some { 203.0.113.9 }",
		"delete element inet wf some { 203.0.113.9 }"},
	{"a range more", "add element inet wf ranges { 172.16.0.0/12 }",
		"delete element inet wf ranges { 172.16.0.0/12 }"},
	{"a set more", "add set inet wf extra { type mark; }", "delete set inet wf extra"},
	{"a chain's policy", "chain inet wf out { policy drop; }",
		"chain inet wf out { policy accept; }"},
};

static void test_digest(struct net *n)
{
	uint64_t before = digest_of(n);

	ok(digest_of(n) == before, "twice the same");
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		ok(nft(edits[i][1]), "%s", edits[i][0]);
		ok(digest_of(n) != before, "is seen");
		ok(nft(edits[i][2]), "undone");
		ok(digest_of(n) == before, "is forgotten");
	}
	ok(nft("add element inet wf some { 203.0.113.10 timeout 60s }"), "a timed element");
	ok(digest_of(n) == before, "is nobody's edit");
	/* That is why the elements of such a set are not read. */
	ok(!nft("add element inet wf fixed { 192.0.2.10 }"), "a constant is not added to");
	ok(!nft("delete element inet wf fixed { 192.0.2.9 }"), "nor taken from");
	ok(!nft("flush set inet wf fixed"), "nor emptied");
	ok(!nft("delete set inet wf fixed"), "nor removed while a rule looks at it");
	ok(nft("reset counters inet\n"), "counters that start anew");
	ok(digest_of(n) == before, "are none either");
	ok(nft("insert rule inet wf guard accept"), "a rule");
	ok(digest_of(n) != before, "is one");
	ok(nft("flush chain inet wf guard"), "a flushed chain");
	ok(digest_of(n) != before, "is one");
	ok(nft("delete table inet wf\n") && nft(table), "the same table once more");
	ok(digest_of(n) == before, "is the same");
}

/* What strangers have is not read, however much it is. */
static void test_strangers(struct net *n, struct arena *a)
{
	STRBUF_CLEANUP struct strbuf rules = {0};
	struct nl_stats s[3];
	struct fw_counters c = {0};

	net_get_stats(n, &s[0]);
	(void)form_of(n);
	(void)digest_of(n);
	(void)net_nft_counters(n, a, &c, &rig_err);
	net_get_stats(n, &s[1]);
	strbuf_add(&rules, "table inet stranger { counter more { }\n chain c {\n");
	for (unsigned i = 0; i < 2000; i++)
		strbuf_addf(&rules, "ip saddr 10.0.%u.%u counter drop\n", i / 256, i % 256);
	strbuf_add(&rules, "}\n}\n");
	ok(nft(strbuf_str(&rules)), "2000 rules of a stranger");
	net_get_stats(n, &s[2]);
	(void)form_of(n);
	(void)digest_of(n);
	(void)net_nft_counters(n, a, &c, &rig_err);
	is_int((long long)(s[1].received_bytes - s[0].received_bytes), ({
		struct nl_stats now;
		net_get_stats(n, &now);
		(long long)(now.received_bytes - s[2].received_bytes);
	}),
		"as many bytes are read as without them");
}

int main(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct net *n;

	rig_enter();
	if (net_open(&n, &rig_err))
		return 1;
	test_generation(n);
	test_form(n);
	test_counters(n, a);
	test_commit(n, a);
	test_refusal(n, a);
	test_stale(n, a);
	test_busy(n, a);
	ok(nft("delete element inet wf some { 192.0.2.7 }"), "what was written is there");
	test_many(n, a);
	test_digest(n);
	test_strangers(n, a);
	net_close(n);
	return done_testing();
}
