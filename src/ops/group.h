/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One configuration of an import: the files that share a key, or a sponsor, become its servers.
 * Private to import.
 */
#ifndef WF_OPS_GROUP_H
#define WF_OPS_GROUP_H

#include "ops/import.h"
#include "ops/sealer.h"
#include "ops/source.h"
#include "store/entities.h"
#include "wgconf/provider.h"

/* What all groups of an import share. */
struct import {
	struct ops *o;
	const struct import_options *opt;
	struct import_report *report;
	struct sealer sealer;
	struct local_peer peer;
	bool have_peer;
	struct group *groups, **end;
	const char *answer_archive, *answer; /* whose the files of that archive are */
	unsigned tried;			     /* files looked at */
};

struct group {
	struct group *next;
	const struct provider *provider; /* NULL = not a known one */
	const struct source_file *first; /* while it is opened: the file that opens it */
	struct config row;
	struct wg_secret key; /* of the configuration */
	bool existing, touched;
	const char *lines; /* JSON of its [Interface] as written, or NULL */
	struct conf hooks; /* only its hooks are filled */
	void *servers;	   /* the servers there are, see server_set.h */
	size_t report;	   /* index in import->report->configs */
};

/*
 * Opens the configuration of that device and sponsor, or makes it from the first file's
 * [Interface], whose public key the caller has derived. The group is appended to im->groups.
 */
int group_open(struct import *im, const struct sponsor *s, const struct provider *p,
	const struct source_file *f, const struct conf *c, const char *public_key,
	struct group **ret, struct err *e);
/* Takes in one file as a server. `a` lives as long as the file. */
int group_add(struct import *im, struct group *g, struct arena *a, const struct source_file *f,
	const struct conf *c, struct err *e);
/* After the last file: moves the key of all servers to the configuration, fills in the report. */
int group_finish(struct import *im, struct group *g, struct err *e);
/* Wipes the keys. */
void group_free_all(struct import *im);

/* Adds a remark to the report, or counts it when it is there. line 0 = about the whole file. */
void import_note(
	struct import *im, const char *file, unsigned line, unsigned column, const char *text);

#endif
