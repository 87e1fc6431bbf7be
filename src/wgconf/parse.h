/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a .conf as wg(8) and wg-quick(8) do, with wf's own verdicts: exact places, milder where the
 * meaning is certain (with a note), stricter where a value cannot work. Pure on bytes.
 */
#ifndef WF_WGCONF_PARSE_H
#define WF_WGCONF_PARSE_H

#include "model/conf.h"

#define CONF_MAX_SIZE (64 * 1024)

/*
 * `file` is used in messages only. On failure *e has file, line and column, and no part of any key;
 * *ret is untouched and no secret is left open. On success the caller must conf_clear(ret).
 */
int conf_parse(struct arena *a, const char *file, const char *text, size_t len, struct conf *ret,
	struct err *e);

#endif
