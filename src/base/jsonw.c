// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes JSON (RFC 8259) into a string buffer, value by value. Knows syntax only: what the members
 * mean is said where they are written.
 */
#include "base/jsonw.h"

#include <string.h>

void jsonw_begin(struct jsonw *j, struct strbuf *out)
{
	*j = (struct jsonw){.out = out};
}

static void separate(struct jsonw *j)
{
	if (j->comma && !j->after_key)
		strbuf_addc(j->out, ',');
	j->comma = true;
	j->after_key = false;
}

static void open_level(struct jsonw *j, char c)
{
	separate(j);
	strbuf_addc(j->out, c);
	j->depth++;
	j->comma = false;
}

static void close_level(struct jsonw *j, char c)
{
	strbuf_addc(j->out, c);
	j->depth--;
	j->comma = true;
}

void jsonw_object(struct jsonw *j)
{
	open_level(j, '{');
}

void jsonw_object_end(struct jsonw *j)
{
	close_level(j, '}');
}

void jsonw_array(struct jsonw *j)
{
	open_level(j, '[');
}

void jsonw_array_end(struct jsonw *j)
{
	close_level(j, ']');
}

static size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (s[0] >= 0x80 && (s[0] < 0xc2 || s[0] >= 0xf5))
		return 0;
	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

/* Bytes that stand for themselves: printable ASCII but for the two that JSON escapes. */
static size_t plain_run(const unsigned char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

static void write_string(struct strbuf *out, const char *value, size_t len)
{
	const unsigned char *s = (const unsigned char *)value;

	strbuf_addc(out, '"');
	for (size_t i = 0; i < len;) {
		size_t run = plain_run(s + i, len - i), n;

		strbuf_addn(out, s + i, run);
		i += run;
		if (i == len)
			break;
		n = utf8_length(s + i, len - i);
		if (!n)
			strbuf_add(out, "\xef\xbf\xbd");
		else if (s[i] == '"' || s[i] == '\\')
			strbuf_addf(out, "\\%c", s[i]);
		else if (s[i] == '\n')
			strbuf_add(out, "\\n");
		else if (s[i] < 0x20 || s[i] == 0x7f)
			strbuf_addf(out, "\\u%04x", s[i]);
		else
			strbuf_addn(out, s + i, n);
		i += n ? n : 1;
	}
	strbuf_addc(out, '"');
}

void jsonw_key(struct jsonw *j, const char *key)
{
	separate(j);
	write_string(j->out, key, strlen(key));
	strbuf_addc(j->out, ':');
	j->after_key = true;
}

void jsonw_strn(struct jsonw *j, const char *value, size_t len)
{
	separate(j);
	write_string(j->out, value, len);
}

void jsonw_str(struct jsonw *j, const char *value)
{
	if (value)
		jsonw_strn(j, value, strlen(value));
	else
		jsonw_null(j);
}

/* printf's way takes ten times as long, and records are full of numbers. */
static void write_digits(struct strbuf *out, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	strbuf_addn(out, digits + at, sizeof(digits) - at);
}

void jsonw_int(struct jsonw *j, int64_t value)
{
	separate(j);
	if (value < 0)
		strbuf_addc(j->out, '-');
	write_digits(j->out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void jsonw_uint(struct jsonw *j, uint64_t value)
{
	separate(j);
	write_digits(j->out, value);
}

void jsonw_bool(struct jsonw *j, bool value)
{
	separate(j);
	strbuf_add(j->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *j)
{
	separate(j);
	strbuf_add(j->out, "null");
}

void jsonw_kv_str(struct jsonw *j, const char *key, const char *value)
{
	jsonw_key(j, key);
	jsonw_str(j, value);
}

void jsonw_kv_int(struct jsonw *j, const char *key, int64_t value)
{
	jsonw_key(j, key);
	jsonw_int(j, value);
}

void jsonw_kv_uint(struct jsonw *j, const char *key, uint64_t value)
{
	jsonw_key(j, key);
	jsonw_uint(j, value);
}

void jsonw_kv_bool(struct jsonw *j, const char *key, bool value)
{
	jsonw_key(j, key);
	jsonw_bool(j, value);
}

void jsonw_kv_null(struct jsonw *j, const char *key)
{
	jsonw_key(j, key);
	jsonw_null(j);
}
