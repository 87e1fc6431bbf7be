/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sealing: a secret rests as one text "wf1:" ID ":" BASE64, where ID is 16 random bytes in hex and
 * BASE64 (URL-safe, no padding) is nonce and XChaCha20-Poly1305 ciphertext (RFC 8439 construction
 * with the extended nonce), the ID being the associated data. Rows, snapshots and backups hold that
 * same text. The sealing key is 32 bytes in a file of its own, apart from the database.
 */
#ifndef WF_CRYPTO_SEAL_H
#define WF_CRYPTO_SEAL_H

#include "base/arena.h"
#include "crypto/secret.h"

#define SEAL_ID_SIZE 33 /* 32 hex digits and the end */

struct seal_key;

/*
 * Loads the key file (0600, regular, no symbolic link, owned by the caller, root or the owner of its
 * directory, so that root can use a user's own database; a looser one is refused with the
 * command that mends it). With `create`, a missing one is made, with its directory (0700); of two
 * processes that make it at once, both get the same key. E_NOT_FOUND: it is missing; E_PERMISSION:
 * it may not be read, or others may; E_SEAL: it holds no key.
 */
int seal_key_load(const char *path, bool create, struct seal_key **ret, struct err *e);
void seal_key_free(struct seal_key *k);
static inline void seal_key_freep(struct seal_key **k)
{
	seal_key_free(*k);
}

int seal_secret(const struct seal_key *k, const struct wg_secret *s, struct arena *a, char **ret,
	struct err *e);
int seal_open_secret(const struct seal_key *k, const char *text, struct wg_secret *ret,
	struct err *e);
int seal_bytes(const struct seal_key *k, const void *data, size_t len, struct arena *a,
	char **ret, struct err *e);
/* *ret is made by this call and must be freed by the caller. */
int seal_open_bytes(const struct seal_key *k, const char *text, struct secret_text *ret,
	struct err *e);
/* The id of a sealed text, for "key#ID" in plans. */
int seal_id(const char *text, char ret[static SEAL_ID_SIZE], struct err *e);

#endif
