// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealed texts and the file that holds the sealing key. Knows the form "wf1:ID:BASE64" and the
 * modes the file must have; must not know what is sealed. What is opened goes from the cipher
 * straight to guarded memory, and the key file never stands under its name half written.
 */
#include "crypto/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/base64.h"

#define PREFIX	   "wf1:"
#define PREFIX_LEN 4
#define ID_LEN	   (SEAL_ID_SIZE - 1)
#define HEAD_LEN   (PREFIX_LEN + ID_LEN + 1)
#define NONCE_LEN  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN	   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_LEN	   crypto_aead_xchacha20poly1305_ietf_KEYBYTES
/* The line in the key file: its base64 and a newline, where sodium counts the end of a string. */
#define KEY_TEXT   sodium_base64_ENCODED_LEN(KEY_LEN, sodium_base64_VARIANT_ORIGINAL)
#define BASE64	   sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define DATA_LIMIT (16u * 1024 * 1024)

struct seal_key {
	uint8_t b[KEY_LEN];
};

/* Sealed bytes as they are under the base64. */
struct box {
	const char *id; /* ID_LEN characters */
	uint8_t *nonce, *cipher;
	size_t cipher_len; /* with the tag */
};

/* Where the key file stands; `path` without a slash is in the working directory. */
static int key_dir(const char *path, char dir[static PATH_MAX], struct err *e)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len >= PATH_MAX)
		return err_set(e, E_IO, "the name of the key file is too long");
	memcpy(dir, path, len);
	dir[len] = '\0';
	if (!len)
		str_copy(dir, PATH_MAX, slash ? "/" : ".");
	return 0;
}

/*
 * Root may use the key of a user's own database, so the owner of the directory is trusted too:
 * whoever can put another file there can choose the key anyway.
 */
static bool trusted_owner(const char *path, uid_t owner)
{
	char dir[PATH_MAX];
	struct err ignored;
	struct stat st;

	if (owner == 0 || owner == geteuid())
		return true;
	return key_dir(path, dir, &ignored) == 0 && stat(dir, &st) == 0 && st.st_uid == owner;
}

static int check_key_file(const char *path, int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, E_IO, errno, "cannot read the key file '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_PERMISSION, "the key file '%s' is not a regular file", path);
	if (!trusted_owner(path, st.st_uid))
		return err_set(e, E_PERMISSION, "the key file '%s' belongs to another user", path);
	if (st.st_mode & 077) {
		err_set(e, E_PERMISSION, "the key file '%s' is open to others (mode %04o)", path,
			(unsigned)st.st_mode & 07777);
		return err_hint(e, "chmod 0600 %s", path);
	}
	return 0;
}

static int open_key_file(const char *path, struct err *e)
{
	/* O_NONBLOCK: a FIFO under that name must not hold the program up. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ELOOP)
		return err_set(e, E_PERMISSION, "the key file '%s' is a symbolic link", path);
	return err_errno(e,
		errno == ENOENT		  ? E_NOT_FOUND
			: errno == EACCES ? E_PERMISSION
					  : E_IO,
		errno, "cannot open the key file '%s'", path);
}

static bool decode_key(const struct secret_text *text, struct seal_key *k)
{
	size_t n;

	return text->len == KEY_TEXT && text->s[KEY_TEXT - 1] == '\n' &&
		base64_decode(
			text->s, KEY_TEXT - 1, sodium_base64_VARIANT_ORIGINAL, k->b, KEY_LEN, &n) &&
		n == KEY_LEN;
}

static int read_key(const char *path, struct seal_key **ret, struct err *e)
{
	FD_CLEANUP int fd = open_key_file(path, e);
	SECRET_TEXT_CLEANUP struct secret_text text = {0};
	struct seal_key *k;
	int r;

	if (fd < 0)
		return fd;
	r = check_key_file(path, fd, e);
	if (!r)
		r = secret_text_new(KEY_TEXT, &text, e);
	if (r < 0)
		return r;
	r = secret_text_read(&text, fd, e);
	if (r < 0 && r != -E_LIMIT)
		return err_wrap(e, "the key file '%s'", path);
	k = sodium_malloc(sizeof(*k));
	if (!k)
		return err_set(e, E_LIMIT, "no guarded memory for the sealing key");
	if (r < 0 || !decode_key(&text, k)) {
		seal_key_free(k);
		return err_set(e, E_SEAL, "the key file '%s' holds no sealing key", path);
	}
	*ret = k;
	return 0;
}

/* One line of base64 in a file no other process knows; its name is put in `name`. */
static int write_temporary(const char *path, char name[static PATH_MAX], struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text text = {0};
	SECRET_CLEANUP struct wg_secret raw = {0};
	FD_CLEANUP int fd = -1;
	uint8_t *b;
	int r = secret_new(&raw, &b, e);

	_Static_assert(KEY_LEN == WG_KEY_LEN, "the sealing key fits a slot");
	if (!r)
		r = secret_text_new(KEY_TEXT, &text, e);
	if (r < 0)
		return r;
	randombytes_buf(b, KEY_LEN);
	if ((r = secret_text_add_secret(&text, &raw, e)) < 0 ||
		(r = secret_text_add(&text, "\n", e)) < 0)
		return r;
	if (snprintf(name, PATH_MAX, "%s.%08x~", path, randombytes_random()) >= PATH_MAX)
		return err_set(e, E_IO, "the name of the key file is too long");
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, errno == EACCES ? E_PERMISSION : E_IO, errno,
			"cannot make the key file '%s'", path);
	if (fchmod(fd, 0600) < 0 || write(fd, text.s, text.len) != (ssize_t)text.len ||
		fsync(fd) < 0) {
		err_errno(e, E_IO, errno, "cannot write the key file '%s'", path);
		unlink(name);
		return -E_IO;
	}
	return 0;
}

/*
 * Makes the key file unless there is one by now: link(2) puts a whole file under the name or fails,
 * so the loser of a race finds the winner's key complete.
 */
static int create_key(const char *path, struct err *e)
{
	char dir[PATH_MAX], name[PATH_MAX];
	FD_CLEANUP int dir_fd = -1;
	int r = key_dir(path, dir, e);

	if (!r)
		r = file_make_dir(dir, 0700, e);
	if (!r)
		r = write_temporary(path, name, e);
	if (r < 0)
		return r;
	if (link(name, path) < 0 && errno != EEXIST)
		r = err_errno(e, E_IO, errno, "cannot make the key file '%s'", path);
	unlink(name);
	if (r < 0)
		return r;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0 || fsync(dir_fd) < 0)
		return err_errno(e, E_IO, errno, "cannot write the key file '%s'", path);
	return 0;
}

int seal_key_load(const char *path, bool create, struct seal_key **ret, struct err *e)
{
	int r = crypto_init(e);

	if (r < 0)
		return r;
	r = read_key(path, ret, e);
	if (r != -E_NOT_FOUND || !create)
		return r;
	r = create_key(path, e);
	return r < 0 ? r : read_key(path, ret, e);
}

void seal_key_free(struct seal_key *k)
{
	sodium_free(k);
}

int seal_bytes(const struct seal_key *k, const void *data, size_t len, struct arena *a, char **ret,
	struct err *e)
{
	uint8_t random[ID_LEN / 2 + NONCE_LEN], *box;
	size_t box_len = NONCE_LEN + len + TAG_LEN, text_size;
	char *text;

	if (len > DATA_LIMIT)
		return err_set(e, E_LIMIT, "more than %u bytes cannot be sealed", DATA_LIMIT);
	text_size = HEAD_LEN + sodium_base64_encoded_len(box_len, BASE64);
	text = arena_alloc(a, text_size);
	box = arena_alloc(a, box_len);
	randombytes_buf(random, sizeof(random));
	memcpy(text, PREFIX, PREFIX_LEN);
	sodium_bin2hex(text + PREFIX_LEN, SEAL_ID_SIZE, random, ID_LEN / 2);
	text[HEAD_LEN - 1] = ':';
	memcpy(box, random + ID_LEN / 2, NONCE_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE_LEN, NULL, data, len,
		(const uint8_t *)text + PREFIX_LEN, ID_LEN, NULL, box, k->b);
	sodium_bin2base64(text + HEAD_LEN, text_size - HEAD_LEN, box, box_len, BASE64);
	*ret = text;
	return 0;
}

int seal_secret(const struct seal_key *k, const struct wg_secret *s, struct arena *a, char **ret,
	struct err *e)
{
	if (!secret_is_set(s))
		return err_set(e, E_INTERNAL, "a key that is not there was to be sealed");
	return seal_bytes(k, secret_bytes(s), WG_KEY_LEN, a, ret, e);
}

static int malformed(struct err *e)
{
	return err_set(e, E_SEAL, "a stored secret is damaged: it is not a sealed text");
}

/* Lower case only: upper case would be another id for the same bytes. */
static bool has_head(const char *text)
{
	if (strncmp(text, PREFIX, PREFIX_LEN) != 0)
		return false;
	return strspn(text + PREFIX_LEN, "0123456789abcdef") == ID_LEN && text[HEAD_LEN - 1] == ':';
}

/* Decodes into *ret; the caller frees ret->nonce. */
static int box_decode(const char *text, struct box *ret, struct err *e)
{
	size_t text_len = strlen(text), size = text_len, n;
	uint8_t *raw;

	if (!has_head(text) || text_len > HEAD_LEN + 2 * DATA_LIMIT)
		return malformed(e);
	raw = malloc(size);
	if (!raw)
		err_oom();
	if (!base64_decode(text + HEAD_LEN, text_len - HEAD_LEN, BASE64, raw, size, &n) ||
		n < NONCE_LEN + TAG_LEN) {
		free(raw);
		return malformed(e);
	}
	*ret = (struct box){
		.id = text + PREFIX_LEN,
		.nonce = raw,
		.cipher = raw + NONCE_LEN,
		.cipher_len = n - NONCE_LEN,
	};
	return 0;
}

/* Opens into `out`, which has room for cipher_len - TAG_LEN bytes, and is left zero on failure. */
static int box_open(const struct seal_key *k, const struct box *box, void *out, struct err *e)
{
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, box->cipher,
		    box->cipher_len, (const uint8_t *)box->id, ID_LEN, box->nonce, k->b) == 0)
		return 0;
	err_set(e, E_SEAL, "the stored secret %.8s... does not open", box->id);
	return err_hint(e, "it was sealed with another key file, or it is damaged");
}

int seal_open_secret(
	const struct seal_key *k, const char *text, struct wg_secret *ret, struct err *e)
{
	SECRET_CLEANUP struct wg_secret s = {0};
	struct box box;
	uint8_t *b;
	int r = box_decode(text, &box, e);

	if (r < 0)
		return r;
	if (box.cipher_len != WG_KEY_LEN + TAG_LEN)
		r = err_set(e, E_SEAL, "the stored secret %.8s... is not a key", box.id);
	if (!r)
		r = secret_new(&s, &b, e);
	if (!r)
		r = box_open(k, &box, b, e);
	free(box.nonce);
	if (!r)
		*ret = secret_take(&s);
	return r;
}

int seal_open_bytes(
	const struct seal_key *k, const char *text, struct secret_text *ret, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text out = {0};
	struct box box;
	int r = box_decode(text, &box, e);

	if (r < 0)
		return r;
	r = secret_text_new(box.cipher_len - TAG_LEN, &out, e);
	if (!r)
		r = box_open(k, &box, out.s, e);
	free(box.nonce);
	if (r < 0)
		return r;
	out.len = out.limit;
	out.s[out.len] = '\0';
	*ret = out;
	out = (struct secret_text){0};
	return 0;
}

int seal_id(const char *text, char ret[static SEAL_ID_SIZE], struct err *e)
{
	if (!has_head(text))
		return malformed(e);
	memcpy(ret, text + PREFIX_LEN, ID_LEN);
	ret[ID_LEN] = '\0';
	return 0;
}
