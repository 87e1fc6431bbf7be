/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the texts of configurations come from: files, directories, standard input, archives. Gives
 * one text after the other and keeps none; a text is in guarded memory and valid during the call
 * that hands it over.
 */
#ifndef WF_OPS_SOURCE_H
#define WF_OPS_SOURCE_H

#include "ops/ops.h"

struct source_file {
	const char *archive; /* base name of the archive or directory it came from, or NULL */
	const char *place;   /* for messages: the path, or the name inside the archive */
	const char *name;    /* base name of the file */
	const char *text;
	size_t len;
};

struct source_sink {
	void *ctx;
	/* An error ends the reading. */
	int (*file)(void *ctx, const struct source_file *f, struct err *e);
	/* A file that could not be read while others can; e->file says which. */
	void (*failed)(void *ctx, const struct err *e);
	/* Something in an archive that is no configuration: a link, a device, a text. */
	void (*ignored)(void *ctx, const char *place, const char *reason);
};

/*
 * `path` is a file, a directory (its *.conf, sorted, not what is below), "-" (standard input) or an
 * archive, which is known by its first bytes and read by the worker wf-unpack. Limits of
 * unpack/protocol.h: E_LIMIT. A path that cannot be read at all is an error of the call.
 */
int source_read(const char *path, const struct source_sink *sink, struct err *e);

#endif
