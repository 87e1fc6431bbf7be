// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of the lockdown outlives the boot. Knows the two files, their order and who reads them; what
 * a lockdown closes is not known here. The two never disagree for long: each is placed whole, and
 * whoever finds one damaged or missing goes by the other, or closes everything.
 */
#include "ops/lockdown_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "apply/compiled.h"
#include "base/file.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "ops/lockdown.h"
#include "plan/compile.h"
#include "sys/machine.h"

#define LIB_DIR	 "/var/lib/wf"
#define JSON	 WF_PERSIST_DIR "/lockdown.json"
#define COMPILED LIB_DIR "/lockdown.nftb"
#define LIMIT	 (4u * 1024 * 1024)

bool lockdown_file_exists(void)
{
	return access(JSON, F_OK) == 0 || access(COMPILED, F_OK) == 0;
}

int lockdown_file_read(struct arena *a, struct contribution *ret, struct err *e)
{
	struct contribution c = {0};
	json_error_t je;
	json_t *j;
	char *text;
	size_t len;
	int r = file_read_optional(a, JSON, LIMIT, &text, &len, e);

	if (r)
		return r;
	if (text) {
		j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
		r = j ? contribution_from_json(a, j, &c, e) : err_set(e, E_FAILED, "%s", je.text);
		json_decref(j);
		if (!r && (!c.lockdown || !c.own.firewall.present))
			r = err_set(e, E_FAILED, "it is no lockdown");
		if (r)
			return err_wrap(e, "'" JSON "' is damaged");
	}
	*ret = c;
	return 0;
}

int lockdown_file_write(struct arena *a, const struct contribution *c, struct err *e)
{
	STRBUF_CLEANUP struct strbuf text = {0};
	struct contribution kept;
	char *compiled;
	size_t len;
	int r;

	/* After a boot the connections of today are nobody's. */
	contribution_copy(a, c, &kept);
	kept.own.firewall.n_logins = 0;
	kept.phase = CONTRIBUTION_DONE;
	kept.verb = NULL;
	kept.pid = kept.pid_start = 0;
	contribution_to_json(&kept, &text);
	if ((r = compiled_encode(a, &kept.own.firewall, &compiled, &len, e)) ||
		(r = file_make_dir(LIB_DIR, 0700, e)) ||
		(r = file_make_dir(WF_PERSIST_DIR, 0700, e)) ||
		(r = file_place(COMPILED, compiled, len, 0600, true, e)) ||
		(r = file_place(JSON, text.s, text.len, 0600, true, e)))
		return err_wrap(e, "cannot keep the lockdown for the next boot");
	return 0;
}

static int remove_file(const char *dir, const char *path, struct err *e)
{
	FD_CLEANUP int fd = -1;

	if (unlink(path) < 0)
		return errno == ENOENT || errno == ENOTDIR
			? 0
			: err_errno(e, E_IO, errno, "cannot remove '%s'", path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_errno(e, E_IO, errno, "cannot write '%s'", dir);
	return 0;
}

int lockdown_file_remove(struct err *e)
{
	struct err second;
	int r = remove_file(WF_PERSIST_DIR, JSON, e);
	int s = remove_file(LIB_DIR, COMPILED, r ? &second : e);

	return r ? r : s;
}

int lockdown_file_compiled(struct arena *a, char **ret, size_t *ret_len, struct err *e)
{
	return file_read_optional(a, COMPILED, LIMIT, ret, ret_len, e);
}

void lockdown_adopt(struct host *h)
{
	struct arena *a = h->ops->arena;
	struct contribution c = {0};
	struct err why = {0};
	int r;

	if (!h->boot_namespace || record_lockdown(&h->record) || !lockdown_file_exists() ||
		machine_boot_word(LOCKDOWN_OPEN))
		return;
	r = lockdown_file_read(a, &c, &why);
	if (r || !c.name) {
		compile_lockdown(a, &(struct lockdown){0}, &c);
		if (r)
			h->ops->ui->warn(h->ops->ui->ctx, &why);
	}
	*LIST_PUSH(a, &h->record, contributions) = c;
	firewall_copy(a, &c.own.firewall, LIST_PUSH(a, &h->record, firewalls));
}
