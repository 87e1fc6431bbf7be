// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contribution and the record: their JSON form, copying, finding. Knows names of members and
 * the schema's version; where a record is kept and who may write it is not known here. A record
 * that is not understood whole is not used at all.
 */
#include "model/contribution.h"

#include <string.h>

#include "base/str.h"
#include "model/codec.h"

static const char *const phases[] = {
	[CONTRIBUTION_DONE] = "done",
	[CONTRIBUTION_DOING] = "doing",
	NULL,
};
static const char *const kill_switches[] = {
	[KILL_SWITCH_NONE] = "none",
	[KILL_SWITCH_OFF] = "off",
	[KILL_SWITCH_ALL] = "all",
	[KILL_SWITCH_NETWORKS] = "networks",
	[KILL_SWITCH_ONLY] = "only",
	NULL,
};

static const struct codec_field contribution_rows[] = {
	CODEC_FIELD(struct contribution, name, CODEC_TEXT, .required = true),
	CODEC_FIELD(struct contribution, title, CODEC_TEXT),
	CODEC_FIELD(struct contribution, server, CODEC_TEXT),
	CODEC_FIELD(struct contribution, country, CODEC_TEXT),
	CODEC_FIELD(struct contribution, city, CODEC_TEXT),
	CODEC_FIELD(struct contribution, config_id, CODEC_INT),
	CODEC_FIELD(struct contribution, ifname, CODEC_IFNAME, .required = true),
	CODEC_FIELD(struct contribution, kind, CODEC_ENUM, .names = codec_link_kinds),
	CODEC_FIELD(struct contribution, seq, CODEC_UINT),
	CODEC_FIELD(struct contribution, number, CODEC_UINT, .max = 0xffff),
	CODEC_FIELD(struct contribution, full4, CODEC_BOOL),
	CODEC_FIELD(struct contribution, full6, CODEC_BOOL),
	CODEC_FIELD(struct contribution, full, CODEC_BOOL),
	CODEC_FIELD(struct contribution, lockdown, CODEC_BOOL),
	CODEC_FIELD(struct contribution, kill_switch, CODEC_ENUM, .names = kill_switches),
	CODEC_FIELD(struct contribution, via, CODEC_TEXT),
	CODEC_LIST_OF(struct contribution, dns, codec_item_addr),
	CODEC_LIST_OF(struct contribution, search, codec_item_text),
	CODEC_FIELD(struct contribution, own, CODEC_OBJECT, .sub = &state_codec),
	CODEC_FIELD(struct contribution, holder, CODEC_OBJECT, .sub = &state_codec),
	CODEC_LIST_OF(struct contribution, notes, codec_item_text),
	CODEC_LIST_OF(struct contribution, pre_down, codec_item_text),
	CODEC_LIST_OF(struct contribution, post_down, codec_item_text),
	CODEC_FIELD(struct contribution, stored_hooks, CODEC_BOOL),
	CODEC_FIELD(struct contribution, phase, CODEC_ENUM, .names = phases),
	CODEC_FIELD(struct contribution, verb, CODEC_TEXT),
	CODEC_FIELD(struct contribution, pid, CODEC_INT, .max = INT32_MAX),
	CODEC_FIELD(struct contribution, pid_start, CODEC_INT, .max = INT64_MAX),
	CODEC_FIELD(struct contribution, since, CODEC_TEXT),
	CODEC_FIELD(struct contribution, leaving, CODEC_BOOL),
	CODEC_FIELD(struct contribution, verifying, CODEC_BOOL),
};
static const struct codec contribution_codec = CODEC_TABLE(struct contribution, contribution_rows);
static const struct codec_field contribution_item =
	CODEC_ITEM_OF(struct contribution, contribution_codec);

static const struct codec_field record_rows[] = {
	CODEC_FIELD(struct record, next_seq, CODEC_UINT),
	CODEC_LIST_OF(struct record, contributions, contribution_item),
	CODEC_LIST_OF(struct record, previous, codec_item_sysctl),
	CODEC_LIST_OF(struct record, firewalls, codec_item_firewall),
	CODEC_FIELD(struct record, firewall_digest, CODEC_UINT),
	CODEC_FIELD(struct record, firewall_generation, CODEC_UINT),
};
static const struct codec record_codec =
	CODEC_TABLE(struct record, record_rows, .schema = "wf.record/1");

struct contribution *record_find(const struct record *r, const char *name_or_ifname)
{
	LIST_FOREACH (c, r, contributions)
		if (!c->lockdown && str_ieq(c->name, name_or_ifname))
			return c;
	LIST_FOREACH (c, r, contributions)
		if (!c->lockdown && str_eq(c->ifname, name_or_ifname))
			return c;
	return NULL;
}

struct contribution *record_lockdown(const struct record *r)
{
	LIST_FOREACH (c, r, contributions)
		if (c->lockdown && !c->leaving)
			return c;
	LIST_FOREACH (c, r, contributions)
		if (c->lockdown)
			return c;
	return NULL;
}

bool kill_switch_is_on(enum kill_switch k)
{
	return k != KILL_SWITCH_NONE && k != KILL_SWITCH_OFF;
}

const char *kill_switch_scope(enum kill_switch k)
{
	return kill_switch_is_on(k) ? kill_switches[k] : NULL;
}

const char *tunnel_typed_name(struct arena *a, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *typed = arena_strdup(a, slash ? slash + 1 : name);
	bool plain = true;

	for (char *p = typed; *p; p++) {
		*p = str_lower(*p);
		plain = plain &&
			((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || strchr(".-_", *p));
	}
	return plain ? typed : arena_printf(a, strchr(typed, '\'') ? "\"%s\"" : "'%s'", typed);
}

void contribution_copy(struct arena *a, const struct contribution *src, struct contribution *dst)
{
	codec_copy(&contribution_codec, a, src, dst);
}

void contribution_to_json(const struct contribution *c, struct strbuf *out)
{
	struct jsonw j;

	jsonw_begin(&j, out);
	codec_write(&contribution_codec, c, &j);
}

int contribution_from_json(
	struct arena *a, const json_t *j, struct contribution *ret, struct err *e)
{
	return codec_from_json(&contribution_codec, a, j, ret, e);
}

void record_to_json(const struct record *r, struct strbuf *out)
{
	struct jsonw j;

	jsonw_begin(&j, out);
	codec_write(&record_codec, r, &j);
}

int record_from_json(struct arena *a, const json_t *j, struct record *ret, struct err *e)
{
	return codec_from_json(&record_codec, a, j, ret, e);
}
