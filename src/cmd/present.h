/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows as commands show them: JSON objects with a fixed order of keys, short forms for people. */
#ifndef WF_CMD_PRESENT_H
#define WF_CMD_PRESENT_H

#include "cmd/cmd.h"
#include "model/entity.h"
#include "model/policy.h"

/* Objects, each complete. No secret is in any of them. */
void present_config(struct jsonw *j, const struct config *c);
void present_sponsor(struct jsonw *j, const struct sponsor *s);
void present_peer(struct jsonw *j, const struct local_peer *p, bool this_machine);
/* A member with an array: configurations in short form ("configs"), slots of servers, */
void present_configs(struct jsonw *j, const struct config_list *l);
void present_slots(struct jsonw *j, const char *key, const struct server_list *l);
/* or strings, from a comma list or from an array. */
void present_list(struct jsonw *j, const char *key, const char *list);
void present_strings(struct jsonw *j, const char *key, const char *const *items, size_t n);

/* "yPN9…iFQ=" of a public key. */
const char *present_key(struct arena *a, const char *public_key);
/* The name to type for a configuration: quoted when it needs it. */
const char *present_name(struct arena *a, const char *peer, const char *sponsor, bool this_machine);
/* Safe for a terminal, in the arena; NULL is "-". */
const char *present_text(struct arena *a, const char *text);
/* "Frankfurt, Germany", or what is known of it, or NULL. */
const char *present_place(struct arena *a, const char *city, const char *country);
/* "kill switch": a pattern of command_pair rows in words, in the singular. */
const char *present_pattern(enum pattern what);
/* "  label        text" when there is a text. */
void present_line(struct strbuf *out, const char *label, const char *text);

#endif
