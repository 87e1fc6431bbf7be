/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values to JSON and back by tables: one row per member says its name, kind and place, and writing,
 * reading and deep copying all follow the same row. Members that have their absent value are left
 * out. Reading is strict, because a record may be damaged: an unknown member, a wrong type, a text
 * too long or a number out of range is E_FAILED naming the member. For the model's own files.
 */
#ifndef WF_MODEL_CODEC_H
#define WF_MODEL_CODEC_H

#include <jansson.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/jsonw.h"

enum codec_type {
	CODEC_BOOL,
	CODEC_UINT,	/* unsigned integer of any width; above INT64_MAX it is written as that */
	CODEC_INT,	/* signed integer of any width */
	CODEC_ENUM,	/* as one of `names` */
	CODEC_FAMILY,	/* uint8_t AF_INET or AF_INET6, as 4 or 6 */
	CODEC_TEXT,	/* const char *; what is not UTF-8 is written as {"hex":...} */
	CODEC_SYSCTL,	/* const char *; a key that stays below /proc/sys */
	CODEC_IFNAME,	/* char array, a name the kernel accepts */
	CODEC_ID,	/* char array, letters and digits */
	CODEC_BYTES,	/* uint8_t array, as hex digits */
	CODEC_KEY,	/* struct wg_key, as base64 */
	CODEC_ADDR,	/* struct ip_addr */
	CODEC_PREFIX,	/* struct ip_prefix */
	CODEC_ENDPOINT, /* struct ip_endpoint */
	CODEC_OBJECT,	/* a struct with a table of its own: `sub` */
	CODEC_LIST,	/* LIST of `item` */
};

struct codec_field {
	const char *name;
	enum codec_type type;
	size_t offset, size;	  /* in the struct; of a list item: 0 and the item's size */
	bool required;		  /* always written, must be there when read */
	int64_t absent;		  /* numbers: the value that is left out */
	int64_t min, max;	  /* numbers: narrower than the type, when not both 0 */
	const char *const *names; /* ENUM: by value, NULL at the end */
	const struct codec *sub;
	const struct codec_field *item;
	size_t n_offset, cap_offset; /* LIST */
};

struct codec {
	const char *schema; /* "wf.record/1": written first and checked; NULL = none */
	size_t size;	    /* of the struct */
	const struct codec_field *fields;
	size_t n_fields;
};

#define CODEC_FIELD(st, member, kind, ...)                                                         \
	{                                                                                          \
		.name = #member, .type = (kind), .offset = offsetof(st, member),                   \
		.size = sizeof(((st *)0)->member), __VA_ARGS__                                     \
	}
#define CODEC_LIST_OF(st, member, of)                                                              \
	{                                                                                          \
		.name = #member, .type = CODEC_LIST, .offset = offsetof(st, member),               \
		.n_offset = offsetof(st, n_##member), .cap_offset = offsetof(st, cap_##member),    \
		.item = &(of)                                                                      \
	}
#define CODEC_TABLE(st, rows, ...)                                                                 \
	{                                                                                          \
		.size = sizeof(st), .fields = (rows), .n_fields = sizeof(rows) / sizeof((rows)[0]), \
		__VA_ARGS__                                                                        \
	}

/* An item that is a struct with a table. */
#define CODEC_ITEM_OF(st, table)                                                                   \
	{                                                                                          \
		.type = CODEC_OBJECT, .size = sizeof(st), .sub = &(table)                          \
	}

void codec_write(const struct codec *c, const void *src, struct jsonw *j);
/* *dst is written as a whole on success; texts and lists belong to `a`. */
int codec_from_json(
	const struct codec *c, struct arena *a, const json_t *j, void *dst, struct err *e);
/* A deep copy in `a`; dst and src may be the same. */
void codec_copy(const struct codec *c, struct arena *a, const void *src, void *dst);

/* One value, for the walk above (codec_value.c): never an OBJECT or LIST. */
bool codec_value_absent(const struct codec_field *f, const void *p);
void codec_value_set_absent(const struct codec_field *f, void *p); /* *p is zero before */
void codec_value_write(const struct codec_field *f, const void *p, struct jsonw *j);
int codec_value_from_json(
	const struct codec_field *f, struct arena *a, const json_t *j, void *p, struct err *e);

/* Tables that several files use. */
extern const char *const codec_link_kinds[];
extern const struct codec state_codec, wg_state_codec, wg_peer_codec, firewall_codec, resolver_codec;
extern const struct codec_field codec_item_addr, codec_item_text, codec_item_sysctl,
	codec_item_firewall, codec_item_resolver;

#endif
