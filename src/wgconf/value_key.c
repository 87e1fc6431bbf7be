// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys: why a text is none. Knows what copying, forms and web pages make of a key; must never put
 * any of the text into a message, not even of a public key, because people mix the lines up. The
 * one copy made here (of a key with white space in it) is wiped.
 */
#include "wgconf/value.h"

#include <string.h>

#include "base/str.h"
#include "wgconf/key.h"

#define KEY_CHARS  44 /* of canonical base64 of 32 bytes */
#define TOKEN_SIZE 64 /* hexadecimal digits of an account's access token */

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_base64(char c)
{
	return c && strchr(base64, c);
}

static bool is_placeholder(const char *text, size_t count)
{
	static const char *const words[] = {"your", "replace", "redacted", "placeholder", "insert",
		"example", "private_key", "public_key", "xxxx"};

	if (strpbrk(text, "<>{}[]()*$%"))
		return true;
	/* A damaged key of full length could hold one of the words by chance. */
	for (size_t i = 0; count != KEY_CHARS && i < sizeof(words) / sizeof(words[0]); i++)
		if (str_icontains(text, words[i]))
			return true;
	return false;
}

static int refuse_placeholder(struct span v, const char *name, struct err *e)
{
	err_set(e, E_KEY, "%s is placeholder text, not a key", name);
	err_hint(e, "the file is a template: download it again from the sponsor's support page");
	return err_at(e, NULL, 0, v.column);
}

static int refuse_token(struct span v, const char *name, struct err *e)
{
	err_set(e, E_KEY, "%s is an access token of %d hexadecimal digits, not a key", name,
		TOKEN_SIZE);
	err_hint(e,
		"log in at the sponsor with the token and download a WireGuard configuration. "
		"(The token itself is not shown.)");
	return err_at(e, NULL, 0, v.column);
}

static int refuse_count(struct span v, const char *name, size_t count, struct err *e)
{
	err_set(e, E_KEY, "%s has %zu characters, a WireGuard key has %d and ends in \"=\"", name,
		count, KEY_CHARS);
	err_hint(e, "%s; download the file again. (The key itself is not shown.)",
		count == KEY_CHARS - 1	    ? "a character was lost in copying"
			: count < KEY_CHARS ? "a part was lost in copying"
					    : "something was added in copying");
	return err_at(e, NULL, 0, v.column);
}

/* v has as many characters as a key, but is none; white space inside does not count. */
static int refuse_character(struct span v, const char *name, struct err *e)
{
	unsigned n = 0;

	for (size_t i = 0; i < v.len; i++) {
		if (str_is_space(v.s[i]))
			continue;
		if (++n == KEY_CHARS ? v.s[i] == '=' : is_base64(v.s[i]))
			continue;
		if (n == KEY_CHARS)
			err_set(e, E_KEY, "%s does not end in \"=\" as a WireGuard key does", name);
		else
			err_set(e, E_KEY, "%s: character %u cannot be in a key", name, n);
		err_hint(e,
			"a character was changed in copying; download the file again. "
			"(The key itself is not shown.)");
		return err_at(e, NULL, 0, v.column + (unsigned)i);
	}
	err_set(e, E_KEY, "%s: the last character before \"=\" is not one a key ends in", name);
	err_hint(e,
		"a character was changed in copying; download the file again. "
		"(The key itself is not shown.)");
	return err_at(e, NULL, 0, v.column);
}

/* The text of v is no key: says why. text is v without white space, or NULL if that is too long. */
static int refuse_key(
	struct span v, enum conf_key key, const char *text, size_t count, struct err *e)
{
	const char *name = conf_key_name(key);

	if (!count) {
		err_set(e, E_KEY, "%s has no value", name);
		err_hint(e, "%s",
			key == CONF_PRESHARED_KEY
				? "remove the line if the sponsor gives no preshared key"
				: "download the file again");
		return err_at(e, NULL, 0, v.column);
	}
	if (text && count == TOKEN_SIZE && !text[strspn(text, "0123456789abcdefABCDEF")])
		return refuse_token(v, name, e);
	if (text && is_placeholder(text, count))
		return refuse_placeholder(v, name, e);
	if (count != KEY_CHARS)
		return refuse_count(v, name, count, e);
	return refuse_character(v, name, e);
}

static int refuse_zero(struct span v, enum conf_key key, struct err *e)
{
	err_set(e, E_KEY, "%s is all zeros, which is no key", conf_key_name(key));
	err_hint(e, "download the file again from the sponsor's support page");
	return err_at(e, NULL, 0, v.column);
}

static size_t count_characters(struct span v)
{
	size_t n = 0;

	for (size_t i = 0; i < v.len; i++)
		n += !str_is_space(v.s[i]);
	return n;
}

/* Exactly 44 characters of base64 whose unused bits are zero. */
static bool is_key(const char *text, size_t len)
{
	if (len != KEY_CHARS || text[KEY_CHARS - 1] != '=')
		return false;
	for (size_t i = 0; i < KEY_CHARS - 1; i++)
		if (!is_base64(text[i]))
			return false;
	return ((strchr(base64, text[KEY_CHARS - 2]) - base64) & 3) == 0;
}

static bool secret_is_zero(const struct wg_secret *s)
{
	static const uint8_t zero[WG_KEY_LEN];

	return memcmp(secret_bytes(s), zero, WG_KEY_LEN) == 0;
}

static int parse_secret(
	struct span v, const char *text, enum conf_key key, struct wg_secret *ret, struct err *e)
{
	SECRET_CLEANUP struct wg_secret s = {0};
	int r = secret_parse(text, KEY_CHARS, &s, e);

	if (r < 0)
		return err_at(e, NULL, 0, v.column);
	if (secret_is_zero(&s)) {
		/* To the kernel an all-zero preshared key is none; the caller sees it is not set.
		 */
		if (key != CONF_PRESHARED_KEY)
			return refuse_zero(v, key, e);
		secret_clear(&s);
	}
	*ret = secret_take(&s);
	return 0;
}

int value_read_secret(struct span v, enum conf_key key, struct wg_secret *ret, struct err *e)
{
	size_t count = count_characters(v);
	char text[TOKEN_SIZE + 1];
	bool fits;
	int r;

	if (is_key(v.s, v.len))
		return parse_secret(v, v.s, key, ret, e);
	fits = span_squeeze(v, text, sizeof(text)) != SIZE_MAX;
	if (fits && is_key(text, count))
		r = parse_secret(v, text, key, ret, e);
	else
		r = refuse_key(v, key, fits ? text : NULL, count, e);
	explicit_bzero(text, sizeof(text));
	return r;
}

int value_read_public_key(struct span v, enum conf_key key, struct wg_key *ret, struct err *e)
{
	size_t count = count_characters(v);
	char text[TOKEN_SIZE + 1];
	struct wg_key parsed;
	bool fits = span_squeeze(v, text, sizeof(text)) != SIZE_MAX;
	int r = 0;

	if (!fits || !is_key(text, count) || !wg_key_parse(text, count, &parsed))
		r = refuse_key(v, key, fits ? text : NULL, count, e);
	else if (wg_key_is_zero(&parsed))
		r = refuse_zero(v, key, e);
	else
		*ret = parsed;
	/* A private key may stand in the wrong line. */
	explicit_bzero(text, sizeof(text));
	return r;
}
