// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealing in bulk. Knows fingerprints and sealed texts; must not know what is sealed. For one
 * fingerprint there is one text while the sealer lives.
 */
#include "ops/sealer.h"

#include <search.h>
#include <string.h>

struct sealed {
	uint8_t fp[SECRET_FP_LEN];
	const char *sealed;
};

static int compare(const void *a, const void *b)
{
	return memcmp(
		((const struct sealed *)a)->fp, ((const struct sealed *)b)->fp, SECRET_FP_LEN);
}

static void leave(void *entry)
{
	(void)entry; /* the arena's */
}

void sealer_free(struct sealer *s)
{
	tdestroy(s->tree, leave);
	s->tree = NULL;
}

/* Gives the text that stands for this secret: the one there was, else `sealed`. */
static const char *remember(struct sealer *s, const struct wg_secret *secret, const char *sealed)
{
	struct sealed *n = ARENA_NEW(s->ops->arena, struct sealed), **found;

	secret_fingerprint(secret, n->fp);
	n->sealed = sealed;
	found = tsearch(n, &s->tree, compare);
	if (!found)
		err_oom();
	return (*found)->sealed;
}

int sealer_seal(struct sealer *s, const struct wg_secret *secret, const char **ret, struct err *e)
{
	const struct seal_key *k;
	struct sealed wanted, **found;
	char *sealed;
	int r;

	if (!secret_is_set(secret)) {
		*ret = NULL;
		return 0;
	}
	secret_fingerprint(secret, wanted.fp);
	found = tfind(&wanted, &s->tree, compare);
	if (found) {
		*ret = (*found)->sealed;
		return 0;
	}
	if ((r = store_seal_key(s->ops->store, &k, e)) ||
		(r = seal_secret(k, secret, s->ops->arena, &sealed, e)))
		return r;
	*ret = remember(s, secret, sealed);
	return 0;
}

int sealer_learn(struct sealer *s, const char **sealed, struct err *e)
{
	SECRET_CLEANUP struct wg_secret secret = {0};
	const struct seal_key *k;
	int r;

	if (!*sealed)
		return 0;
	if ((r = store_seal_key(s->ops->store, &k, e)) ||
		(r = seal_open_secret(k, *sealed, &secret, e)))
		return r;
	*sealed = remember(s, &secret, *sealed);
	return 0;
}

int sealer_seal_text(struct sealer *s, const char *text, const char **ret, struct err *e)
{
	const struct seal_key *k;
	char *sealed = NULL;
	int r;

	if (text &&
		((r = store_seal_key(s->ops->store, &k, e)) ||
			(r = seal_bytes(k, text, strlen(text), s->ops->arena, &sealed, e))))
		return r;
	*ret = sealed;
	return 0;
}

int sealer_text_equal(
	struct sealer *s, const char *sealed, const char *text, bool *ret, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text open = {0};
	const struct seal_key *k;
	int r;

	if (!sealed || !text) {
		*ret = !sealed && !text;
		return 0;
	}
	if ((r = store_seal_key(s->ops->store, &k, e)) ||
		(r = seal_open_bytes(k, sealed, &open, e)))
		return r;
	*ret = open.len == strlen(text) && memcmp(open.s, text, open.len) == 0;
	return 0;
}
