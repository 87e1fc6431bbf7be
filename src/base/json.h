/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A streaming JSON writer: members appear in the order of the calls, commas and nesting are its
 * business. Strings are written as UTF-8; bytes that are not UTF-8 become U+FFFD. No function here
 * takes a secret.
 */
#ifndef WF_BASE_JSON_H
#define WF_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

struct json {
	struct strbuf *out; /* caller-owned */
	unsigned depth;
	bool comma; /* something stands before the next value on this level */
	bool after_key;
};

void json_begin(struct json *j, struct strbuf *out);
void json_object(struct json *j);
void json_object_end(struct json *j);
void json_array(struct json *j);
void json_array_end(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, const char *value); /* NULL is null */
void json_strn(struct json *j, const char *value, size_t len);
void json_int(struct json *j, int64_t value);
void json_uint(struct json *j, uint64_t value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);

/* Key and value at once. */
void json_kv_str(struct json *j, const char *key, const char *value);
void json_kv_int(struct json *j, const char *key, int64_t value);
void json_kv_uint(struct json *j, const char *key, uint64_t value);
void json_kv_bool(struct json *j, const char *key, bool value);
void json_kv_null(struct json *j, const char *key);

#endif
