// SPDX-License-Identifier: GPL-2.0-or-later
/* Sealing: what goes in comes out, nothing else does; and the rules for the key file. */
#include "crypto/seal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "lib/scratch.h"
#include "lib/tap.h"

static struct arena *a;

static struct seal_key *load(const char *path)
{
	struct seal_key *k = NULL;
	struct err e = {.code = E_NONE};

	if (seal_key_load(path, true, &k, &e) < 0) {
		diag("%s", e.msg);
		exit(1);
	}
	return k;
}

static void test_round_trip(const struct seal_key *k)
{
	static const size_t sizes[] = {0, 1, 31, 32, 33, 1000, 70000};
	SECRET_CLEANUP struct wg_secret in = {0}, out = {0}, none = {0};
	char *text, *again, id[SEAL_ID_SIZE];
	struct err e;

	secret_generate(&in, &e);
	is_int(seal_secret(k, &in, a, &text, &e), 0, "a secret is sealed");
	is_int((long long)strlen(text), 4 + 32 + 1 + 96, "as a text of this length");
	ok(strncmp(text, "wf1:", 4) == 0 && text[36] == ':', "in this form");
	is_int(seal_open_secret(k, text, &out, &e), 0, "and opened");
	ok(secret_equal(&in, &out), "to the same secret");
	seal_secret(k, &in, a, &again, &e);
	ok(strcmp(text, again) != 0 && strncmp(text, again, 36) != 0,
		"each time another text and id");
	is_int(seal_id(text, id, &e), 0, "the id is read");
	ok(strlen(id) == 32 && strncmp(id, text + 4, 32) == 0, "from the text");
	is_int(seal_secret(k, &none, a, &text, &e), -E_INTERNAL, "no secret is not sealed");

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		SECRET_TEXT_CLEANUP struct secret_text back = {0};
		char *data = arena_alloc(a, sizes[i] + 1);

		memset(data, 'x', sizes[i]);
		is_int(seal_bytes(k, data, sizes[i], a, &text, &e), 0, "%zu bytes are sealed",
			sizes[i]);
		is_int(seal_open_bytes(k, text, &back, &e), 0, "and opened");
		ok(back.len == sizes[i] && memcmp(back.s, data, sizes[i] + 1) == 0,
			"as they were, and terminated");
	}
	seal_bytes(k, "short", 5, a, &text, &e);
	secret_clear(&out);
	is_int(seal_open_secret(k, text, &out, &e), -E_SEAL, "bytes are not opened as a key");
	ok(!secret_is_set(&out), "and leave no slot behind");
}

/* Every bit of every character: no changed text opens, and none of the secret gets into the error.
 */
static void test_tampering(const struct seal_key *k)
{
	SECRET_CLEANUP struct wg_secret in = {0};
	unsigned opened = 0, other = 0, tried = 0;
	struct err e;
	char *text;

	secret_parse("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=", 44, &in, &e);
	do
		seal_secret(k, &in, a, &text, &e);
	while (!strchr(text, '-') || !strchr(text, '_'));
	for (size_t i = 0; text[i]; i++) {
		for (unsigned bit = 0; bit < 8; bit++, tried++) {
			SECRET_CLEANUP struct wg_secret out = {0};
			char *changed = arena_strdup(a, text);
			int r;

			changed[i] = (char)(changed[i] ^ (1 << bit));
			r = seal_open_secret(k, changed, &out, &e);
			opened += r == 0 || secret_is_set(&out);
			other += r != -E_SEAL;
		}
	}
	is_int(opened, 0, "of %u changed texts none opens", tried);
	is_int(other, 0, "and each is E_SEAL");
	for (size_t n = strlen(text); n--;) {
		SECRET_CLEANUP struct wg_secret out = {0};

		other += seal_open_secret(k, arena_strndup(a, text, n), &out, &e) != -E_SEAL;
	}
	is_int(other, 0, "nor does a text cut short");
}

/* The id is bound to the secret: a row cannot be given another row's secret under its own id. */
static void test_swapped_ids(const struct seal_key *k)
{
	SECRET_TEXT_CLEANUP struct secret_text out = {0};
	char *one, *two, *mixed;
	struct err e;

	seal_bytes(k, "one", 3, a, &one, &e);
	seal_bytes(k, "two", 3, a, &two, &e);
	mixed = arena_printf(a, "%.37s%s", one, two + 37);
	is_int(seal_open_bytes(k, mixed, &out, &e), -E_SEAL, "another text's id does not open it");
	ok(!out.s, "and nothing is given out");
	ok(strstr(e.hint, "another key") != NULL, "the hint says what may be wrong");
}

static void test_forms(const struct seal_key *k)
{
	static const char *const bad[] = {"", "wf1:", "wf1",
		"wf2:00112233445566778899aabbccddeeff:AAAA",
		"wf1:00112233445566778899aabbccddeef:AAAA",
		"wf1:00112233445566778899AABBCCDDEEFF:AAAA", "wf1:00112233445566778899aabbccddeeff",
		"wf1:00112233445566778899aabbccddeeff:",
		"wf1:00112233445566778899aabbccddeeff:AAAA",
		"wf1:00112233445566778899aabbccddeeff:====", "cGxhaW4=", NULL};
	char id[SEAL_ID_SIZE] = "old";
	struct secret_text out = {0};
	struct err e;

	for (size_t i = 0; bad[i]; i++)
		is_int(seal_open_bytes(k, bad[i], &out, &e), -E_SEAL, "'%s' is no sealed text",
			bad[i]);
	is_int(seal_id("wf1:0011:AA", id, &e), -E_SEAL, "nor has it an id");
	is_int(seal_id("wf1:00112233445566778899AABBCCDDEEFF:AAAA", id, &e), -E_SEAL,
		"nor one in upper case");
	is_str(id, "old", "and the output stays");
	ok(!out.s, "nothing is given out");
}

static void test_other_key(const struct seal_key *k)
{
	SECRET_TEXT_CLEANUP struct secret_text out = {0};
	struct seal_key *other = load("other/key");
	struct err e;
	char *text;

	seal_bytes(k, "x", 1, a, &text, &e);
	is_int(seal_open_bytes(other, text, &out, &e), -E_SEAL, "another key does not open it");
	seal_key_free(other);
}

static void test_key_file(void)
{
	struct seal_key *k = NULL;
	struct stat st;
	struct err e;
	char *text;
	size_t len;

	umask(0);
	is_int(seal_key_load("new/dir/key", false, &k, &e), -E_NOT_FOUND,
		"a missing key file is not made unasked");
	ok(!k && access("new", F_OK) < 0, "nor its directory");
	is_int(seal_key_load("new/dir/key", true, &k, &e), 0, "asked, it is made");
	ok(stat("new/dir/key", &st) == 0 && (st.st_mode & 07777) == 0600,
		"readable by its owner only");
	ok(stat("new/dir", &st) == 0 && (st.st_mode & 07777) == 0700, "in a directory like that");
	is_int(file_read(a, "new/dir/key", 100, &text, &len, &e), 0, "it is a file");
	ok(len == 45 && text[43] == '=' && text[44] == '\n', "of one line of base64");
	seal_bytes(k, "mine", 4, a, &text, &e);
	seal_key_free(k);

	k = load("new/dir/key");
	{
		SECRET_TEXT_CLEANUP struct secret_text out = {0};

		is_int(seal_open_bytes(k, text, &out, &e), 0,
			"loaded again it opens what it sealed");
		is_str(out.s, "mine", "as it was");
	}
	seal_key_free(k);
	seal_key_free(NULL);
	umask(022);
}

static void refused_file(const char *path, enum err_code code, const char *what)
{
	struct seal_key *k = NULL;
	struct err e;

	is_int(seal_key_load(path, true, &k, &e), -(int)code, "%s is refused", what);
	ok(!k && !strstr(e.msg, "dwdt") && !strstr(e.hint, "dwdt"), "no key in: %s", e.msg);
}

static void place(const char *path, const char *text, mode_t mode)
{
	struct err e;

	file_place(path, text, strlen(text), mode, false, &e);
}

static void test_bad_files(void)
{
	static const char good[] = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n";
	struct seal_key *k = NULL;
	struct err e;

	place("good", good, 0600);
	is_int(seal_key_load("good", false, &k, &e), 0, "this key file is fine");
	seal_key_free(k);
	place("stricter", good, 0400);
	is_int(seal_key_load("stricter", false, &k, &e), 0, "a stricter mode as well");
	seal_key_free(k);

	place("loose", good, 0640);
	refused_file("loose", E_PERMISSION, "a key file the group can read");
	seal_key_load("loose", true, &k, &e);
	is_str(e.hint, "chmod 0600 loose", "with the command that mends it");
	place("loose", good, 0602);
	refused_file("loose", E_PERMISSION, "one that others can write");
	ok(symlink("good", "link") == 0, "a link to a good file");
	refused_file("link", E_PERMISSION, "a symbolic link");
	ok(mkfifo("fifo", 0600) == 0 && mkdir("dir", 0700) == 0, "a FIFO, a directory");
	refused_file("fifo", E_PERMISSION, "a FIFO");
	refused_file("dir", E_PERMISSION, "a directory");

	place("bad", "", 0600);
	refused_file("bad", E_SEAL, "an empty key file");
	place("bad", "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=", 0600);
	refused_file("bad", E_SEAL, "one without the end of its line");
	place("bad", "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCp=\n", 0600);
	refused_file("bad", E_SEAL, "a second spelling");
	place("bad", "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n\n", 0600);
	refused_file("bad", E_SEAL, "something behind the key");
	refused_file("good/x", E_IO, "a path through a file");
}

/* Root may load the key of a user's own database, but not one a stranger put among root's files. */
static void test_owner(void)
{
	struct seal_key *k = NULL;
	struct err e;

	if (geteuid() != 0) {
		skip("owners of key files", "only root can give files away");
		return;
	}
	mkdir("theirs", 0700);
	place("theirs/key", "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n", 0600);
	ok(chown("theirs/key", 1234, 1234) == 0, "a key file of another user");
	refused_file("theirs/key", E_PERMISSION, "in a directory of ours");
	ok(chown("theirs", 1234, 1234) == 0, "in a directory of their own");
	is_int(seal_key_load("theirs/key", false, &k, &e), 0, "is theirs to use");
	seal_key_free(k);
	k = NULL;
	ok(chown("theirs/key", 0, 0) == 0, "root's own file there");
	is_int(seal_key_load("theirs/key", false, &k, &e), 0, "is fine as well");
	seal_key_free(k);
}

static void race_one(const char *to)
{
	struct seal_key *k = load("race/key");
	struct err e;
	char *text;

	seal_bytes(k, "r", 1, a, &text, &e);
	file_place(to, text, strlen(text), 0600, false, &e);
	seal_key_free(k);
}

/* Many first uses at once: all of them end with the one key that stays. */
static void test_race(void)
{
	enum { N = 8 };
	unsigned good = 0;
	struct seal_key *k;
	struct err e;

	mkdir("race", 0700);
	for (int i = 0; i < N; i++) {
		if (fork() == 0) {
			race_one(arena_printf(a, "r%d", i));
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	k = load("race/key");
	for (int i = 0; i < N; i++) {
		SECRET_TEXT_CLEANUP struct secret_text out = {0};
		char *text;
		size_t len;

		good += file_read(a, arena_printf(a, "r%d", i), 1000, &text, &len, &e) == 0 &&
			seal_open_bytes(k, text, &out, &e) == 0;
	}
	is_int(good, N, "what each of them sealed opens with the key that stayed");
	ok(rename("race/key", "race-key") == 0 && rmdir("race") == 0, "and nothing else is left");
	seal_key_free(k);
}

int main(void)
{
	struct seal_key *k;

	scratch_enter();
	a = arena_new();
	k = load("key");
	test_round_trip(k);
	test_tampering(k);
	test_swapped_ids(k);
	test_forms(k);
	test_other_key(k);
	seal_key_free(k);
	test_key_file();
	test_bad_files();
	test_owner();
	test_race();
	arena_free(a);
	scratch_leave();
	return done_testing();
}
