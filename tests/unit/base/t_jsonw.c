// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON writer: commas and nesting, numbers at their ends, strings of any bytes. */
#include "base/jsonw.h"

#include <string.h>

#include "lib/tap.h"

static void test_nesting(void)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct jsonw j;

	jsonw_begin(&j, &out);
	jsonw_object(&j);
	jsonw_kv_str(&j, "s", "x");
	jsonw_key(&j, "a");
	jsonw_array(&j);
	jsonw_int(&j, -1);
	jsonw_object(&j);
	jsonw_object_end(&j);
	jsonw_array(&j);
	jsonw_array_end(&j);
	jsonw_str(&j, NULL);
	jsonw_array_end(&j);
	jsonw_key(&j, "o");
	jsonw_object(&j);
	jsonw_kv_bool(&j, "t", true);
	jsonw_kv_bool(&j, "f", false);
	jsonw_object_end(&j);
	jsonw_kv_null(&j, "n");
	jsonw_object_end(&j);
	is_str(strbuf_str(&out),
		"{\"s\":\"x\",\"a\":[-1,{},[],null],\"o\":{\"t\":true,\"f\":false},\"n\":null}",
		"commas stand between values and nowhere else");
	is_int(j.depth, 0, "everything opened is closed");
}

static void test_numbers(void)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct jsonw j;

	jsonw_begin(&j, &out);
	jsonw_array(&j);
	jsonw_int(&j, INT64_MIN);
	jsonw_uint(&j, UINT64_MAX);
	jsonw_array_end(&j);
	is_str(strbuf_str(&out), "[-9223372036854775808,18446744073709551615]",
		"numbers keep all 64 bits");
}

static void string_is(const char *in, size_t len, const char *want, const char *what)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct jsonw j;

	jsonw_begin(&j, &out);
	jsonw_strn(&j, in, len);
	is_str(strbuf_str(&out), want, "%s", what);
}

#define STRING_IS(in, want, what) string_is(in, sizeof(in) - 1, want, what)
#define BAD			  "\xef\xbf\xbd"

static void test_strings(void)
{
	STRING_IS("a\"b\\c/", "\"a\\\"b\\\\c/\"", "quotes and backslashes");
	STRING_IS("a\nb\tc\x01\x1f\x7f", "\"a\\nb\\u0009c\\u0001\\u001f\\u007f\"", "controls");
	STRING_IS("\"\xffz\x01", "\"\\\"" BAD "z\\u0001\"", "one after the other, at both ends");
	STRING_IS("a\0b", "\"a\\u0000b\"", "NUL inside");
	STRING_IS("Malm\xc3\xb6 \xf0\x9f\x90\x9f", "\"Malm\xc3\xb6 \xf0\x9f\x90\x9f\"", "UTF-8");
	STRING_IS("\xff", "\"" BAD "\"", "no UTF-8");
	STRING_IS("\xc0\xaf", "\"" BAD BAD "\"", "overlong");
	STRING_IS("\xe0\x80\x80", "\"" BAD BAD BAD "\"", "overlong, three bytes");
	STRING_IS("\xed\xa0\x80", "\"" BAD BAD BAD "\"", "surrogate");
	STRING_IS("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"", "beyond U+10FFFF");
	STRING_IS("\xf0\x9f\x90", "\"" BAD BAD BAD "\"", "cut short");
	STRING_IS("\xc3", "\"" BAD "\"", "a lead byte at the end");
}

static void test_keys(void)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	struct jsonw j;

	jsonw_begin(&j, &out);
	jsonw_object(&j);
	jsonw_kv_uint(&j, "a\"\n", 1);
	jsonw_kv_int(&j, "b", -2);
	jsonw_object_end(&j);
	is_str(strbuf_str(&out), "{\"a\\\"\\n\":1,\"b\":-2}", "keys are escaped as strings are");
}

int main(void)
{
	test_nesting();
	test_numbers();
	test_strings();
	test_keys();
	return done_testing();
}
