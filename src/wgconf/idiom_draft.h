/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An idiom in the making: what its acts have said so far, and the sentences about it. */
#ifndef WF_WGCONF_IDIOM_DRAFT_H
#define WF_WGCONF_IDIOM_DRAFT_H

#include "wgconf/idiom.h"
#include "wgconf/idiom_act.h"

struct draft {
	struct idiom idiom;
	struct act sample;	   /* the act it was begun with */
	uint8_t families, protos;  /* of its acts */
	bool no_local, no_effect;  /* as in struct act, of any of them */
	bool gate, all_names, set; /* DNS */
	bool up_alone, down_alone; /* an act without its counterpart */
	bool other_alone;	   /* and the other half of such a pair is somewhere in the file */
	LIST(const char *, tools);
};

enum pattern draft_pattern(enum act_kind kind);
/* Do two acts say the same, so that one row holds both? */
bool draft_same_meaning(const struct act *a, const struct act *b);
void draft_begin(struct arena *a, struct draft *d, const struct act *act);
/* Takes the act in if it belongs to this draft. */
bool draft_fold(struct arena *a, struct draft *d, const struct act *act);
/* Policy, sentences. */
void draft_finish(struct arena *a, struct draft *d, const struct conf *c);

#endif
