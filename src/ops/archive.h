/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives, by the worker wf-unpack, which runs without privilege; see unpack/protocol.h. */
#ifndef WF_OPS_ARCHIVE_H
#define WF_OPS_ARCHIVE_H

#include "ops/source.h"

/*
 * Reads the archive on `fd` from where it stands; `name` is its base name. Members that end in
 * ".conf" are handed over. The worker is looked for in WF_LIBEXECDIR, or in the directory that the
 * environment variable WF_LIBEXEC names unless this program runs with more privilege than its
 * caller.
 */
int archive_read(const char *name, int fd, const struct source_sink *sink, struct err *e);

#endif
