// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fuzz target without a fuzzer: runs it on every file of the folders named as arguments, or of
 * SEEDS. What the target finds wrong ends the program, and the plan is missing then.
 */
#include <dirent.h>
#include <stdint.h>

#include "base/file.h"
#include "base/str.h"
#include "lib/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;

	if (!ok(d, "%s can be read", folder))
		return;
	while ((entry = readdir(d))) {
		ARENA_CLEANUP struct arena *a = arena_new();
		char *path = arena_printf(a, "%s/%s", folder, entry->d_name), *data;
		struct err e;
		size_t len;

		if (entry->d_name[0] == '.' || str_iends(entry->d_name, ".tsv"))
			continue;
		diag("%s", entry->d_name);
		if (ok(file_read(a, path, 1 << 20, &data, &len, &e) == 0, "%s", entry->d_name))
			LLVMFuzzerTestOneInput((const uint8_t *)data, len);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	static const char *const seeds[] = {SEEDS};

	for (int i = 1; i < argc; i++)
		replay_folder(argv[i]);
	for (size_t i = 0; argc < 2 && i < sizeof(seeds) / sizeof(seeds[0]); i++)
		replay_folder(seeds[i]);
	return done_testing();
}
