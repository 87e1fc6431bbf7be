// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words that commands of hooks have in common: program and interface names, addresses, marks.
 * Strict: what has another reading, or depends on the machine, is no value.
 */
#include "wgconf/idiom_act.h"

#include <stdlib.h>

#include "base/str.h"

/* What wg-quick(8) marks a full tunnel's own packets with unless something else has taken it. */
#define DEFAULT_FWMARK 51820

bool act_is_program(const char *word, const char *name)
{
	static const char *const folders[] = {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/",
		"/usr/local/sbin/", "/usr/local/bin/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(word, folders[i], strlen(folders[i])) == 0)
			return str_eq(word + strlen(folders[i]), name);
	return str_eq(word, name);
}

bool act_ifname(const struct act_reader *rd, const char *word, char ret[static FW_IFNAME_SIZE])
{
	if (str_eq(word, SHELL_SELF) || (rd->ifname && str_eq(word, rd->ifname))) {
		str_copy(ret, FW_IFNAME_SIZE, POLICY_SELF);
		return true;
	}
	if (!*word || strlen(word) >= FW_IFNAME_SIZE || str_eq(word, ".") || str_eq(word, ".."))
		return false;
	for (const char *s = word; *s; s++)
		if (!((*s >= '0' && *s <= '9') || (str_lower(*s) >= 'a' && str_lower(*s) <= 'z') ||
			    strchr("_-.=", *s)))
			return false;
	str_copy(ret, FW_IFNAME_SIZE, word);
	return word[0] != '-';
}

bool act_is_self(const char *ifname)
{
	return str_eq(ifname, POLICY_SELF);
}

uint8_t act_family(const struct ip_addr *addr)
{
	return addr->family == AF_INET ? ACT_IPV4 : ACT_IPV6;
}

bool act_prefix(const char *word, uint8_t families, struct ip_prefix *ret)
{
	struct ip_prefix p;

	if (!ip_prefix_parse(word, &p) || !(act_family(&p.addr) & families))
		return false;
	ip_prefix_mask(&p);
	*ret = p;
	return true;
}

bool act_number(const char *word, uint32_t *ret)
{
	uint32_t n = 0;

	if (strncmp(word, "0x", 2) != 0) /* "010" would be octal */
		return (word[0] != '0' || !word[1]) && str_to_u32(word, 0, UINT32_MAX, ret);
	word += 2;
	if (!*word || strlen(word) > 8)
		return false;
	for (; *word; word++) {
		char c = str_lower(*word);

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
		n = n << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = n;
	return true;
}

bool act_is_fwmark(const struct act_reader *rd, const char *word)
{
	uint32_t mark;

	if (str_eq(word, SHELL_FWMARK))
		return true;
	if (!act_number(word, &mark) || !mark)
		return false;
	return mark == (rd->c->fwmark > 0 ? rd->c->fwmark : DEFAULT_FWMARK);
}
