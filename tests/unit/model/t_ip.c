// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, prefixes, endpoints: text forms, order, masks; whatever the family. */
#include "model/ip.h"

#include <string.h>

#include "lib/tap.h"
#include "random_state.h"

static struct ip_prefix prefix(const char *s)
{
	struct ip_prefix p = {0};

	if (!ip_prefix_parse(s, &p))
		fail("the test's own prefix '%s'", s);
	return p;
}

static void test_text(void)
{
	static const struct {
		const char *in, *out; /* NULL = refused */
	} addrs[] = {{"10.0.0.1", "10.0.0.1"}, {"::", "::"}, {"2001:DB8:0:0::1", "2001:db8::1"},
		{"::ffff:1.2.3.4", "::ffff:1.2.3.4"}, {"", NULL}, {"10.0.0", NULL},
		{"10.0.0.256", NULL}, {"010.0.0.1", NULL}, {"10.0.0.1/8", NULL},
		{"10.0.0.1 ", NULL}, {"fe80::1%1", NULL}, {"fe80::1%eth0", NULL}, {"[::1]", NULL},
		{"1::2::3", NULL}, {"localhost", NULL}, {"10.0.0.1:80", NULL}},
	  prefixes[] = {{"10.0.0.1", "10.0.0.1/32"}, {"10.1.2.3/8", "10.1.2.3/8"},
		  {"0.0.0.0/0", "0.0.0.0/0"}, {"::1", "::1/128"}, {"fd00::5/64", "fd00::5/64"},
		  {"10.0.0.0/33", NULL}, {"::/129", NULL}, {"10.0.0.0/", NULL},
		  {"10.0.0.0/-1", NULL}, {"10.0.0.0/8/8", NULL}, {"/8", NULL},
		  {"10.0.0.0/255.0.0.0", NULL}, {"::/ 0", NULL},
		  {"2001:0db8:0000:0000:0000:0000:0000:0001:0000:0000:0000:0000/64", NULL}},
	  endpoints[] = {{"1.2.3.4:51820", "1.2.3.4:51820"}, {"[2001:db8::1]:1", "[2001:db8::1]:1"},
		  {"[fe80::1%3]:80", "[fe80::1%3]:80"}, {"1.2.3.4:0", "1.2.3.4:0"},
		  {"[1.2.3.4]:5", "1.2.3.4:5"},
		  {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535",
			  "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535"},
		  {"1.2.3.4:65536", NULL}, {"1.2.3.4", NULL}, {"1.2.3.4:", NULL}, {":80", NULL},
		  {"::1:80", NULL}, {"[::1]", NULL}, {"[::1:80", NULL}, {"::1]:80", NULL},
		  {"[fe80::1%0]:80", NULL}, {"[fe80::1%eth0]:80", NULL}, {"1.2.3.4%3:80", NULL},
		  {"[]:80", NULL}, {"", NULL}, {"host:80", NULL}};
	char out[IP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		struct ip_addr a;
		bool fine = ip_addr_parse(addrs[i].in, &a);

		is_str(fine ? ip_addr_format(&a, out) : NULL, addrs[i].out, "address '%s'",
			addrs[i].in);
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct ip_prefix p;
		bool fine = ip_prefix_parse(prefixes[i].in, &p);

		is_str(fine ? ip_prefix_format(&p, out) : NULL, prefixes[i].out, "prefix '%s'",
			prefixes[i].in);
	}
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		struct ip_endpoint p;
		bool fine = ip_endpoint_parse(endpoints[i].in, &p);

		is_str(fine ? ip_endpoint_format(&p, out) : NULL, endpoints[i].out, "endpoint '%s'",
			endpoints[i].in);
	}
}

static void test_unset(void)
{
	struct ip_endpoint none = {0}, kept = {.port = 9};
	struct ip_prefix p = {0};
	char out[IP_TEXT_SIZE] = "x";

	is_str(ip_endpoint_format(&none, out), "", "an unset endpoint has no text");
	is_str(ip_prefix_format(&p, out), "", "nor has an unset prefix");
	ok(!ip_endpoint_parse("1.2.3.4", &kept) && kept.port == 9, "what fails writes nothing");
	ok(!ip_prefix_is_default(&p), "an unset prefix is no default");
	is_int(ip_bits(0), 0, "and no family has no bits");
}

static void test_round_trip(void)
{
	bool same = true;

	srand(2);
	for (int i = 0; i < 2000; i++) {
		struct ip_endpoint e = random_endpoint(), e2;
		struct ip_prefix p = random_prefix(), p2;
		char text[IP_TEXT_SIZE];

		same &= ip_endpoint_parse(ip_endpoint_format(&e, text), &e2) &&
			ip_endpoint_equal(&e, &e2);
		same &= ip_prefix_parse(ip_prefix_format(&p, text), &p2) &&
			ip_prefix_equal(&p, &p2);
	}
	ok(same, "what is formatted is read back as it was");
}

static void test_masks(void)
{
	struct ip_prefix p = prefix("10.11.12.13/13"), q = prefix("2001:db8:ffff::1/33");
	char out[IP_TEXT_SIZE];

	ok(ip_prefix_mask(&p) && !ip_prefix_mask(&p), "host bits are cleared once");
	is_str(ip_prefix_format(&p, out), "10.8.0.0/13", "inside a byte");
	ip_prefix_mask(&q);
	is_str(ip_prefix_format(&q, out), "2001:db8:8000::/33", "for IPv6 as well");
	p = prefix("255.255.255.255/0");
	ok(ip_prefix_mask(&p) && ip_prefix_is_default(&p), "length 0 clears all");
	is_str(ip_prefix_format(&p, out), "0.0.0.0/0", "of them");
	p = prefix("1.2.3.4/32");
	ok(!ip_prefix_mask(&p), "a whole address has no host bits");
}

static void test_contains(void)
{
	static const struct {
		const char *a, *b;
		bool contains, overlaps;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true, true},
		{"10.0.0.0/8", "11.0.0.0", false, false},
		{"10.0.0.0/9", "10.128.0.0", false, false},
		{"10.0.0.128/25", "10.0.0.128/24", true, true},
		{"10.0.0.128/25", "10.0.0.0/24", false, true},
		{"0.0.0.0/0", "255.1.1.1", true, true},
		{"0.0.0.0/0", "::1", false, false},
		{"::/0", "10.0.0.1", false, false},
		{"2001:db8::/127", "2001:db8::1", true, true},
		{"2001:db8::/127", "2001:db8::2", false, false},
		{"1.2.3.4/32", "1.2.3.4", true, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_prefix a = prefix(rows[i].a), b = prefix(rows[i].b);

		is_int(ip_prefix_contains(&a, &b.addr), rows[i].contains, "%s %s the address of %s",
			rows[i].a, rows[i].contains ? "contains" : "does not contain", rows[i].b);
		is_int(ip_prefix_overlaps(&a, &b), rows[i].overlaps, "%s %s %s", rows[i].a,
			rows[i].overlaps ? "overlaps" : "does not overlap", rows[i].b);
		is_int(ip_prefix_overlaps(&b, &a), rows[i].overlaps,
			"the same the other way round");
	}
}

static void test_order(void)
{
	static const char *const sorted[] = {"9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.1/8",
		"200.0.0.0/8", "::/0", "::/1", "2001:db8::/32", "ff00::/8"};
	enum { N = sizeof(sorted) / sizeof(sorted[0]) };
	bool right = true;

	for (size_t i = 0; i < N; i++) {
		for (size_t k = 0; k < N; k++) {
			struct ip_prefix a = prefix(sorted[i]), b = prefix(sorted[k]);
			int r = ip_prefix_cmp(&a, &b);

			right &= i < k ? r < 0 : i > k ? r > 0 : r == 0;
			right &= ip_prefix_equal(&a, &b) == (i == k);
		}
	}
	ok(right, "prefixes are ordered by family, bytes, length");
}

static void test_unmap(void)
{
	struct ip_addr a;
	char out[IP_TEXT_SIZE];

	ip_addr_parse("::ffff:1.2.3.4", &a);
	ip_addr_unmap(&a);
	is_str(ip_addr_format(&a, out), "1.2.3.4", "a mapped address is IPv4");
	ok(!memcmp(a.b + 4, "\0\0\0\0\0\0\0\0\0\0\0\0", 12), "with nothing behind it");
	ip_addr_parse("::fffe:1.2.3.4", &a);
	ip_addr_unmap(&a);
	is_int(a.family, AF_INET6, "another one stays");
	ip_addr_parse("255.255.0.0", &a);
	ip_addr_unmap(&a);
	is_str(ip_addr_format(&a, out), "255.255.0.0", "and IPv4 too");
}

static void test_cover(void)
{
	struct ip_prefix low = prefix("0.0.0.0/1"), high = prefix("128.0.0.0/1"),
			 all6 = prefix("::/0"), half = prefix("128.0.0.0/2");
	struct ip_cover c = {0};

	ip_cover_add(&c, &low);
	ip_cover_add(&c, &half);
	ok(!ip_cover_all(&c, AF_INET), "half a family is not all of it");
	ip_cover_add(&c, &high);
	ok(ip_cover_all(&c, AF_INET) && !ip_cover_all(&c, AF_INET6), "both halves are");
	ip_cover_add(&c, &all6);
	ok(ip_cover_all(&c, AF_INET6), "so is /0");
}

int main(void)
{
	test_cover();
	test_text();
	test_unset();
	test_round_trip();
	test_masks();
	test_contains();
	test_order();
	test_unmap();
	return done_testing();
}
