// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf-unpack itself, started as wf starts it, on archives that zip and tar made, on archives of
 * every supported kind, and on hostile ones: what comes out, and with which words it stops.
 */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/scratch.h"
#include "lib/tap.h"
#include "base/str.h"
#include "sys/spawn.h"
#include "unpack/reader.h"

static char program[4096];

/* --- what comes out ----------------------------------------------------------------------------
 */

struct result {
	struct strbuf text; /* a line for each record, the first ones */
	unsigned files, skipped, status;
	size_t bytes;
	struct err e;
};

static void note(struct result *r, const struct unpack_record *rec)
{
	if (rec->type == UNPACK_FILE) {
		r->files++;
		r->bytes += rec->content_len;
	} else {
		r->skipped++;
	}
	if (r->files + r->skipped > 40)
		return;
	strbuf_addf(&r->text, "%s ", rec->name);
	if (rec->type == UNPACK_SKIPPED)
		strbuf_addf(&r->text, "! %s\n", rec->reason);
	else if (rec->content_len > 32)
		strbuf_addf(&r->text, "(%zu)\n", rec->content_len);
	else
		strbuf_addf(&r->text, "= %.*s\n", (int)rec->content_len, rec->content);
}

static void read_records(int fd, struct result *r)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	UNPACK_READER_CLEANUP struct unpack_reader reader = {0};
	struct unpack_record rec;

	r->e = (struct err){0};
	if (unpack_reader_open(fd, &reader, &r->e) < 0)
		return;
	while (unpack_reader_next(&reader, a, &rec, &r->e) == 0 && rec.type != UNPACK_END)
		note(r, &rec);
}

static void result_clear(struct result *r)
{
	strbuf_free(&r->text);
	*r = (struct result){0};
}

/* Runs the worker on a descriptor. */
static void unpack_fd(int in, struct result *r)
{
	const char *argv[] = {program, NULL};
	int p[2], status = -1;
	struct spawn s = {.argv = argv, .stdin_fd = in, .stderr_fd = -1, .pass_fd = -1};
	struct err e;
	pid_t pid;

	result_clear(r);
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(99);
	s.stdout_fd = p[1];
	if (spawn_start(&s, &pid, &e) < 0) {
		printf("Bail out! %s\n", e.msg);
		exit(99);
	}
	close(p[1]);
	read_records(p[0], r);
	close(p[0]);
	spawn_wait(pid, 0, &status, &e);
	r->status = (unsigned)status;
}

static void unpack(const char *file, struct result *r)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		perror(file);
	unpack_fd(fd, r);
	close(fd);
}

/* The same through a pipe. */
static void unpack_pipe(const char *file, struct result *r)
{
	char line[256];
	FILE *f;

	snprintf(line, sizeof(line), "exec cat '%s'", file);
#undef popen
	f = popen(line, "r");
	unpack_fd(fileno(f), r);
	pclose(f);
}

static bool sh(const char *line)
{
#undef system
	return system(line) == 0;
}

/* --- making archives ---------------------------------------------------------------------------
 */

static struct archive *begin(const char *file, int (*format)(struct archive *),
	int (*filter)(struct archive *), const char *options)
{
	struct archive *a = archive_write_new();

	if (format(a) != ARCHIVE_OK || (filter && filter(a) != ARCHIVE_OK) ||
		(options && archive_write_set_options(a, options) != ARCHIVE_OK) ||
		archive_write_open_filename(a, file) != ARCHIVE_OK) {
		printf("Bail out! %s\n", archive_error_string(a));
		exit(99);
	}
	return a;
}

static void add_bytes(
	struct archive *a, const char *name, unsigned type, const void *data, size_t len)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)len);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(entry, data);
	if (archive_write_header(a, entry) < ARCHIVE_WARN)
		printf("# %s: %s\n", name, archive_error_string(a));
	if (type == AE_IFREG && len)
		archive_write_data(a, data, len);
	archive_entry_free(entry);
}

static void add(struct archive *a, const char *name, const char *text)
{
	add_bytes(a, name, AE_IFREG, text, strlen(text));
}

static void add_hard_link(struct archive *a, const char *name, const char *to)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_hardlink(entry, to);
	archive_write_header(a, entry);
	archive_entry_free(entry);
}

static void finish(struct archive *a)
{
	if (archive_write_close(a) != ARCHIVE_OK)
		printf("# %s\n", archive_error_string(a));
	archive_write_free(a);
}

/* --- the tests ---------------------------------------------------------------------------------
 */

static void test_real(struct result *r)
{
	ok(sh("mkdir -p d/sub d/.git && printf one >d/one.conf && printf two >'d/sub/My VPN "
	      "(2).conf' &&"
	      "printf x >d/.git/x && ln -s /etc/passwd d/link.conf && : >d/empty.conf &&"
	      "printf '[Peer]' >d/sub/Zürich.conf"),
		"some files");
	ok(sh("cd d && zip -qry ../real.zip one.conf sub .git link.conf empty.conf"), "zip");
	unpack("real.zip", r);
	is_str(strbuf_str(&r->text),
		"one.conf = one\n"
		"sub/My VPN (2).conf = two\n"
		"sub/Zürich.conf = [Peer]\n"
		".git/x ! a hidden file\n"
		"link.conf ! a symbolic link\n"
		"empty.conf = \n",
		"a zip by zip(1)");
	is_int(r->e.code, E_NONE, "to its end: %s", r->e.msg);
	is_int(r->status, 0, "status 0");
	unpack_pipe("real.zip", r);
	ok(strstr(strbuf_str(&r->text), "link.conf ! a symbolic link\n"),
		"by a pipe a link is still a link");
	is_int(r->files, 4, "and everything is there");
	ok(sh("tar czf real.tgz -C d --sort=name ."), "tar");
	unpack("real.tgz", r);
	is_str(strbuf_str(&r->text),
		"./.git/x ! a hidden file\n"
		"./empty.conf = \n"
		"./link.conf ! a symbolic link\n"
		"./one.conf = one\n"
		"./sub/My VPN (2).conf = two\n"
		"./sub/Zürich.conf = [Peer]\n",
		"a tar by tar(1)");
	unpack_pipe("real.tgz", r);
	is_int(r->files, 4, "and by a pipe");
	is_int(r->status, 0, "to its end");
	ok(sh("cd d && zip -qP secret ../secret.zip one.conf"), "zip -P");
	unpack("secret.zip", r);
	is_int(r->e.code, E_ARCHIVE, "an encrypted zip");
	ok(strstr(r->e.msg, "encrypted; unpack it yourself"), "%s", r->e.msg);
	is_int(r->status, 1, "status 1");
}

static void test_kinds(struct result *r)
{
	static const struct {
		const char *name;
		int (*format)(struct archive *), (*filter)(struct archive *);
		const char *options;
	} kinds[] = {
		{"deflated zip", archive_write_set_format_zip, NULL, "zip:compression=deflate"},
		{"stored zip", archive_write_set_format_zip, NULL, "zip:compression=store"},
		{"ustar", archive_write_set_format_ustar, NULL, NULL},
		{"pax", archive_write_set_format_pax, NULL, NULL},
		{"gnutar", archive_write_set_format_gnutar, NULL, NULL},
		{"tar.gz", archive_write_set_format_pax, archive_write_add_filter_gzip, NULL},
		{"tar.bz2", archive_write_set_format_pax, archive_write_add_filter_bzip2, NULL},
		{"tar.xz", archive_write_set_format_pax, archive_write_add_filter_xz, NULL},
		{"tar.zst", archive_write_set_format_pax, archive_write_add_filter_zstd, NULL},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct archive *a =
			begin("kind", kinds[i].format, kinds[i].filter, kinds[i].options);

		add_bytes(a, "dir/", AE_IFDIR, NULL, 0);
		add(a, "dir/Zürich.conf", "[Interface]\n");
		add(a, "same.conf", "1");
		add(a, "same.conf", "2");
		finish(a);
		unpack("kind", r);
		is_str(strbuf_str(&r->text),
			"dir/Zürich.conf = [Interface]\n\nsame.conf = 1\nsame.conf = 2\n", "%s",
			kinds[i].name);
		is_int(r->status, 0, "to its end: %s", r->e.msg);
	}
}

static void test_hostile_names(struct result *r)
{
	struct archive *a = begin("hostile", archive_write_set_format_pax, NULL, NULL);

	add(a, "good.conf", "good");
	add(a, "../up.conf", "x");
	add(a, "/etc/abs.conf", "x");
	add(a, "back\\slash.conf", "x");
	add(a, "in.zip", "x");
	add(a, "__MACOSX/._good.conf", "x");
	add_bytes(a, "sym", AE_IFLNK, "/etc/passwd", 0);
	add_hard_link(a, "hard", "good.conf");
	add_bytes(a, "fifo", AE_IFIFO, NULL, 0);
	add_bytes(a, "chr", AE_IFCHR, NULL, 0);
	add(a, "esc\033[2J.conf", "x");
	add(a, "last.conf", "last");
	finish(a);
	unpack("hostile", r);
	is_str(strbuf_str(&r->text),
		"good.conf = good\n"
		"../up.conf ! a name with \"..\"\n"
		"/etc/abs.conf ! an absolute name\n"
		"back\\slash.conf ! a name with a backslash\n"
		"in.zip ! an archive in an archive\n"
		"__MACOSX/._good.conf ! a note of macOS about another file\n"
		"sym ! a symbolic link\n"
		"hard ! a hard link\n"
		"fifo ! a device, pipe or socket\n"
		"chr ! a device, pipe or socket\n"
		"esc\033[2J.conf = x\n"
		"last.conf = last\n",
		"names and types that are passed over");
	is_int(r->status, 0, "to its end");
}

/* File sizes around the limit, in a zip and in a tar that must be unpacked to be passed over. */
static void test_file_size(struct result *r)
{
	static char big[UNPACK_MAX_FILE + 1];

	for (int tar = 0; tar < 2; tar++) {
		struct archive *a = begin("size",
			tar ? archive_write_set_format_pax : archive_write_set_format_zip,
			tar ? archive_write_add_filter_gzip : NULL, NULL);

		memset(big, 'x', sizeof(big));
		add_bytes(a, "limit.conf", AE_IFREG, big, UNPACK_MAX_FILE);
		add_bytes(a, "more.conf", AE_IFREG, big, UNPACK_MAX_FILE + 1);
		add(a, "last.conf", "last");
		finish(a);
		unpack("size", r);
		is_str(strbuf_str(&r->text),
			"limit.conf (65536)\nmore.conf ! larger than 64 KiB\nlast.conf = last\n",
			"a file of 64 KiB, and one of a byte more, in a %s", tar ? "tar" : "zip");
	}
}

static void test_limits(struct result *r)
{
	static char zero[UNPACK_MAX_FILE];
	struct archive *a = begin("many.zip", archive_write_set_format_zip, NULL, NULL);
	char name[64];

	for (unsigned i = 0; i < UNPACK_MAX_ENTRIES; i++) {
		snprintf(name, sizeof(name), "%u.conf", i);
		add(a, name, "x");
	}
	finish(a);
	unpack("many.zip", r);
	is_int(r->files, UNPACK_MAX_ENTRIES, "20000 entries");
	is_int(r->e.code, E_NONE, "are as many as there may be: %s", r->e.msg);

	a = begin("more.zip", archive_write_set_format_zip, NULL, NULL);
	for (unsigned i = 0; i <= UNPACK_MAX_ENTRIES; i++)
		add(a, "same.conf", "x");
	finish(a);
	unpack("more.zip", r);
	is_int(r->e.code, E_LIMIT, "one more");
	ok(strstr(r->e.msg, "more than 20000 entries"), "%s", r->e.msg);

	a = begin("bomb.zip", archive_write_set_format_zip, NULL, NULL);
	for (int i = 0; i < 1024; i++)
		add_bytes(a, "same.conf", AE_IFREG, zero, sizeof(zero));
	finish(a);
	unpack("bomb.zip", r);
	is_int(r->e.code, E_NONE, "64 MiB in a small zip are as much as there may be: %s",
		r->e.msg);
	a = begin("bomb.zip", archive_write_set_format_zip, NULL, NULL);
	for (int i = 0; i < 1024; i++)
		add_bytes(a, "same.conf", AE_IFREG, zero, sizeof(zero));
	add(a, "last.conf", "x");
	finish(a);
	unpack("bomb.zip", r);
	is_int(r->e.code, E_LIMIT, "one byte more");
	ok(strstr(r->e.msg, "unpacks to more than 64 MiB"), "%s", r->e.msg);
}

/* An entry of zeros that need not be looked at, but unpacked to come to the next one. */
static void test_tar_bomb(struct result *r)
{
	struct archive *a = begin(
		"bomb.tgz", archive_write_set_format_gnutar, archive_write_add_filter_gzip, NULL);
	static char zero[1024 * 1024];
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, "big.bin");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, 100ll * sizeof(zero));
	archive_write_header(a, entry);
	for (int i = 0; i < 100; i++)
		archive_write_data(a, zero, sizeof(zero));
	archive_entry_free(entry);
	add(a, "a.conf", "x");
	finish(a);
	unpack("bomb.tgz", r);
	is_int(r->e.code, E_LIMIT, "a compressed tar with a file too large to pass over");
	ok(strstr(r->e.msg, "64 MiB"), "%s", r->e.msg);
	is_int(r->files, 0, "stops before it");
}

static long size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) < 0 ? -1 : (long)st.st_size;
}

static void test_damaged(struct result *r)
{
	static const struct {
		const char *method;
		int code;
		unsigned files, skipped;
	} cases[] = {
		/* A stored file is seen to be wrong when all of it was read; the next one is
		   intact. */
		{"zip:compression=store", E_NONE, 4, 1},
		/* A compressed one ends in the middle, and libarchive goes no further. */
		{"zip:compression=deflate", E_ARCHIVE, 0, 0},
	};
	static char noise[30000];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * i >> 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct archive *a =
			begin("whole.zip", archive_write_set_format_zip, NULL, cases[i].method);

		for (int k = 0; k < 5; k++)
			add_bytes(a, "noise.conf", AE_IFREG, noise, sizeof(noise));
		finish(a);
		ok(sh("cp whole.zip bad.zip && printf XXXXXXXX |"
		      "dd of=bad.zip bs=1 seek=200 conv=notrunc 2>/dev/null"),
			"a zip with wrong bytes, %s", cases[i].method);
		unpack("bad.zip", r);
		is_int(r->e.code, cases[i].code, "%s", r->e.msg);
		is_int(r->files, cases[i].files, "files");
		is_int(r->skipped, cases[i].skipped, "passed over");
		ok(!r->skipped || strstr(strbuf_str(&r->text), "noise.conf ! damaged: "),
			"said so");
	}
	ok(sh("cp whole.zip cut.zip") && truncate("cut.zip", size_of("whole.zip") / 2) == 0,
		"half a zip");
	unpack("cut.zip", r);
	is_int(r->e.code, E_ARCHIVE, "is an error: %s", r->e.msg);
	ok(sh("tar cf cut.tar whole.zip d && gzip -k cut.tar") &&
			truncate("cut.tar.gz", size_of("cut.tar.gz") / 2) == 0,
		"half a tar.gz");
	unpack("cut.tar.gz", r);
	is_int(r->e.code, E_ARCHIVE, "is an error: %s", r->e.msg);
}

static void test_no_archive(struct result *r)
{
	ok(sh("printf '[Interface]\\nPrivateKey = x\\n' >text.conf; : >nothing; "
	      "head -c 100000 /dev/zero >zeros"),
		"other files");
	unpack("text.conf", r);
	is_int(r->e.code, E_ARCHIVE, "a text: %s", r->e.msg);
	ok(!strstr(r->e.msg, "PrivateKey"), "nothing of it is repeated");
	unpack("nothing", r);
	is_int(r->e.code, E_ARCHIVE, "an empty file: %s", r->e.msg);
	unpack_pipe("nothing", r);
	is_int(r->e.code, E_ARCHIVE, "an empty pipe: %s", r->e.msg);
	unpack("zeros", r);
	is_int(r->files, 0, "zeros: %s", r->e.msg);
	unpack(".", r);
	is_int(r->e.code, E_ARCHIVE, "a directory: %s", r->e.msg);
}

/* A size in the list of contents that is not the file's. */
static void test_lying_size(struct result *r)
{
	static char zero[UNPACK_MAX_FILE * 4];
	struct archive *a =
		begin("lie.zip", archive_write_set_format_zip, NULL, "zip:compression=deflate");
	unsigned char *bytes, *at;
	long size;
	FILE *f;

	add_bytes(a, "lie.conf", AE_IFREG, zero, sizeof(zero));
	finish(a);
	size = size_of("lie.zip");
	bytes = calloc(1, (size_t)size);
	f = fopen("lie.zip", "r+");
	if (fread(bytes, 1, (size_t)size, f) != (size_t)size)
		exit(99);
	/* central file header (APPNOTE 4.3.12): uncompressed size at offset 24 */
	at = memmem(bytes, (size_t)size, "PK\1\2", 4);
	if (ok(at && at[24] == 0 && at[26] == 4, "a zip's list of contents")) {
		memcpy(at + 24, "\x10\0\0\0", 4);
		rewind(f);
		fwrite(bytes, 1, (size_t)size, f);
	}
	fclose(f);
	free(bytes);
	unpack("lie.zip", r);
	ok(r->bytes <= UNPACK_MAX_FILE, "a size that is a lie: %s", r->e.msg);
}

int main(void)
{
	struct result r = {0};

	if (!realpath("wf-unpack", program)) {
		printf("Bail out! wf-unpack is not built\n");
		return 99;
	}
	setlocale(LC_CTYPE, "C.UTF-8");
	scratch_enter();
	test_real(&r);
	test_kinds(&r);
	test_hostile_names(&r);
	test_file_size(&r);
	test_limits(&r);
	test_tar_bomb(&r);
	test_damaged(&r);
	test_no_archive(&r);
	test_lying_size(&r);
	result_clear(&r);
	scratch_leave();
	return done_testing();
}
