/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which names a row may have, and near ones for those that match nothing. A sponsor's, a device's
 * or an SSH host's name stands between '/' and '@' on the command line (PEER/SPONSOR@SERVER), so it
 * holds neither.
 */
#ifndef WF_STORE_NAME_H
#define WF_STORE_NAME_H

#include "store/store.h"

#define STORE_NAME_MAX 64

/*
 * `what` names the object in the sentence ("sponsor"). 1 to 64 bytes of UTF-8 without control
 * characters, '/' and '@', without white space at either end, and neither like an option ("-…") nor
 * like a file ("….conf"); else E_NAME.
 */
int store_name_check(const char *what, const char *name, struct err *e);
/*
 * Any other one-line text (user, path, server): UTF-8 without control characters, at most 1024
 * bytes; NULL is fine, "" is not. Else E_NAME.
 */
int store_text_check(const char *what, const char *text, struct err *e);
/* wg-quick's rule: [a-zA-Z0-9_=+.-]{1,15}, and neither "." nor "..". Else E_NAME. */
int store_interface_check(const char *name, struct err *e);

#define NEAR_COUNT 3

struct near {
	const char *wanted;
	unsigned n;
	unsigned distance[NEAR_COUNT]; /* ascending */
	char name[NEAR_COUNT][2 * STORE_NAME_MAX + 2];
};
/* Offers a name that exists; the nearest ones are kept, far ones never. */
void near_offer(struct near *n, const char *name);
/* Sets "did you mean …?" as the hint when there are near names. Returns -e->code. */
int near_hint(const struct near *n, struct err *e);

#endif
