// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firewall of a record as bytes, for the floor: what wf sends to make it and to take it away.
 *
 * Usage: table RECORD MAKE REMOVE (the files that are written)
 */
#include <stdio.h>

#include "base/file.h"
#include "fw/fw.h"
#include "fw/table.h"
#include "model/contribution.h"

static int read_record(struct arena *a, const char *path, struct record *ret, struct err *e)
{
	json_error_t je;
	json_t *j = json_load_file(path, 0, &je);
	int r;

	if (!j)
		return err_set(e, E_FAILED, "%s: %s", path, je.text);
	r = record_from_json(a, j, ret, e);
	json_decref(j);
	if (!r && ret->n_firewalls != 1)
		r = err_set(e, E_FAILED, "%s: %zu firewalls", path, ret->n_firewalls);
	return r;
}

static int write_batch(const char *path, const struct fw_batch *b, struct err *e)
{
	return file_place(path, (const char *)b->bytes, b->len, 0600, false, e);
}

int main(int argc, char **argv)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct record record = {0};
	struct fw_batch batch;
	struct fw_table t;
	struct err e;

	if (argc != 4) {
		fprintf(stderr, "usage: table RECORD MAKE REMOVE\n");
		return 2;
	}
	if (read_record(a, argv[1], &record, &e))
		goto failed;
	fw_build(a, &record.firewalls[0], &t);
	if (fw_encode_create(a, &t, &batch, &e) || write_batch(argv[2], &batch, &e) ||
		fw_encode_delete(a, FW_TABLE, &batch, &e) || write_batch(argv[3], &batch, &e))
		goto failed;
	return 0;
failed:
	fprintf(stderr, "table: %s\n", e.msg);
	return 1;
}
