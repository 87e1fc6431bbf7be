// SPDX-License-Identifier: GPL-2.0-or-later
/* Strings: comparing without locale, exact numbers, escaping, distance, the growing buffer. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "lib/tap.h"

static void test_compare(void)
{
	ok(str_eq(NULL, NULL) && !str_eq(NULL, "") && !str_eq("a", "A"), "str_eq is exact");
	ok(str_ieq("MullVad", "mullvad") && !str_ieq("a", "ab") && !str_ieq(NULL, ""),
		"str_ieq ignores ASCII case only");
	ok(!str_ieq("\xc3\x84", "\xc3\xa4"), "and leaves other letters alone");
	ok(str_icmp("b", "A") > 0 && str_icmp("a", "B") < 0 && str_icmp(NULL, "a") < 0,
		"str_icmp orders, NULL first");
	ok(str_icmp("a", "\xff") < 0, "bytes compare unsigned");
	ok(str_istarts("WireGuard", "wire") && !str_istarts("wi", "wire") && str_istarts("a", ""),
		"str_istarts");
	ok(str_iends("a.CONF", ".conf") && !str_iends("conf", ".conf") && str_iends("a", ""),
		"str_iends");
	ok(str_icontains("Stockholm", "HOLM") && str_icontains("", "") &&
			!str_icontains("ab", "abc"),
		"str_icontains");
	ok(str_empty(NULL) && str_empty("") && !str_empty(" "), "str_empty");
	ok(str_is_space(' ') && str_is_space('\t') && str_is_space('\v') && !str_is_space('\0') &&
			!str_is_space('\x85'),
		"str_is_space is ASCII");
}

static void test_copy(void)
{
	char out[4] = "zzz";

	is_int((long long)str_copy(out, sizeof(out), "abcdef"), 3, "a copy is cut to what fits");
	is_str(out, "abc", "and terminated");
	is_int((long long)str_copy(out, 0, "abc"), 0, "no room, nothing written");
	is_str(out, "abc", "what was there stays");
}

static void test_numbers(void)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x10", "1.0", "a",
		"18446744073709551616", "99999999999999999999999", "1\n", NULL};
	uint64_t v = 7;
	uint32_t w = 7;

	for (size_t i = 0; bad[i]; i++)
		ok(!str_to_u64(bad[i], 0, UINT64_MAX, &v) && v == 7, "'%s' is no number",
			bad[i][0] == '1' && bad[i][1] == '\n' ? "1 and a newline" : bad[i]);
	ok(!str_to_u64(NULL, 0, UINT64_MAX, &v), "nor is NULL");
	ok(str_to_u64("18446744073709551615", 0, UINT64_MAX, &v) && v == UINT64_MAX,
		"the largest number is read");
	ok(str_to_u32("007", 0, 10, &w) && w == 7, "leading zeros do not make it octal");
	ok(str_to_u32("1", 1, 2, &w) && str_to_u32("2", 1, 2, &w),
		"both ends of a range are in it");
	ok(!str_to_u32("0", 1, 2, &w) && !str_to_u32("3", 1, 2, &w), "beyond them is out");
	ok(!str_to_u32("4294967296", 0, UINT32_MAX, &w), "33 bits do not fit 32");
}

static void test_escape(void)
{
	static const struct {
		const char *in, *out, *what;
	} rows[] = {
		{"plain text, '\"\\", "plain text, '\"\\", "ASCII passes"},
		{"Malm\xc3\xb6 \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x90\x9f",
			"Malm\xc3\xb6 \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x90\x9f", "UTF-8 passes"},
		{"\033[31m\007\t\r\n\x7f", "\\x1b[31m\\x07\\x09\\x0d\\x0a\\x7f", "C0 and DEL"},
		{"\xc2\x9b"
		 "1m",
			"\\xc2\\x9b1m", "C1 as a character"},
		{"\x9b"
		 "1m",
			"\\x9b1m", "C1 as a byte"},
		{"a\xe2\x80\xae"
		 "b",
			"a\\xe2\\x80\\xaeb", "right-to-left override"},
		{"\xe2\x81\xa6\xe2\x80\x8f", "\\xe2\\x81\\xa6\\xe2\\x80\\x8f",
			"isolates and marks"},
		{"\xef\xbb\xbf", "\\xef\\xbb\\xbf", "byte order mark"},
		{"\xc0\xaf", "\\xc0\\xaf", "overlong"},
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", "overlong, three bytes"},
		{"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf", "overlong, four bytes"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80", "surrogate"},
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "beyond U+10FFFF"},
		{"\xf8\x90\x80\x80", "\\xf8\\x90\\x80\\x80", "no lead byte of UTF-8"},
		{"\xff\xfe", "\\xff\\xfe", "bytes that never occur"},
		{"a\xc3", "a\\xc3", "cut short at the end"},
		{"\xe6\x9d"
		 "x",
			"\\xe6\\x9dx", "cut short by ASCII"},
	};
	char out[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		str_escape(out, sizeof(out), rows[i].in);
		is_str(out, rows[i].out, "%s", rows[i].what);
	}
	ok(str_is_utf8("") && str_is_utf8("Malm\xc3\xb6"), "UTF-8 is told");
	ok(!str_is_utf8("a\xff") && !str_is_utf8("\xc3") && !str_is_utf8("\xed\xa0\x80"),
		"from what is not");
	is_int((long long)str_escape(out, 6, "ab\xc3\xb6\xc3\xb6"), 4, "cut at a whole character");
	is_str(out, "ab\xc3\xb6", "so that the rest is valid");
	is_int((long long)str_escape(out, 6, "ab\033"), 2, "an escape is whole or absent");
	out[0] = 'k';
	is_int((long long)str_escape(out, 0, "x"), 0, "no room");
	ok(out[0] == 'k', "nothing is written without room");
}

/* Every single byte, and every pair of bytes: what comes out cannot steer a terminal. */
static void test_escape_all(void)
{
	bool safe = true;

	for (unsigned v = 1; v < 0x10000; v++) {
		char in[3] = {(char)(v & 0xff), (char)(v >> 8), 0}, out[32];

		if (!in[0])
			continue;
		str_escape(out, sizeof(out), in);
		for (const unsigned char *p = (unsigned char *)out; *p; p++)
			safe &= *p >= 0x20 && *p != 0x7f &&
				(*p < 0x80 || p[1] || p > (unsigned char *)out);
		safe &= !strstr(out, "\xc2\x9b");
	}
	ok(safe, "no pair of bytes comes out as a control");
}

static void test_distance(void)
{
	is_int(str_distance("status", "STATUS", 2), 0, "case does not count");
	is_int(str_distance("statsu", "status", 2), 2, "two letters swapped are two changes");
	is_int(str_distance("dwn", "down", 2), 1, "one letter missing");
	is_int(str_distance("up", "lockdown", 2), 3, "too far is limit and one");
	is_int(str_distance("", "ab", 2), 2, "from nothing");
}

static void test_strbuf(void)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	char big[5000];

	is_str(strbuf_str(&b), "", "a buffer without text is empty");
	strbuf_add(&b, "");
	is_str(b.s, "", "adding nothing terminates it");
	strbuf_addn(&b, "a\0b", 3);
	ok(b.len == 3 && memcmp(b.s, "a\0b", 4) == 0, "bytes pass through NUL");
	strbuf_reset(&b);
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	for (int i = 0; i < 3; i++)
		strbuf_addf(&b, "%s%c", big, 'z');
	ok(b.len == 3 * sizeof(big) && b.s[b.len] == '\0' && b.s[b.len - 1] == 'z',
		"long formatted text grows it");
	strbuf_reset(&b);
	strbuf_addc(&b, 'q');
	is_str(strbuf_str(&b), "q", "reset begins anew");
}

static void items_are(const char *list, const char *want)
{
	STRBUF_CLEANUP struct strbuf got = {0};
	const char *rest = list, *item;
	size_t len;

	while (str_next_item(&rest, &item, &len)) {
		strbuf_addc(&got, '[');
		strbuf_addn(&got, item, len);
		strbuf_addc(&got, ']');
	}
	is_str(strbuf_str(&got), want, "items of '%s'", list ? list : "(none)");
}

static void test_items(void)
{
	items_are(NULL, "");
	items_are("", "");
	items_are(" , ,", "");
	items_are("a", "[a]");
	items_are("10.0.0.2/32, fd00::2/128", "[10.0.0.2/32][fd00::2/128]");
	items_are("\ta b ,,c,", "[a b][c]");
}

int main(void)
{
	test_items();
	test_compare();
	test_copy();
	test_numbers();
	test_escape();
	test_escape_all();
	test_distance();
	test_strbuf();
	return done_testing();
}
