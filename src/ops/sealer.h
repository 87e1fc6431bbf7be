/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seals each secret of a bulk operation once: equal secrets get the same sealed text, so that texts
 * can be compared instead of secrets. It remembers fingerprints, never a secret.
 */
#ifndef WF_OPS_SEALER_H
#define WF_OPS_SEALER_H

#include "ops/ops.h"

struct sealer {
	struct ops *ops;
	void *tree; /* of fingerprints with their sealed texts, in ops' arena */
};

void sealer_free(struct sealer *s);
/* *ret is an arena string; NULL for no secret. */
int sealer_seal(struct sealer *s, const struct wg_secret *secret, const char **ret, struct err *e);
/* Makes a text that is sealed already the one for its secret, or replaces it by the one there is.
 * NULL is fine. */
int sealer_learn(struct sealer *s, const char **sealed, struct err *e);
/* Text that may hold secrets; not remembered. NULL gives NULL. */
int sealer_seal_text(struct sealer *s, const char *text, const char **ret, struct err *e);
/* Whether a sealed text (or NULL) holds just this text (or NULL). */
int sealer_text_equal(
	struct sealer *s, const char *sealed, const char *text, bool *ret, struct err *e);

#endif
