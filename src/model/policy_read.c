// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policy rows as they are read: JSON text to the part of a policy that its pattern is about.
 * Strict, because a row may have been edited by hand: what is not understood whole is not used at
 * all, and nothing of it reaches the policy.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "model/policy.h"

/* One row being read: what it adds to lists is put there when all of it was valid. */
struct reading {
	struct arena *a;
	struct policy p;
	struct fw_nat nat;
	struct fw_forward forward;
	struct fw_dnat dnat;
	struct split split;
	bool has_forward;
	unsigned selectors; /* of split */
};

typedef bool member_read(struct reading *r, const json_t *j);

/* A text without NUL inside, or NULL. */
static const char *text_of(const json_t *j)
{
	const char *s = json_string_value(j);

	return s && strlen(s) == json_string_length(j) ? s : NULL;
}

static bool read_bool(const json_t *j, bool *ret)
{
	if (!json_is_boolean(j))
		return false;
	*ret = json_is_true(j);
	return true;
}

/* "" = any. What the kernel takes (dev_valid_name), or POLICY_SELF. */
static bool read_ifname(const json_t *j, char *out)
{
	const char *s = text_of(j);
	size_t n = s ? strlen(s) : FW_IFNAME_SIZE;

	if (n >= FW_IFNAME_SIZE || str_eq(s, ".") || str_eq(s, ".."))
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '/' || s[i] == ':' || s[i] == '"' || s[i] == 0x7f ||
			(unsigned char)s[i] <= ' ')
			return false;
	str_copy(out, FW_IFNAME_SIZE, s);
	return true;
}

static bool read_prefix(const json_t *j, struct ip_prefix *ret)
{
	const char *s = text_of(j);

	if (!s || !ip_prefix_parse(s, ret))
		return false;
	ip_prefix_mask(ret);
	return true;
}

static bool parse_proto(const char *s, size_t n, uint8_t *ret)
{
	if (n == 3 && strncmp(s, "tcp", n) == 0)
		*ret = IPPROTO_TCP;
	else if (n == 3 && strncmp(s, "udp", n) == 0)
		*ret = IPPROTO_UDP;
	else
		return false;
	return true;
}

static bool read_lan(struct reading *r, const json_t *j)
{
	for (size_t i = 0; i < json_array_size(j); i++)
		if (!read_prefix(json_array_get(j, i), LIST_PUSH(r->a, &r->p, lan)))
			return false;
	return json_is_array(j);
}

static bool read_inbound(struct reading *r, const json_t *j)
{
	for (size_t i = 0; i < json_array_size(j); i++) {
		struct fw_port *x = LIST_PUSH(r->a, &r->p, inbound);
		const char *s = text_of(json_array_get(j, i)), *slash = s ? strchr(s, '/') : NULL;
		uint32_t port;

		if (!slash || !parse_proto(s, (size_t)(slash - s), &x->proto) ||
			!str_to_u32(slash + 1, 1, UINT16_MAX, &port))
			return false;
		x->port = (uint16_t)port;
	}
	return json_is_array(j);
}

static bool read_gate(struct reading *r, const json_t *j)
{
	bool gate;

	if (!read_bool(j, &gate))
		return false;
	r->p.dns_gate |= gate;
	return true;
}

static bool read_mode(struct reading *r, const json_t *j)
{
	return dns_mode_parse(text_of(j), &r->p.dns_mode);
}

static bool read_servers(struct reading *r, const json_t *j)
{
	for (size_t i = 0; i < json_array_size(j); i++) {
		const char *s = text_of(json_array_get(j, i));

		if (!s || !ip_addr_parse(s, LIST_PUSH(r->a, &r->p, dns)))
			return false;
	}
	return json_is_array(j);
}

static bool read_family(struct reading *r, const json_t *j)
{
	json_int_t n = json_integer_value(j);

	r->nat.family = n == 4 ? AF_INET : AF_INET6;
	return n == 4 || n == 6;
}

static bool read_source(struct reading *r, const json_t *j)
{
	return read_prefix(j, &r->nat.source);
}

static bool read_nat_out(struct reading *r, const json_t *j)
{
	return read_ifname(j, r->nat.out_ifname);
}

static bool read_nat_to(struct reading *r, const json_t *j)
{
	const char *s = text_of(j);

	return s && ip_addr_parse(s, &r->nat.to);
}

static bool read_forward_in(struct reading *r, const json_t *j)
{
	r->has_forward = true;
	return read_ifname(j, r->forward.in_ifname);
}

static bool read_forward_out(struct reading *r, const json_t *j)
{
	r->has_forward = true;
	return read_ifname(j, r->forward.out_ifname);
}

static bool read_both(struct reading *r, const json_t *j)
{
	r->has_forward = true;
	return read_bool(j, &r->forward.both);
}

static bool read_forward4(struct reading *r, const json_t *j)
{
	bool on;

	if (!read_bool(j, &on))
		return false;
	r->p.forward4 |= on;
	return true;
}

static bool read_forward6(struct reading *r, const json_t *j)
{
	bool on;

	if (!read_bool(j, &on))
		return false;
	r->p.forward6 |= on;
	return true;
}

static bool read_dnat_in(struct reading *r, const json_t *j)
{
	return read_ifname(j, r->dnat.in_ifname);
}

static bool read_dnat_proto(struct reading *r, const json_t *j)
{
	const char *s = text_of(j);

	return s && parse_proto(s, strlen(s), &r->dnat.proto);
}

static bool read_dnat_port(struct reading *r, const json_t *j)
{
	json_int_t n = json_integer_value(j);

	r->dnat.port = (uint16_t)n;
	return n >= 1 && n <= UINT16_MAX;
}

static bool read_dnat_to(struct reading *r, const json_t *j)
{
	const char *s = text_of(j);

	return s && (ip_endpoint_parse(s, &r->dnat.to) || ip_addr_parse(s, &r->dnat.to.addr));
}

/* "A-B" or "A" */
static bool read_uid(struct reading *r, const json_t *j)
{
	const char *s = text_of(j), *dash = s ? strchr(s, '-') : NULL;
	char first[16];

	if (!s || strlen(s) > 2 * sizeof(first))
		return false;
	r->split.kind = SPLIT_UID;
	r->selectors++;
	if (!dash) {
		if (!str_to_u32(s, 0, UINT32_MAX - 1, &r->split.uid_first))
			return false;
		r->split.uid_last = r->split.uid_first;
		return true;
	}
	if ((size_t)(dash - s) >= sizeof(first))
		return false;
	str_copy(first, (size_t)(dash - s) + 1, s);
	return str_to_u32(first, 0, UINT32_MAX - 1, &r->split.uid_first) &&
		str_to_u32(dash + 1, r->split.uid_first, UINT32_MAX - 1, &r->split.uid_last);
}

/* Below the root of cgroup2: never up, never a line or a quote of somebody else's syntax. */
static bool read_cgroup(struct reading *r, const json_t *j)
{
	const char *s = text_of(j);

	if (str_empty(s) || *s == '/' || strstr(s, ".."))
		return false;
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == '"' || *p == 0x7f)
			return false;
	r->split.kind = SPLIT_CGROUP;
	r->split.cgroup = arena_strdup(r->a, s);
	r->selectors++;
	return true;
}

static bool read_split_prefix(struct reading *r, const json_t *j)
{
	r->split.kind = SPLIT_PREFIX;
	r->selectors++;
	return read_prefix(j, &r->split.prefix);
}

/* A whole number in the style of C, hexadecimal or decimal; *end is behind it. */
static bool parse_mark(const char *s, const char **end, uint32_t *ret)
{
	char *stop;
	unsigned long long n;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoull(s, &stop, 0);
	*end = stop;
	*ret = (uint32_t)n;
	return !errno && n <= UINT32_MAX;
}

static bool read_mark(struct reading *r, const json_t *j)
{
	const char *s = text_of(j);

	r->split.kind = SPLIT_MARK;
	r->split.mask = UINT32_MAX;
	r->selectors++;
	if (!s || !parse_mark(s, &s, &r->split.mark))
		return false;
	if (*s == '/' && !parse_mark(s + 1, &s, &r->split.mask))
		return false;
	return !*s && r->split.mask && !(r->split.mark & ~r->split.mask);
}

static bool read_only(struct reading *r, const json_t *j)
{
	return read_bool(j, &r->split.only);
}

static const struct member {
	enum pattern pattern;
	const char *name;
	member_read *read;
} members[] = {
	{PATTERN_KILL_SWITCH, "lan", read_lan},
	{PATTERN_KILL_SWITCH, "inbound", read_inbound},
	{PATTERN_DNS_LEAK, "gate", read_gate},
	{PATTERN_DNS_LEAK, "mode", read_mode},
	{PATTERN_DNS_LEAK, "servers", read_servers},
	{PATTERN_NAT, "family", read_family},
	{PATTERN_NAT, "source", read_source},
	{PATTERN_NAT, "out", read_nat_out},
	{PATTERN_NAT, "to", read_nat_to},
	{PATTERN_FORWARDING, "in", read_forward_in},
	{PATTERN_FORWARDING, "out", read_forward_out},
	{PATTERN_FORWARDING, "both", read_both},
	{PATTERN_FORWARDING, "forward4", read_forward4},
	{PATTERN_FORWARDING, "forward6", read_forward6},
	{PATTERN_DNAT, "in", read_dnat_in},
	{PATTERN_DNAT, "proto", read_dnat_proto},
	{PATTERN_DNAT, "port", read_dnat_port},
	{PATTERN_DNAT, "to", read_dnat_to},
	{PATTERN_SPLIT_TUNNEL, "uid", read_uid},
	{PATTERN_SPLIT_TUNNEL, "cgroup", read_cgroup},
	{PATTERN_SPLIT_TUNNEL, "prefix", read_split_prefix},
	{PATTERN_SPLIT_TUNNEL, "mark", read_mark},
	{PATTERN_SPLIT_TUNNEL, "only", read_only},
};

static const struct member *find_member(enum pattern what, const char *name)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (members[i].pattern == what && str_eq(members[i].name, name))
			return &members[i];
	return NULL;
}

static bool family_fits(uint8_t family, const struct ip_addr *a)
{
	return !a->family || a->family == family;
}

/* What all members together must say; then the row's item goes into its list. */
static bool finish(struct reading *r, enum pattern what)
{
	switch (what) {
	case PATTERN_KILL_SWITCH: r->p.kill_switch = true; return true;
	case PATTERN_DNS_LEAK: return !r->p.n_dns || r->p.dns_mode == DNS_MODE_CUSTOM;
	case PATTERN_NAT:
		*LIST_PUSH(r->a, &r->p, nat) = r->nat;
		return r->nat.family && family_fits(r->nat.family, &r->nat.source.addr) &&
			family_fits(r->nat.family, &r->nat.to);
	case PATTERN_FORWARDING:
		if (r->has_forward)
			*LIST_PUSH(r->a, &r->p, forward) = r->forward;
		return true;
	case PATTERN_MSS_CLAMP: r->p.mss_clamp = true; return true;
	case PATTERN_DNAT:
		*LIST_PUSH(r->a, &r->p, dnat) = r->dnat;
		return r->dnat.proto && r->dnat.port && r->dnat.to.addr.family;
	case PATTERN_SPLIT_TUNNEL:
		*LIST_PUSH(r->a, &r->p, split) = r->split;
		return r->selectors == 1;
	case PATTERN_RAW_SHELL: return true;
	}
	return false;
}

static int read_row(struct reading *r, enum pattern what, const json_t *root, struct err *e)
{
	const char *name;
	json_t *value;

	if (!json_is_object(root))
		return err_set(
			e, E_DB, "the variables of a '%s' are no JSON object", pattern_name(what));
	/* The iterator's own argument is not const, though nothing is changed. */
	json_object_foreach((json_t *)(uintptr_t)root, name, value)
	{
		const struct member *m = find_member(what, name);

		if (!m)
			return err_set(
				e, E_DB, "a '%s' has no variable '%s'", pattern_name(what), name);
		if (!m->read(r, value))
			return err_set(e, E_DB, "the variable '%s' of a '%s' has a wrong value",
				name, pattern_name(what));
	}
	if (!finish(r, what))
		return err_set(
			e, E_DB, "the variables of a '%s' do not make one", pattern_name(what));
	return 0;
}

int policy_row_from_json(
	struct arena *a, enum pattern what, const char *variables, struct policy *p, struct err *e)
{
	struct reading r = {.a = a, .p = *p};
	json_t *root;
	int result;

	if (what == PATTERN_RAW_SHELL)
		return 0;
	root = json_loads(variables ? variables : "{}", JSON_REJECT_DUPLICATES, NULL);
	result = read_row(&r, what, root, e);
	json_decref(root);
	if (!result)
		*p = r.p;
	return result;
}
