// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host and its record: opening, locking, loading, saving. Knows where the record lies and who
 * is at work on it; what the kernel should have is plan's business (ops/host_plan.c calls it). The
 * record is written before the first operation and after the last, each time as a whole.
 */
#include "ops/host.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "net/nft.h"
#include "net/query.h"
#include "ops/boot.h"
#include "ops/intent.h"
#include "ops/lockdown_file.h"
#include "ops/status_file.h"
#include "sys/machine.h"
#include "sys/sysctl.h"

#define RECORD_LIMIT (64u * 1024 * 1024)

static bool same_namespace_as_init(void)
{
	struct stat self, init;

	return stat("/proc/self/ns/net", &self) == 0 && stat("/proc/1/ns/net", &init) == 0 &&
		self.st_ino == init.st_ino && self.st_dev == init.st_dev;
}

/* A link made now has IPv6 only if neither "all" nor "default" switches it off. */
static void look_at_ipv6(struct host *h)
{
	static const char *const keys[] = {
		"net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.default.disable_ipv6"};
	struct err ignored;
	int32_t value;

	h->ipv6 = h->ipv6_kernel = true;
	for (size_t i = 0; i < 2 && h->ipv6; i++) {
		h->ipv6_kernel = !sysctl_read(keys[i], &value, &ignored);
		if (!h->ipv6_kernel || value) {
			h->ipv6 = false;
			h->ipv6_sysctl = keys[i];
		}
	}
}

static int get_key(void *ctx, const char *id, struct wg_secret *ret, struct err *e)
{
	struct ops *o = ctx;
	int r;

	LIST_FOREACH (k, o, keys)
		if (str_eq(k->id, id))
			return secret_from_bytes(secret_bytes(&k->secret), ret, e);
	r = ops_store(o, false, false, e);
	return r ? r : store_open_key(o->store, id, ret, e);
}

static bool cancelled(void *ctx)
{
	const struct ops *o = ctx;

	return o->ui->cancelled(o->ui->ctx);
}

int host_open(struct ops *o, struct host *h, struct err *e)
{
	const char *base = o->run_dir ? o->run_dir : HOST_RUN_DIR;
	int r;

	*h = (struct host){.ops = o, .lock.fd = -1};
	if ((r = net_query_cookie(&h->cookie, e)) || (r = net_open(&h->net, e)))
		return r;
	h->boot_namespace = same_namespace_as_init();
	h->dir = arena_printf(o->arena, "%s/%" PRIu64, base, h->cookie);
	look_at_ipv6(h);
	h->local = (struct local){
		.net = h->net,
		.keys = {.get = get_key, .ctx = o},
		.cancelled = cancelled,
		.ctx = o,
	};
	h->executor = local_executor(&h->local);
	h->record.next_seq = 1;
	return 0;
}

void host_close(struct host *h)
{
	host_unlock(h);
	net_close(h->net);
	h->net = NULL;
}

static int read_record(struct host *h, struct err *e)
{
	const char *path = arena_printf(h->ops->arena, "%s/record.json", h->dir);
	json_error_t je;
	json_t *j;
	char *text;
	size_t len;
	int r;

	if ((r = file_read_optional(h->ops->arena, path, RECORD_LIMIT, &text, &len, e)) || !text)
		return r;
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	if (!j)
		r = err_set(e, E_FAILED, "the record '%s' is damaged: %s", path, je.text);
	else
		r = record_from_json(h->ops->arena, j, &h->record, e);
	json_decref(j);
	h->local.firewall_digest = h->record.firewall_digest;
	h->local.firewall_generation = h->record.firewall_generation;
	if (!r)
		return 0;
	err_wrap(e, "cannot read what is applied here");
	return err_hint(e,
		"'wf lockdown off' opens the network; to start anew, remove that file and the "
		"tunnels' interfaces");
}

int host_load(struct host *h, struct err *e)
{
	int r;

	h->record = (struct record){.next_seq = 1};
	h->local.firewall_digest = h->local.firewall_generation = 0;
	h->local.firewall_changed = false;
	r = read_record(h, e);
	if (!r)
		lockdown_adopt(h);
	return r;
}

/* Whoever was at work on it is dead: what it began is taken back (a reload: finished). */
static void settle(struct host *h, struct contribution *c)
{
	if (c->phase != CONTRIBUTION_DOING || process_lives(c->pid, c->pid_start))
		return;
	if (str_eq(c->verb, "up") || c->leaving) {
		c->leaving = true;
		ops_note(h->ops, "'%s' of %s was interrupted; what it left is taken back", c->verb,
			c->title);
	} else {
		c->phase = CONTRIBUTION_DONE;
	}
}

/* The directory of the summaries is everybody's, whatever the umask of who made it. */
static int make_dirs(struct host *h, struct err *e)
{
	const char *base = h->ops->run_dir ? h->ops->run_dir : HOST_RUN_DIR;

	if (mkdir(base, 0755) == 0 && chmod(base, 0755) < 0)
		return err_errno(e, E_IO, errno, "cannot open '%s' to others", base);
	return file_make_dir(h->dir, 0700, e);
}

int host_lock(struct host *h, const char *keep, struct err *e)
{
	const char *path = arena_printf(h->ops->arena, "%s/lock", h->dir);
	int r;

	if ((r = make_dirs(h, e)) ||
		(r = lock_take(path, h->ops->verb, h->ops->timeout_ms, &h->lock, e)))
		return err_wrap(e, "cannot take the lock of this host");
	if ((r = host_load(h, e))) {
		host_unlock(h);
		return r;
	}
	LIST_FOREACH (c, &h->record, contributions)
		if (!keep || !str_ieq(c->name, keep))
			settle(h, c);
	boot_repair(h);
	return 0;
}

void host_unlock(struct host *h)
{
	if (h->lock.fd >= 0)
		lock_drop(&h->lock);
	h->lock.fd = -1;
}

/*
 * By what the kernel says of the table now, it is seen later whether others edited it. The
 * generation first: what they commit between the two questions makes another one.
 */
static void remember_firewall(struct host *h)
{
	uint64_t generation = 0, digest = 0;
	struct err unread;

	if (!h->local.firewall_changed)
		return;
	h->local.firewall_changed = false;
	/* Where none is to be, there is nothing to know again. */
	if (h->record.n_firewalls &&
		(net_nft_generation(h->net, &generation, &unread) ||
			net_nft_digest(h->net, &digest, &unread)))
		generation = digest = 0;
	h->record.firewall_generation = h->local.firewall_generation = generation;
	h->record.firewall_digest = h->local.firewall_digest = digest;
}

int host_save(struct host *h, struct err *e)
{
	const char *path = arena_printf(h->ops->arena, "%s/record.json", h->dir);
	STRBUF_CLEANUP struct strbuf text = {0};
	int r;

	remember_firewall(h);
	if (!h->record.n_contributions && !h->record.n_previous && !h->record.n_firewalls) {
		if (unlink(path) < 0 && errno != ENOENT)
			return err_errno(e, E_IO, errno, "cannot remove '%s'", path);
		return status_file_write(h, e);
	}
	record_to_json(&h->record, &text);
	r = file_place(path, text.s, text.len, 0600, false, e);
	return r ? r : status_file_write(h, e);
}

/* "mullvad" names "laptop/mullvad" when there is just one such, "DIR/office.conf" names "office".
 */
struct contribution *host_find(const struct host *h, const char *name)
{
	struct contribution *found = record_find(&h->record, name);

	if (found)
		return found;
	if (str_iends(name, ".conf"))
		return record_find(&h->record, intent_name_of_file(h->ops->arena, name));
	LIST_FOREACH (c, &h->record, contributions) {
		const char *slash = strrchr(c->name, '/');

		if (slash && str_ieq(slash + 1, name)) {
			if (found)
				return NULL;
			found = c;
		}
	}
	return found;
}

int host_check_free(const struct contribution *c, struct err *e)
{
	char age[32];

	if (c->phase != CONTRIBUTION_DOING || !process_lives(c->pid, c->pid_start))
		return 0;
	clock_age(clock_wall() - clock_parse(c->since), age, sizeof(age));
	err_set(e, E_BUSY, "'wf %s' (pid %" PRId64 ") has been at work on %s for %s", c->verb,
		c->pid, c->title, age);
	return err_hint(e, "wait for it, or end that process");
}

void host_mark(struct host *h, struct contribution *c, const char *verb, bool leaving)
{
	char now[CLOCK_TEXT_SIZE];

	clock_now(now);
	c->phase = CONTRIBUTION_DOING;
	c->verb = arena_strdup(h->ops->arena, verb);
	c->pid = getpid();
	c->pid_start = process_start(c->pid);
	c->since = arena_strdup(h->ops->arena, now);
	c->leaving = leaving;
}

void host_remove(struct host *h, struct contribution *c)
{
	struct record *r = &h->record;
	size_t i = (size_t)(c - r->contributions);

	memmove(c, c + 1, (r->n_contributions - i - 1) * sizeof(*c));
	r->n_contributions--;
}

struct contribution *host_replace(
	struct host *h, struct contribution *old, const struct contribution *form)
{
	struct record *r = &h->record;
	size_t i = (size_t)(old - r->contributions);
	struct contribution *behind = LIST_PUSH(h->ops->arena, r, contributions);

	*behind = r->contributions[i];
	behind->leaving = true;
	r->contributions[i] = *form;
	return &r->contributions[i];
}

int ops_is_up(struct ops *o, const char *name, bool *ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	int r;

	if ((r = host_open(o, &h, e)) || (r = host_load(&h, e)))
		return r;
	*ret = host_find(&h, name) != NULL;
	return 0;
}
