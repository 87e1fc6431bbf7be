/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base64 (RFC 4648) in which bytes have exactly one accepted spelling. For crypto only. */
#ifndef WF_CRYPTO_BASE64_H
#define WF_CRYPTO_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes at most `size` bytes in time that does not depend on them; `variant` is libsodium's.
 * False for anything but canonical text; `out` may then hold a part of it, so for a secret it must
 * be memory that is wiped.
 */
bool base64_decode(
	const char *text, size_t len, int variant, uint8_t *out, size_t size, size_t *ret_len);

#endif
