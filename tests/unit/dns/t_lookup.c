// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names, asked of a name server of the test's own on the loopback of a network of its own: what is
 * found, what is asked again and what never, with which mark, and in which order addresses come.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/scratch.h"
#include "lib/tap.h"
#include "lib/unshare.h"
#include "base/clock.h"
#include "base/str.h"
#include "dns/lookup.h"
#include "unit/dns/responder.h"

#define MARK	  0x57000000u
#define RETRIES	  "WG_ENDPOINT_RESOLUTION_RETRIES"
#define TYPE_A	  1
#define TYPE_AAAA 28

static struct responder server;
static struct lookup_options options;

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

static bool sh(const char *line)
{
#undef system
	return system(line) == 0;
}

/* The addresses of a name, or the code of the error; the words of the error in *e. */
static const char *lookup(const char *host, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct lookup_result found = {0};
	static char out[2048];
	char text[IP_TEXT_SIZE];
	size_t len = 0;

	*e = (struct err){0};
	out[0] = '\0';
	if (dns_lookup(a, host, &options, &found, e) < 0) {
		ok(found.n_addrs == 0, "nothing is returned: %s", e->msg);
		return err_name(e->code);
	}
	LIST_FOREACH (addr, &found, addrs)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s", len ? " " : "",
			ip_addr_format(addr, text));
	return out;
}

static void defaults(void)
{
	options = (struct lookup_options){
		.mark = MARK, .ipv6 = true, .resolv_conf = "resolv.conf", .hosts = "hosts"};
	put("resolv.conf", "nameserver 127.0.0.1\n");
	put("hosts", "");
	responder_forget(&server);
}

static void test_literal(void)
{
	struct err e;

	defaults();
	is_str(lookup("192.0.2.9", &e), "192.0.2.9", "a literal IPv4 address");
	is_str(lookup("2001:db8::9", &e), "2001:db8::9", "a literal IPv6 address");
	is_int(server.log->n, 0, "nobody is asked");
	is_str(lookup("", &e), "E_RESOLVE", "no name");
	is_str(lookup("a b.test", &e), "E_RESOLVE", "a name with a space");
	is_str(lookup("a\nb.test", &e), "E_RESOLVE", "a name with a newline");
	is_int(server.log->n, 0, "nobody is asked for those either");
}

static void test_hosts(void)
{
	struct err e;

	defaults();
	put("hosts",
		"# 192.0.2.66 vpn.test\n"
		"192.0.2.10\tother.test vpn.test  VPN2.test # vpn3.test\n"
		"nonsense vpn.test\n"
		"2001:db8::10 vpn.test\n"
		" 192.0.2.11 indented.test last");
	is_str(lookup("vpn.test", &e), "192.0.2.10 2001:db8::10", "all lines of the hosts file");
	is_str(lookup("VPN.Test.", &e), "192.0.2.10 2001:db8::10",
		"without case, with a dot at the end");
	is_str(lookup("vpn2.test", &e), "192.0.2.10", "the last name of a line");
	is_str(lookup("indented.test", &e), "192.0.2.11", "a line that is indented");
	is_str(lookup("last", &e), "192.0.2.11", "the last line without its end");
	is_int(server.log->n, 0, "nobody is asked");
	is_str(lookup("vpn3.test", &e), "E_RESOLVE", "a name in a comment");
	is_str(lookup("192.0.2.10.", &e), "E_RESOLVE", "the address is no name");
	options.ipv6 = false;
	is_str(lookup("vpn.test", &e), "192.0.2.10", "without IPv6 only the others");
	put("hosts", "2001:db8::10 ok.test\n");
	is_str(lookup("ok.test", &e), "192.0.2.1", "the server is asked for what is not there");
	options.hosts = "no-such-file";
	is_str(lookup("ok.test", &e), "192.0.2.1", "and when there is no such file");
}

static void test_found(void)
{
	struct err e;

	defaults();
	is_str(lookup("ok.test", &e), "192.0.2.1 2001:db8::1", "both families");
	is_int(responder_count(&server, "ok.test", TYPE_A), 1, "asked once for one");
	is_int(responder_count(&server, "ok.test", TYPE_AAAA), 1, "and once for the other");
	is_str(lookup("two.test", &e), "192.0.2.1 192.0.2.2 2001:db8::1 2001:db8::2",
		"several of each, in the server's order");
	is_str(lookup("v4.test", &e), "192.0.2.1", "one without IPv6");
	is_str(lookup("v6.test", &e), "2001:db8::1", "one without IPv4");
	is_str(lookup("alias.test", &e), "192.0.2.1 2001:db8::1", "an alias");
	is_str(lookup("ok.test.", &e), "192.0.2.1 2001:db8::1", "a dot at the end");
	options.ipv6 = false;
	responder_forget(&server);
	is_str(lookup("ok.test", &e), "192.0.2.1", "without IPv6");
	is_int(responder_count(&server, "ok.test", TYPE_AAAA), 0, "nobody is asked for it");
	is_str(lookup("v6.test", &e), "E_RESOLVE", "no IPv4 address");
	ok(strstr(e.msg, "no IPv4 address"), "%s", e.msg);
	put("resolv.conf", "nameserver ::1\n");
	is_str(lookup("ok.test", &e), "192.0.2.1", "a server by IPv6");
}

static void test_final(void)
{
	int64_t began = clock_ms();
	struct err e;

	defaults();
	options.retries = -1;
	is_str(lookup("nx.test", &e), "E_RESOLVE", "no such name");
	ok(strstr(e.msg, "'nx.test': there is no such name (asked 127.0.0.1)"), "%s", e.msg);
	is_int(responder_count(&server, "nx.test", TYPE_A), 1, "is not asked for again");
	is_str(lookup("nodata.test", &e), "E_RESOLVE", "a name without address");
	ok(strstr(e.msg, "it has no address"), "%s", e.msg);
	is_int(responder_count(&server, "nodata.test", TYPE_A), 1, "is not asked for again");
	is_str(lookup("a..test", &e), "E_RESOLVE", "what is no name");
	ok(strstr(e.msg, "not a name"), "%s", e.msg);
	ok(clock_ms() - began < 1000, "all that without a wait");
}

static void test_retried(void)
{
	struct err e;

	defaults();
	options.retries = 1;
	is_str(lookup("flaky.test", &e), "192.0.2.1 2001:db8::1",
		"one family fails, the other has it, and the first is asked again at once");
	responder_forget(&server);
	is_str(lookup("half.test", &e), "192.0.2.1",
		"a failure is not taken for an absence, though the other family is absent");
	responder_forget(&server);
	options.retries = 0;
	is_str(lookup("fail.test", &e), "E_RESOLVE", "a server that fails");
	ok(strstr(e.msg, "SERVFAIL") && strstr(e.msg, "(asked 127.0.0.1)"), "%s", e.msg);
	options.retries = 1;
	responder_forget(&server);
	is_str(lookup("refuse.test", &e), "E_RESOLVE", "a server that refuses, twice");
	ok(strstr(e.msg, "REFUSED") && strstr(e.msg, "2 times within 1 s"), "%s", e.msg);
}

static void test_environment(void)
{
	int64_t began = clock_ms();
	struct err e;

	defaults();
	options.retries = -2;
	setenv(RETRIES, "0", 1);
	is_str(lookup("fail.test", &e), "E_RESOLVE", "no retry, by the environment");
	ok(clock_ms() - began < 1000, "no wait");
	setenv(RETRIES, "1", 1);
	is_str(lookup("fail.test", &e), "E_RESOLVE", "one retry, by the environment");
	ok(clock_ms() - began >= 1000 && strstr(e.msg, "2 times"), "%s", e.msg);
	setenv(RETRIES, "infinity", 1);
	options.timeout_ms = 1100;
	is_str(lookup("fail.test", &e), "E_RESOLVE", "for ever, but for the time that is given");
	ok(strstr(e.msg, "SERVFAIL"), "%s", e.msg);
	unsetenv(RETRIES);
}

static void test_servers(void)
{
	struct responder dead;
	int64_t began;
	struct err e;

	defaults();
	options.retries = 0;
	put("resolv.conf", "nameserver 127.0.0.77\nnameserver 127.0.0.1\n");
	is_str(lookup("v4.test", &e), "192.0.2.1", "nobody is there, the second server is asked");
	responder_start(&dead, "127.0.0.78", true);
	put("resolv.conf", "nameserver 127.0.0.78\nnameserver 127.0.0.1\n");
	began = clock_ms();
	is_str(lookup("v4.test", &e), "192.0.2.1", "the first server is silent");
	ok(clock_ms() - began >= 1000, "and is given its time");
	responder_stop(&dead);
	put("resolv.conf", "nameserver 127.0.0.77\n");
	is_str(lookup("v4.test", &e), "E_RESOLVE", "nobody is there at all");
	ok(strstr(e.msg, "Connection refused (asked 127.0.0.77)"), "%s", e.msg);
	put("resolv.conf", "nameserver 203.0.113.1\nnameserver 203.0.113.2\n");
	is_str(lookup("v4.test", &e), "E_RESOLVE", "no way to the servers");
	ok(strstr(e.msg, "unreachable (asked 203.0.113.1, 203.0.113.2)"), "%s", e.msg);
	options.resolv_conf = "no-such-file";
	is_str(lookup("v4.test", &e), "192.0.2.1",
		"without a resolv.conf the machine itself is asked");
}

static void test_truncated(void)
{
	struct err e;

	defaults();
	options.ipv6 = false;
	lookup("big.test", &e);
	is_int(e.code, E_NONE, "an answer too large for a packet: %s", e.msg);
	is_int(server.log->n, 2, "is asked for twice");
	ok(!server.log->asked[0].tcp && server.log->asked[1].tcp, "the second time by TCP");
	is_int(server.log->asked[1].mark, options.mark, "with the mark");
}

static void test_mark(void)
{
	struct err e;

	defaults();
	lookup("ok.test", &e);
	is_int(server.log->asked[0].mark, MARK, "the question carries the mark");
	is_int(server.log->asked[1].mark, MARK, "both do");
	options.mark = 0;
	lookup("v4.test", &e);
	is_int(server.log->asked[2].mark, 0, "no mark, none is set");
}

static void test_search(void)
{
	struct err e;

	defaults();
	options.retries = 0;
	put("resolv.conf", "search one.test two.test\nnameserver 127.0.0.1\n");
	is_str(lookup("v4", &e), "192.0.2.1", "a single word, in the first domain");
	is_int(responder_count(&server, "v4.one.test", TYPE_A), 1, "is asked for there");
	responder_forget(&server);
	is_str(lookup("nx", &e), "E_RESOLVE", "a single word that is nowhere");
	ok(responder_count(&server, "nx.one.test", TYPE_A) == 1 &&
			responder_count(&server, "nx.two.test", TYPE_A) == 1,
		"is asked for in each domain");
	responder_forget(&server);
	is_str(lookup("nx.test", &e), "E_RESOLVE", "a name with a dot");
	is_int(server.log->n, 2, "is asked for as it is");
	is_int(responder_count(&server, "nx.test", 0), 2, "and nowhere else");
}

static int calls;

static bool cancel_after(void *ctx)
{
	return ++calls > *(int *)ctx;
}

static void test_cancelled(void)
{
	int after = 3;
	struct err e;

	defaults();
	options.cancelled = cancel_after;
	options.retries = -1;
	options.ctx = &after;
	is_str(lookup("silent.test", &e), "E_INTERRUPTED", "while a server is silent");
	ok(calls == 4 || calls == 5, "as soon as it is said");
	calls = 0;
	is_str(lookup("fail.test", &e), "E_INTERRUPTED", "while it waits to ask again");
	ok(strstr(e.msg, "fail.test"), "%s", e.msg);
	defaults();
	options.timeout_ms = 250;
	is_str(lookup("silent.test", &e), "E_RESOLVE", "no answer within the time that is given");
	ok(strstr(e.msg, "no server answered in time"), "%s", e.msg);
}

/* With addresses and routes on lo, so that the kernel has a source for some of the answers. */
static void test_order(void)
{
	struct err e;

	defaults();
	is_str(lookup("routed.test", &e), "192.0.2.1 2001:db8:2::1", "no way to either");
	ok(sh("ip addr add 192.0.2.1/32 dev lo"), "IPv4 is there");
	is_str(lookup("routed.test", &e), "192.0.2.1 2001:db8:2::1", "only IPv4 can be reached");
	ok(sh("ip addr add fd00::1/128 dev lo nodad &&"
	      "ip -6 route add 2001:db8:2::/48 dev lo src fd00::1"),
		"IPv6 by a private address");
	is_str(lookup("routed.test", &e), "192.0.2.1 2001:db8:2::1", "comes last");
	ok(sh("ip addr add 2001:db8::7/128 dev lo nodad &&"
	      "ip -6 route replace 2001:db8:2::/48 dev lo src 2001:db8::7"),
		"IPv6 by a public address");
	is_str(lookup("routed.test", &e), "2001:db8:2::1 192.0.2.1", "comes first");
	ok(sh("ip -6 rule add fwmark 0x57000000 prio 10 unreachable"),
		"but not for the tunnel's mark");
	is_str(lookup("routed.test", &e), "192.0.2.1 2001:db8:2::1", "comes last again");
	ok(sh("ip -6 rule del prio 10 && ip addr del 192.0.2.1/32 dev lo"), "and with no IPv4");
	is_str(lookup("routed.test", &e), "2001:db8:2::1 192.0.2.1", "first");
}

int main(void)
{
	struct responder by_ipv6;

	unshare_or_skip(CLONE_NEWNET);
	unshare_lo_up();
	scratch_enter();
	/* Connections that are accepted get the mark they came with. */
	if (!sh("echo 1 >/proc/sys/net/ipv4/tcp_fwmark_accept"))
		return 99;
	responder_start(&server, "127.0.0.1", false);
	responder_start(&by_ipv6, "::1", false);
	test_literal();
	test_hosts();
	test_found();
	test_final();
	test_retried();
	test_environment();
	test_servers();
	test_truncated();
	test_mark();
	test_search();
	test_cancelled();
	test_order();
	responder_stop(&by_ipv6);
	responder_stop(&server);
	scratch_leave();
	return done_testing();
}
