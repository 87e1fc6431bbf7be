// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Region memory: a chain of blocks, freed together. Knows nothing of what it holds. Every
 * allocation is zeroed or filled when handed out, so it never shows what was there before, and what
 * of a block is never handed out is never touched.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

#define BLOCK_SIZE (16 * 1024)

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *head;
};

static struct block *block_new(size_t size)
{
	struct block *b;

	if (size > SIZE_MAX - sizeof(*b))
		err_oom();
	b = malloc(sizeof(*b) + size);
	if (!b)
		err_oom();
	*b = (struct block){.size = size};
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		err_oom();
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

/* Not zeroed: for those that fill it. Texts are aligned to 1, or they would take twice the room. */
static void *take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->head;
	size_t start = b ? (b->used + align - 1) & ~(align - 1) : 0;

	if (size > SIZE_MAX / 2)
		err_oom();
	if (!b || start > b->size || b->size - start < size) {
		struct block *fresh = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);

		/* A large piece goes behind the head, so that the head's room stays in use. */
		if (b && size > BLOCK_SIZE) {
			fresh->next = b->next;
			b->next = fresh;
		} else {
			fresh->next = b;
			a->head = fresh;
		}
		b = fresh;
		start = 0;
	}
	b->used = start + size;
	return b->data + start;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size, alignof(max_align_t)), 0, size);
}

void *arena_memdup(struct arena *a, const void *src, size_t size)
{
	void *p = size ? take(a, size, alignof(max_align_t)) : arena_alloc(a, 1);

	if (size)
		memcpy(p, src, size);
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = take(a, len + 1, 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_join(struct arena *a, const char *const *items, size_t n)
{
	size_t size = 1, len = 0;
	char *p;

	for (size_t i = 0; i < n; i++)
		size += strlen(items[i]) + 2;
	p = arena_alloc(a, size);
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(p + len, size - len, "%s%s", i ? ", " : "", items[i]);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = take(a, (size_t)len + 1, 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return p;
}

void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size)
{
	size_t want;
	void *p;

	if (n < *cap)
		return items;
	/* Beyond a block room costs nothing until it is used, and to move the items costs more. */
	want = !*cap ? 4 : *cap * (*cap * size < BLOCK_SIZE ? 2 : 4);
	if (want > SIZE_MAX / 2 / size)
		err_oom();
	p = take(a, want * size, alignof(max_align_t));
	if (n)
		memcpy(p, items, n * size);
	*cap = want;
	return p;
}
