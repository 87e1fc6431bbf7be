/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who made a file: the provider by archive and file names, comments and endpoints; the server, its
 * country and city by the file's name and the provider's comments. Guesses only from facts that are
 * particular to a provider; says nothing rather than something wrong.
 */
#ifndef WF_WGCONF_PROVIDER_H
#define WF_WGCONF_PROVIDER_H

#include "model/conf.h"

struct provider {
	const char *name; /* "Mullvad" */
	const char *website, *support_url;
};

/* NULL when not recognised. archive may be NULL; file is a base name. Static memory. */
const struct provider *provider_recognise(
	const char *archive, const char *file, const struct conf *c);
/* A known provider by its name without case, or NULL. */
const struct provider *provider_by_name(const char *name);

struct server_name {
	const char *server;  /* never NULL: from the comment or the file's stem */
	const char *host;    /* "de-fra-wg-001", or NULL */
	const char *country; /* ISO 3166 code in lower case, or NULL */
	const char *city;    /* "Frankfurt", or NULL */
};
void server_name_guess(struct arena *a, const struct provider *p, const char *file,
	const struct conf *c, struct server_name *ret);

/* "DE" or "de" -> "Germany"; NULL when it is no country code. Static memory. */
const char *country_name(const char *code);

#endif
