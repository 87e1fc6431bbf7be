// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening: modes whatever the umask, what is refused, two processes, and a database that a killed
 * process leaves behind.
 */
#include <signal.h>
#include <sys/wait.h>

#include "fixture.h"

static int mode_of(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir_, name);
	return stat(path, &st) < 0 ? -1 : (int)(st.st_mode & 07777);
}

static void test_modes(mode_t mask)
{
	struct store_options o = fixture_options(true);
	char path[128], sub[128];
	mode_t old = umask(mask);
	struct store *s = NULL;
	struct stat st;

	fixture_new();
	snprintf(path, sizeof(path), "%s/a/b/wf.db", dir_);
	o.path = path;
	MUST(store_open(&o, &s, ERR));
	MUST(store_begin(s, ERR));
	add_sponsor(s, "Mullvad");
	MUST(store_commit(s, ERR));
	is_int(mode_of("a/b"), 0700, "umask %03o: the directory", (unsigned)mask);
	is_int(mode_of("a/b/wf.db"), 0600, "umask %03o: the database", (unsigned)mask);
	is_int(mode_of("a/b/wf.db-wal"), 0600, "umask %03o: its log", (unsigned)mask);
	is_int(mode_of("a/b/wf.db-shm"), 0600, "umask %03o: its index", (unsigned)mask);
	is_int(mode_of("a/b/wf.db.lock"), 0600, "umask %03o: the lock file", (unsigned)mask);
	store_close(s);
	snprintf(sub, sizeof(sub), "%s/a", dir_);
	ok(stat(sub, &st) == 0 && !(st.st_mode & 022), "nobody else writes the one above");
	umask(old);
}

static void test_refused(void)
{
	struct store_options o = fixture_options(false);
	char link[128], hint[128];
	struct store *s = NULL;
	struct err e;

	fixture_new();
	is_int(store_open(&o, &s, &e), -E_NOT_FOUND, "a missing database is not made by a reader");
	ok(strstr(e.msg, path_), "it is named: %s", e.msg);
	is_int(mode_of("wf.db.lock"), -1, "and no lock file is left");
	o.write = true;
	is_int(store_open(&o, &s, &e), -E_NOT_FOUND, "nor by a writer that was not told to");
	is_int(mode_of("wf.db.lock"), -1, "and no lock file is left by that");

	store_close(fixture_open(true));
	o = fixture_options(false);
	chmod(path_, 0640);
	is_int(store_open(&o, &s, &e), -E_DB_MODE, "a file that the group can read is refused");
	snprintf(hint, sizeof(hint), "chmod 0600 '%s'", path_);
	is_str(e.hint, hint, "with the command that mends it");
	chmod(path_, 0600);
	chmod(dir_, 0755);
	is_int(store_open(&o, &s, &e), -E_DB_MODE, "a directory others can enter is refused");
	snprintf(hint, sizeof(hint), "chmod 0700 '%s'", dir_);
	ok(strncmp(e.hint, hint, strlen(hint)) == 0, "with the command: %s", e.hint);
	chmod(dir_, 0700);
	ok(!s, "the output was left alone");

	snprintf(link, sizeof(link), "%s/link.db", dir_);
	if (symlink(path_, link) < 0)
		exit(1);
	o.path = link;
	is_int(store_open(&o, &s, &e), -E_DB_MODE, "a symbolic link is refused");
	o.path = dir_;
	is_int(store_open(&o, &s, &e), -E_DB_MODE, "a database straight in /tmp is refused");
	ok(!strstr(e.hint, "chmod"), "without advice to close /tmp: %s", e.hint);
	o.path = "/nonexistent/wf.db";
	is_int(store_open(&o, &s, &e), -E_NOT_FOUND, "no directory, no database");
}

static void put(const char *name, const char *bytes)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir_, name);
	f = fopen(path, "w");
	if (!f || fputs(bytes, f) < 0 || fclose(f) || chmod(path, 0600) < 0)
		exit(1);
}

static void test_strangers(void)
{
	struct store_options o = fixture_options(false);
	struct store *s = NULL;
	sqlite3 *db;
	struct err e;

	fixture_new();
	put("wf.db",
		"[Interface]\nthis is a file of another kind, longer than a page header is; "
		"it has to be refused and left exactly as it was found, whoever opens it\n");
	is_int(store_open(&o, &s, &e), -E_DB, "a text file is refused: %s", e.msg);
	o.write = o.create = true;
	is_int(store_open(&o, &s, &e), -E_DB, "also to write");

	fixture_new();
	if (sqlite3_open(path_, &db) != SQLITE_OK ||
		sqlite3_exec(db, "CREATE TABLE recipe (name)", NULL, NULL, NULL) != SQLITE_OK)
		exit(1);
	sqlite3_close(db);
	chmod(path_, 0600);
	is_int(store_open(&o, &s, &e), -E_DB, "another program's database is refused: %s", e.msg);

	fixture_new();
	put("wf.db", "");
	o.write = o.create = false;
	is_int(store_open(&o, &s, &e), 0, "an empty file, left by a kill, is filled");
	is_int(s ? number(s, "SELECT count(*) FROM sponsor") : -1, 0, "and usable");
	is_int(s ? run(s, "INSERT INTO sponsor (name) VALUES ('x')") : -1, SQLITE_READONLY,
		"a reader cannot write");
	store_close(s);
}

static void test_pragmas(void)
{
	struct store *s;

	fixture_new();
	s = fixture_open(true);
	is_int(number(s, "PRAGMA foreign_keys"), 1, "foreign keys are on");
	is_int(number(s, "PRAGMA secure_delete"), 1, "what is deleted is overwritten");
	is_int(number(s, "PRAGMA synchronous"), 2, "a commit is on disk");
	is_str(text(s, "PRAGMA journal_mode"), "wal", "readers and a writer at once");
	ok(number(s, "PRAGMA user_version") >= 1, "the schema has a number");
	store_close(s);
	s = fixture_open(false);
	is_str(text(s, "PRAGMA journal_mode"), "wal", "it stays so");
	is_int(number(s, "PRAGMA foreign_keys"), 1, "foreign keys are on for readers as well");
	store_close(s);
}

/* Forks a child that runs `f` and waits at the end of the pipe it gets. */
static pid_t child(void (*f)(int ready))
{
	int p[2];
	char c;
	pid_t pid;

	if (pipe(p) < 0)
		exit(1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		f(p[1]);
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &c, 1) < 0)
		exit(1);
	close(p[0]);
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void hold_open(int ready)
{
	struct store_options o = fixture_options(true);
	struct store *s = NULL;
	struct err e;

	o.verb = "import";
	if (store_open(&o, &s, &e))
		_exit(1);
	close(ready);
	pause();
}

static void test_two_writers(void)
{
	struct store_options o = fixture_options(true);
	struct store *s = NULL, *reader;
	char who[64];
	struct err e;
	pid_t pid;

	fixture_new();
	store_close(fixture_open(true));
	pid = child(hold_open);
	o.timeout_ms = 30;
	is_int(store_open(&o, &s, &e), -E_BUSY, "the second writer is refused");
	snprintf(who, sizeof(who), "'import' (pid %d) has held it for ", (int)pid);
	ok(strstr(e.msg, who), "and told who is there: %s", e.msg);
	reader = fixture_open(false);
	ok(reader, "a reader is not in its way");
	store_close(reader);
	reap(pid);
	is_int(store_open(&o, &s, &e), 0, "after a kill the next one gets it");
	store_close(s);
}

static void import_forever(int ready)
{
	struct store *s = fixture_open(true);
	int64_t config;
	char name[32];

	/* With little memory, pages of the transaction are written to the log before it ends. */
	run(s, "PRAGMA cache_size = 20");
	MUST(store_begin(s, ERR));
	config = add_config(s, add_peer(s, "laptop", NULL), add_sponsor(s, "Bulk"), "PUB");
	for (unsigned i = 0;; i++) {
		snprintf(name, sizeof(name), "server-%u", i);
		add_server(s, config, name, 1);
		if (i == 5000)
			close(ready);
	}
}

static void test_killed_import(void)
{
	struct stat st;
	char wal[128];
	struct store *s;

	fixture_new();
	s = fixture_open(true);
	MUST(store_begin(s, ERR));
	add_sponsor(s, "Before");
	MUST(store_commit(s, ERR));
	store_close(s);
	reap(child(import_forever));
	snprintf(wal, sizeof(wal), "%s-wal", path_);
	ok(stat(wal, &st) == 0 && st.st_size > 100000, "the killed one had written much of it");
	s = fixture_open(true);
	is_str(text(s, "PRAGMA integrity_check"), "ok", "the database is whole");
	is_int(number(s, "SELECT count(*) FROM extramural_peer"), 0, "nothing of the import");
	is_int(number(s, "SELECT count(*) FROM sponsor"), 1, "everything from before");
	is_int(number(s, "SELECT count(*) FROM event"), 1, "and no event of it");
	store_close(s);
}

static void commit_and_wait(int ready)
{
	struct store *s = fixture_open(true);

	MUST(store_begin(s, ERR));
	add_sponsor(s, "Whole");
	MUST(store_commit(s, ERR));
	close(ready);
	pause();
}

static void test_killed_after_commit(void)
{
	struct store *s;

	fixture_new();
	reap(child(commit_and_wait));
	s = fixture_open(false);
	is_str(text(s, "SELECT name FROM sponsor"), "Whole", "what was committed is there");
	is_str(text(s, "PRAGMA integrity_check"), "ok", "and the database is whole");
	store_close(s);
}

static void test_ownership(void)
{
	struct store_options o = fixture_options(true);
	struct store *s = NULL;
	char path[128], file[160];
	struct stat st;

	if (geteuid() != 0) {
		skip("what root makes in a user's directory", "needs root");
		return;
	}
	fixture_new();
	if (chown(dir_, 65534, 65534) < 0)
		exit(1);
	snprintf(path, sizeof(path), "%s/deep/er/wf.db", dir_);
	o.path = path;
	MUST(store_open(&o, &s, ERR));
	for (const char *const *end = (const char *const[]){"", ".lock", "-wal", "-shm", NULL};
		*end; end++) {
		snprintf(file, sizeof(file), "%s%s", path, *end);
		ok(stat(file, &st) == 0 && st.st_uid == 65534, "root gives 'wf.db%s' away", *end);
	}
	store_close(s);
	snprintf(file, sizeof(file), "%s/deep", dir_);
	ok(stat(file, &st) == 0 && st.st_uid == 65534, "and the directories it made");
}

/* As the user nobody: 0 when opening gave this error, 1 when not. */
static int open_as_nobody(bool write, int want)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct store_options o = fixture_options(write);
		struct store *s = NULL;
		struct err e;

		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(2);
		_exit(store_open(&o, &s, &e) != want);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

static void test_permission(void)
{
	if (geteuid() != 0) {
		skip("a database of root's", "needs root");
		return;
	}
	fixture_new();
	store_close(fixture_open(true));
	is_int(open_as_nobody(false, -E_PERMISSION), 0, "root's directory is closed to others");
	is_int(open_as_nobody(true, -E_PERMISSION), 0, "also for writing");
	if (chown(dir_, 65534, 65534) < 0)
		exit(1);
	is_int(open_as_nobody(false, -E_PERMISSION), 0, "root's file in another's directory");
	is_int(open_as_nobody(true, -E_PERMISSION), 0, "also for writing");
}

int main(void)
{
	test_modes(000);
	test_modes(077);
	test_refused();
	test_strangers();
	test_pragmas();
	test_two_writers();
	test_killed_import();
	test_killed_after_commit();
	test_ownership();
	test_permission();
	return done_testing();
}
