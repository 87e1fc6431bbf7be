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

/*
 * One command_pair row in the making: one meaning, and hooks of the file.
 *
 * One line often does several things ("-A FORWARD …; -t nat -A POSTROUTING …"), and one line may
 * undo what several did. Such hooks make a group of idioms that stand or fall together: the first
 * of them, the owner, has the bytes of all; the others have meaning only, and empty lists.
 */
struct idiom {
	enum pattern pattern;
	/*
	 * The part that the pattern is about, one row's worth: at most one item of nat, forward, dnat
	 * and split; of forwarding either an item of forward, or forward4 and forward6.
	 */
	struct policy policy;
	/*
	 * Nothing in `policy`, store no variables: raw_shell; hooks that only undo; hooks that do what
	 * wf does anyway (the way back, the tunnel's own listening port).
	 */
	bool inert;
	/*
	 * Indexes into conf.hooks, in file order: those it owns. Every hook of the file is in exactly
	 * one list of one idiom. All of `up` are of one phase, so are all of `down`.
	 */
	LIST(size_t, up);
	LIST(size_t, down);
	size_t owner;	       /* index into the list of the group's owner; its own index if it is that */
	const char *rationale; /* one sentence for people: what was recognised */
	const char *flaw;      /* what the hooks got wrong, or NULL: "an up without its down", … */
};
struct idiom_list {
	LIST(struct idiom, items);
};

/*
 * `ifname` is the name of the file's interface, or NULL when it has none yet: in hooks it stands for
 * %i, and POLICY_SELF for both in what is returned. Groups stand in the order of their first hook.
 */
void idiom_recognise(struct arena *a, const struct conf *c, const char *ifname,
	struct idiom_list *ret);

#endif
