// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the hosts file line by line, as it can be megabytes of blocked names. Knows its syntax
 * only; must not know what comes after it. Never more than one line is in memory.
 */
#include "dns/hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

#define BLANKS " \t\r\n"

/* One dot at the end only says that the name is whole. */
static size_t name_len(const char *name, size_t len)
{
	return len > 1 && name[len - 1] == '.' ? len - 1 : len;
}

static bool same_name(const char *a, size_t a_len, const char *host)
{
	size_t len = name_len(host, strlen(host));

	if (name_len(a, a_len) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (str_lower(a[i]) != str_lower(host[i]))
			return false;
	return true;
}

/* The line's address when one of its names is that one. */
static bool line_has(char *line, const char *host, struct ip_addr *ret)
{
	char *at = line + strspn(line, BLANKS), *address = at;

	line[strcspn(line, "#")] = '\0';
	at += strcspn(at, BLANKS);
	while (*at) {
		size_t len;

		*at++ = '\0'; /* ends the address; behind a name it does no harm */
		at += strspn(at, BLANKS);
		len = strcspn(at, BLANKS);
		if (len && same_name(at, len, host))
			return ip_addr_parse(address, ret);
		at += len;
	}
	return false;
}

void hosts_find(
	struct arena *a, const char *path, const char *host, bool ipv6, struct lookup_result *ret)
{
	FILE *f = fopen(path, "re");
	struct ip_addr addr;
	char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) >= 0)
		if (line_has(line, host, &addr) && (ipv6 || addr.family == AF_INET))
			*LIST_PUSH(a, ret, addrs) = addr;
	free(line);
	if (f)
		fclose(f);
}
