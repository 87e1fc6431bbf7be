/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a .conf from a value: line by line as it was read, with the present values; what has no
 * line yet goes to the end of its section in the usual order. printing what parse made of a printed
 * text gives that text again.
 */
#ifndef WF_WGCONF_PRINT_H
#define WF_WGCONF_PRINT_H

#include "model/conf.h"

int conf_print(const struct conf *c, struct secret_text *out, struct err *e);

#endif
