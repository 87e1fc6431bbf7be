// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single values to JSON and back: numbers, names, addresses, keys. Knows the text form and the
 * limits of each kind; must not know which struct a value belongs to. What one function writes the
 * other reads back to the same bytes, and nothing else is accepted.
 */
#include "model/codec.h"

#include <string.h>

#include "base/str.h"
#include "crypto/key.h"
#include "model/ip.h"

static int64_t load_number(const struct codec_field *f, const void *p)
{
	bool with_sign = f->type == CODEC_INT;
	uint64_t u;

	switch (f->size) {
	case 1: return *(const uint8_t *)p;
	case 2: return *(const uint16_t *)p;
	case 4: return with_sign ? *(const int32_t *)p : (int64_t) * (const uint32_t *)p;
	}
	if (with_sign)
		return *(const int64_t *)p;
	u = *(const uint64_t *)p;
	return u > INT64_MAX ? INT64_MAX : (int64_t)u;
}

static void store_number(const struct codec_field *f, void *p, int64_t n)
{
	switch (f->size) {
	case 1: *(uint8_t *)p = (uint8_t)n; break;
	case 2: *(uint16_t *)p = (uint16_t)n; break;
	case 4: *(uint32_t *)p = (uint32_t)n; break;
	case 8: *(uint64_t *)p = (uint64_t)n; break;
	}
}

static void number_range(const struct codec_field *f, int64_t *min, int64_t *max)
{
	unsigned bits = (unsigned)f->size * 8;

	*max = f->size == 8 ? INT64_MAX
			    : (INT64_C(1) << (f->type == CODEC_INT ? bits - 1 : bits)) - 1;
	*min = f->type == CODEC_INT ? -*max - 1 : 0;
	if (f->min || f->max) {
		*min = f->min;
		*max = f->max;
	}
}

static bool all_zero(const void *p, size_t n)
{
	for (const unsigned char *b = p; n; n--)
		if (*b++)
			return false;
	return true;
}

bool codec_value_absent(const struct codec_field *f, const void *p)
{
	switch (f->type) {
	case CODEC_BOOL: return !*(const bool *)p;
	case CODEC_UINT:
	case CODEC_INT:
	case CODEC_ENUM:
	case CODEC_FAMILY: return load_number(f, p) == f->absent;
	case CODEC_TEXT:
	case CODEC_SYSCTL: return !*(const char *const *)p;
	case CODEC_IFNAME:
	case CODEC_ID: return !*(const char *)p;
	case CODEC_BYTES: return all_zero(p, f->size);
	case CODEC_KEY: return wg_key_is_zero(p);
	case CODEC_ADDR: return !((const struct ip_addr *)p)->family;
	case CODEC_PREFIX: return !((const struct ip_prefix *)p)->addr.family;
	case CODEC_ENDPOINT: return !((const struct ip_endpoint *)p)->addr.family;
	case CODEC_OBJECT:
	case CODEC_LIST: break;
	}
	return false;
}

void codec_value_set_absent(const struct codec_field *f, void *p)
{
	if (f->absent)
		store_number(f, p, f->absent);
}

static const char hex_digits[] = "0123456789abcdef";

static void write_hex(const unsigned char *b, size_t n, struct jsonw *j)
{
	STRBUF_CLEANUP struct strbuf text = {0};

	for (size_t i = 0; i < n; i++) {
		strbuf_addc(&text, hex_digits[b[i] >> 4]);
		strbuf_addc(&text, hex_digits[b[i] & 15]);
	}
	jsonw_strn(j, strbuf_str(&text), text.len);
}

/* Exactly n bytes in lower-case digits. */
static bool hex_parse(const char *s, unsigned char *b, size_t n)
{
	if (strlen(s) != 2 * n || strspn(s, hex_digits) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++, s += 2)
		b[i] = (unsigned char)((strchr(hex_digits, s[0]) - hex_digits) << 4 |
			(strchr(hex_digits, s[1]) - hex_digits));
	return true;
}

/* File and server names need not be UTF-8, and JSON has only that. */
static void write_text(const char *s, struct jsonw *j)
{
	if (str_is_utf8(s)) {
		jsonw_str(j, s);
		return;
	}
	jsonw_object(j);
	jsonw_key(j, "hex");
	write_hex((const unsigned char *)s, strlen(s), j);
	jsonw_object_end(j);
}

void codec_value_write(const struct codec_field *f, const void *p, struct jsonw *j)
{
	char text[IP_TEXT_SIZE];

	switch (f->type) {
	case CODEC_BOOL: jsonw_bool(j, *(const bool *)p); break;
	case CODEC_UINT:
	case CODEC_INT: jsonw_int(j, load_number(f, p)); break;
	case CODEC_ENUM: jsonw_str(j, f->names[load_number(f, p)]); break;
	case CODEC_FAMILY: jsonw_int(j, load_number(f, p) == AF_INET ? 4 : 6); break;
	case CODEC_TEXT:
	case CODEC_SYSCTL: write_text(*(const char *const *)p, j); break;
	case CODEC_IFNAME:
	case CODEC_ID: write_text(p, j); break;
	case CODEC_BYTES: write_hex(p, f->size, j); break;
	case CODEC_KEY:
		wg_key_format(p, text);
		jsonw_str(j, text);
		break;
	case CODEC_ADDR: jsonw_str(j, ip_addr_format(p, text)); break;
	case CODEC_PREFIX: jsonw_str(j, ip_prefix_format(p, text)); break;
	case CODEC_ENDPOINT: jsonw_str(j, ip_endpoint_format(p, text)); break;
	case CODEC_OBJECT:
	case CODEC_LIST: break;
	}
}

static int number_from_json(const struct codec_field *f, const json_t *j, void *p, struct err *e)
{
	int64_t n = json_integer_value(j), min, max;

	number_range(f, &min, &max);
	if (!json_is_integer(j))
		return err_set(e, E_FAILED, "is not a whole number");
	if (n < min || n > max)
		return err_set(e, E_FAILED, "is not in %lld..%lld", (long long)min, (long long)max);
	store_number(f, p, n);
	return 0;
}

static int family_from_json(const json_t *j, uint8_t *p, struct err *e)
{
	json_int_t n = json_integer_value(j);

	if (n != 4 && n != 6)
		return err_set(e, E_FAILED, "is neither 4 nor 6");
	*p = n == 4 ? AF_INET : AF_INET6;
	return 0;
}

static int text_from_json(struct arena *a, const json_t *j, const char **ret, struct err *e)
{
	const char *s = json_string_value(j);
	const char *hex = json_string_value(json_object_get(j, "hex"));
	size_t n = hex ? strlen(hex) / 2 : 0;
	char *bytes;

	if (s && strlen(s) == json_string_length(j)) {
		*ret = arena_strdup(a, s);
		return 0;
	}
	if (hex && json_object_size(j) == 1) {
		bytes = arena_alloc(a, n + 1);
		if (hex_parse(hex, (unsigned char *)bytes, n) && strlen(bytes) == n) {
			*ret = bytes;
			return 0;
		}
	}
	return err_set(e, E_FAILED, "is not a text");
}

/* dev_valid_name() of the kernel, and no control characters. */
static bool ifname_valid(const char *s)
{
	size_t n = strlen(s);

	if (!n || str_eq(s, ".") || str_eq(s, ".."))
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '/' || s[i] == ':' || s[i] == 0x7f || (unsigned char)s[i] <= ' ')
			return false;
	return true;
}

static bool id_valid(const char *s)
{
	static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *s && !s[strspn(s, allowed)];
}

/* Every part between the dots is a name, so that the path stays below /proc/sys (sysctl_path). */
static bool sysctl_valid(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, ".");

		if (n == 0 || strspn(s, "/") == n)
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
				return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

static int name_from_json(const struct codec_field *f, const char *s, char *p, struct err *e)
{
	if (f->type == CODEC_IFNAME ? !ifname_valid(s) : !id_valid(s))
		return err_set(e, E_FAILED, "is not %s",
			f->type == CODEC_IFNAME ? "an interface name" : "an id");
	if (strlen(s) >= f->size)
		return err_set(e, E_FAILED, "is longer than %zu characters", f->size - 1);
	str_copy(p, f->size, s);
	return 0;
}

static int enum_from_json(const struct codec_field *f, const char *s, void *p, struct err *e)
{
	for (int64_t i = 0; f->names[i]; i++) {
		if (str_eq(f->names[i], s)) {
			store_number(f, p, i);
			return 0;
		}
	}
	return err_set(e, E_FAILED, "is not one of the known words");
}

/* The kinds whose JSON form is a string. */
static int string_from_json(
	const struct codec_field *f, struct arena *a, const char *s, void *p, struct err *e)
{
	switch (f->type) {
	case CODEC_ENUM: return enum_from_json(f, s, p, e);
	case CODEC_IFNAME:
	case CODEC_ID: return name_from_json(f, s, p, e);
	case CODEC_SYSCTL:
		if (!sysctl_valid(s))
			return err_set(e, E_FAILED, "is not the key of a sysctl");
		*(const char **)p = arena_strdup(a, s);
		return 0;
	case CODEC_BYTES:
		return hex_parse(s, p, f->size)
			? 0
			: err_set(e, E_FAILED, "is not %zu bytes in hex digits", f->size);
	case CODEC_KEY:
		return wg_key_parse(s, strlen(s), p) ? 0 : err_set(e, E_FAILED, "is not a key");
	case CODEC_ADDR: return ip_addr_parse(s, p) ? 0 : err_set(e, E_FAILED, "is not an address");
	case CODEC_PREFIX:
		return ip_prefix_parse(s, p) ? 0 : err_set(e, E_FAILED, "is not a prefix");
	case CODEC_ENDPOINT:
		return ip_endpoint_parse(s, p) ? 0 : err_set(e, E_FAILED, "is not an endpoint");
	case CODEC_BOOL:
	case CODEC_UINT:
	case CODEC_INT:
	case CODEC_FAMILY:
	case CODEC_TEXT:
	case CODEC_OBJECT:
	case CODEC_LIST: break;
	}
	return err_set(e, E_INTERNAL, "has a kind that is no string");
}

int codec_value_from_json(
	const struct codec_field *f, struct arena *a, const json_t *j, void *p, struct err *e)
{
	const char *s = json_string_value(j);

	if (f->type == CODEC_BOOL) {
		if (!json_is_boolean(j))
			return err_set(e, E_FAILED, "is neither true nor false");
		*(bool *)p = json_is_true(j);
		return 0;
	}
	if (f->type == CODEC_UINT || f->type == CODEC_INT)
		return number_from_json(f, j, p, e);
	if (f->type == CODEC_FAMILY)
		return family_from_json(j, p, e);
	if (f->type == CODEC_TEXT)
		return text_from_json(a, j, p, e);
	if (!s || strlen(s) != json_string_length(j))
		return err_set(e, E_FAILED, "is not a text");
	return string_from_json(f, a, s, p, e);
}
