/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hooks that were not understood, and the trust in them. Trust is bound to the exact bytes of all of
 * them: any change withdraws it.
 */
#ifndef WF_OPS_TRUST_H
#define WF_OPS_TRUST_H

#include "model/contribution.h"
#include "ops/hooks.h"

struct hook_set {
	LIST(struct conf_hook, hooks); /* of raw_shell, in the order of the file */
	const char *hash;	       /* "SHA256:…" of them; NULL when there is none */
	bool trusted;
	const char *trusted_at;
};

/* Fills `hash`. */
void trust_hash(struct arena *a, struct hook_set *s);
/* From the rows; the store is open. */
int trust_load(struct ops *o, int64_t config_id, struct hook_set *ret, struct err *e);
bool trust_has(const struct hook_set *s, enum conf_phase phase);

int ops_trust_show(struct ops *o, const char *name, struct config *config, struct hook_set *ret,
	struct err *e);
/*
 * Trusts what hashes to `hash`, or trusts no more (NULL). E_CONFLICT when the hooks are others,
 * E_EMPTY when there is none.
 */
int ops_trust_set(struct ops *o, const char *name, const char *hash, struct err *e);

/*
 * Runs the hooks of one phase in their order, stops at the first that fails: E_FAILED with its exit
 * status in the sentence. Never to be called with a lock held.
 */
int hooks_run(struct ops *o, const struct hook_set *s, enum conf_phase phase, const char *ifname,
	struct err *e);

/* Puts what has to run on the way down into a contribution. */
void hooks_record(struct ops *o, const struct hook_set *s, struct contribution *c);
/*
 * Those that a contribution runs on its way down. With `consent` the database is asked for those
 * that were held back, too; that it is not there is a warning.
 */
void hooks_recorded(struct ops *o, const struct contribution *c, bool consent,
	struct hook_set *ret);

#endif
