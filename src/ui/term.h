/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the terminal can show: colours, UTF-8. Meaning is never carried by colour alone. */
#ifndef WF_UI_TERM_H
#define WF_UI_TERM_H

#include <stdbool.h>

struct term {
	bool color; /* standard output is a terminal and nobody said no */
	bool utf8;
	bool tty_in, tty_out, tty_err;
};

enum term_sign { TERM_UP, TERM_DOWN, TERM_WAITING, TERM_BLOCKED, TERM_WARNING, TERM_ARROW,
	TERM_RX, TERM_TX };

/* Looks at the descriptors, NO_COLOR, TERM, WG_COLOR_MODE and the locale's character set. */
void term_init(struct term *t, bool no_color);
/* "●" or "*" and so on; static memory. */
const char *term_sign(const struct term *t, enum term_sign s);
/* Escape sequences, or "" without colour. */
const char *term_green(const struct term *t);
const char *term_red(const struct term *t);
const char *term_yellow(const struct term *t);
const char *term_bold(const struct term *t);
const char *term_off(const struct term *t);

#endif
