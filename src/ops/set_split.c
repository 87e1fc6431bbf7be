// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exceptions from a tunnel in words. Knows the text form only; users are looked up when it is said
 * whom it is about, and numbers are kept. Marks that are wf's own are refused.
 */
#include "ops/set_split.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "model/state.h"

/* Decimal or 0x… */
static bool parse_number(const char *text, uint32_t *ret)
{
	unsigned long long v;
	char *end;

	if (!str_istarts(text, "0x"))
		return str_to_u32(text, 0, UINT32_MAX, ret);
	if (!strchr("0123456789abcdefABCDEF", text[2]) || !text[2])
		return false;
	errno = 0;
	v = strtoull(text + 2, &end, 16);
	if (errno || *end || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static int parse_user(struct arena *a, const char *text, struct split *ret, struct err *e)
{
	const char *dash = strchr(text, '-');
	const struct passwd *pw;

	ret->kind = SPLIT_UID;
	if (dash &&
		str_to_u32(arena_strndup(a, text, (size_t)(dash - text)), 0, UINT32_MAX - 1,
			&ret->uid_first)) {
		if (str_to_u32(dash + 1, ret->uid_first, UINT32_MAX - 1, &ret->uid_last))
			return 0;
		return err_set(e, E_USAGE, "'%s' is no range of users", text);
	}
	if (!str_to_u32(text, 0, UINT32_MAX - 1, &ret->uid_first)) {
		pw = getpwnam(text);
		if (!pw)
			return err_set(e, E_NOT_FOUND, "there is no user '%s'", text);
		ret->uid_first = pw->pw_uid;
	}
	ret->uid_last = ret->uid_first;
	return 0;
}

/* It becomes part of a path and of a rule. */
static int parse_cgroup(const char *text, struct split *ret, struct err *e)
{
	ret->kind = SPLIT_CGROUP;
	ret->cgroup = text + 1;
	if (text[0] != '/' || !text[1] || strstr(text, "//") || strstr(text, "/../") ||
		str_iends(text, "/..") || str_iends(text, "/") || !str_is_utf8(text))
		return err_set(
			e, E_USAGE, "cgroup: wants a path as in /proc/PID/cgroup, not '%s'", text);
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("\"'\\", *p))
			return err_set(
				e, E_USAGE, "'%s' has characters that no cgroup here has", text);
	return 0;
}

static int parse_mark(struct arena *a, const char *text, struct split *ret, struct err *e)
{
	const char *slash = strchr(text, '/');
	const char *mark = slash ? arena_strndup(a, text, (size_t)(slash - text)) : text;

	ret->kind = SPLIT_MARK;
	ret->mask = UINT32_MAX;
	if (!parse_number(mark, &ret->mark) || (slash && !parse_number(slash + 1, &ret->mask)) ||
		!ret->mask || !ret->mark || (ret->mark & ~ret->mask))
		return err_set(e, E_USAGE, "mark: wants a mark inside its mask, not '%s'", text);
	if ((ret->mark & WF_MARK_MASK) == (WF_MARK & ret->mask & WF_MARK_MASK) &&
		(ret->mask & WF_MARK_MASK))
		return err_set(e, E_CONFLICT, "the mark '%s' is one of wf's own", text);
	return 0;
}

static int parse_prefix(const char *text, struct split *ret, struct err *e)
{
	ret->kind = SPLIT_PREFIX;
	if (!ip_prefix_parse(text, &ret->prefix)) {
		err_set(e, E_USAGE, "split does not take '%s'", text);
		return err_hint(e,
			"[only:] user:NAME, user:UID-UID, cgroup:/PATH, mark:N/MASK or a prefix");
	}
	ip_prefix_mask(&ret->prefix);
	if (ip_prefix_is_default(&ret->prefix))
		return err_set(
			e, E_USAGE, "'%s' is everything; that is AllowedIPs' business", text);
	return 0;
}

int set_split_parse(struct arena *a, const char *item, struct split *ret, struct err *e)
{
	struct split s = {.only = str_istarts(item, "only:")};
	const char *rest = s.only ? item + strlen("only:") : item;
	int r;

	if (str_istarts(rest, "user:"))
		r = parse_user(a, rest + strlen("user:"), &s, e);
	else if (str_istarts(rest, "cgroup:"))
		r = parse_cgroup(rest + strlen("cgroup:"), &s, e);
	else if (str_istarts(rest, "mark:"))
		r = parse_mark(a, rest + strlen("mark:"), &s, e);
	else
		r = parse_prefix(rest, &s, e);
	if (!r)
		*ret = s;
	return r;
}

void set_split_format(const struct split *s, struct strbuf *out)
{
	char text[IP_TEXT_SIZE];

	if (s->only)
		strbuf_add(out, "only:");
	switch (s->kind) {
	case SPLIT_UID:
		strbuf_addf(out, "user:%u", s->uid_first);
		if (s->uid_last != s->uid_first)
			strbuf_addf(out, "-%u", s->uid_last);
		return;
	case SPLIT_CGROUP: strbuf_addf(out, "cgroup:/%s", s->cgroup); return;
	case SPLIT_PREFIX: strbuf_add(out, ip_prefix_format(&s->prefix, text)); return;
	case SPLIT_MARK:
		strbuf_addf(out, "mark:0x%x", s->mark);
		if (s->mask != UINT32_MAX)
			strbuf_addf(out, "/0x%x", s->mask);
		return;
	}
}
