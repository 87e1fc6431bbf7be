/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the records of protocol.h, many with one system call. What it is given goes to the other
 * side as it is.
 */
#ifndef WF_UNPACK_RECORD_H
#define WF_UNPACK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include "unpack/protocol.h"

#define RECORD_BATCH (128u * 1024) /* written as soon as that much has gathered */

struct record_writer {
	int fd;
	bool failed; /* the other side is gone; the rest is not written */
	size_t len;
	char buf[RECORD_BATCH + UNPACK_MAX_RECORD];
};

/* Begins a FILE: room for UNPACK_MAX_FILE bytes of content, which stay where they are put. */
char *record_file_begin(struct record_writer *w, const char *name);
/* Ends it with the length of the content; without this call there was no FILE. */
void record_file_end(struct record_writer *w, const char *name, size_t len);
void record_skipped(struct record_writer *w, const char *name, const char *reason);
/* The last record: ERROR, LIMIT or END (message ""); everything is written then. */
void record_last(struct record_writer *w, enum unpack_type type, const char *message);

#endif
