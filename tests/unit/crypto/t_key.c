// SPDX-License-Identifier: GPL-2.0-or-later
/* Public keys as text: one text per key, nothing else accepted. */
#include "crypto/key.h"

#include <stdlib.h>
#include <string.h>

#include "lib/tap.h"

/* RFC 7748, section 6.1: Alice's public key. */
static const char alice[] = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";
static const uint8_t alice_bytes[WG_KEY_LEN] = {0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54,
	0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a, 0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a,
	0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a};

static void refused(const char *text, const char *what)
{
	struct wg_key k = {{7}};

	ok(!wg_key_parse(text, strlen(text), &k), "%s is refused", what);
	is_int(k.b[0], 7, "and nothing is written");
}

static void test_form(void)
{
	char text[WG_KEY_TEXT_SIZE];
	struct wg_key k;

	ok(wg_key_parse(alice, 44, &k), "a key is read");
	is_mem(k.b, alice_bytes, WG_KEY_LEN, "as these bytes");
	wg_key_format(&k, text);
	is_str(text, alice, "and written as it was");

	refused("", "no text");
	refused("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTm=", "a key of 43 characters");
	refused("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo==", "a key of 45 characters");
	refused("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmoA", "a key of 33 bytes");
	refused("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTm==", "a key of 31 bytes");
	refused("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmp=", "a bit behind the last byte");
	refused("hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo=", "the URL alphabet");
	refused("hSDwCYkwp1R0i33ctD73Wg2/ g0mOBr066SpjqqbTmo=", "a space inside");
	refused("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo\n", "a newline for the '='");
	refused("=SDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=", "an early '='");
	ok(!wg_key_parse("hSDwCYkwp1R0i33ctD73Wg2/\0g0mOBr066SpjqqbTmo=", 44, &k),
		"a NUL inside is refused");
}

/* Every byte at every place: whatever is accepted is the one text of its key. */
static void test_every_byte(void)
{
	/* Holds every kind of character there is. */
	static const char base[] = "+/AZaz09+/hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr0w=";
	char text[WG_KEY_TEXT_SIZE], back[WG_KEY_TEXT_SIZE];
	unsigned accepted = 0, last = 0;
	struct wg_key k;
	bool same = true;

	for (size_t i = 0; i < 44; i++) {
		for (unsigned v = 0; v < 256; v++) {
			memcpy(text, base, sizeof(text));
			text[i] = (char)v;
			if (!wg_key_parse(text, 44, &k))
				continue;
			accepted++;
			last += i == 42;
			wg_key_format(&k, back);
			same &= strcmp(text, back) == 0;
		}
	}
	ok(same, "what is read is written as it was");
	is_int(accepted, 42 * 64 + 16 + 1, "64 characters fit a place, 16 the last, and one '='");
	is_int(last, 16, "the last one has no bits of its own");
}

static void test_round_trip(void)
{
	char text[WG_KEY_TEXT_SIZE];
	struct wg_key k, back;
	bool same = true;

	srand(1);
	for (int i = 0; i < 1000; i++) {
		for (size_t b = 0; b < sizeof(k.b); b++)
			k.b[b] = (uint8_t)rand();
		wg_key_format(&k, text);
		same &= strlen(text) == 44 && wg_key_parse(text, 44, &back) &&
			wg_key_equal(&k, &back);
	}
	ok(same, "a thousand keys come back as they went");
}

int main(void)
{
	struct wg_key zero = {{0}}, last = {{[31] = 1}};

	test_form();
	test_every_byte();
	test_round_trip();
	ok(wg_key_is_zero(&zero) && !wg_key_is_zero(&last), "zero is told from not zero");
	ok(!wg_key_equal(&zero, &last) && wg_key_equal(&last, &last), "the last byte counts");
	return done_testing();
}
