/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What wf-unpack says. wf starts it with the archive on descriptor 0 and reads descriptor 1. The
 * stream is a sequence of records, each a fixed header in host byte order and `length` bytes:
 *
 *   UNPACK_FILE     NAME '\0' CONTENT    a regular file, at most UNPACK_MAX_FILE bytes of content
 *   UNPACK_SKIPPED  NAME '\0' REASON     a link, device, nested archive, "../" name, too large …
 *   UNPACK_ERROR    MESSAGE              it cannot go on (damaged, encrypted); last record
 *   UNPACK_LIMIT    MESSAGE              it is larger than is looked at; last record
 *   UNPACK_END      -                    the archive was read to its end; last record
 *
 * A stream without ERROR, LIMIT or END is a worker that died. Names are as in the archive, never
 * used as paths by either side; names and messages are at most UNPACK_MAX_TEXT bytes.
 */
#ifndef WF_UNPACK_PROTOCOL_H
#define WF_UNPACK_PROTOCOL_H

#include <stdint.h>

#define UNPACK_MAX_FILE	   (64u * 1024)
#define UNPACK_MAX_ENTRIES 20000u
#define UNPACK_MAX_TOTAL   (64u * 1024 * 1024)
#define UNPACK_MAX_TEXT	   1024u

enum unpack_type { UNPACK_FILE = 1, UNPACK_SKIPPED, UNPACK_ERROR, UNPACK_END, UNPACK_LIMIT };

struct unpack_header {
	uint32_t type, length;
};

#define UNPACK_MAX_RECORD (sizeof(struct unpack_header) + UNPACK_MAX_TEXT + 1 + UNPACK_MAX_FILE)

#endif
