/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Public keys: 32 bytes (Curve25519), written as canonical base64 of 44 characters (WireGuard paper,
 * section 5.4; wg(8)). Private and preshared keys have another type, see crypto/secret.h.
 */
#ifndef WF_CRYPTO_KEY_H
#define WF_CRYPTO_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WG_KEY_LEN	 32
#define WG_KEY_TEXT_SIZE 45 /* 44 characters and the end */

struct wg_key {
	uint8_t b[WG_KEY_LEN];
};

/* Exactly 44 characters of canonical base64; false for anything else. */
bool wg_key_parse(const char *text, size_t len, struct wg_key *ret);
void wg_key_format(const struct wg_key *key, char out[static WG_KEY_TEXT_SIZE]);
bool wg_key_equal(const struct wg_key *a, const struct wg_key *b);
bool wg_key_is_zero(const struct wg_key *key);

#endif
