// SPDX-License-Identifier: GPL-2.0-or-later
/* A compiled firewall that is not just what was written never reaches the kernel. */
#include <stdlib.h>
#include <string.h>

#include "apply/compiled.h"
#include "lib/tap.h"

static struct arena *a;
static char *text;
static size_t len;

/* Refused before a socket is needed: there is none. */
static bool refused(const char *bytes, size_t n)
{
	struct err e = {0};
	char *copy = arena_memdup(a, bytes, n + 1);

	return compiled_load(NULL, copy, n, &e) == -E_FAILED && strstr(e.msg, "damaged");
}

static void test_torn(void)
{
	size_t wrong = 0;

	for (size_t n = 0; n < len; n += n < 200 ? 1 : 97)
		wrong += !refused(text, n);
	is_int(wrong, 0, "cut off anywhere");
	ok(refused(text, len - 1), "cut off by one byte");
}

static void test_flipped(void)
{
	size_t wrong = 0;

	for (size_t i = 0; i < len; i += i < 200 ? 1 : 97) {
		text[i] ^= 1;
		wrong += !refused(text, len);
		text[i] ^= 1;
	}
	is_int(wrong, 0, "one bit anywhere");
}

static void test_longer(void)
{
	char *more = arena_alloc(a, len + 2);

	memcpy(more, text, len);
	ok(refused(more, len + 1), "one byte more");
	ok(refused("", 0), "nothing");
	ok(refused("\n", 1), "an empty line");
	memset(more, 'x', len);
	ok(refused(more, len), "something else");
}

int main(void)
{
	struct firewall f = {.present = true, .kill_switch = true};
	struct err e = {0};

	a = arena_new();
	is_int(compiled_encode(a, &f, &text, &len, &e), 0, "it is compiled");
	ok(len > 1000, "into something");
	ok(strncmp(text, "wf.nftb/1 ", 10) == 0, "with a line in front that says what it is");
	test_torn();
	test_flipped();
	test_longer();
	arena_free(a);
	done_testing();
}
