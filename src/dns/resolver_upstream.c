// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The servers this machine uses outside of wf's tunnels. Knows where each back-end has them; must
 * not know what they are for. What wf has set is never among them.
 */
#include "dns/resolver_parts.h"

int resolver_outside(
	struct arena *a, const char **ret_path, struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	struct resolv_file original;
	const char *path = RESOLV_KEPT;
	bool ours;
	int r = file_original(a, &original, &path, &ours, e);

	/* What is lost names no servers; that a tunnel comes up does not depend on it. */
	if (r && r != -E_NOT_FOUND)
		return r;
	*ret_path = path;
	*ret = NULL;
	*ret_n = 0;
	return 0;
}

int resolver_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	struct resolv_text text;
	struct resolv_file f;
	struct ip_addr *servers;
	const char *path;
	size_t n;
	int r;

	if ((r = resolver_outside(a, &path, &servers, &n, e)))
		return r;
	if (!n) {
		if ((r = resolv_file_look(a, path, &f, e)))
			return r;
		resolv_text_parse(a, f.bytes, &text);
		servers = text.servers;
		n = text.n_servers;
	}
	*ret = servers;
	*ret_n = n;
	return 0;
}
