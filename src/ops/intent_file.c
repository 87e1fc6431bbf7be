// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A .conf file used directly, without the database: `wf up ./office.conf`, or a bare name that only
 * /etc/wireguard knows. Its keys live in guarded memory for this command and are named by their
 * fingerprint, so that plans and the record are the same as for a row.
 */
#include "ops/intent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "ops/policy.h"
#include "wgconf/idiom.h"
#include "wgconf/parse.h"

#define ETC_WIREGUARD "/etc/wireguard"

/* wg-quick's rule for an interface name, and not "." or "..". */
bool intent_name_is_interface(const char *name)
{
	size_t n = strlen(name);

	if (!n || n >= WF_IFNAME_SIZE || str_eq(name, ".") || str_eq(name, ".."))
		return false;
	for (const char *p = name; *p; p++)
		if (!((*p >= '0' && *p <= '9') || (str_lower(*p) >= 'a' && str_lower(*p) <= 'z') ||
			    strchr("_=+.-", *p)))
			return false;
	return true;
}

const char *intent_file_path(struct arena *a, const char *name)
{
	const char *path;

	if (str_iends(name, ".conf"))
		return name;
	if (!intent_name_is_interface(name))
		return NULL;
	path = arena_printf(a, ETC_WIREGUARD "/%s.conf", name);
	return access(path, R_OK) == 0 ? path : NULL;
}

/* Hands the secret over to the command's keys; the reference names it by its fingerprint. */
static void keep_key(struct ops *o, struct wg_secret *s, struct key_ref *ret)
{
	struct ops_key *k;

	if (!secret_is_set(s))
		return;
	secret_fingerprint(s, ret->fp);
	for (size_t i = 0; i < SECRET_FP_LEN; i++)
		snprintf(ret->id + 2 * i, 3, "%02x", ret->fp[i]);
	k = LIST_PUSH(o->arena, o, keys);
	str_copy(k->id, sizeof(k->id), ret->id);
	k->secret = secret_take(s);
}

static int by_line(const void *a, const void *b)
{
	const struct conf_hook *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* What the file's hooks mean, as an import would have it; the others are left over. */
static int take_hooks(struct ops *o, const struct conf *c, struct tunnel *t, struct hook_set *hooks,
	struct err *e)
{
	struct idiom_list l = {0};
	int r;

	*hooks = (struct hook_set){0};
	idiom_recognise(o->arena, c, t->ifname, &l);
	LIST_FOREACH (d, &l, items) {
		if (d->pattern != PATTERN_RAW_SHELL) {
			if ((r = policy_add(o->arena, d->pattern, d->inert ? NULL : &d->policy,
				     &t->policy, e)))
				return r;
			continue;
		}
		LIST_FOREACH (i, d, up)
			*LIST_PUSH(o->arena, hooks, hooks) = c->hooks[*i];
		LIST_FOREACH (i, d, down)
			*LIST_PUSH(o->arena, hooks, hooks) = c->hooks[*i];
	}
	if (hooks->n_hooks)
		qsort(hooks->hooks, hooks->n_hooks, sizeof(*hooks->hooks), by_line);
	trust_hash(o->arena, hooks);
	return 0;
}

static int take_conf(struct ops *o, struct conf *c, struct tunnel *t, struct err *e)
{
	int r;

	if (!secret_is_set(&c->private_key))
		return err_set(e, E_KEY, "there is no PrivateKey");
	if (c->amneziawg) {
		err_set(e, E_UNSUPPORTED, "this is an AmneziaWG configuration");
		return err_hint(e, "WireGuard cannot speak it");
	}
	secret_public_key(&c->private_key, &t->public_key);
	keep_key(o, &c->private_key, &t->private_key);
	if ((r = intent_take_conf(o->arena, c, t, e)))
		return r;
	for (size_t i = 0; i < c->n_peers; i++)
		keep_key(o, &c->peers[i].preshared, &t->peers[i].preshared);
	return 0;
}

/* Guarded memory is locked and wiped page by page, so a small file gets little of it. */
static size_t room_for(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > CONF_MAX_SIZE)
		return CONF_MAX_SIZE;
	return (size_t)st.st_size;
}

static int read_conf(struct ops *o, const char *path, struct conf *ret, struct err *e)
{
	SECRET_TEXT_CLEANUP struct secret_text text = {0};
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r;

	if (fd < 0)
		return err_errno(e,
			errno == EINTR		  ? E_INTERRUPTED
				: errno == EACCES ? E_PERMISSION
						  : E_NOT_FOUND,
			errno, "cannot open '%s'", path);
	if ((r = secret_text_new(room_for(fd), &text, e)) || (r = secret_text_read(&text, fd, e)))
		return err_wrap(e, "cannot read '%s'", path);
	return conf_parse(o->arena, path, text.s, text.len, ret, e);
}

const char *intent_name_of_file(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

	return arena_strndup(a, base, strlen(base) - strlen(".conf"));
}

int intent_load_file(
	struct ops *o, const char *path, struct tunnel *ret, struct hook_set *hooks, struct err *e)
{
	struct hook_set left;
	struct tunnel t = {.keep_ssh = true};
	struct conf c = {0};
	int r;

	t.name = t.title = intent_name_of_file(o->arena, path);
	if (!intent_name_is_interface(t.name)) {
		err_set(e, E_NAME, "'%s' cannot be the name of an interface", t.name);
		return err_hint(e, "at most 15 of a-z A-Z 0-9 _ = + . -; or: wf import '%s'", path);
	}
	str_copy(t.ifname, sizeof(t.ifname), t.name);
	if ((r = read_conf(o, path, &c, e)))
		return r;
	r = take_conf(o, &c, &t, e);
	if (!r)
		r = take_hooks(o, &c, &t, hooks ? hooks : &left, e);
	conf_clear(&c);
	if (r)
		return err_wrap(e, "'%s'", path);
	*ret = t;
	return 0;
}
