/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A short hash of public data, bound to what it is used for. Not for secrets: crypto/secret.h. */
#ifndef WF_CRYPTO_HASH_H
#define WF_CRYPTO_HASH_H

#include <stddef.h>

#define CRYPTO_HASH_SIZE 33 /* 32 hex digits and the end */

/* BLAKE2b-128 (RFC 7693) over context, a zero byte, and the data; needs no crypto_init. */
void crypto_hash_hex(
	const void *data, size_t len, const char *context, char out[static CRYPTO_HASH_SIZE]);

#endif
