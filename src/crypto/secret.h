/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets have a type. A struct wg_secret names a slot in one guarded pool (memory of
 * sodium_malloc: mlocked, not dumped, guard pages around it); the destructor wipes and frees the slot. The
 * zero value is "no secret". Copying the struct does not copy the secret: there is one owner.
 * No print, log or JSON function takes it.
 */
#ifndef WF_CRYPTO_SECRET_H
#define WF_CRYPTO_SECRET_H

#include "base/err.h"
#include "crypto/key.h"

struct wg_secret {
	uint16_t slot; /* 0 = none */
};

#define SECRET_FP_LEN 16

/* First use; safe to call again. Also switches core dumps of this process off. */
int crypto_init(struct err *e);

bool secret_is_set(const struct wg_secret *s);
/* Canonical base64, 44 characters; on failure E_KEY without any of the text. */
int secret_parse(const char *text, size_t len, struct wg_secret *ret, struct err *e);
/* A slot and the place to write the secret to, zero as yet: for what decodes or decrypts in place. */
int secret_new(struct wg_secret *ret, uint8_t **ret_bytes, struct err *e);
int secret_from_bytes(const uint8_t bytes[static WG_KEY_LEN], struct wg_secret *ret,
	struct err *e);
/* A new Curve25519 private key, clamped. */
int secret_generate(struct wg_secret *ret, struct err *e);
void secret_clear(struct wg_secret *s); /* wipes; fine on the zero value */
#define SECRET_CLEANUP __attribute__((cleanup(secret_clear)))
/* Hands the slot over to the caller's variable. */
struct wg_secret secret_take(struct wg_secret *s);

/* The bytes, for the kernel's attribute and for sealing only. Valid until secret_clear. */
const uint8_t *secret_bytes(const struct wg_secret *s);
void secret_public_key(const struct wg_secret *s, struct wg_key *ret);
bool secret_equal(const struct wg_secret *a, const struct wg_secret *b); /* constant time */
/* BLAKE2b-128 of the secret under a fixed context: tells equal from different, nothing else. */
void secret_fingerprint(const struct wg_secret *s, uint8_t ret[static SECRET_FP_LEN]);
void secret_fingerprint_bytes(const uint8_t bytes[static WG_KEY_LEN],
	uint8_t ret[static SECRET_FP_LEN]);

/*
 * Text that may hold secrets (a .conf as read, a generated file): guarded memory with room for
 * `limit` bytes, wiped on free. Always terminated.
 */
struct secret_text {
	char *s;
	size_t len, limit;
};
int secret_text_new(size_t limit, struct secret_text *ret, struct err *e);
void secret_text_free(struct secret_text *t);
#define SECRET_TEXT_CLEANUP __attribute__((cleanup(secret_text_free)))
/* Appends; E_LIMIT when it does not fit. */
int secret_text_add(struct secret_text *t, const char *s, struct err *e);
int secret_text_addn(struct secret_text *t, const char *s, size_t len, struct err *e);
int secret_text_addf(struct secret_text *t, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int secret_text_add_secret(struct secret_text *t, const struct wg_secret *s, struct err *e);
/* Reads a descriptor to its end. */
int secret_text_read(struct secret_text *t, int fd, struct err *e);

#endif
