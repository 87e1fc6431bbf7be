// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /etc/resolv.conf replaced and given back: every kind of it that machines have, a kill between any
 * two steps, somebody else who rewrites it. In a mount namespace with an /etc and /var/lib of its
 * own; whatever stood there has to come back byte for byte, with mode, owner and as the link it
 * was.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "lib/tap.h"
#include "lib/unshare.h"

#define CONF "/etc/resolv.conf"
#define COPY "/run/wf/resolv.conf"
#define KEPT WF_PERSIST_DIR "/resolv.conf"

static struct arena *a;
static struct err e;

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static const char *get(const char *path)
{
	char *text = NULL;
	size_t len;

	if (file_read_optional(a, path, 1 << 20, &text, &len, &e) || !text)
		return NULL;
	return text;
}

/* All that has to come back, as one text. */
static const char *whole(void)
{
	char target[256] = "";
	struct stat st;

	if (lstat(CONF, &st) < 0)
		return "none";
	if (S_ISLNK(st.st_mode) && readlink(CONF, target, sizeof(target) - 1) < 0)
		return "unreadable link";
	return arena_printf(a, "mode %o, uid %u, gid %u, link '%s', text '%s'", st.st_mode,
		st.st_uid, st.st_gid, target, get(CONF));
}

static struct resolver_state wanted(const char *ifname, const char *server)
{
	struct resolver_state r = {.backend = RESOLVER_FILE, .everything = true};

	str_copy(r.ifname, sizeof(r.ifname), ifname);
	ip_addr_parse(server, LIST_PUSH(a, &r, servers));
	return r;
}

static bool set(const char *ifname, const char *server)
{
	struct resolver_state r = wanted(ifname, server);

	e = (struct err){0};
	return resolver_set(&r, &e) == 0;
}

static bool unset(const char *ifname)
{
	struct resolver_state r = wanted(ifname, "10.64.0.1");

	e = (struct err){0};
	return resolver_unset(&r, &e) == 0;
}

static bool is_set(const char *ifname)
{
	struct resolver_state slot = wanted(ifname, "10.64.0.1"), r;

	return resolver_read(a, &slot, &r, &e) == 0 && r.backend == RESOLVER_FILE &&
		str_eq(r.ifname, ifname);
}

static const char *upstream(void)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	char text[IP_TEXT_SIZE];
	struct ip_addr *s;
	size_t n;

	if (resolver_upstream(a, &s, &n, &e))
		return e.msg;
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&out, "%s%s", i ? " " : "", ip_addr_format(&s[i], text));
	return arena_strdup(a, strbuf_str(&out));
}

/* --- kinds -------------------------------------------------------------------------------------
 */

static void clear(void)
{
	umount2(CONF, MNT_DETACH);
	unlink(CONF);
	unlink(KEPT);
	unlink(COPY);
}

static void make_static(void)
{
	put(CONF, "# mine\nnameserver 192.0.2.1\nnameserver 2001:db8::1\noptions edns0 trust-ad\n");
}

static void make_odd(void)
{
	put(CONF,
		"\n\n  nameserver 192.0.2.7\nnameserver\t192.0.2.1 # x\nnameserver 2001:db8::1%lo\n"
		"nameserver 300.1.1.1\nsearch a.test  b.test\nno newline at the end");
	if (chmod(CONF, 0640) < 0 || (geteuid() == 0 && chown(CONF, 0, 0) < 0))
		perror(CONF);
}

static void make_empty(void)
{
	put(CONF, "");
}

static void make_short(void)
{
	put(CONF, "nameserver ::1");
}

static void make_none(void)
{
}

static void link_to(const char *target)
{
	if (symlink(target, CONF) < 0)
		perror(CONF);
}

static void make_stub_link(void)
{
	mkdir("/run/systemd", 0755);
	mkdir("/run/systemd/resolve", 0755);
	put("/run/systemd/resolve/stub-resolv.conf",
		"nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n");
	link_to("../run/systemd/resolve/stub-resolv.conf");
}

static void make_debian_link(void)
{
	mkdir("/run/resolvconf", 0755);
	put("/run/resolvconf/resolv.conf", "nameserver 192.0.2.1\nnameserver 2001:db8::1\n");
	link_to("/run/resolvconf/resolv.conf");
}

static void make_odd_link(void)
{
	put("/run/a b%41\"c", "nameserver 192.0.2.1\nnameserver 2001:db8::1\n");
	link_to("/run/a b%41\"c");
}

static void make_dangling(void)
{
	link_to("../run/nowhere/resolv.conf");
}

static void make_bind(void)
{
	make_static();
	put("/run/bound", "# from outside\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n");
	if (mount("/run/bound", CONF, "", MS_BIND, NULL) < 0)
		perror("bind");
}

static void make_bind_empty(void)
{
	make_bind();
	put("/run/bound", "");
}

static const struct {
	const char *name;
	void (*make)(void);
	const char *upstream;
} kinds[] = {
	{"a static file", make_static, "192.0.2.1 2001:db8::1"},
	{"an odd file", make_odd, "192.0.2.1 2001:db8::1"},
	{"a short file", make_short, "::1"},
	{"an empty file", make_empty, ""},
	{"no file", make_none, ""},
	{"a link to resolved's stub", make_stub_link, "127.0.0.53"},
	{"a link to Debian's resolvconf", make_debian_link, "192.0.2.1 2001:db8::1"},
	{"a link with an odd name", make_odd_link, "192.0.2.1 2001:db8::1"},
	{"a dangling link", make_dangling, ""},
	{"a file something is mounted on", make_bind, "192.0.2.1 2001:db8::1"},
	{"an empty file something is mounted on", make_bind_empty, ""},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void test_kind(size_t i)
{
	const char *name = kinds[i].name, *before, *during;
	struct stat st;
	bool done;

	clear();
	kinds[i].make();
	before = whole();
	is_str(upstream(), kinds[i].upstream, "%s: its servers", name);
	ok(set("wg0", "10.64.0.1"), "%s: is replaced (%s)", name, e.msg);
	ok(strstr(get(CONF), "\nnameserver 10.64.0.1\n") && !strstr(get(CONF), "192.0.2.1"),
		"%s: the tunnel's server is the only one", name);
	ok(stat(KEPT, &st) == 0 && (st.st_mode & 0777) == 0600, "%s: kept, for nobody else", name);
	ok(stat(WF_PERSIST_DIR, &st) == 0 && (st.st_mode & 0777) == 0700, "%s: in private", name);
	is_str(upstream(), kinds[i].upstream, "%s: its servers are still known", name);
	ok(is_set("wg0") && !is_set("wg1"), "%s: it is set, for that link", name);
	during = whole();
	ok(set("wg0", "10.64.0.1"), "%s: is replaced once more", name);
	is_str(whole(), during, "%s: by the same", name);
	ok(set("wg1", "10.64.0.2"), "%s: another tunnel takes it over", name);
	ok(!is_set("wg0") && is_set("wg1"), "%s: it is of that one", name);
	ok(unset("wg1"), "%s: taken away (%s)", name, e.msg);
	is_str(whole(), before, "%s: as it was", name);
	ok(access(KEPT, F_OK) < 0, "%s: nothing is kept any more", name);
	ok(unset("wg1"), "%s: taken away again", name);
	is_str(whole(), before, "%s: still as it was", name);

	ok(set("wg0", "10.64.0.1") && resolver_repair(true, &done, &e) == 0 && !done,
		"%s: wanted, nothing to put right", name);
	is_str(whole(), during, "%s: untouched", name);
	ok(resolver_repair(false, &done, &e) == 0 && done, "%s: put right (%s)", name, e.msg);
	is_str(whole(), before, "%s: as it was", name);
	ok(resolver_repair(false, &done, &e) == 0 && !done, "%s: and that is all", name);
}

/* --- kills -------------------------------------------------------------------------------------
 */

/* A command died when it had kept the file but not replaced it, or restored but not forgotten it.
 */
static void test_kill_before_and_after(size_t i)
{
	const char *before, *kept;

	clear();
	kinds[i].make();
	before = whole();
	set("wg0", "10.64.0.1");
	kept = get(KEPT);
	unset("wg0");
	for (int way = 0; way < 3; way++) {
		put(KEPT, kept);
		put(CONF ".wf~", "left behind");
		if (way == 0)
			resolver_repair(false, NULL, &e);
		else if (way == 1)
			unset("wg0");
		else if (!ok(set("wg0", "10.64.0.1") && unset("wg0"), "set and unset"))
			diag("%s", e.msg);
		is_str(whole(), before, "%s: kept and in place, way %d: as it was", kinds[i].name,
			way);
		ok(access(KEPT, F_OK) < 0, "nothing is kept");
		unlink(CONF ".wf~");
	}
}

/* Killed while the bytes of a mounted file were being written back. */
static void test_kill_in_place(void)
{
	const char *before, *wf, *torn;

	clear();
	make_bind();
	before = whole();
	set("wg0", "10.64.0.1");
	wf = get(CONF);
	/* The order of writing: all but the first bytes, then those. */
	torn = arena_printf(a, "%.14s%s", wf, "de\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n");
	put("/run/bound", torn);
	ok(resolver_repair(false, NULL, &e) == 0, "torn in place: put right");
	is_str(whole(), before, "torn in place: as it was");
}

/* --- others ------------------------------------------------------------------------------------
 */

static void test_rewritten(void)
{
	static const char newer[] = "# DHCP\nnameserver 192.0.2.99\n";
	bool done;

	clear();
	make_static();
	set("wg0", "10.64.0.1");
	put(CONF, newer);
	ok(!is_set("wg0"), "rewritten by somebody: not set any more");
	is_str(upstream(), "192.0.2.99", "the newer servers are those of the machine");
	ok(set("wg0", "10.64.0.1"), "set again");
	is_str(upstream(), "192.0.2.99", "the newer ones are kept");
	ok(unset("wg0"), "taken away");
	is_str(get(CONF), newer, "the newer file is back");
	set("wg0", "10.64.0.1");
	put(CONF, newer);
	ok(unset("wg0"), "rewritten, then taken away");
	is_str(get(CONF), newer, "the newer file stays");
	ok(access(KEPT, F_OK) < 0, "the kept one is dropped");
	set("wg0", "10.64.0.1");
	unlink(CONF);
	put(CONF, newer);
	ok(resolver_repair(false, &done, &e) == 0 && !done, "rewritten, then a reboot");
	is_str(get(CONF), newer, "the newer file stays");
	ok(access(KEPT, F_OK) < 0, "the kept one is dropped");
	/* What the link led to changes while it is replaced. */
	clear();
	make_debian_link();
	set("wg0", "10.64.0.1");
	put("/run/resolvconf/resolv.conf", newer);
	is_str(upstream(), "192.0.2.99", "behind a link the machine's servers are the newest");
	unset("wg0");
	is_str(get(CONF), newer, "and they are back");
}

static void test_value(void)
{
	struct resolver_state r = wanted("wg0", "10.64.0.1"), got;

	clear();
	make_odd_link();
	put(CONF, "search old.test\noptions edns0 trust-ad\noptions rotate\n");
	ip_addr_parse("fc00::1", LIST_PUSH(a, &r, servers));
	*LIST_PUSH(a, &r, domains) = "corp.test";
	*LIST_PUSH(a, &r, domains) = "~lab.test";
	r.everything = false;
	ok(resolver_set(&r, &e) == 0 && resolver_read(a, &r, &got, &e) == 0, "set and read");
	is_int(got.n_servers, 2, "both servers");
	ok(ip_addr_equal(&got.servers[1], &r.servers[1]), "the second one");
	is_int(got.n_domains, 2, "both domains");
	is_str(got.domains[0], "corp.test", "the first");
	is_str(got.domains[1], "~lab.test", "the second");
	ok(!got.everything, "not for all names");
	ok(strstr(get(CONF), "\nsearch corp.test\noptions edns0 rotate\n"),
		"options stay, but no trust in other servers; the old search list does not");
	r.domains[0] = "x\nnameserver";
	is_int(resolver_set(&r, &e), -E_NAME, "a domain that would be a line is refused");
	unset("wg0");
}

static void test_trouble(void)
{
	const char *before, *kept;
	struct ip_addr *s;
	size_t n;

	clear();
	make_bind();
	if (mount("", CONF, "", MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
		perror("remount");
	before = whole();
	ok(!set("wg0", "10.64.0.1"), "mounted read-only: refused");
	ok(strstr(e.msg, "Read-only") && e.hint[0], "with the reason: %s", e.msg);
	is_str(whole(), before, "untouched");
	ok(access(KEPT, F_OK) < 0, "nothing is kept");
	ok(unset("wg0"), "nothing to take away");

	clear();
	make_static();
	before = whole();
	set("wg0", "10.64.0.1");
	kept = get(KEPT);
	unlink(KEPT);
	is_str(upstream(), "192.0.2.1 2001:db8::1", "what was kept is removed: there is a copy");
	ok(unset("wg0"), "which is given back");
	is_str(whole(), before, "as it was");
	set("wg0", "10.64.0.1");
	unlink(KEPT);
	unlink(COPY);
	is_int(resolver_upstream(a, &s, &n, &e), 0, "what was kept is lost: no failure to ask");
	is_int(n, 0, "no servers are known");
	ok(!unset("wg0") && e.code == E_NOT_FOUND && e.hint[0], "lost: said so");
	ok(!set("wg0", "10.64.0.1"), "and nothing is set over it");
	put(KEPT, "something else\n");
	ok(!unset("wg0") && strstr(e.msg, "not understood"), "damaged: said so");
	put(KEPT, kept);
	ok(unset("wg0"), "found again");

	clear();
	mkdir(CONF, 0755);
	ok(!set("wg0", "10.64.0.1"), "a directory: refused");
	rmdir(CONF);
	make_static();
	rmdir(WF_PERSIST_DIR);
	put(WF_PERSIST_DIR, "no directory");
	before = whole();
	ok(!set("wg0", "10.64.0.1"), "no place to keep it: refused");
	is_str(whole(), before, "and not replaced");
	unlink(WF_PERSIST_DIR);
}

static void test_owner(void)
{
	uint64_t owner = 0, other;
	const char *during;

	clear();
	ok(!resolver_kept(&owner), "nothing is kept");
	make_static();
	set("wg0", "10.64.0.1");
	ok(resolver_kept(&owner) && owner, "kept for this network namespace");
	during = whole();
	if (unshare(CLONE_NEWNET) < 0) {
		skip("another network namespace", strerror(errno));
		return;
	}
	ok(!set("wg9", "10.64.0.9") && e.code == E_CONFLICT, "another one may not take it");
	is_str(whole(), during, "untouched");
	ok(resolver_kept(&other) && other == owner, "the owner is told");
}

int main(void)
{
	static const char *const dirs[] = {"/etc", "/run", "/var/lib"};

	unshare_or_skip(CLONE_NEWNS);
	for (size_t i = 0; i < 3; i++)
		if (mount("tmpfs", dirs[i], "tmpfs", 0, "mode=755") < 0) {
			perror(dirs[i]);
			return 1;
		}
	a = arena_new();
	for (size_t i = 0; i < N_KINDS; i++) {
		test_kind(i);
		test_kill_before_and_after(i);
	}
	test_kill_in_place();
	test_rewritten();
	test_value();
	test_trouble();
	test_owner();
	arena_free(a);
	return done_testing();
}
