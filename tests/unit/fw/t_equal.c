// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two ways of saying one table: its text, loaded by nft in one network namespace, and its
 * messages, sent in another, have to list alike. For firewalls that use every form of rule there
 * is, for random ones, and for changes of elements, which have to end where a replacement ends.
 */
#include <sched.h>
#include <sys/stat.h>

#include "kernel.h"

#define RANDOM_RUNS 200

static int text_ns, message_ns;

static int make_ns(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) < 0 || (fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0)
		abort();
	return fd;
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET) < 0)
		abort();
}

static bool load_text(const struct fw_table *t, bool line)
{
	STRBUF_CLEANUP struct strbuf text = {0};

	if (line)
		fw_text_line(t, &text);
	else
		fw_text(t, &text);
	enter(text_ns);
	return NFT(text.s, NULL, "-f", "-");
}

static bool send_batch(struct mnl_socket *s, const struct fw_batch *b)
{
	return nf_send(s, b) == 0;
}

/* Both namespaces list the same; what differs is shown from there on. */
static bool alike(void)
{
	STRBUF_CLEANUP struct strbuf want = {0}, got = {0};
	size_t at = 0;

	enter(text_ns);
	list_ruleset(&want);
	enter(message_ns);
	list_ruleset(&got);
	if (str_eq(strbuf_str(&want), strbuf_str(&got)))
		return true;
	while (want.s[at] && want.s[at] == got.s[at])
		at++;
	at = at > 150 ? at - 150 : 0;
	diag("text:     %.400s", want.s + at);
	diag("messages: %.400s", got.s + at);
	return false;
}

static bool same(struct mnl_socket *s, const struct firewall *f, bool line)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct fw_batch b;
	struct fw_table t;
	struct err e;

	fw_build(a, f, &t);
	if (fw_encode_replace(a, &t, NULL, &b, &e)) {
		diag("%s", e.msg);
		return false;
	}
	return load_text(&t, line) && send_batch(s, &b) && alike();
}

static void test_forms(struct mnl_socket *s)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall f = {0};

	ok(same(s, &f, false), "no table");
	add_everything(a, &f);
	ok(same(s, &f, false), "every member");
	ok(same(s, &f, true), "every member, in one line");
	*LIST_PUSH(a, &f, forward) = (struct fw_forward){"", "", true};
	ok(same(s, &f, false), "forwarding of everything");
	f.kill_switch = false;
	ok(same(s, &f, false), "without kill switch");
	f.dns_gate = false;
	ok(same(s, &f, false), "without DNS gate");
	f.n_kept = f.n_split = f.n_inbound = f.n_dnat = f.n_nat = f.n_bridges = 0;
	f.n_bridge_dns = 0;
	ok(same(s, &f, false), "little more than spoof and premark");
	f = (struct firewall){.present = true, .kill_switch = true};
	ok(same(s, &f, false), "a lockdown");
	f.present = false;
	ok(same(s, &f, false), "gone again");
}

/* A group of processes has to exist, and its file system where nft looks for it. */
static void test_cgroup(struct mnl_socket *s)
{
	static const char dir[] = "/sys/fs/cgroup/wf-test-fw";
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall f = {0};

	if (mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) < 0 ||
		(mkdir(dir, 0755) < 0 && errno != EEXIST)) {
		skip("a rule for a cgroup", "no cgroup can be made here");
		return;
	}
	add_tunnel(a, &f);
	*LIST_PUSH(a, &f, split) = (struct fw_split){FW_SPLIT_CGROUP, 0, 0, "wf-test-fw"};
	ok(same(s, &f, false), "a rule for a cgroup");
	rmdir(dir);
	*LIST_PUSH(a, &f, split) = (struct fw_split){FW_SPLIT_CGROUP, 0, 0, "wf-test/not/there"};
	{
		struct fw_batch b;
		struct fw_table t;
		struct err e;

		fw_build(a, &f, &t);
		is_int(fw_encode_replace(a, &t, NULL, &b, &e), -E_NOT_FOUND,
			"a cgroup that does not exist is an error");
	}
}

/* By elements from one firewall to the next, against a replacement. */
static bool change(struct mnl_socket *s, const struct firewall *from, const struct firewall *to,
	bool *possible)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct fw_table t1, t2;
	struct fw_batch b;
	struct err e;

	fw_build(a, from, &t1);
	fw_build(a, to, &t2);
	if (fw_encode_replace(a, &t1, NULL, &b, &e) || !send_batch(s, &b) ||
		fw_encode_change(a, &t1, &t2, possible, &b, &e))
		return false;
	return !*possible || (send_batch(s, &b) && load_text(&t2, false) && alike());
}

static void test_change(struct mnl_socket *s)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall f = {0}, g = {0};
	bool possible;

	add_everything(a, &f);
	add_everything(a, &g);
	ok(change(s, &f, &g, &possible) && possible, "a change to the same");
	*LIST_PUSH(a, &g, endpoints) = (struct fw_endpoint){addr("192.0.2.2"), IPPROTO_UDP, 1};
	g.endpoints[0].port = 443;
	LINK(a, &g, tunnels, "wg7");
	LINK(a, &g, bridges, "br7");
	g.dns[0].server = addr("10.64.0.9");
	g.n_lan = 3;
	*LIST_PUSH(a, &g, kept) = prefix("10.0.0.0/8");
	g.forward[0].both = true;
	ok(change(s, &f, &g, &possible) && possible, "endpoints, links, LAN, rows by elements");
	ok(change(s, &g, &f, &possible) && possible, "and back");
	g.kill_switch = false;
	ok(change(s, &f, &g, &possible) && !possible, "not so the end of the kill switch");
}

static void test_random(struct mnl_socket *s)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct firewall before = {.present = true}, f;
	unsigned differ = 0, unchanged = 0, by_elements = 0;
	uint32_t seed = 3;
	bool possible;

	for (unsigned i = 0; i < RANDOM_RUNS && !differ; i++) {
		rnd_firewall(a, &f, &seed);
		if (!same(s, &f, i & 1))
			differ = i + 1;
		/* Rows are rules; without them two firewalls often differ in elements only. */
		f.n_nat = f.n_dnat = before.n_nat = before.n_dnat = 0;
		before.kill_switch = f.kill_switch;
		before.dns_gate = f.dns_gate;
		before.n_bridge_dns = f.n_bridge_dns = 0;
		if (i % 4 == 0 && !change(s, &before, &f, &possible))
			unchanged++;
		else if (i % 4 == 0)
			by_elements += possible;
		before = f;
	}
	is_int(differ, 0, "%u random firewalls list alike", RANDOM_RUNS);
	is_int(unchanged, 0, "and so they do after changes from one to the next");
	ok(by_elements > RANDOM_RUNS / 16, "%u of these by elements alone", by_elements);
}

/* Asked for twice, a lookup lasts from the second time on. */
static void test_lookup(struct mnl_socket *s)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf out = {0};
	const struct ip_addr servers[] = {addr("9.9.9.9"), addr("2620:fe::fe"), addr("9.9.9.9")};
	struct firewall f = {.present = true, .kill_switch = true};
	struct fw_batch b;
	struct fw_table t;
	struct err e;

	fw_build(a, &f, &t);
	fw_encode_replace(a, &t, NULL, &b, &e);
	ok(send_batch(s, &b), "a table to look up under");
	fw_encode_lookup(a, servers, 3, 5, &b, &e);
	ok(send_batch(s, &b), "two servers for five seconds");
	fw_encode_lookup(a, servers, 3, 60, &b, &e);
	ok(send_batch(s, &b), "and for sixty");
	enter(message_ns);
	NFT(NULL, &out, "list", "set", "inet", "wf", "lookup4");
	ok(strstr(strbuf_str(&out), "9.9.9.9 timeout 1m expires") != NULL,
		"the second time counts") ||
		(diag("%s", out.s), 0);
	NFT(NULL, &out, "list", "set", "inet", "wf", "lookup6");
	ok(strstr(strbuf_str(&out), "2620:fe::fe timeout 1m") != NULL, "of IPv6, too");
}

static void test_counters(struct mnl_socket *s)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	STRBUF_CLEANUP struct strbuf out = {0};
	struct firewall f = {.present = true, .kill_switch = true};
	struct fw_counters keep = {0};
	struct fw_batch b;
	struct fw_table t;
	struct err e;

	*LIST_PUSH(a, &keep, items) = (struct fw_counter){"wf_drop_dns", 12, 3456};
	fw_build(a, &f, &t);
	fw_encode_replace(a, &t, &keep, &b, &e);
	ok(send_batch(s, &b), "a replacement with counters");
	enter(message_ns);
	NFT(NULL, &out, "list", "counter", "inet", "wf", "wf_drop_dns");
	ok(strstr(strbuf_str(&out), "packets 12 bytes 3456") != NULL, "carries their values over");
	fw_encode_delete(a, FW_TABLE, &b, &e);
	ok(send_batch(s, &b), "the table is deleted");
	ok(send_batch(s, &b), "and once more");
	NFT(NULL, &out, "list", "ruleset");
	is_str(strbuf_str(&out), "", "nothing is left");
}

int main(void)
{
	struct mnl_socket *s;

	unshare_or_skip(CLONE_NEWNET | CLONE_NEWNS);
	text_ns = make_ns();
	message_ns = make_ns();
	s = nf_open();
	test_forms(s);
	test_cgroup(s);
	test_change(s);
	test_lookup(s);
	test_counters(s);
	test_random(s);
	mnl_socket_close(s);
	return done_testing();
}
