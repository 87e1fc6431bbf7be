/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of text; for text.c and text_firewall.c only. */
#ifndef WF_PLAN_TEXT_PARTS_H
#define WF_PLAN_TEXT_PARTS_H

#include "base/str.h"
#include "model/state.h"

/* "firewall on, kill switch on, endpoint 192.0.2.1:51820, no tunnel wg-x"; "firewall off" */
void text_firewall_change(
	struct strbuf *out, const struct firewall *before, const struct firewall *after);
/* One line per thing asked for; nothing for an absent one. */
void text_firewall(struct strbuf *out, const struct firewall *f);
/* As nft(8) takes it, each line after a tab; nothing for an absent one. */
void text_firewall_rules(struct strbuf *out, const struct firewall *f);
void text_resolver(struct strbuf *out, const struct resolver_state *r);
void text_resolver_slot(struct strbuf *out, const struct resolver_state *r);

#endif
