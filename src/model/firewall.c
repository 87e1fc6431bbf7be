// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firewall as a value: copied, compared, united. Knows which members it has and what makes two
 * items of a list the same; must not know what rules they become. Invariant: canonical values that
 * ask for the same are equal, in whatever order they were put together.
 */
#include "model/firewall.h"

#include <stdlib.h>

#include "base/str.h"
#include "model/codec.h"

#define CMP(x, y) (((x) > (y)) - ((x) < (y)))
#define TRY(expr)                                                                                  \
	do {                                                                                       \
		int r_ = (expr);                                                                   \
		if (r_)                                                                            \
			return r_;                                                                 \
	} while (0)

typedef int item_cmp(const void *a, const void *b);

static int addr_cmp(const void *va, const void *vb)
{
	const struct ip_addr *a = va, *b = vb;

	TRY(CMP(a->family, b->family));
	return memcmp(a->b, b->b, ip_bits(a->family) / 8);
}

static int prefix_cmp(const void *a, const void *b)
{
	return ip_prefix_cmp(a, b);
}

static int link_cmp(const void *a, const void *b)
{
	return strcmp(((const struct fw_link *)a)->name, ((const struct fw_link *)b)->name);
}

static int u32_cmp(const void *a, const void *b)
{
	return CMP(*(const uint32_t *)a, *(const uint32_t *)b);
}

static int u16_cmp(const void *a, const void *b)
{
	return CMP(*(const uint16_t *)a, *(const uint16_t *)b);
}

static int endpoint_cmp(const void *va, const void *vb)
{
	const struct fw_endpoint *a = va, *b = vb;

	TRY(addr_cmp(&a->addr, &b->addr));
	TRY(CMP(a->proto, b->proto));
	return CMP(a->port, b->port);
}

static int dns_cmp(const void *va, const void *vb)
{
	const struct fw_dns *a = va, *b = vb;

	TRY(strcmp(a->ifname, b->ifname));
	return addr_cmp(&a->server, &b->server);
}

static int login_cmp(const void *va, const void *vb)
{
	const struct fw_login *a = va, *b = vb;

	TRY(addr_cmp(&a->peer, &b->peer));
	TRY(CMP(a->local_port, b->local_port));
	return CMP(a->peer_port, b->peer_port);
}

static int port_cmp(const void *va, const void *vb)
{
	const struct fw_port *a = va, *b = vb;

	TRY(CMP(a->proto, b->proto));
	return CMP(a->port, b->port);
}

static int split_cmp(const void *va, const void *vb)
{
	const struct fw_split *a = va, *b = vb;

	TRY(CMP(a->kind, b->kind));
	TRY(CMP(a->uid_first, b->uid_first));
	TRY(CMP(a->uid_last, b->uid_last));
	return strcmp(a->cgroup ? a->cgroup : "", b->cgroup ? b->cgroup : "");
}

static int nat_cmp(const void *va, const void *vb)
{
	const struct fw_nat *a = va, *b = vb;

	TRY(CMP(a->family, b->family));
	TRY(ip_prefix_cmp(&a->source, &b->source));
	TRY(strcmp(a->out_ifname, b->out_ifname));
	return addr_cmp(&a->to, &b->to);
}

static int forward_cmp(const void *va, const void *vb)
{
	const struct fw_forward *a = va, *b = vb;

	TRY(strcmp(a->in_ifname, b->in_ifname));
	TRY(strcmp(a->out_ifname, b->out_ifname));
	return CMP(a->both, b->both);
}

static int dnat_cmp(const void *va, const void *vb)
{
	const struct fw_dnat *a = va, *b = vb;

	TRY(strcmp(a->in_ifname, b->in_ifname));
	TRY(CMP(a->proto, b->proto));
	TRY(CMP(a->port, b->port));
	TRY(addr_cmp(&a->to.addr, &b->to.addr));
	TRY(CMP(a->to.port, b->to.port));
	return CMP(a->to.scope, b->to.scope);
}

/* Where a list is and what orders it. */
struct row {
	size_t items, n, cap, size;
	item_cmp *cmp;
	bool united; /* merged, it is what any asks for */
};
#define ROW(name, cmp, united)                                                                     \
	{                                                                                          \
		offsetof(struct firewall, name), offsetof(struct firewall, n_##name),              \
			offsetof(struct firewall, cap_##name),                                     \
			sizeof(*((struct firewall *)0)->name), (cmp), (united)                     \
	}
static const struct row rows[] = {
	ROW(endpoints, endpoint_cmp, true),
	ROW(marks, u32_cmp, true),
	ROW(listen_ports, u16_cmp, true),
	ROW(tunnels, link_cmp, true),
	ROW(addresses, addr_cmp, true),
	ROW(dns, dns_cmp, true),
	ROW(any_dns, link_cmp, true),
	ROW(lan_dns, addr_cmp, true),
	ROW(kept, prefix_cmp, true),
	ROW(lan, prefix_cmp, false),
	ROW(bridges, link_cmp, true),
	ROW(bridge_dns, addr_cmp, true),
	ROW(logins, login_cmp, true),
	ROW(inbound, port_cmp, true),
	ROW(split, split_cmp, true),
	ROW(nat, nat_cmp, true),
	ROW(forward, forward_cmp, true),
	ROW(dnat, dnat_cmp, true),
	ROW(mss_clamp, link_cmp, true),
};
#define N_ROWS (sizeof(rows) / sizeof(*rows))

struct list {
	char *items;
	size_t n, cap;
};

static struct list list_get(const struct row *row, const struct firewall *f)
{
	const char *base = (const char *)f;
	struct list l;

	memcpy(&l.items, base + row->items, sizeof(l.items));
	memcpy(&l.n, base + row->n, sizeof(l.n));
	memcpy(&l.cap, base + row->cap, sizeof(l.cap));
	return l;
}

static void list_put(const struct row *row, struct firewall *f, const struct list *l)
{
	char *base = (char *)f;

	memcpy(base + row->items, &l->items, sizeof(l->items));
	memcpy(base + row->n, &l->n, sizeof(l->n));
	memcpy(base + row->cap, &l->cap, sizeof(l->cap));
}

void firewall_copy(struct arena *a, const struct firewall *src, struct firewall *dst)
{
	codec_copy(&firewall_codec, a, src, dst);
}

void firewall_canon(struct firewall *f)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *row = &rows[i];
		struct list l = list_get(row, f);
		size_t kept = 0;

		if (l.n > 1)
			qsort(l.items, l.n, row->size, row->cmp);
		for (size_t k = 0; k < l.n; k++) {
			char *at = l.items + k * row->size;

			if (kept && row->cmp(l.items + (kept - 1) * row->size, at) == 0)
				continue;
			if (kept != k)
				memcpy(l.items + kept * row->size, at, row->size);
			kept++;
		}
		l.n = kept;
		list_put(row, f, &l);
	}
}

static bool list_equal(const struct row *row, const struct firewall *a, const struct firewall *b)
{
	struct list x = list_get(row, a), y = list_get(row, b);

	if (x.n != y.n)
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (row->cmp(x.items + i * row->size, y.items + i * row->size) != 0)
			return false;
	return true;
}

bool firewall_equal(const struct firewall *a, const struct firewall *b)
{
	if (a->unknown || b->unknown || a->present != b->present ||
		a->kill_switch != b->kill_switch || a->dns_gate != b->dns_gate)
		return false;
	for (size_t i = 0; i < N_ROWS; i++)
		if (!list_equal(&rows[i], a, b))
			return false;
	return true;
}

void firewall_add(struct arena *a, const struct firewall *src, struct firewall *dst)
{
	struct firewall copy;

	firewall_copy(a, src, &copy);
	dst->present |= copy.present;
	dst->unknown |= copy.unknown;
	dst->kill_switch |= copy.kill_switch;
	dst->dns_gate |= copy.dns_gate;
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *row = &rows[i];
		struct list from = list_get(row, &copy), to = list_get(row, dst);

		for (size_t k = 0; row->united && k < from.n; k++) {
			to.items = arena_grow(a, to.items, to.n, &to.cap, row->size);
			memcpy(to.items + to.n++ * row->size, from.items + k * row->size,
				row->size);
		}
		list_put(row, dst, &to);
	}
}

#define V4(a, b, c, len)                                                                           \
	{                                                                                          \
		{AF_INET, {a, b, c}}, len                                                          \
	}
#define V6(a, b, len)                                                                              \
	{                                                                                          \
		{AF_INET6, {a, b}}, len                                                            \
	}
/* Multicast: what stays on the link or the site (RFC 5771 section 4, RFC 2365 section 6.1, the
 * broadcast address; RFC 4291 section 2.7 with the scopes link and site). */
const struct ip_prefix firewall_lan[] = {
	V4(10, 0, 0, 8),
	V4(172, 16, 0, 12),
	V4(192, 168, 0, 16),
	V4(169, 254, 0, 16),
	V4(224, 0, 0, 24),
	V4(239, 255, 0, 16),
	{{AF_INET, {255, 255, 255, 255}}, 32},
	V6(0xfc, 0, 7),
	V6(0xfe, 0x80, 10),
	V6(0xff, 0x02, 16),
	V6(0xff, 0x05, 16),
};
const size_t firewall_n_lan = sizeof(firewall_lan) / sizeof(*firewall_lan);

static bool lies_in(const struct ip_prefix *p, const struct ip_prefix *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ranges[i].len <= p->len && ip_prefix_contains(&ranges[i], &p->addr))
			return true;
	return false;
}

bool firewall_is_lan(const struct ip_prefix *p)
{
	return lies_in(p, firewall_lan, firewall_n_lan);
}

bool firewall_allows_lan(const struct firewall *f, const struct ip_prefix *p)
{
	return lies_in(p, f->lan, f->n_lan);
}

bool firewall_is_whole_lan(const struct ip_prefix *lan, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < firewall_n_lan; i++)
		for (size_t k = 0; k < n; k++)
			if (ip_prefix_equal(&lan[k], &firewall_lan[i])) {
				found++;
				break;
			}
	return found == firewall_n_lan;
}

const char *fw_proto_name(uint8_t proto)
{
	return proto == IPPROTO_TCP ? "tcp" : proto == IPPROTO_UDP ? "udp" : "?";
}

bool fw_port_parse(const char *s, struct fw_port *ret)
{
	bool tcp = str_istarts(s, "tcp/");
	uint32_t port;

	if ((!tcp && !str_istarts(s, "udp/")) ||
		!str_to_u32(s + strlen("tcp/"), 1, UINT16_MAX, &port))
		return false;
	*ret = (struct fw_port){.proto = tcp ? IPPROTO_TCP : IPPROTO_UDP, .port = (uint16_t)port};
	return true;
}
