// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one way from base64 to bytes. Knows what libsodium's decoder refuses by itself (bits behind
 * the last byte, characters of the other alphabet, wrong padding) and what it does not.
 */
#include "crypto/base64.h"

#include <sodium.h>

#include "base/banned.h"

bool base64_decode(
	const char *text, size_t len, int variant, uint8_t *out, size_t size, size_t *ret_len)
{
	unsigned char all = 0;

	/*
	 * libsodium 1.0.18 takes every byte from 0x80 on for the last character of the alphabet:
	 * that would be 128 more spellings of it.
	 */
	for (size_t i = 0; i < len; i++)
		all |= (unsigned char)text[i];
	return !(all & 0x80) &&
		sodium_base642bin(out, size, text, len, NULL, ret_len, NULL, variant) == 0;
}
