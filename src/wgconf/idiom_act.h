/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one command of a hook does, as a value: shared by the readers of commands (one file each for
 * iptables, nft, ip and sysctl, and resolvers) and the grouping of hooks into idioms.
 */
#ifndef WF_WGCONF_IDIOM_ACT_H
#define WF_WGCONF_IDIOM_ACT_H

#include "model/conf.h"
#include "model/policy.h"
#include "wgconf/idiom_shell.h"

enum act_kind {
	ACT_KILL,	/* all that leaves neither by the tunnel nor as its ciphertext is refused */
	ACT_LAN,	/* output to a local range is accepted; means something beside ACT_KILL only */
	ACT_DNS_GATE,	/* port 53 is refused but through the tunnel */
	ACT_DNS_SET,	/* the machine's resolver: servers of the tunnel, or all names to them */
	ACT_DNS_OTHER,	/* a resolver setting with a meaning of its own: no other DNS act is certain */
	ACT_NAT,
	ACT_FORWARD,
	ACT_RETURN,	/* forwarding of what belongs to a connection that was let through */
	ACT_FORWARDING, /* the sysctls */
	ACT_LISTEN,	/* input to a UDP port is accepted */
	ACT_MSS,
	ACT_DNAT,
	ACT_SPLIT,
	ACT_BASE,	/* an nft table or chain of their own, that hooks put rules into */
};

enum { ACT_IPV4 = 1, ACT_IPV6 = 2 };
enum { ACT_TCP = 1, ACT_UDP = 2 };

struct act {
	enum act_kind kind;
	bool undo;
	bool all;	  /* of an undo: it undoes every act with its key, not one */
	bool front;	  /* KILL, LAN: put before what is there already */
	uint8_t families; /* ACT_IPV4 | ACT_IPV6 */
	uint8_t protos;	  /* DNS_GATE, KILL: ACT_TCP | ACT_UDP */
	bool no_local;	  /* KILL: packets of the host to itself are not left alone */
	bool all_names;	  /* DNS_SET: every name is asked there */
	const char *tool; /* "iptables", for people */
	/* What is done, canonical; that which undoes it has the same. */
	const char *key;
	const char *chain;	 /* of an nft rule, else NULL */
	struct ip_prefix prefix; /* LAN; KILL: its exception, or family 0 */
	uint16_t port;		 /* LISTEN */
	struct fw_nat nat;
	struct fw_forward forward;
	struct fw_dnat dnat;
	struct split split;
	LIST(struct ip_addr, servers); /* DNS_SET */

	/* For the grouping. */
	size_t hook;	/* index into conf.hooks */
	uint32_t hash;	/* of key */
	bool matched;	/* its counterpart was found */
	bool no_effect;	/* KILL, LAN: its exception never took effect */
};

/* A base chain that hooks have made, and what iptables(8) calls the place where it is. */
struct nft_chain {
	const char *table; /* "nft inet TABLE" */
	const char *name;
	const char *place_table, *place_chain;
};

/* What a hook is read with. */
struct act_reader {
	struct arena *a;
	const struct conf *c;
	const char *ifname; /* may be NULL */
	LIST(struct act, acts);
	LIST(struct nft_chain, chains);
};

/* A program's name, with the path of a system folder or none. */
bool act_is_program(const char *word, const char *name);
/*
 * An interface name as it stands in policies: POLICY_SELF for the file's own. False for what is no
 * plain name.
 */
bool act_ifname(const struct act_reader *rd, const char *word, char ret[static FW_IFNAME_SIZE]);
bool act_is_self(const char *ifname);
/* A literal address or prefix of one of the families, host bits cleared. */
bool act_prefix(const char *word, uint8_t families, struct ip_prefix *ret);
uint8_t act_family(const struct ip_addr *addr);
/* Decimal or 0x… */
bool act_number(const char *word, uint32_t *ret);
/* The mark of the tunnel's own packets: $(wg show %i fwmark), or the number it is certain to have. */
bool act_is_fwmark(const struct act_reader *rd, const char *word);

/*
 * The readers. 1: the command is this reader's and was understood, its acts were added; 0: another
 * program; -1: this program, but not understood. next: the command that reads its output, or NULL.
 */
int act_read_iptables(struct act_reader *rd, const struct shell_command *cmd);
int act_read_nft(struct act_reader *rd, const struct shell_command *cmd);
int act_read_route(struct act_reader *rd, const struct shell_command *cmd);
int act_read_sysctl(struct act_reader *rd, const struct shell_command *cmd);
int act_read_resolver(struct act_reader *rd, const struct shell_command *cmd);
/* echo … | resolvconf -a …: of both commands together. */
bool act_read_resolvconf(struct act_reader *rd, const struct shell_command *from,
	const struct shell_command *to);

#endif
