/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory by region: everything one desired state, plan or query result consists of is allocated
 * from one arena and freed with it. Never for secrets (crypto/secret.h). Allocation cannot fail: out
 * of memory ends the process.
 */
#ifndef WF_BASE_ARENA_H
#define WF_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */
/* Zeroed, aligned for any type, valid until arena_free. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_memdup(struct arena *a, const void *src, size_t size);
char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t len);
/* "a, b, c" */
char *arena_join(struct arena *a, const char *const *items, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Grows an array to hold at least n + 1 items of `size`; *cap is its capacity. What is behind the
 * n items is not zeroed. */
void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/*
 * A growing array is three fields: T *NAME; size_t n_NAME; size_t cap_NAME.
 * LIST_PUSH(a, obj, NAME) appends a zeroed item to obj->NAME and gives its address.
 */
#define LIST(type, name)                                                                          \
	type *name;                                                                               \
	size_t n_##name, cap_##name
#define LIST_PUSH(a, obj, name)                                                                   \
	((obj)->name = arena_grow((a), (obj)->name, (obj)->n_##name, &(obj)->cap_##name,          \
		 sizeof(*(obj)->name)),                                                           \
		memset(&(obj)->name[(obj)->n_##name], 0, sizeof(*(obj)->name)),                   \
		&(obj)->name[(obj)->n_##name++])
/*
 * LIST_FOREACH(item, obj, NAME): item is a pointer declared by the loop; obj may be const. An empty
 * list has no array, and nothing is added to its NULL.
 */
#define LIST_FOREACH(it, obj, name)                                                               \
	for (__typeof__(*(obj)->name) *it = (obj)->name;                                          \
		it && it < (obj)->name + (obj)->n_##name; it++)

static inline void arena_freep(struct arena **a)
{
	arena_free(*a);
}
#define ARENA_CLEANUP __attribute__((cleanup(arena_freep)))

#endif
