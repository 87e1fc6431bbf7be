// SPDX-License-Identifier: GPL-2.0-or-later
/* The public summary of what is up. Knows what everybody may see; must not see a key. */
#include "ops/status_file.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "plan/merge.h"

const char *status_file_path(const struct host *h)
{
	const char *base = h->ops->run_dir ? h->ops->run_dir : HOST_RUN_DIR;

	return h->boot_namespace
		? arena_printf(h->ops->arena, "%s/status.json", base)
		: arena_printf(h->ops->arena, "%s/status-%" PRIu64 ".json", base, h->cookie);
}

static void write_tunnel(struct jsonw *j, const struct contribution *c, bool holder)
{
	jsonw_object(j);
	jsonw_kv_str(j, "name", c->name);
	jsonw_kv_str(j, "title", c->title);
	jsonw_kv_str(j, "interface", c->ifname);
	jsonw_kv_str(j, "state", c->phase == CONTRIBUTION_DONE ? "up" : "changing");
	jsonw_kv_str(j, "server", c->server);
	jsonw_kv_str(j, "country", c->country);
	jsonw_kv_str(j, "city", c->city);
	jsonw_kv_bool(j, "default", holder);
	jsonw_kv_bool(j, "kill_switch", kill_switch_is_on(c->kill_switch));
	jsonw_kv_str(j, "kill_switch_scope", kill_switch_scope(c->kill_switch));
	jsonw_kv_bool(j, "dns_gate", c->own.firewall.dns_gate || c->own.firewall.kill_switch);
	jsonw_kv_str(j, "since", c->since);
	jsonw_object_end(j);
}

int status_file_write(struct host *h, struct err *e)
{
	STRBUF_CLEANUP struct strbuf out = {0};
	const struct contribution *holder = merge_holder(&h->record);
	const char *path = status_file_path(h);
	char now[CLOCK_TEXT_SIZE];
	struct jsonw j;

	if (!h->record.n_contributions) {
		if (unlink(path) < 0 && errno != ENOENT)
			return err_errno(e, E_IO, errno, "cannot remove '%s'", path);
		return 0;
	}
	clock_now(now);
	jsonw_begin(&j, &out);
	jsonw_object(&j);
	jsonw_kv_str(&j, "schema", "wf.status.brief/1");
	jsonw_kv_str(&j, "as_of", now);
	jsonw_kv_uint(&j, "netns", h->cookie);
	jsonw_key(&j, "tunnels");
	jsonw_array(&j);
	LIST_FOREACH (c, &h->record, contributions)
		if (!c->lockdown)
			write_tunnel(&j, c, c == holder);
	jsonw_array_end(&j);
	jsonw_kv_bool(&j, "lockdown", record_lockdown(&h->record));
	jsonw_object_end(&j);
	strbuf_addc(&out, '\n');
	return file_place(path, out.s, out.len, 0644, false, e);
}

/* Whether a summary is that of this namespace. */
static bool is_ours(const struct host *h, const char *text, size_t len)
{
	json_t *j = json_loadb(text, len, 0, NULL);
	const json_t *netns = json_object_get(j, "netns");
	bool ours = !netns || (uint64_t)json_integer_value(netns) == h->cookie;

	json_decref(j);
	return ours;
}

/* Only root is told which namespace is the boot's, so the file itself has to say whose it is. */
int status_file_read(struct ops *o, char **ret, struct err *e)
{
	HOST_CLEANUP struct host h = {.lock.fd = -1};
	char *text = NULL;
	size_t len;
	int r = host_open(o, &h, e);

	for (int boot = 0; !r && !text && boot < 2; boot++) {
		h.boot_namespace = boot;
		r = file_read_optional(o->arena, status_file_path(&h), 1 << 20, &text, &len, e);
		if (!r && boot && text && !is_ours(&h, text, len))
			text = NULL;
	}
	if (!r)
		*ret = text;
	return r;
}
