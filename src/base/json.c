// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes JSON (RFC 8259) into a string buffer, value by value. Knows syntax only: what the members
 * mean is said where they are written.
 */
#include "base/json.h"

#include <string.h>

void json_begin(struct json *j, struct strbuf *out)
{
	*j = (struct json){.out = out};
}

static void separate(struct json *j)
{
	if (j->comma && !j->after_key)
		strbuf_addc(j->out, ',');
	j->comma = true;
	j->after_key = false;
}

static void open_level(struct json *j, char c)
{
	separate(j);
	strbuf_addc(j->out, c);
	j->depth++;
	j->comma = false;
}

static void close_level(struct json *j, char c)
{
	strbuf_addc(j->out, c);
	j->depth--;
	j->comma = true;
}

void json_object(struct json *j)
{
	open_level(j, '{');
}

void json_object_end(struct json *j)
{
	close_level(j, '}');
}

void json_array(struct json *j)
{
	open_level(j, '[');
}

void json_array_end(struct json *j)
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

static void write_string(struct strbuf *out, const char *value, size_t len)
{
	const unsigned char *s = (const unsigned char *)value;

	strbuf_addc(out, '"');
	for (size_t i = 0; i < len;) {
		size_t n = utf8_length(s + i, len - i);

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

void json_key(struct json *j, const char *key)
{
	separate(j);
	write_string(j->out, key, strlen(key));
	strbuf_addc(j->out, ':');
	j->after_key = true;
}

void json_strn(struct json *j, const char *value, size_t len)
{
	separate(j);
	write_string(j->out, value, len);
}

void json_str(struct json *j, const char *value)
{
	if (value)
		json_strn(j, value, strlen(value));
	else
		json_null(j);
}

void json_int(struct json *j, int64_t value)
{
	separate(j);
	strbuf_addf(j->out, "%lld", (long long)value);
}

void json_uint(struct json *j, uint64_t value)
{
	separate(j);
	strbuf_addf(j->out, "%llu", (unsigned long long)value);
}

void json_bool(struct json *j, bool value)
{
	separate(j);
	strbuf_add(j->out, value ? "true" : "false");
}

void json_null(struct json *j)
{
	separate(j);
	strbuf_add(j->out, "null");
}

void json_kv_str(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

void json_kv_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

void json_kv_uint(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_uint(j, value);
}

void json_kv_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}

void json_kv_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}
