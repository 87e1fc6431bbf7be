// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules as messages: each of our expressions as those of the kernel that nft(8) makes of the same
 * words, so that it can list them. Knows registers; must not know what the rules are for. One thing
 * is asked of the system: the number of a cgroup, which only its directory tells.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/magic.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "fw/encode.h"

enum source { FROM_META, FROM_CT, FROM_NETWORK, FROM_TRANSPORT, FROM_FIB, FROM_SOCKET };

/* Where a field comes from: key, or offset of the payload, or flags. */
static const struct field {
	enum source source;
	uint32_t key;
	uint8_t size;
} fields[] = {
	[FW_NFPROTO] = {FROM_META, NFT_META_NFPROTO, 1},
	[FW_IIF] = {FROM_META, NFT_META_IIF, 4},
	[FW_IIFNAME] = {FROM_META, NFT_META_IIFNAME, 16},
	[FW_OIFNAME] = {FROM_META, NFT_META_OIFNAME, 16},
	[FW_MARK] = {FROM_META, NFT_META_MARK, 4},
	[FW_SKUID] = {FROM_META, NFT_META_SKUID, 4},
	[FW_L4PROTO] = {FROM_META, NFT_META_L4PROTO, 1},
	[FW_SADDR4] = {FROM_NETWORK, 12, 4},
	[FW_DADDR4] = {FROM_NETWORK, 16, 4},
	[FW_SADDR6] = {FROM_NETWORK, 8, 16},
	[FW_DADDR6] = {FROM_NETWORK, 24, 16},
	[FW_HOPLIMIT] = {FROM_NETWORK, 7, 1},
	[FW_SPORT] = {FROM_TRANSPORT, 0, 2},
	[FW_DPORT] = {FROM_TRANSPORT, 2, 2},
	[FW_TCP_FLAGS] = {FROM_TRANSPORT, 13, 1},
	[FW_ICMPV6_TYPE] = {FROM_TRANSPORT, 0, 1},
	[FW_CT_STATE] = {FROM_CT, NFT_CT_STATE, 4},
	[FW_CT_STATUS] = {FROM_CT, NFT_CT_STATUS, 4},
	[FW_CT_MARK] = {FROM_CT, NFT_CT_MARK, 4},
	[FW_CT_DIRECTION] = {FROM_CT, NFT_CT_DIRECTION, 1},
	[FW_SADDR_TYPE] = {FROM_FIB, NFTA_FIB_F_SADDR, 4},
	[FW_DADDR_TYPE] = {FROM_FIB, NFTA_FIB_F_DADDR, 4},
	[FW_CGROUP] = {FROM_SOCKET, NFT_SOCKET_CGROUPV2, 8},
};

static struct nftnl_expr *add(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = encode_own(nftnl_expr_alloc(name));

	nftnl_rule_add_expr(r, e);
	return e;
}

/* Registers overlap: of four words, or of one; nft takes the wide ones where a value starts one. */
static uint32_t reg_at(unsigned word)
{
	return word % 4 ? NFT_REG32_00 + word : NFT_REG_1 + word / 4;
}

/* The expression, for what only one of them has besides. */
static struct nftnl_expr *load(
	struct nftnl_rule *r, enum fw_field what, uint32_t reg, uint32_t size)
{
	const struct field *f = &fields[what];
	struct nftnl_expr *e = NULL;

	switch (f->source) {
	case FROM_META:
		e = add(r, "meta");
		nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, f->key);
		nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg);
		break;
	case FROM_CT:
		e = add(r, "ct");
		nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, f->key);
		nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, reg);
		break;
	case FROM_NETWORK:
	case FROM_TRANSPORT:
		e = add(r, "payload");
		nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE,
			f->source == FROM_NETWORK ? NFT_PAYLOAD_NETWORK_HEADER
						  : NFT_PAYLOAD_TRANSPORT_HEADER);
		nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, f->key);
		nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, size);
		nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
		break;
	case FROM_FIB:
		e = add(r, "fib");
		nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_FLAGS, f->key);
		nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
		nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_DREG, reg);
		break;
	case FROM_SOCKET:
		e = add(r, "socket");
		nftnl_expr_set_u32(e, NFTNL_EXPR_SOCKET_KEY, f->key);
		nftnl_expr_set_u32(e, NFTNL_EXPR_SOCKET_DREG, reg);
		break;
	}
	return e;
}

static void byteorder(struct nftnl_rule *r, uint32_t size)
{
	struct nftnl_expr *e = add(r, "byteorder");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_LEN, size);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_SIZE, size);
}

static void bitwise(struct nftnl_rule *r, const void *mask, uint32_t size)
{
	static const uint8_t zero[16];
	struct nftnl_expr *e = add(r, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, size);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, size);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, size);
}

static void compare(struct nftnl_rule *r, bool equal, const void *value, uint32_t size)
{
	struct nftnl_expr *e = add(r, "cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, equal ? NFT_CMP_EQ : NFT_CMP_NEQ);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, value, size);
}

static void immediate(struct nftnl_rule *r, uint32_t reg, const void *value, uint32_t size)
{
	struct nftnl_expr *e = add(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, value, size);
}

static void lookup(const struct encode *x, struct nftnl_rule *r, const struct fw_expr *w)
{
	const struct fw_set *s = fw_set_find(x->t, w->name);
	unsigned word = 0;
	struct nftnl_expr *e;

	for (unsigned i = 0; i < w->n_fields; i++) {
		enum fw_type t = fw_field_type(w->field[i]);

		load(r, w->field[i], reg_at(word), fields[w->field[i]].size);
		if (s && s->flags & FW_SET_INTERVAL && t == FW_TYPE_UID)
			byteorder(r, fw_type_size(t));
		word += (fw_type_size(t) + 3) / 4;
	}
	e = add(r, "lookup");
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, w->name);
	if (w->inverted)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	if (w->kind == FW_VMAP)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

/* Where cgroup2 is mounted: alone, or beside the older hierarchies. */
static const char *cgroup_root(void)
{
	static const char *const roots[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	struct statfs s;

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (statfs(roots[i], &s) == 0 && s.f_type == CGROUP2_SUPER_MAGIC)
			return roots[i];
	return roots[0];
}

static int match_cgroup(struct nftnl_rule *r, const struct fw_expr *w, struct err *e)
{
	struct nftnl_expr *socket;
	char path[4096];
	uint32_t level = 1;
	struct stat st;
	uint64_t id;

	snprintf(path, sizeof(path), "%s/%s", cgroup_root(), w->name);
	if (stat(path, &st) < 0)
		return err_errno(e, errno == ENOENT ? E_NOT_FOUND : E_KERNEL, errno,
			"cannot find the cgroup '%s'", w->name);
	id = st.st_ino;
	for (const char *c = w->name; *c; c++)
		level += *c == '/';
	socket = load(r, FW_CGROUP, NFT_REG_1, sizeof(id));
	nftnl_expr_set_u32(socket, NFTNL_EXPR_SOCKET_LEVEL, level);
	compare(r, !w->inverted, &id, sizeof(id));
	return 0;
}

/* Of a prefix that ends with a byte only those bytes are loaded, as nft does it. */
static void match_prefix(struct nftnl_rule *r, const struct fw_expr *w)
{
	enum fw_field f = w->field[0];
	uint32_t size = fields[f].size;
	uint8_t mask[16] = {0};

	if (w->prefix_len % 8 == 0) {
		load(r, f, NFT_REG_1, w->prefix_len / 8);
		compare(r, !w->inverted, w->value, w->prefix_len / 8);
		return;
	}
	for (unsigned i = 0; i < w->prefix_len; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	load(r, f, NFT_REG_1, size);
	bitwise(r, mask, size);
	compare(r, !w->inverted, w->value, size);
}

static int match(
	const struct encode *x, struct nftnl_rule *r, const struct fw_expr *w, struct err *e)
{
	static const uint32_t none;
	enum fw_field f = w->field[0];

	if (f == FW_CGROUP)
		return match_cgroup(r, w, e);
	if (w->name) {
		lookup(x, r, w);
	} else if (w->prefix_len) {
		match_prefix(r, w);
	} else if (f == FW_CT_STATE || f == FW_CT_STATUS) {
		load(r, f, NFT_REG_1, fields[f].size);
		bitwise(r, w->value, sizeof(none));
		compare(r, w->inverted, &none, sizeof(none));
	} else {
		load(r, f, NFT_REG_1, fields[f].size);
		compare(r, !w->inverted, w->value, fields[f].size);
	}
	return 0;
}

static void reject(struct nftnl_rule *r, enum fw_reject how)
{
	static const struct {
		uint32_t type;
		uint8_t code;
	} kinds[] = {
		[FW_TCP_RESET] = {NFT_REJECT_TCP_RST, 0},
		[FW_PORT_UNREACHABLE] = {NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_PORT_UNREACH},
		[FW_ADMIN_PROHIBITED] = {NFT_REJECT_ICMPX_UNREACH,
			NFT_REJECT_ICMPX_ADMIN_PROHIBITED},
	};
	struct nftnl_expr *e = add(r, "reject");

	nftnl_expr_set_u32(e, NFTNL_EXPR_REJECT_TYPE, kinds[how].type);
	nftnl_expr_set_u8(e, NFTNL_EXPR_REJECT_CODE, kinds[how].code);
}

static void translate(struct nftnl_rule *r, uint32_t type, const struct ip_endpoint *to)
{
	uint16_t port = htons(to->port);
	struct nftnl_expr *e;

	immediate(r, NFT_REG_1, to->addr.b, ip_bits(to->addr.family) / 8);
	if (port)
		immediate(r, NFT_REG_2, &port, sizeof(port));
	e = add(r, "nat");
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, type);
	nftnl_expr_set_u32(
		e, NFTNL_EXPR_NAT_FAMILY, to->addr.family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	if (port) {
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, NFT_REG_2);
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
	}
}

/* TCP option 2 (RFC 9293): its value stands two bytes in. */
static void maxseg(struct nftnl_rule *r)
{
	struct nftnl_expr *e = add(r, "rt");

	nftnl_expr_set_u32(e, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_RT_DREG, NFT_REG_1);
	byteorder(r, 2);
	e = add(r, "exthdr");
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void set_mark(struct nftnl_rule *r, const char *where, uint32_t mark)
{
	bool packet = where[0] == 'm';
	struct nftnl_expr *e;

	immediate(r, NFT_REG_1, &mark, sizeof(mark));
	e = add(r, where);
	nftnl_expr_set_u32(e, packet ? NFTNL_EXPR_META_KEY : NFTNL_EXPR_CT_KEY,
		packet ? (uint32_t)NFT_META_MARK : (uint32_t)NFT_CT_MARK);
	nftnl_expr_set_u32(e, packet ? NFTNL_EXPR_META_SREG : NFTNL_EXPR_CT_SREG, NFT_REG_1);
}

static void count(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = add(r, "objref");

	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_IMM_NAME, name);
}

static void verdict(struct nftnl_rule *r, const struct fw_verdict *v)
{
	struct nftnl_expr *e = add(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)encode_verdict(v->code));
	if (v->chain)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, v->chain);
}

static int put(const struct encode *x, struct nftnl_rule *r, const struct fw_expr *w, struct err *e)
{
	switch (w->kind) {
	case FW_MATCH: return match(x, r, w, e);
	case FW_VMAP: lookup(x, r, w); break;
	case FW_COUNT: count(r, w->name); break;
	case FW_REJECT: reject(r, w->reject); break;
	case FW_SET_MARK: set_mark(r, "meta", w->mark); break;
	case FW_SET_CT_MARK: set_mark(r, "ct", w->mark); break;
	case FW_DNAT: translate(r, NFT_NAT_DNAT, &w->to); break;
	case FW_SNAT: translate(r, NFT_NAT_SNAT, &w->to); break;
	case FW_MASQUERADE: add(r, "masq"); break;
	case FW_MAXSEG: maxseg(r); break;
	case FW_VERDICT: verdict(r, &w->verdict); break;
	}
	return 0;
}

int encode_rule(struct encode *x, const struct fw_chain *c, const struct fw_rule *r, struct err *e)
{
	struct nftnl_rule *n = encode_own(nftnl_rule_alloc());
	struct nlmsghdr *h;
	int res = 0;

	nftnl_rule_set_str(n, NFTNL_RULE_TABLE, x->t->name);
	nftnl_rule_set_str(n, NFTNL_RULE_CHAIN, c->name);
	for (size_t i = 0; i < r->n_exprs && !res; i++)
		res = put(x, n, &r->exprs[i], e);
	if (!res) {
		h = encode_begin(x, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
		nftnl_rule_nlmsg_build_payload(h, n);
		encode_end(x, h);
	}
	nftnl_rule_free(n);
	return res;
}
