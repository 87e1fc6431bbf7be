// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hashes of public data. Knows BLAKE2b and SHA-256; must not know what is hashed, and is never
 * given a secret. The context ends in a zero byte before the data begins, so that no two pairs of
 * context and data are the same input.
 */
#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

#define HASH_LEN ((CRYPTO_HASH_SIZE - 1) / 2)

void crypto_hash_hex(
	const void *data, size_t len, const char *context, char out[static CRYPTO_HASH_SIZE])
{
	crypto_generichash_state state;
	unsigned char hash[HASH_LEN];

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const unsigned char *)context, strlen(context) + 1);
	crypto_generichash_update(&state, data, len);
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(out, CRYPTO_HASH_SIZE, hash, sizeof(hash));
}

void crypto_digest_text(const void *data, size_t len, char out[static CRYPTO_DIGEST_SIZE])
{
	static const char lead[] = "SHA256:";
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, data, len);
	memcpy(out, lead, sizeof(lead));
	sodium_bin2base64(out + sizeof(lead) - 1, CRYPTO_DIGEST_SIZE - (sizeof(lead) - 1), hash,
		sizeof(hash), sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}
