// SPDX-License-Identifier: GPL-2.0-or-later
/* Files: reading with a limit, placing atomically and private from birth, making directories. */
#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/scratch.h"
#include "lib/tap.h"

static struct arena *a;

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static unsigned entries(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 2;
}

static void test_read(void)
{
	struct err e;
	size_t len = 99;
	char *text = NULL;

	is_int(file_place("f", "a\0bcd", 5, 0600, false, &e), 0, "a file is placed");
	is_int(file_read(a, "f", 100, &text, &len, &e), 0, "and read");
	ok(len == 5 && memcmp(text, "a\0bcd", 6) == 0, "with all bytes, and terminated");
	is_int(file_read(a, "f", 5, &text, &len, &e), 0, "as large as the limit is fine");
	text = NULL;
	is_int(file_read(a, "f", 4, &text, &len, &e), -E_LIMIT, "larger is not");
	ok(!text && len == 5, "and leaves the outputs alone");
	is_int(file_read(a, "none", 5, &text, &len, &e), -E_NOT_FOUND,
		"a missing file is named so");
	ok(strstr(e.msg, "'none'") != NULL, "with its name");
	text = (char *)"old";
	is_int(file_read_optional(a, "none", 5, &text, &len, &e), 0, "unless it is optional");
	ok(!text && len == 0, "then there is no text");
	is_int(file_read_optional(a, "f", 4, &text, &len, &e), -E_LIMIT,
		"an optional file that is there can still fail");
	is_int(file_read(a, ".", 5, &text, &len, &e), -E_IO, "a directory is no file");
	is_int(file_place("empty", "", 0, 0600, false, &e), 0, "an empty file is placed");
	is_int(file_read(a, "empty", 5, &text, &len, &e), 0, "and read");
	ok(len == 0 && text && !*text, "as an empty text");
	is_int(file_read(a, "/proc/self/status", 65536, &text, &len, &e), 0,
		"a file of no size is read to its end");
	ok(len > 100, "all of it");
	is_int(file_read(a, "/proc/self/smaps", 1 << 20, &text, &len, &e), 0, "also a long one");
	ok(len > 8192 && strlen(text) == len && strstr(text, "[stack]"), "all of it");
	is_int(file_read(a, "/proc/self/smaps", 5000, &text, &len, &e), -E_LIMIT,
		"and not beyond the limit");
	is_int(file_read(a, "/proc/self/status", 10, &text, &len, &e), -E_LIMIT,
		"and has the same limit");
	is_int(mkfifo("fifo", 0600), 0, "a FIFO");
	is_int(file_read(a, "fifo", 5, &text, &len, &e), -E_IO, "is refused without waiting");
}

static void test_place(void)
{
	struct err e;
	size_t len;
	char *text;

	umask(0);
	is_int(file_place("p", "one", 3, 0640, true, &e), 0, "a durable file is placed");
	is_int(mode_of("p"), 0640, "with its mode under a loose umask");
	umask(0777);
	is_int(file_place("p", "two", 3, 0600, true, &e), 0, "again, over the first");
	is_int(mode_of("p"), 0600, "with its mode under a strict umask");
	umask(022);
	file_read(a, "p", 100, &text, &len, &e);
	is_str(text, "two", "the new text stands there");
	is_int(symlink("p", "link"), 0, "a symbolic link");
	is_int(file_place("link", "three", 5, 0600, false, &e), 0, "is replaced");
	file_read(a, "p", 100, &text, &len, &e);
	is_str(text, "two", "not followed");

	is_int(mkdir("d", 0700), 0, "a directory");
	is_int(file_place("d/x", "1", 1, 0600, false, &e), 0, "with a file");
	is_int(file_place("d", "1", 1, 0600, false, &e), -E_IO, "cannot be replaced by a file");
	is_int(file_place("none/x", "1", 1, 0600, false, &e), -E_IO, "no file without directory");
	is_int(entries("d"), 1, "no temporary file is left in it");
	is_int(entries("."), 6, "nor beside it");
}

/* Another process that writes the same file at once never makes a reader see a mixture. */
static void test_place_whole(void)
{
	char ones[8192], twos[8192], *text;
	bool whole = true;
	struct err e;
	size_t len;
	pid_t child;
	int ran = 0;

	memset(ones, '1', sizeof(ones));
	memset(twos, '2', sizeof(twos));
	file_place("w", ones, sizeof(ones), 0600, false, &e);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 200; i++)
			file_place("w", i % 2 ? ones : twos, sizeof(ones), 0600, false, &e);
		_exit(0);
	}
	for (; ran < 200; ran++) {
		ARENA_CLEANUP struct arena *round = arena_new();

		whole &= file_read(round, "w", 10000, &text, &len, &e) == 0 &&
			len == sizeof(ones) && text[0] == text[len - 1];
	}
	waitpid(child, NULL, 0);
	ok(whole, "a reader sees the old file or the new one, %d times", ran);
}

static void test_make_dir(void)
{
	struct err e;

	is_int(file_make_dir("m/n/o", 0700, &e), 0, "a directory is made with its parents");
	is_int(mode_of("m/n/o"), 0700, "the last one private");
	is_int(mode_of("m/n"), 0755, "its parents open");
	chmod("m/n/o", 0750);
	is_int(file_make_dir("m/n/o", 0700, &e), 0, "one that is there is fine");
	is_int(mode_of("m/n/o"), 0750, "and stays as it is");
	is_int(file_make_dir("m/n/o/", 0700, &e), 0, "also with a slash behind");
	is_int(file_make_dir("/", 0700, &e), 0, "and the root");
	is_int(file_make_dir("f", 0700, &e), -E_IO, "a file under that name is no directory");
	is_int(file_make_dir("f/x/y", 0700, &e), -E_IO, "nor under a parent's");
}

int main(void)
{
	scratch_enter();
	a = arena_new();
	test_read();
	test_place();
	test_place_whole();
	test_make_dir();
	arena_free(a);
	scratch_leave();
	return done_testing();
}
