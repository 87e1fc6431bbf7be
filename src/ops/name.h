/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How configurations are named on a command line: SPONSOR, PEER/SPONSOR, either with @SERVER behind
 * it, or a file. Names of sponsors, devices and hosts can therefore hold neither '/' nor '@'.
 */
#ifndef WF_OPS_NAME_H
#define WF_OPS_NAME_H

#include "ops/ops.h"
#include "store/entities.h"

struct name {
	const char *config; /* "SPONSOR" or "PEER/SPONSOR"; NULL when it is a file */
	const char *server; /* behind '@', or NULL */
	const char *file;   /* ends in ".conf", or NULL */
};

/* E_USAGE for what cannot be a name. Points into `text` and the arena. */
int name_parse(struct arena *a, const char *text, struct name *ret, struct err *e);
/* Parses and looks the configuration up; *server (may be NULL) gets the part behind '@'. The store
 * must be open. A file is E_NOT_FOUND with a hint. */
int name_config(
	struct ops *o, const char *text, struct config *ret, const char **server, struct err *e);
/*
 * The slots of the one server `server` names, or of the active one when it is NULL. E_AMBIGUOUS
 * when it fits several servers.
 */
int name_server(struct ops *o, const struct config *c, const char *server, struct server_list *ret,
	struct err *e);

/* "wg-" and the sponsor in lower case, other characters as '-', cut to 15 bytes. */
const char *name_interface(struct arena *a, const char *sponsor);

#endif
