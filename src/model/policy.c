// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policy rows as they are written: the names of patterns, and the variables of one as JSON. Knows
 * the form of each variable (policy_read.c is its other half); must not know where rows are kept
 * nor what is made of them.
 */
#include "model/policy.h"

#include "base/jsonw.h"

static const char *const names[] = {
	[PATTERN_KILL_SWITCH] = "kill_switch",
	[PATTERN_DNS_LEAK] = "dns_leak",
	[PATTERN_NAT] = "nat",
	[PATTERN_FORWARDING] = "forwarding",
	[PATTERN_MSS_CLAMP] = "mss_clamp",
	[PATTERN_DNAT] = "dnat",
	[PATTERN_SPLIT_TUNNEL] = "split_tunnel",
	[PATTERN_RAW_SHELL] = "raw_shell",
};
#define N_NAMES (sizeof(names) / sizeof(*names))

static const char *const modes[] = {
	[DNS_MODE_TUNNEL] = "tunnel",
	[DNS_MODE_KEEP] = "keep",
	[DNS_MODE_CUSTOM] = "custom",
};
#define N_MODES (sizeof(modes) / sizeof(*modes))

bool dns_mode_parse(const char *name, enum dns_mode *ret)
{
	for (size_t i = 0; i < N_MODES; i++)
		if (str_eq(modes[i], name)) {
			*ret = (enum dns_mode)i;
			return true;
		}
	return false;
}

const char *pattern_name(enum pattern p)
{
	return names[p];
}

bool pattern_parse(const char *name, enum pattern *ret)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (str_eq(names[i], name)) {
			*ret = (enum pattern)i;
			return true;
		}
	return false;
}

static void write_prefix(struct jsonw *j, const struct ip_prefix *p)
{
	char text[IP_TEXT_SIZE];

	jsonw_str(j, ip_prefix_format(p, text));
}

static void write_kill_switch(struct jsonw *j, const struct policy *p)
{
	char text[16];

	jsonw_key(j, "lan");
	jsonw_array(j);
	LIST_FOREACH (x, p, lan)
		write_prefix(j, x);
	jsonw_array_end(j);
	jsonw_key(j, "inbound");
	jsonw_array(j);
	LIST_FOREACH (x, p, inbound) {
		snprintf(text, sizeof(text), "%s/%u", fw_proto_name(x->proto), x->port);
		jsonw_str(j, text);
	}
	jsonw_array_end(j);
}

static void write_dns_leak(struct jsonw *j, const struct policy *p)
{
	char text[IP_TEXT_SIZE];

	jsonw_kv_bool(j, "gate", p->dns_gate);
	jsonw_kv_str(j, "mode", modes[p->dns_mode]);
	if (p->dns_mode != DNS_MODE_CUSTOM)
		return;
	jsonw_key(j, "servers");
	jsonw_array(j);
	LIST_FOREACH (x, p, dns)
		jsonw_str(j, ip_addr_format(x, text));
	jsonw_array_end(j);
}

static void write_nat(struct jsonw *j, const struct fw_nat *x)
{
	char text[IP_TEXT_SIZE];

	jsonw_kv_int(j, "family", x->family == AF_INET6 ? 6 : 4);
	if (x->source.addr.family)
		jsonw_kv_str(j, "source", ip_prefix_format(&x->source, text));
	if (x->out_ifname[0])
		jsonw_kv_str(j, "out", x->out_ifname);
	if (x->to.family)
		jsonw_kv_str(j, "to", ip_addr_format(&x->to, text));
}

static void write_forwarding(struct jsonw *j, const struct policy *p)
{
	if (p->n_forward) {
		jsonw_kv_str(j, "in", p->forward[0].in_ifname);
		jsonw_kv_str(j, "out", p->forward[0].out_ifname);
		jsonw_kv_bool(j, "both", p->forward[0].both);
	}
	jsonw_kv_bool(j, "forward4", p->forward4);
	jsonw_kv_bool(j, "forward6", p->forward6);
}

static void write_dnat(struct jsonw *j, const struct fw_dnat *x)
{
	char text[IP_TEXT_SIZE];

	if (x->in_ifname[0])
		jsonw_kv_str(j, "in", x->in_ifname);
	jsonw_kv_str(j, "proto", fw_proto_name(x->proto));
	jsonw_kv_int(j, "port", x->port);
	jsonw_kv_str(j, "to", ip_endpoint_format(&x->to, text));
}

static void write_split(struct jsonw *j, const struct split *x)
{
	char text[64];

	switch (x->kind) {
	case SPLIT_UID:
		snprintf(text, sizeof(text), "%u-%u", x->uid_first, x->uid_last);
		jsonw_kv_str(j, "uid", text);
		break;
	case SPLIT_CGROUP: jsonw_kv_str(j, "cgroup", x->cgroup); break;
	case SPLIT_PREFIX:
		jsonw_key(j, "prefix");
		write_prefix(j, &x->prefix);
		break;
	case SPLIT_MARK:
		snprintf(text, sizeof(text), "0x%x/0x%x", x->mark, x->mask);
		jsonw_kv_str(j, "mark", text);
		break;
	}
	jsonw_kv_bool(j, "only", x->only);
}

void policy_row_to_json(const struct policy *p, enum pattern what, struct strbuf *out)
{
	struct jsonw j;

	jsonw_begin(&j, out);
	jsonw_object(&j);
	switch (what) {
	case PATTERN_KILL_SWITCH: write_kill_switch(&j, p); break;
	case PATTERN_DNS_LEAK: write_dns_leak(&j, p); break;
	case PATTERN_NAT:
		if (p->n_nat)
			write_nat(&j, &p->nat[0]);
		break;
	case PATTERN_FORWARDING: write_forwarding(&j, p); break;
	case PATTERN_DNAT:
		if (p->n_dnat)
			write_dnat(&j, &p->dnat[0]);
		break;
	case PATTERN_SPLIT_TUNNEL:
		if (p->n_split)
			write_split(&j, &p->split[0]);
		break;
	case PATTERN_MSS_CLAMP:
	case PATTERN_RAW_SHELL: break;
	}
	jsonw_object_end(&j);
}
