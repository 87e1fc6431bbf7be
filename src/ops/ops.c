// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every use-case shares: the database handle and its transaction, this machine's id, notes.
 * Must not print and must not know which of its callers is a menu.
 */
#include "ops/ops.h"

#include "base/str.h"
#include "sys/machine.h"

void ops_close(struct ops *o)
{
	LIST_FOREACH (k, o, keys)
		secret_clear(&k->secret);
	o->n_keys = 0;
	store_close(o->store);
	o->store = NULL;
}

int ops_store(struct ops *o, bool write, bool create, struct err *e)
{
	struct store_options opt = {
		.path = o->db_path,
		.verb = o->verb,
		.timeout_ms = o->timeout_ms,
		.write = write,
		.create = create,
	};

	if (o->store)
		return 0;
	return store_open(&opt, &o->store, e);
}

int ops_machine(struct ops *o, const char **ret, struct err *e)
{
	int r;

	if (!o->machine && (r = machine_id(o->arena, &o->machine, e)))
		return r;
	*ret = o->machine;
	return 0;
}

int ops_read(struct ops *o, bool *empty, struct err *e)
{
	struct err own = {0};
	int r = ops_store(o, false, false, &own);

	*empty = r == -E_NOT_FOUND;
	if (r && !*empty)
		*e = own;
	return *empty ? 0 : r;
}

int ops_begin(struct ops *o, bool create, struct err *e)
{
	const char *machine;
	int r;

	if ((r = ops_machine(o, &machine, e)) || (r = ops_store(o, true, create && !o->dry_run, e)))
		return r;
	return store_begin(o->store, e);
}

int ops_end(struct ops *o, int r, struct err *e)
{
	if (!r && !o->dry_run && !(r = store_commit(o->store, e)))
		return 0;
	if (o->store)
		store_rollback(o->store);
	return r;
}

void ops_note(struct ops *o, const char *fmt, ...)
{
	STRBUF_CLEANUP struct strbuf b = {0};
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	o->ui->note(o->ui->ctx, strbuf_str(&b));
}
