/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An operation as one line for people (-n, -v, scenario tests), e.g. "rule 5140 add lookup
 * 0x57460001", "route del default dev wg-mullvad table 0x57460001 metric 1". Names keys as key#ID
 * (first 8 digits), never shows one. Pure.
 */
#ifndef WF_PLAN_TEXT_H
#define WF_PLAN_TEXT_H

#include "base/str.h"
#include "model/plan.h"

const char *stage_name(enum stage s); /* "BEFORE" … static */
void text_op(struct strbuf *out, const struct op *op);
void text_plan(struct strbuf *out, const struct plan *p); /* "STAGE op\n" each */
/* The same with the nft text of each firewall below its line, each line after a tab (--dry-run). */
void text_plan_whole(struct strbuf *out, const struct plan *p);
/* One line per object, canonical order; for scenario tests and drift reports. */
void text_state(struct strbuf *out, const struct state *s);

#endif
