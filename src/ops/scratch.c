// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database of a dry run on a machine that has none. Knows the few files that store makes; after
 * scratch_remove none of them is left.
 */
#include "ops/scratch.h"

#include <errno.h>
#include <unistd.h>

int scratch_open(struct ops *o, const char **dir, struct err *e)
{
	char *made = arena_strdup(o->arena, "/dev/shm/wf-dry-XXXXXX");
	struct store_options opt = {
		.verb = o->verb,
		.timeout_ms = o->timeout_ms,
		.write = true,
		.create = true,
	};
	int r;

	if (!mkdtemp(made)) /* 0700 */
		return err_errno(e, E_IO, errno, "cannot make a database for the dry run");
	opt.path = arena_printf(o->arena, "%s/wf.db", made);
	opt.key_path = arena_printf(o->arena, "%s/key", made);
	r = store_open(&opt, &o->store, e);
	if (r)
		scratch_remove(o, made);
	else
		*dir = made;
	return r;
}

void scratch_remove(struct ops *o, const char *dir)
{
	static const char *const files[] = {"wf.db", "wf.db-wal", "wf.db-shm", "wf.db.lock", "key"};

	if (!dir)
		return;
	ops_close(o);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(arena_printf(o->arena, "%s/%s", dir, files[i]));
	rmdir(dir);
}
