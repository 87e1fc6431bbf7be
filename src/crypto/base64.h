/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base64 (RFC 4648) of which each run of bytes has exactly one accepted spelling. For crypto only. */
#ifndef WF_CRYPTO_BASE64_H
#define WF_CRYPTO_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes at most `size` bytes in time that does not depend on them; `variant` is one of libsodium's.
 * False for anything but canonical text; then out holds nothing of use and, of a secret, is to be
 * wiped.
 */
bool base64_decode(
	const char *text, size_t len, int variant, uint8_t *out, size_t size, size_t *ret_len);

#endif
