// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public keys as text and back. Knows base64 as WireGuard writes it; must not see a private key,
 * which has a type of its own (secret.c). Each key has exactly one text: what is read here gives
 * back the same characters when written.
 */
#include "crypto/key.h"

#include <sodium.h>
#include <string.h>

#include "base/banned.h"
#include "crypto/base64.h"

bool wg_key_parse(const char *text, size_t len, struct wg_key *ret)
{
	struct wg_key key;
	size_t n;

	if (len != WG_KEY_TEXT_SIZE - 1)
		return false;
	if (!base64_decode(text, len, sodium_base64_VARIANT_ORIGINAL, key.b, sizeof(key.b), &n) ||
		n != sizeof(key.b))
		return false;
	*ret = key;
	return true;
}

void wg_key_format(const struct wg_key *key, char out[static WG_KEY_TEXT_SIZE])
{
	sodium_bin2base64(
		out, WG_KEY_TEXT_SIZE, key->b, sizeof(key->b), sodium_base64_VARIANT_ORIGINAL);
}

bool wg_key_equal(const struct wg_key *a, const struct wg_key *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool wg_key_is_zero(const struct wg_key *key)
{
	return sodium_is_zero(key->b, sizeof(key->b));
}
