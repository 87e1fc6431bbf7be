/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A streaming JSON writer: members appear in the order of the calls, commas and nesting are its
 * business. Strings are written as UTF-8; bytes that are not UTF-8 become U+FFFD. No function here
 * takes a secret.
 */
#ifndef WF_BASE_JSONW_H
#define WF_BASE_JSONW_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

struct jsonw {
	struct strbuf *out; /* caller-owned */
	unsigned depth;
	bool comma; /* something stands before the next value on this level */
	bool after_key;
};

void jsonw_begin(struct jsonw *j, struct strbuf *out);
void jsonw_object(struct jsonw *j);
void jsonw_object_end(struct jsonw *j);
void jsonw_array(struct jsonw *j);
void jsonw_array_end(struct jsonw *j);
void jsonw_key(struct jsonw *j, const char *key);
void jsonw_str(struct jsonw *j, const char *value); /* NULL is null */
void jsonw_strn(struct jsonw *j, const char *value, size_t len);
void jsonw_int(struct jsonw *j, int64_t value);
void jsonw_uint(struct jsonw *j, uint64_t value);
void jsonw_bool(struct jsonw *j, bool value);
void jsonw_null(struct jsonw *j);

/* Key and value at once. */
void jsonw_kv_str(struct jsonw *j, const char *key, const char *value);
void jsonw_kv_int(struct jsonw *j, const char *key, int64_t value);
void jsonw_kv_uint(struct jsonw *j, const char *key, uint64_t value);
void jsonw_kv_bool(struct jsonw *j, const char *key, bool value);
void jsonw_kv_null(struct jsonw *j, const char *key);

#endif
