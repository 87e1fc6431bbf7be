// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How rows look. Knows the members of the JSON objects and their order, which is fixed; NULL
 * columns are null. Sealed columns are never looked into: only whether there is one is shown.
 */
#include "cmd/present.h"

#include <string.h>

#include "base/str.h"
#include "ops/book.h"

static void kv_number(struct jsonw *j, const char *key, int64_t value, int64_t none)
{
	if (value == none)
		jsonw_kv_null(j, key);
	else
		jsonw_kv_int(j, key, value);
}

static void add_items(struct jsonw *j, const char *list)
{
	const char *item;
	size_t len;

	while (str_next_item(&list, &item, &len))
		jsonw_strn(j, item, len);
}

void present_list(struct jsonw *j, const char *key, const char *list)
{
	jsonw_key(j, key);
	jsonw_array(j);
	add_items(j, list);
	jsonw_array_end(j);
}

void present_strings(struct jsonw *j, const char *key, const char *const *items, size_t n)
{
	jsonw_key(j, key);
	jsonw_array(j);
	for (size_t i = 0; i < n; i++)
		jsonw_str(j, items[i]);
	jsonw_array_end(j);
}

/* Addresses rest by family; in JSON they stand as in the file. */
static void addresses(struct jsonw *j, const char *v4, const char *v6, const char *order)
{
	jsonw_key(j, "addresses");
	jsonw_array(j);
	if (order && *order == '6') {
		add_items(j, v6);
		add_items(j, v4);
	} else {
		add_items(j, v4);
		add_items(j, v6);
	}
	jsonw_array_end(j);
}

/* What the two forms of a configuration begin with. */
static void config_head(struct jsonw *j, const struct config *c)
{
	jsonw_kv_str(j, "device", c->peer_name);
	jsonw_kv_str(j, "sponsor", c->sponsor_name);
	jsonw_kv_str(j, "name", c->name);
	jsonw_kv_bool(j, "this_machine", c->this_machine);
	jsonw_kv_str(j, "interface", c->interface_name);
	jsonw_kv_str(j, "public_key", c->public_key);
	jsonw_kv_str(j, "dialect", c->dialect ? c->dialect : "wireguard");
	jsonw_kv_uint(j, "servers", c->servers);
	jsonw_kv_str(j, "active_server", c->active_server);
	jsonw_kv_str(j, "active_country", c->active_country);
	jsonw_kv_str(j, "active_city", c->active_city);
	jsonw_kv_bool(j, "pending_remote_update", c->pending_remote_update);
	jsonw_kv_str(j, "last_deployed_at", c->last_deployed_at);
}

void present_configs(struct jsonw *j, const struct config_list *l)
{
	jsonw_key(j, "configs");
	jsonw_array(j);
	LIST_FOREACH (c, l, items) {
		jsonw_object(j);
		config_head(j, c);
		jsonw_object_end(j);
	}
	jsonw_array_end(j);
}

void present_config(struct jsonw *j, const struct config *c)
{
	jsonw_object(j);
	config_head(j, c);
	jsonw_kv_str(j, "guid", c->guid);
	addresses(j, c->assigned_ipv4, c->assigned_ipv6, c->address_order);
	present_list(j, "dns", c->dns_servers);
	kv_number(j, "listen_port", c->listen_port, -1);
	kv_number(j, "mtu", c->mtu, 0);
	kv_number(j, "fwmark", c->fwmark, -1);
	jsonw_kv_str(j, "table", c->table_setting);
	jsonw_kv_str(j, "last_key_rotation_at", c->last_key_rotation_at);
	jsonw_kv_str(j, "config_path", c->config_path);
	jsonw_kv_str(j, "notes", c->notes);
	jsonw_kv_str(j, "created_at", c->created_at);
	jsonw_kv_str(j, "updated_at", c->updated_at);
	jsonw_object_end(j);
}

static void slot(struct jsonw *j, const struct server_slot *s)
{
	jsonw_object(j);
	jsonw_kv_str(j, "server", s->server);
	jsonw_kv_int(j, "slot", s->slot);
	jsonw_kv_str(j, "name", s->name);
	jsonw_kv_str(j, "country", s->country);
	jsonw_kv_str(j, "city", s->city);
	jsonw_kv_str(j, "host", s->host);
	jsonw_kv_bool(j, "active", s->is_active);
	jsonw_kv_str(j, "public_key", s->public_key);
	jsonw_kv_str(j, "endpoint", s->endpoint);
	present_list(j, "allowed_ips", s->allowed_ips);
	jsonw_kv_bool(j, "preshared_key", s->preshared_key != NULL);
	kv_number(j, "persistent_keepalive", s->keepalive, -1);
	jsonw_kv_bool(j, "own_key", s->private_key != NULL);
	addresses(j, s->own_ipv4, s->own_ipv6, s->own_address_order);
	present_list(j, "dns", s->own_dns);
	jsonw_object_end(j);
}

void present_slots(struct jsonw *j, const char *key, const struct server_list *l)
{
	jsonw_key(j, key);
	jsonw_array(j);
	LIST_FOREACH (s, l, items)
		slot(j, s);
	jsonw_array_end(j);
}

void present_sponsor(struct jsonw *j, const struct sponsor *s)
{
	jsonw_object(j);
	jsonw_kv_str(j, "name", s->name);
	jsonw_kv_str(j, "website", s->website);
	jsonw_kv_str(j, "support_url", s->support_url);
	jsonw_kv_str(j, "notes", s->notes);
	jsonw_kv_uint(j, "configs", s->configs);
	jsonw_kv_str(j, "created_at", s->created_at);
	jsonw_kv_str(j, "updated_at", s->updated_at);
	jsonw_object_end(j);
}

void present_peer(struct jsonw *j, const struct local_peer *p, bool this_machine)
{
	jsonw_object(j);
	jsonw_kv_str(j, "name", p->name);
	jsonw_kv_str(j, "guid", p->guid);
	jsonw_kv_bool(j, "this_machine", this_machine);
	jsonw_kv_str(j, "ssh_host", p->ssh_host_name);
	jsonw_kv_str(j, "notes", p->notes);
	jsonw_kv_uint(j, "configs", p->configs);
	jsonw_kv_str(j, "created_at", p->created_at);
	jsonw_kv_str(j, "updated_at", p->updated_at);
	jsonw_object_end(j);
}

const char *present_key(struct arena *a, const char *public_key)
{
	size_t len = strlen(public_key);

	return len < 8 ? public_key : arena_printf(a, "%.4s…%s", public_key, public_key + len - 4);
}

const char *present_text(struct arena *a, const char *text)
{
	char safe[1024];

	if (str_empty(text))
		return "-";
	str_escape(safe, sizeof(safe), text);
	return arena_strdup(a, safe);
}

const char *present_name(struct arena *a, const char *peer, const char *sponsor, bool this_machine)
{
	const char *name = this_machine ? sponsor : arena_printf(a, "%s/%s", peer, sponsor);
	char *low = arena_strdup(a, name);
	bool plain = true;

	for (char *p = low; *p; p++) {
		*p = str_lower(*p);
		plain = plain &&
			((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
				strchr("/.-_", *p));
	}
	if (plain)
		return low;
	name = present_text(a, name);
	return arena_printf(a, strchr(name, '\'') ? "\"%s\"" : "'%s'", name);
}

const char *present_place(struct arena *a, const char *city, const char *country)
{
	const char *name = country ? book_country(country) : NULL;

	if (!name)
		name = country;
	if (city && name)
		return present_text(a, arena_printf(a, "%s, %s", city, name));
	return city || name ? present_text(a, city ? city : name) : NULL;
}

void present_line(struct strbuf *out, const char *label, const char *text)
{
	if (!str_empty(text))
		strbuf_addf(out, "  %-14s %s\n", label, text);
}

const char *present_pattern(enum pattern what)
{
	switch (what) {
	case PATTERN_KILL_SWITCH: return "kill switch";
	case PATTERN_DNS_LEAK: return "DNS rule";
	case PATTERN_NAT: return "address translation";
	case PATTERN_FORWARDING: return "forwarding rule";
	case PATTERN_MSS_CLAMP: return "MSS clamp";
	case PATTERN_DNAT: return "port forwarding";
	case PATTERN_SPLIT_TUNNEL: return "split tunnel";
	case PATTERN_RAW_SHELL: return "shell command";
	}
	return NULL;
}
