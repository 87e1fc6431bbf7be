/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plain table for people: columns as wide as their cells, no frame, cut to the terminal. */
#ifndef WF_UI_TABLE_H
#define WF_UI_TABLE_H

#include "base/str.h"
#include "ui/term.h"

struct table;

struct table *table_new(const struct term *t);
void table_column(struct table *t, const char *title, bool right);
/* Starts a row; then one table_cell per column (escaped for the terminal; NULL is "-"). */
void table_row(struct table *t);
void table_cell(struct table *t, const char *text);
/* Appends the printed table and frees it. */
void table_print(struct table *t, struct strbuf *out);

#endif
