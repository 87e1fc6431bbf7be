// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What /etc/resolv.conf was before wf replaced it, kept where it outlives a reboot. Knows the
 * format of the kept file (resolver.h) and what belongs to a file beside its bytes; must not know
 * when one is replaced. A kept file is whole or not there.
 */
#include "dns/resolver_parts.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define MAGIC "# wf.resolv/"
/* Until the next boot there is a second one: /var/lib/wf may be removed while a tunnel is up. */
#define RUN_DIR "/run/wf"
#define COPY	RUN_DIR "/resolv.conf"

static const char *const kinds[] = {
	[RESOLV_FILE] = "file",
	[RESOLV_LINK] = "link",
	[RESOLV_NONE] = "none",
};

int resolv_owner(uint64_t *ret, struct err *e)
{
	FD_CLEANUP int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*ret);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret, &len) < 0)
		return err_errno(
			e, E_KERNEL, errno, "cannot tell this network namespace from others");
	return 0;
}

/* A link that leads nowhere, or to what is no file, has no bytes. */
static void read_behind(struct arena *a, const char *path, struct resolv_file *f)
{
	struct err ignored;
	char *text;

	if (file_read(a, path, RESOLV_LIMIT, &text, &f->len, &ignored))
		return;
	f->bytes = text;
}

int resolv_file_look(struct arena *a, const char *path, struct resolv_file *ret, struct err *e)
{
	struct resolv_file f = {.kind = RESOLV_FILE, .bytes = ""};
	char target[PATH_MAX], *text;
	struct stat st;
	ssize_t n;
	int r;

	if (lstat(path, &st) < 0) {
		if (errno != ENOENT)
			return err_errno(e, E_IO, errno, "cannot look at '%s'", path);
		*ret = (struct resolv_file){.kind = RESOLV_NONE, .bytes = ""};
		return 0;
	}
	f.mode = st.st_mode & 07777;
	f.uid = st.st_uid;
	f.gid = st.st_gid;
	if (S_ISLNK(st.st_mode)) {
		n = readlink(path, target, sizeof(target));
		if (n < 0 || n >= (ssize_t)sizeof(target))
			return err_errno(e, E_IO, n < 0 ? errno : ENAMETOOLONG,
				"cannot read the link '%s'", path);
		f.kind = RESOLV_LINK;
		f.target = arena_strndup(a, target, (size_t)n);
		read_behind(a, path, &f);
	} else {
		if ((r = file_read(a, path, RESOLV_LIMIT, &text, &f.len, e)))
			return r;
		f.bytes = text;
	}
	*ret = f;
	return 0;
}

static void add_encoded(const char *s, struct strbuf *out)
{
	for (; s && *s; s++) {
		if (isalnum((unsigned char)*s) || strchr("/._-", *s))
			strbuf_addc(out, *s);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*s);
	}
}

/* In place. */
static bool decode(char *s)
{
	char *to = s, hex[3] = {0}, *end;

	for (; *s; s++) {
		if (*s != '%') {
			*to++ = *s;
			continue;
		}
		if (!s[1] || !s[2])
			return false;
		memcpy(hex, s + 1, 2);
		*to++ = (char)strtoul(hex, &end, 16);
		if (end != hex + 2)
			return false;
		s += 2;
	}
	*to = '\0';
	return true;
}

int resolv_kept_save(const struct resolv_file *f, struct err *e)
{
	STRBUF_CLEANUP struct strbuf text = {0};
	uint64_t owner;
	int r;

	if ((r = resolv_owner(&owner, e)) || (r = file_make_dir(WF_STATE_DIR, 0700, e)) ||
		(r = file_make_dir(WF_PERSIST_DIR, 0700, e)))
		return r;
	strbuf_addf(&text,
		MAGIC "1 kind=%s mode=%04o uid=%u gid=%u owner=%" PRIu64 " target=", kinds[f->kind],
		(unsigned)f->mode, f->uid, f->gid, owner);
	add_encoded(f->target, &text);
	strbuf_addc(&text, '\n');
	strbuf_addn(&text, f->bytes, f->len);
	r = file_place(RESOLV_KEPT, text.s, text.len, 0600, true, e);
	if (!r)
		r = file_make_dir(RUN_DIR, 0755, e);
	if (!r)
		r = file_place(COPY, text.s, text.len, 0600, false, e);
	return r ? err_wrap(e, "cannot keep what '" RESOLV_CONF "' is now") : 0;
}

static bool parse_header(struct arena *a, const char *line, size_t len, struct resolv_file *f)
{
	char *text = arena_strndup(a, line, len), kind[8], *target = strstr(text, " target=");
	unsigned mode, uid, gid;
	int n = 0;

	if (!target)
		return false;
	if (sscanf(text, "# wf.resolv/1 kind=%7s mode=%o uid=%u gid=%u owner=%" SCNu64 "%n", kind,
		    &mode, &uid, &gid, &f->owner, &n) != 5 ||
		text + n != target || mode > 07777)
		return false;
	f->mode = mode;
	f->uid = uid;
	f->gid = gid;
	target += strlen(" target=");
	for (f->kind = RESOLV_FILE; !str_eq(kinds[f->kind], kind); f->kind++)
		if (f->kind == RESOLV_NONE)
			return false;
	if (f->kind != RESOLV_LINK)
		return !*target;
	f->target = target;
	return *target && decode(target);
}

int resolv_kept_load(struct arena *a, struct resolv_file *ret, bool *ret_found, struct err *e)
{
	struct resolv_file f = {.at = RESOLV_KEPT};
	char *text;
	size_t len, line;
	int r;

	r = file_read_optional(a, f.at, RESOLV_LIMIT + 4 * PATH_MAX, &text, &len, e);
	if (!r && !text) {
		f.at = COPY;
		r = file_read_optional(a, f.at, RESOLV_LIMIT + 4 * PATH_MAX, &text, &len, e);
	}
	if (r)
		return r;
	if (!text) {
		*ret_found = false;
		return 0;
	}
	line = strcspn(text, "\n");
	if (line == len || !parse_header(a, text, line, &f)) {
		err_set(e, E_FAILED, "'%s' is not understood", f.at);
		return err_hint(e,
			"write '" RESOLV_CONF "' as it should be, remove that file, and try again");
	}
	f.bytes = text + line + 1;
	f.len = len - line - 1;
	*ret = f;
	*ret_found = true;
	return 0;
}

int resolv_kept_drop(struct err *e)
{
	if ((unlink(COPY) < 0 && errno != ENOENT) || (unlink(RESOLV_KEPT) < 0 && errno != ENOENT))
		return err_errno(e, E_IO, errno, "cannot remove '" RESOLV_KEPT "'");
	return 0;
}
