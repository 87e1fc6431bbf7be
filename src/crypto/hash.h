/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes of data that is shown or compared. Not for secrets: crypto/secret.h. */
#ifndef WF_CRYPTO_HASH_H
#define WF_CRYPTO_HASH_H

#include <stddef.h>

#define CRYPTO_HASH_SIZE 33 /* 32 hex digits and the end */

/* BLAKE2b-128 (RFC 7693) over context, a zero byte, and the data; needs no crypto_init. */
void crypto_hash_hex(
	const void *data, size_t len, const char *context, char out[static CRYPTO_HASH_SIZE]);

#define CRYPTO_DIGEST_SIZE 51 /* "SHA256:", 43 characters of base64 and the end */

/*
 * SHA-256 (FIPS 180-4) in the form ssh(1) shows. For what must not be exchanged for something else,
 * also by whoever wrote both.
 */
void crypto_digest_text(const void *data, size_t len, char out[static CRYPTO_DIGEST_SIZE]);

#endif
