// SPDX-License-Identifier: GPL-2.0-or-later
/* Region memory: zeroed, aligned, never overlapping, whatever the sizes; and the growing lists. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "lib/tap.h"

struct box {
	LIST(int, numbers);
	LIST(const char *, words);
};

static void test_pieces(void)
{
	/* Around the size of a block, so that small, filling and large pieces all occur. */
	static const size_t sizes[] = {
		1, 15, 16, 17, 4000, 12000, 16384, 3, 16385, 70000, 1, 200, 16383, 0, 9};
	enum { N = sizeof(sizes) / sizeof(sizes[0]) };
	ARENA_CLEANUP struct arena *a = arena_new();
	unsigned char *piece[N];
	bool zero = true, aligned = true, kept = true;

	for (size_t i = 0; i < N; i++) {
		piece[i] = arena_alloc(a, sizes[i]);
		aligned &= (uintptr_t)piece[i] % alignof(max_align_t) == 0;
		for (size_t k = 0; k < sizes[i]; k++)
			zero &= piece[i][k] == 0;
		memset(piece[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			kept &= piece[i][k] == i + 1;
	ok(zero, "every piece is zero when given");
	ok(aligned, "and aligned for any type");
	ok(kept, "and no other piece is written over");
}

static void test_copies(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	char text[] = "abcdef", *copy = arena_strdup(a, text);

	text[0] = 'X';
	is_str(copy, "abcdef", "a copied string is its own");
	is_str(arena_strdup(a, NULL), NULL, "no string copied is no string");
	is_str(arena_strndup(a, text, 3), "Xbc", "a part is terminated");
	is_str(arena_printf(a, "%s/%d", "wf", 7), "wf/7", "formatted text");
	ok(memcmp(arena_memdup(a, "a\0b", 3), "a\0b", 3) == 0, "bytes are copied through NUL");
	ok(arena_memdup(a, NULL, 0) != NULL, "nothing copied is still an address");
}

static void test_lists(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct box b = {0};
	const struct box *view = &b;
	int expected = 0;
	bool same = true;

	LIST_FOREACH (n, view, numbers)
		expected += *n;
	is_int(expected, 0, "an empty list has no round");
	for (int i = 0; i < 1000; i++) {
		int *n = LIST_PUSH(a, &b, numbers);

		same &= *n == 0;
		*n = i;
		*LIST_PUSH(a, &b, words) = "w";
	}
	ok(same, "a pushed item is zero");
	LIST_FOREACH (n, view, numbers)
		same &= *n == expected++;
	ok(same && expected == 1000, "items keep their order and values while the list grows");
	ok(b.n_words == 1000 && b.cap_words >= b.n_words, "two lists grow side by side");
}

static void test_join(void)
{
	static const char *const items[] = {"a", "", "long enough"};
	ARENA_CLEANUP struct arena *a = arena_new();

	is_str(arena_join(a, items, 0), "", "nothing joined is an empty text");
	is_str(arena_join(a, items, 1), "a", "one item stands alone");
	is_str(arena_join(a, items, 3), "a, , long enough", "several with commas between");
}

int main(void)
{
	test_join();
	test_pieces();
	test_copies();
	test_lists();
	arena_free(NULL);
	return done_testing();
}
