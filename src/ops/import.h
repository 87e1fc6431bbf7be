/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking in what providers send: files, directories and archives become configurations with their
 * servers. One import is one transaction: all of it is there afterwards, or nothing is.
 */
#ifndef WF_OPS_IMPORT_H
#define WF_OPS_IMPORT_H

#include "ops/hooks.h"

enum import_deployed { IMPORT_DEPLOYED_ASK, IMPORT_DEPLOYED_YES, IMPORT_DEPLOYED_NO };

struct import_options {
	const char *const *paths; /* "-" is standard input */
	size_t n_paths;
	const char *sponsor;	    /* NULL = recognised, else asked for */
	const char *peer;	    /* NULL = this machine */
	const char *ssh_host;	    /* for a device that is made; NULL = ask */
	const char *interface_name; /* NULL = derived from the sponsor */
	const char *address;	    /* for files without Address: comma list */
	enum import_deployed deployed;
};

#define IMPORT_MAX_CHANGES 200 /* told one by one; beyond that they are counted only */
#define IMPORT_MAX_NOTES   64

/* What became of one configuration. */
struct import_config {
	const char *peer, *sponsor, *name, *interface_name;
	const char *device; /* the provider's name for it, or NULL */
	const char *public_key;
	const char *ipv4, *ipv6, *dns; /* comma lists or NULL */
	bool is_new, this_machine, amneziawg, deployed;
	bool kill_switch; /* it is on */
	unsigned files, servers, countries; /* servers and countries in all */
	unsigned added, changed, unchanged;
	unsigned own_keys; /* servers of this import with a key of their own */
	unsigned hooks;	   /* lines of the file that are hooks */
	unsigned held_back; /* … of them not understood, and so not run */
	LIST(struct hook_pattern, patterns); /* what they mean; only when they are new */
	LIST(const char *, changes);
	const char **same_key; /* "device/sponsor" with the same key */
	size_t n_same_key;
};

/* The same remark about several files is one note. */
struct import_note {
	const char *text, *file; /* the first file */
	unsigned line, column, files;
};

struct import_failure {
	enum err_code code;
	const char *file, *message, *hint; /* hint may be "" */
	unsigned line, column;
};

struct import_report {
	LIST(struct import_config, configs);
	LIST(struct import_note, notes);
	LIST(struct import_failure, failures);
	unsigned files;	  /* that went in */
	unsigned ignored; /* members of archives that are no configurations */
	unsigned more_notes;
};

/*
 * 0 when at least one file went in; report->failures then lists those that did not. When none did:
 * the error of the only one, or E_FAILED. With ops->dry_run the same report, and nothing is kept.
 */
int import_run(struct ops *o, const struct import_options *opt, struct import_report *report,
	struct err *e);

#endif
