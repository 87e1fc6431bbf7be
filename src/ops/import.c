// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The import: each file is read, parsed, put to its group and forgotten, so that memory does not
 * grow with their number. Knows whose a file is and what becomes of one that cannot be read; how a
 * group is stored is group.c's. Nothing is kept unless everything that could be read was stored.
 */
#include "ops/import.h"

#include <string.h>

#include "base/str.h"
#include "ops/convert.h"
#include "ops/device.h"
#include "ops/group.h"
#include "ops/scratch.h"
#include "wgconf/parse.h"

void import_note(
	struct import *im, const char *file, unsigned line, unsigned column, const char *text)
{
	struct import_note *n;

	LIST_FOREACH (old, im->report, notes) {
		if (str_eq(old->text, text)) {
			old->files++;
			return;
		}
	}
	if (im->report->n_notes == IMPORT_MAX_NOTES) {
		im->report->more_notes++;
		return;
	}
	n = LIST_PUSH(im->o->arena, im->report, notes);
	n->text = arena_strdup(im->o->arena, text);
	n->file = arena_strdup(im->o->arena, file);
	n->line = line;
	n->column = column;
	n->files = 1;
}

/* One file did not go in. */
static void fail(void *ctx, const struct err *e)
{
	struct import *im = ctx;
	struct import_failure *f = LIST_PUSH(im->o->arena, im->report, failures);

	*f = (struct import_failure){
		.code = e->code,
		.file = arena_strdup(im->o->arena, e->file),
		.message = arena_strdup(im->o->arena, e->msg),
		.hint = arena_strdup(im->o->arena, e->hint),
		.line = e->line,
		.column = e->column,
	};
}

/*
 * The words are wf-unpack's. A link, a device or what an archiver left beside a file is no loss; a
 * configuration that was left out is.
 */
static bool is_no_loss(const char *reason)
{
	static const char *const words[] = {"link", "device", "hidden", "macOS"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_icontains(reason, words[i]))
			return true;
	return false;
}

static void ignored(void *ctx, const char *place, const char *reason)
{
	struct import *im = ctx;
	struct err e = {0};

	im->report->ignored++;
	if (!str_iends(place, ".conf") || is_no_loss(reason))
		return;
	err_set(&e, str_icontains(reason, "larger") ? E_LIMIT : E_ARCHIVE, "left out: %s", reason);
	err_at(&e, place, 0, 0);
	fail(im, &e);
}

static int check_conf(struct import *im, struct arena *a, const struct source_file *f,
	struct conf *c, struct err *e)
{
	int r;

	if (!c->n_peers) {
		err_set(e, E_NOT_CONFIG,
			"not a provider's configuration: there is no [Peer] in it");
		return err_at(e, f->place, 0, 0);
	}
	if (c->n_addresses)
		return 0;
	if (im->opt->address && (r = convert_add_addresses(a, im->opt->address, c, e)))
		return err_wrap(e, "--address");
	return 0;
}

static int sponsor_from_row(
	struct import *im, const char *name, bool make, struct sponsor *ret, struct err *e)
{
	const struct provider *p = provider_by_name(name);
	struct err none = {0};
	int r = store_sponsor_get(im->o->store, im->o->arena, name, ret, &none);

	if (r != -E_NOT_FOUND || !make) {
		*e = none;
		return r;
	}
	*ret = (struct sponsor){
		.name = p ? p->name : name,
		.website = p ? p->website : NULL,
		.support_url = p ? p->support_url : NULL,
	};
	return store_sponsor_add(im->o->store, ret, e);
}

/* A configuration of this device that has the key already says whose it is. */
static int sponsor_by_key(
	struct import *im, const char *public_key, const char **ret, struct err *e)
{
	size_t n, len = strlen(im->peer.name);
	const char **names;
	int r = store_config_same_key(im->o->store, im->o->arena, public_key, 0, &names, &n, e);

	for (size_t i = 0; i < n && !r; i++)
		if (str_istarts(names[i], im->peer.name) && names[i][len] == '/')
			*ret = names[i] + len + 1;
	return r;
}

static int ask_sponsor(
	struct import *im, const struct source_file *f, const char **ret, struct err *e)
{
	struct arena *a = im->o->arena;
	struct sponsor_list l = {0};
	const char **names;
	int r;

	if (f->archive && str_eq(f->archive, im->answer_archive)) {
		*ret = im->answer;
		return 0;
	}
	if ((r = store_sponsor_list(im->o->store, a, &l, e)))
		return r;
	names = arena_alloc(a, (l.n_items + 1) * sizeof(*names));
	for (size_t i = 0; i < l.n_items; i++)
		names[i] = l.items[i].name;
	if ((r = im->o->ui->choose(im->o->ui->ctx, a,
		     arena_printf(a, "Whose configuration is '%s'?", f->place), names, l.n_items,
		     true, "--sponsor NAME", ret, e)))
		return r;
	im->answer_archive = arena_strdup(a, f->archive);
	im->answer = *ret;
	return 0;
}

static int find_sponsor(struct import *im, const struct source_file *f, const struct conf *c,
	const char *public_key, struct sponsor *ret, struct err *e)
{
	const char *name = im->opt->sponsor;
	const struct provider *p;
	int r;

	if (name)
		return sponsor_from_row(im, name, true, ret, e);
	if ((r = sponsor_by_key(im, public_key, &name, e)))
		return r;
	if (!name && (p = provider_recognise(f->archive, f->name, c)))
		name = p->name;
	if (!name && (r = ask_sponsor(im, f, &name, e)))
		return r;
	return sponsor_from_row(im, name, true, ret, e);
}

static struct group *group_of_key(struct import *im, const struct wg_secret *key)
{
	for (struct group *g = im->groups; g; g = g->next)
		if (secret_equal(&g->key, key))
			return g;
	return NULL;
}

static struct group *group_of_sponsor(struct import *im, int64_t id)
{
	for (struct group *g = im->groups; g; g = g->next)
		if (g->row.sponsor_id == id)
			return g;
	return NULL;
}

/* The group of a file: by its key, else by whose it is; opened at the first file. */
static int find_group(struct import *im, const struct source_file *f, const struct conf *c,
	struct group **ret, struct err *e)
{
	char text[WG_KEY_TEXT_SIZE];
	const char *public_key;
	struct wg_key key;
	struct sponsor s;
	int r;

	if ((*ret = group_of_key(im, &c->private_key)))
		return 0;
	if (!im->have_peer &&
		(r = device_need(im->o, im->opt->peer, im->opt->ssh_host, &im->peer, e)))
		return r;
	im->have_peer = true;
	secret_public_key(&c->private_key, &key);
	wg_key_format(&key, text);
	public_key = arena_strdup(im->o->arena, text);
	if ((r = find_sponsor(im, f, c, public_key, &s, e)))
		return r;
	if ((*ret = group_of_sponsor(im, s.id)))
		return 0;
	return group_open(im, &s, provider_by_name(s.name), f, c, public_key, ret, e);
}

static void take_notes(struct import *im, const struct source_file *f, const struct conf *c)
{
	LIST_FOREACH (n, c, notes)
		import_note(im, f->place, n->line, n->column, n->text);
}

static int take_parsed(struct import *im, struct arena *a, const struct source_file *f,
	struct conf *c, struct err *e)
{
	struct group *g;
	int r;

	take_notes(im, f, c);
	if ((r = find_group(im, f, c, &g, e)) || (r = group_add(im, g, a, f, c, e))) {
		if (!e->file[0])
			err_at(e, f->place, 0, 0);
		return r;
	}
	im->report->files++;
	return 0;
}

static int take_file(void *ctx, const struct source_file *f, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct import *im = ctx;
	struct err own = {0};
	struct conf c;
	int r;

	if (im->o->ui->cancelled(im->o->ui->ctx))
		return err_set(e, E_INTERRUPTED, "interrupted; nothing was imported");
	if (conf_parse(a, f->place, f->text, f->len, &c, &own)) {
		fail(im, &own);
		return 0;
	}
	if (check_conf(im, a, f, &c, &own)) {
		fail(im, &own);
		r = 0;
	} else {
		r = take_parsed(im, a, f, &c, e);
	}
	conf_clear(&c);
	return r;
}

/* Nothing went in: that is the error of the only file, or of all. */
static int none_taken(const struct import_report *rep, struct err *e)
{
	const struct import_failure *f = rep->failures;

	if (!rep->n_failures)
		return err_set(e, E_EMPTY, "there is no configuration in it");
	if (rep->n_failures > 1)
		return err_set(e, E_FAILED, "none of %zu files could be imported", rep->n_failures);
	err_set(e, f->code, "%s", f->message);
	if (f->hint[0])
		err_hint(e, "%s", f->hint);
	return err_at(e, f->file[0] ? f->file : NULL, f->line, f->column);
}

static int read_all(struct import *im, struct err *e)
{
	const struct source_sink sink = {
		.ctx = im, .file = take_file, .failed = fail, .ignored = ignored};
	struct err own = {0};
	int r = 0;

	for (size_t i = 0; i < im->opt->n_paths && !r; i++) {
		r = source_read(im->opt->paths[i], &sink, &own);
		/* One of several arguments that cannot be read does not keep the others out. */
		if ((r == -E_NOT_FOUND || r == -E_PERMISSION) && im->opt->n_paths > 1) {
			fail(im, &own);
			own = (struct err){0};
			r = 0;
		}
	}
	if (r)
		*e = own;
	else if (!im->report->files)
		r = none_taken(im->report, e);
	for (struct group *g = im->groups; g && !r; g = g->next)
		r = group_finish(im, g, e);
	return r;
}

/* A dry run makes no database: where there is none it works on one that does not stay. */
static int open_store(struct ops *o, const char **scratch, struct err *e)
{
	struct err own = {0};
	int r = ops_store(o, true, !o->dry_run, &own);

	if (r == -E_NOT_FOUND && o->dry_run)
		return scratch_open(o, scratch, e);
	if (r)
		*e = own;
	return r;
}

static int run(struct ops *o, const struct import_options *opt, struct import_report *report,
	struct err *e)
{
	struct import im = {.o = o, .opt = opt, .report = report, .sealer = {.ops = o}};
	int r = store_begin(o->store, e);

	if (r)
		return r;
	im.end = &im.groups;
	r = ops_end(o, read_all(&im, e), e);
	group_free_all(&im);
	sealer_free(&im.sealer);
	return r;
}

int import_run(struct ops *o, const struct import_options *opt, struct import_report *report,
	struct err *e)
{
	const char *machine, *scratch = NULL;
	int r;

	if ((r = ops_machine(o, &machine, e)) || (r = open_store(o, &scratch, e)))
		return r;
	r = run(o, opt, report, e);
	scratch_remove(o, scratch);
	return r;
}
