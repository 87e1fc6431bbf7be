/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what wf-unpack says (protocol.h). The other side took in a stranger's archive, so nothing
 * it says is believed: every length is checked, and a stream that breaks off is an error.
 */
#ifndef WF_UNPACK_READER_H
#define WF_UNPACK_READER_H

#include <stdbool.h>
#include "base/arena.h"
#include "crypto/secret.h"
#include "unpack/protocol.h"

struct unpack_reader {
	int fd;			/* borrowed */
	struct secret_text buf; /* contents may hold keys */
	size_t at;		/* of the next record in buf */
	bool ended;
};

struct unpack_record {
	enum unpack_type type;	   /* UNPACK_FILE, UNPACK_SKIPPED or UNPACK_END */
	const char *name, *reason; /* in the arena; reason of SKIPPED only */
	const char *content;	   /* of FILE; not terminated; until the next call */
	size_t content_len;
};

int unpack_reader_open(int fd, struct unpack_reader *ret, struct err *e);
void unpack_reader_close(struct unpack_reader *r); /* fine on the zero value; wipes */
#define UNPACK_READER_CLEANUP __attribute__((cleanup(unpack_reader_close)))

/*
 * The next record; nothing may be asked after UNPACK_END or an error. E_ARCHIVE for what the worker
 * calls an error and for a stream that is none, E_LIMIT for a limit, E_IO when reading fails.
 */
int unpack_reader_next(
	struct unpack_reader *r, struct arena *a, struct unpack_record *ret, struct err *e);

#endif
