// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wf-unpack: reads an archive from descriptor 0 and says on descriptor 1 what is in it
 * (protocol.h). A program of its own because archives come from strangers and libarchive is large.
 * Nothing is read before the process is confined.
 */
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "unpack/confine.h"
#include "unpack/stream.h"

int main(void)
{
	static struct record_writer w = {.fd = STDOUT_FILENO};
	struct err e;

	/* libarchive converts names to the locale's character set; as UTF-8 they stay what they
	 * are. */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* A zip tells local time. With the zone given here no file is looked for at every entry. */
	setenv("TZ", "UTC0", 1);
	if (confine(&e) < 0) {
		record_last(&w, UNPACK_ERROR, e.msg);
		return 1;
	}
	/* No handler at exit has anything to do, and some of them may not. */
	_exit(stream_archive(STDIN_FILENO, &w) ? 0 : 1);
}
