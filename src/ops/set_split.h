/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One item of split=… and its value. */
#ifndef WF_OPS_SET_SPLIT_H
#define WF_OPS_SET_SPLIT_H

#include "base/str.h"
#include "model/policy.h"

/*
 * "user:NAME", "user:UID", "user:UID-UID", "cgroup:/PATH", "mark:N" or "mark:N/MASK" (decimal or
 * 0x…), a destination prefix; each may have "only:" in front. E_USAGE, E_NOT_FOUND for a user that
 * there is not.
 */
int set_split_parse(struct arena *a, const char *item, struct split *ret, struct err *e);
void set_split_format(const struct split *s, struct strbuf *out);

#endif
