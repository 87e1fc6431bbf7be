// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The back-end that replaces /etc/resolv.conf. Knows the order of keeping and replacing; must not
 * know which tunnel wants what. At every moment either the original stands there, or wf's file does
 * and the original is kept; so whoever comes after a kill only has to look at the stamp.
 */
#include "dns/resolver_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

/* One name for what is to be renamed, so that one that a killed command left is overwritten. */
#define TEMPORARY RESOLV_CONF ".wf~"

/* --- putting a file there ----------------------------------------------------------------------
 */

static int write_at(int fd, const char *bytes, size_t len, off_t at)
{
	while (len) {
		ssize_t n = pwrite(fd, bytes, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
		at += n;
	}
	return 0;
}

static int make_file(const struct resolv_file *f)
{
	FD_CLEANUP int fd =
		open(TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = write_at(fd, f->bytes, f->len, 0);
	if (r)
		return r;
	/* The owner first: changing it takes away set-id bits. */
	if (fchown(fd, f->uid, f->gid) < 0 || fchmod(fd, f->mode) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

static int make_link(const struct resolv_file *f)
{
	if (symlink(f->target, TEMPORARY) < 0 || lchown(TEMPORARY, f->uid, f->gid) < 0)
		return -errno;
	return 0;
}

static int sync_etc(void)
{
	FD_CLEANUP int fd = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Replaces the name, whatever it is: a symbolic link is not followed. */
static int place(const struct resolv_file *f)
{
	int r;

	if (f->kind == RESOLV_NONE)
		return unlink(RESOLV_CONF) < 0 && errno != ENOENT ? -errno : sync_etc();
	if (unlink(TEMPORARY) < 0 && errno != ENOENT)
		return -errno;
	r = f->kind == RESOLV_LINK ? make_link(f) : make_file(f);
	if (!r && rename(TEMPORARY, RESOLV_CONF) < 0)
		r = -errno;
	if (r) {
		(void)unlink(TEMPORARY);
		return r;
	}
	return sync_etc();
}

/*
 * Where the name cannot be replaced, because something is mounted on the file, its bytes are. The
 * first ones, which are the stamp or what takes its place, are written last when it goes: up to
 * there a kill leaves a file that is known as wf's.
 */
static int overwrite(const struct resolv_file *f)
{
	FD_CLEANUP int fd = open(RESOLV_CONF, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t head = f->len < RESOLV_STAMP_LEN ? f->len : RESOLV_STAMP_LEN;
	int r;

	if (fd < 0)
		return -errno;
	if (resolv_text_is_stamped(f->bytes))
		r = write_at(fd, f->bytes, f->len, 0);
	else
		r = write_at(fd, f->bytes + head, f->len - head, (off_t)head);
	if (!r && f->len >= RESOLV_STAMP_LEN && ftruncate(fd, (off_t)f->len) < 0)
		r = -errno;
	if (!r && !resolv_text_is_stamped(f->bytes))
		r = write_at(fd, f->bytes, head, 0);
	if (!r && (ftruncate(fd, (off_t)f->len) < 0 || fsync(fd) < 0))
		r = -errno;
	return r;
}

static int put(const struct resolv_file *f, struct err *e)
{
	int second, r = place(f);

	/* EROFS: /etc is read-only, and the file may be mounted on it all the same. */
	if ((r == -EBUSY || r == -EROFS) && f->kind != RESOLV_LINK) {
		second = overwrite(f);
		if (second != -ELOOP && second != -ENOENT)
			r = second;
	}
	if (!r)
		return 0;
	err_errno(e, E_IO, -r, "cannot replace '" RESOLV_CONF "'");
	if (r == -EPERM)
		return err_hint(e,
			"is it immutable? 'lsattr " RESOLV_CONF "' says so, 'chattr -i' ends it");
	if (r == -EROFS)
		return err_hint(e, "it lies on a read-only file system");
	return -e->code;
}

/* --- the slot ----------------------------------------------------------------------------------
 */

int file_original(struct arena *a, struct resolv_file *ret, const char **ret_path, bool *ret_ours,
	struct err *e)
{
	struct resolv_file now, kept;
	bool found;
	int r;

	if ((r = resolv_file_look(a, RESOLV_CONF, &now, e)))
		return r;
	if (!resolv_text_is_stamped(now.bytes)) {
		*ret = now;
		*ret_path = RESOLV_CONF;
		*ret_ours = false;
		return 0;
	}
	if ((r = resolv_kept_load(a, &kept, &found, e)))
		return r;
	if (!found) {
		err_set(e, E_NOT_FOUND,
			"'" RESOLV_CONF "' is of wf, and what stood there before is lost");
		return err_hint(e, "write '" RESOLV_CONF "' as it should be, and try again");
	}
	*ret_path = kept.at;
	/* What it led to may have been written anew since. */
	if (kept.kind == RESOLV_LINK)
		*ret_path = kept.target[0] == '/' ? kept.target
						  : arena_printf(a, "/etc/%s", kept.target);
	*ret = kept;
	*ret_ours = true;
	return 0;
}

int file_read_slot(struct arena *a, struct resolver_state *ret, struct err *e)
{
	struct resolver_state found = {0};
	struct resolv_file now;
	int r = resolv_file_look(a, RESOLV_CONF, &now, e);

	if (r)
		return r;
	/* There is one for all links: whose it is, is part of the value. */
	(void)resolv_text_read_stamped(a, now.bytes, &found);
	*ret = found;
	return 0;
}

static int check_owner(const struct resolv_file *kept, struct err *e)
{
	uint64_t self;
	int r = resolv_owner(&self, e);

	if (r || self == kept->owner)
		return r;
	err_set(e, E_CONFLICT,
		"'" RESOLV_CONF "' is set for a tunnel of another network namespace");
	return err_hint(e, "take that tunnel down first");
}

static int set_with(struct arena *a, const struct resolver_state *r, struct err *e)
{
	STRBUF_CLEANUP struct strbuf text = {0};
	struct resolv_file original, mine;
	const char *path;
	struct err ignored;
	bool ours;
	int failed;

	if ((failed = file_original(a, &original, &path, &ours, e)))
		return failed;
	if (ours)
		failed = check_owner(&original, e);
	else
		failed = resolv_kept_save(&original, e);
	if (failed)
		return failed;
	resolv_text_stamped(r, original.bytes, &text);
	mine = (struct resolv_file){.kind = RESOLV_FILE, .bytes = text.s, .len = text.len};
	mine.mode = original.kind == RESOLV_FILE ? original.mode : 0644;
	if (original.kind == RESOLV_FILE) {
		mine.uid = original.uid;
		mine.gid = original.gid;
	}
	failed = put(&mine, e);
	/* Not replaced, so there is nothing to give back. */
	if (failed && !ours)
		(void)resolv_kept_drop(&ignored);
	return failed;
}

int file_set(const struct resolver_state *r, struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();

	return set_with(a, r, e);
}

/* Whatever link it was for: a stamp that is half overwritten does not tell. */
static int give_back(struct arena *a, bool *ret_done, struct err *e)
{
	struct resolv_file original, now;
	const char *path;
	bool ours;
	int r;

	if ((r = resolv_file_look(a, RESOLV_CONF, &now, e)))
		return r;
	if (resolv_text_is_stamped(now.bytes)) {
		if ((r = file_original(a, &original, &path, &ours, e)) || (r = put(&original, e)))
			return r;
		*ret_done = true;
	}
	/* What a killed command had ready; it is there only as long as something is kept. */
	(void)unlink(TEMPORARY);
	return resolv_kept_drop(e);
}

int file_unset(struct err *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	bool done;

	return give_back(a, &done, e);
}

bool resolver_kept(uint64_t *ret_owner)
{
	ARENA_CLEANUP struct arena *a = NULL;
	struct resolv_file kept;
	struct err ignored;
	bool found = false;

	if (access(RESOLV_KEPT, F_OK) < 0)
		return false;
	a = arena_new();
	if (resolv_kept_load(a, &kept, &found, &ignored) || !found)
		return false;
	*ret_owner = kept.owner;
	return true;
}

int resolver_repair(bool wanted, bool *ret_done, struct err *e)
{
	ARENA_CLEANUP struct arena *a = NULL;
	bool done = false;
	int r = 0;

	if (!wanted && access(RESOLV_KEPT, F_OK) == 0) {
		a = arena_new();
		r = give_back(a, &done, e);
	}
	if (!r && ret_done)
		*ret_done = done;
	return r ? err_wrap(e, "cannot put '" RESOLV_CONF "' right") : 0;
}
