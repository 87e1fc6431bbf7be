/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time: RFC 3339 UTC text for what is stored, monotonic milliseconds for what is waited. */
#ifndef WF_BASE_CLOCK_H
#define WF_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT_SIZE 21 /* "2026-11-02T09:14:00Z" and the end */

int64_t clock_wall(void); /* seconds since 1970, UTC */
int64_t clock_ms(void);   /* monotonic milliseconds */
/* "" for a time outside the years 0 to 9999, which no clock gives but damaged data may. */
void clock_format(int64_t wall, char out[static CLOCK_TEXT_SIZE]);
/* The reverse; -1 when it is no such text. */
int64_t clock_parse(const char *text);
void clock_now(char out[static CLOCK_TEXT_SIZE]);
/* "12 s", "3 min", "2 h", "5 d": one unit, for people. */
void clock_age(int64_t seconds, char *out, size_t size);

#endif
