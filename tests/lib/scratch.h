/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of its own for a test program: made and entered at the start, removed at the end. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch_dir[] = "/tmp/wf-test-XXXXXX";

static int scratch_remove_one_(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path);
}

static void scratch_leave(void)
{
	if (chdir("/") == 0)
		nftw(scratch_dir, scratch_remove_one_, 16, FTW_DEPTH | FTW_PHYS);
}

/* Ends the program when there is no such directory to be had. */
static void scratch_enter(void)
{
	if (!mkdtemp(scratch_dir) || chdir(scratch_dir) < 0) {
		perror("scratch directory");
		exit(1);
	}
}

#endif
