// SPDX-License-Identifier: GPL-2.0-or-later
/* The hash of public data against a value computed elsewhere, and what makes it another one. */
#include "lib/tap.h"
#include "crypto/hash.h"

static const char *hash(const char *data, size_t len, const char *context)
{
	static char out[CRYPTO_HASH_SIZE];

	crypto_hash_hex(data, len, context, out);
	return out;
}

int main(void)
{
	/* python3: hashlib.blake2b(b"wf test\0data", digest_size=16).hexdigest() */
	static const char want[] = "af2845895e49e41a0e826d5fe9fae2a1";

	is_str(hash("data", 4, "wf test"), want, "BLAKE2b-128 over context, zero and data");
	ok(strcmp(hash("data", 4, "wf tes"), want) != 0, "another context");
	ok(strcmp(hash("tdata", 5, "wf tes"), want) != 0, "the border between them counts");
	ok(strcmp(hash("dat", 3, "wf test"), want) != 0, "other data");
	is_int((long long)strlen(hash("", 0, "")), CRYPTO_HASH_SIZE - 1, "of nothing, too");
	return done_testing();
}
