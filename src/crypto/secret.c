// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where secrets live while they are in use: slots of one guarded pool, and guarded texts. Knows
 * libsodium's memory functions; must not know what a secret is for. A slot that is free is zero,
 * and no secret is copied to ordinary memory here.
 */
#include "crypto/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/base64.h"

/* One private and one preshared key for some hundred servers at a time; most commands need two, and
 * every page of guarded memory is locked and wiped, so the pool grows by chunks. */
#define CHUNK_SLOTS 64 /* as many as a word has bits */
#define POOL_CHUNKS 16
#define POOL_SLOTS  (CHUNK_SLOTS * POOL_CHUNKS)

struct slot {
	uint8_t b[WG_KEY_LEN];
};

static struct {
	struct slot *chunks[POOL_CHUNKS]; /* NULL until needed */
	uint64_t used[POOL_CHUNKS];	  /* bit set = taken */
} pool;

int crypto_init(struct err *e)
{
	static bool done;
	const struct rlimit none = {0, 0};

	if (done)
		return 0;
	if (sodium_init() < 0)
		return err_set(e, E_INTERNAL, "the cryptographic library does not start");
	if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_errno(e, E_FAILED, errno, "cannot switch core dumps off");
	done = true;
	return 0;
}

static struct slot *slot_of(const struct wg_secret *s)
{
	unsigned i = s->slot - 1u;

	return &pool.chunks[i / CHUNK_SLOTS][i % CHUNK_SLOTS];
}

static int make_chunk(unsigned chunk, struct err *e)
{
	int r = crypto_init(e);

	if (r < 0 || pool.chunks[chunk])
		return r;
	pool.chunks[chunk] = sodium_allocarray(CHUNK_SLOTS, sizeof(struct slot));
	if (!pool.chunks[chunk])
		return err_errno(e, E_LIMIT, errno, "no guarded memory for keys");
	sodium_memzero(pool.chunks[chunk], CHUNK_SLOTS * sizeof(struct slot));
	return 0;
}

int secret_new(struct wg_secret *ret, uint8_t **ret_bytes, struct err *e)
{
	for (unsigned chunk = 0; chunk < POOL_CHUNKS; chunk++) {
		unsigned bit;
		int r;

		if (!~pool.used[chunk])
			continue;
		r = make_chunk(chunk, e);
		if (r < 0)
			return r;
		bit = (unsigned)__builtin_ctzll(~pool.used[chunk]);
		pool.used[chunk] |= UINT64_C(1) << bit;
		ret->slot = (uint16_t)(chunk * CHUNK_SLOTS + bit + 1);
		*ret_bytes = slot_of(ret)->b;
		return 0;
	}
	return err_set(e, E_LIMIT, "more than %d keys are in use at once", POOL_SLOTS);
}

bool secret_is_set(const struct wg_secret *s)
{
	return s->slot != 0;
}

int secret_parse(const char *text, size_t len, struct wg_secret *ret, struct err *e)
{
	SECRET_CLEANUP struct wg_secret s = {0};
	uint8_t *b;
	size_t n;
	int r;

	if (len != WG_KEY_TEXT_SIZE - 1)
		return err_set(e, E_KEY,
			"has %zu characters, a WireGuard key has %d and ends in \"=\"", len,
			WG_KEY_TEXT_SIZE - 1);
	if (text[len - 1] != '=')
		return err_set(e, E_KEY,
			"has %zu characters as a WireGuard key has, "
			"but does not end in \"=\"",
			len);
	r = secret_new(&s, &b, e);
	if (r < 0)
		return r;
	if (!base64_decode(text, len, sodium_base64_VARIANT_ORIGINAL, b, WG_KEY_LEN, &n) ||
		n != WG_KEY_LEN)
		return err_set(e, E_KEY,
			"has %zu characters as a WireGuard key has, but they are not base64 of "
			"%d bytes",
			len, WG_KEY_LEN);
	*ret = secret_take(&s);
	return 0;
}

int secret_from_bytes(const uint8_t bytes[static WG_KEY_LEN], struct wg_secret *ret, struct err *e)
{
	struct wg_secret s = {0};
	uint8_t *b;
	int r = secret_new(&s, &b, e);

	if (r < 0)
		return r;
	memcpy(b, bytes, WG_KEY_LEN);
	*ret = s;
	return 0;
}

int secret_generate(struct wg_secret *ret, struct err *e)
{
	struct wg_secret s = {0};
	uint8_t *b;
	int r = secret_new(&s, &b, e);

	if (r < 0)
		return r;
	randombytes_buf(b, WG_KEY_LEN);
	/* RFC 7748, section 5: decodeScalar25519 */
	b[0] &= 248;
	b[31] = (b[31] & 127) | 64;
	*ret = s;
	return 0;
}

void secret_clear(struct wg_secret *s)
{
	unsigned i = s->slot - 1u;

	if (!s->slot)
		return;
	sodium_memzero(slot_of(s)->b, WG_KEY_LEN);
	pool.used[i / CHUNK_SLOTS] &= ~(UINT64_C(1) << i % CHUNK_SLOTS);
	s->slot = 0;
}

struct wg_secret secret_take(struct wg_secret *s)
{
	struct wg_secret taken = *s;

	s->slot = 0;
	return taken;
}

const uint8_t *secret_bytes(const struct wg_secret *s)
{
	return s->slot ? slot_of(s)->b : NULL;
}

void secret_public_key(const struct wg_secret *s, struct wg_key *ret)
{
	/* Fails for no clamped scalar: the base point has a large order. */
	(void)crypto_scalarmult_curve25519_base(ret->b, slot_of(s)->b);
}

bool secret_equal(const struct wg_secret *a, const struct wg_secret *b)
{
	if (!a->slot || !b->slot)
		return a->slot == b->slot;
	return sodium_memcmp(slot_of(a)->b, slot_of(b)->b, WG_KEY_LEN) == 0;
}

void secret_fingerprint_bytes(
	const uint8_t bytes[static WG_KEY_LEN], uint8_t ret[static SECRET_FP_LEN])
{
	static const uint8_t context[] = "wf secret fingerprint, version 1";

	/* All zero is how the kernel says "no preshared key", and how a key_ref says "none". */
	if (sodium_is_zero(bytes, WG_KEY_LEN))
		memset(ret, 0, SECRET_FP_LEN);
	else
		crypto_generichash(
			ret, SECRET_FP_LEN, bytes, WG_KEY_LEN, context, sizeof(context) - 1);
}

void secret_fingerprint(const struct wg_secret *s, uint8_t ret[static SECRET_FP_LEN])
{
	if (s->slot)
		secret_fingerprint_bytes(slot_of(s)->b, ret);
	else
		memset(ret, 0, SECRET_FP_LEN);
}

int secret_text_new(size_t limit, struct secret_text *ret, struct err *e)
{
	int r = crypto_init(e);
	char *s;

	if (r < 0)
		return r;
	s = limit < SIZE_MAX ? sodium_malloc(limit + 1) : NULL;
	if (!s)
		return err_set(e, E_LIMIT, "no guarded memory for %zu bytes", limit);
	s[0] = '\0';
	*ret = (struct secret_text){.s = s, .limit = limit};
	return 0;
}

void secret_text_free(struct secret_text *t)
{
	sodium_free(t->s);
	*t = (struct secret_text){0};
}

static int no_room(const struct secret_text *t, struct err *e)
{
	return err_set(e, E_LIMIT, "the text is longer than %zu bytes", t->limit);
}

/* Takes back what was written behind the valid text, after a failure. */
static void cut(struct secret_text *t)
{
	sodium_memzero(t->s + t->len, t->limit + 1 - t->len);
}

int secret_text_addn(struct secret_text *t, const char *s, size_t len, struct err *e)
{
	if (len > t->limit - t->len)
		return no_room(t, e);
	memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
	return 0;
}

int secret_text_add(struct secret_text *t, const char *s, struct err *e)
{
	return secret_text_addn(t, s, strlen(s), e);
}

int secret_text_addf(struct secret_text *t, struct err *e, const char *fmt, ...)
{
	size_t room = t->limit - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->s + t->len, room + 1, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n > room) {
		cut(t);
		return no_room(t, e);
	}
	t->len += (size_t)n;
	return 0;
}

int secret_text_add_secret(struct secret_text *t, const struct wg_secret *s, struct err *e)
{
	if (!s->slot)
		return err_set(e, E_INTERNAL, "a key that is not there was to be written");
	if (t->limit - t->len < WG_KEY_TEXT_SIZE - 1)
		return no_room(t, e);
	sodium_bin2base64(t->s + t->len, WG_KEY_TEXT_SIZE, slot_of(s)->b, WG_KEY_LEN,
		sodium_base64_VARIANT_ORIGINAL);
	t->len += WG_KEY_TEXT_SIZE - 1;
	return 0;
}

int secret_text_read(struct secret_text *t, int fd, struct err *e)
{
	size_t len = t->len;

	for (;;) {
		/* The place of the terminator takes the byte that would be one too many. */
		ssize_t n = read(fd, t->s + len, t->limit + 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int errnum = errno;

			cut(t);
			return err_errno(e, E_IO, errnum, "cannot read");
		}
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > t->limit) {
			cut(t);
			return no_room(t, e);
		}
	}
	t->len = len;
	t->s[len] = '\0';
	return 0;
}
