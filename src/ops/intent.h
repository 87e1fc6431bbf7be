/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From rows to intent: what a configuration at one of its servers asks for on this host. */
#ifndef WF_OPS_INTENT_H
#define WF_OPS_INTENT_H

#include "model/tunnel.h"
#include "ops/ops.h"

/*
 * NAME of a row; else FILE.conf, or a bare name that only /etc/wireguard knows.
 * server NULL = the active one. E_OTHER_DEVICE when the configuration is not this machine's. Secrets
 * stay sealed but for the preshared keys, which are opened for their fingerprint.
 */
int intent_load(struct ops *o, const char *name, const char *server, struct tunnel *ret,
	struct err *e);
/* The file a name means: FILE.conf itself, or /etc/wireguard/NAME.conf when there is one; NULL. */
const char *intent_file_path(struct arena *a, const char *name);
/* "office" of "DIR/office.conf". */
const char *intent_name_of_file(struct arena *a, const char *path);
int intent_load_file(struct ops *o, const char *path, struct tunnel *ret, struct err *e);
bool intent_name_is_interface(const char *name); /* wg-quick's rule */
/* Table = …, as wg-quick reads it. */
int intent_parse_table(const char *text, struct tunnel *t, struct err *e);
/* "NAME@SERVER" taken apart; *server is NULL without '@', and for FILE.conf. */
void intent_split_name(struct arena *a, const char *text, const char **name,
	const char **server);

#endif
