/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an archive to records. */
#ifndef WF_UNPACK_STREAM_H
#define WF_UNPACK_STREAM_H

#include <stdbool.h>
#include "unpack/record.h"

/*
 * Reads a zip or tar (plain, gzip, bzip2, xz, zstd) from a descriptor, a file or a pipe, and writes
 * its records up to and with the last one. False when the last one was not END.
 */
bool stream_archive(int fd, struct record_writer *w);

#endif
