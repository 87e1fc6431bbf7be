/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hooks mean: the known idioms of PreUp, PostUp, PreDown and PostDown lines as patterns with
 * variables. Pure on bytes: nothing is run, nothing is expanded but what the shell would certainly
 * make of it. A line that is not understood whole is raw_shell; a meaning is never guessed.
 */
#ifndef WF_WGCONF_IDIOM_H
#define WF_WGCONF_IDIOM_H

#include "model/conf.h"
#include "model/policy.h"

/* One command_pair row in the making: hooks of the file that mean one thing together. */
struct idiom {
	enum pattern pattern;
	struct policy policy;	   /* the part that the pattern is about; empty for RAW_SHELL */
	LIST(size_t, up);	   /* indexes into conf.hooks, in file order: PreUp/PostUp … */
	LIST(size_t, down);	   /* … and PreDown/PostDown */
	const char *rationale;	   /* one sentence for people: what was recognised */
	const char *flaw;	   /* what the hooks got wrong, or NULL: "an up without its down", … */
};
struct idiom_list {
	LIST(struct idiom, items);
};

/*
 * Every hook of the file is in exactly one idiom (a line with several commands is one hook: all of
 * its commands must be understood and belong to one pattern, or it is raw). `ifname` is the name
 * of the file's interface: in hooks it stands for %i.
 */
void idiom_recognise(struct arena *a, const struct conf *c, const char *ifname,
	struct idiom_list *ret);

#endif
