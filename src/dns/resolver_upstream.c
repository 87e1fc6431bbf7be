// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The servers this machine uses outside of wf's tunnels. Knows where each back-end has them; must
 * not know what they are for. What wf has set is never among them.
 */
#include "dns/resolver_parts.h"

/* What a program finds there that does not want the stub: systemd-resolved.service(8). */
#define RESOLVED_CONF "/run/systemd/resolve/resolv.conf"

/* As resolver_outside; *ret_file is what is at *ret_path, where that has been read (bytes is NULL
 * else). */
static int look_outside(struct arena *a, struct resolv_file *ret_file, const char **ret_path,
	struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	struct resolv_file original;
	const char *path = RESOLV_KEPT;
	bool ours;
	int r = file_original(a, &original, &path, &ours, e);

	/* What is lost names no servers; that a tunnel comes up does not depend on it. */
	if (r && r != -E_NOT_FOUND)
		return r;
	*ret_file = (struct resolv_file){0};
	*ret = NULL;
	*ret_n = 0;
	*ret_path = path;
	if (r || ours)
		return 0;
	switch (resolver_of(a, &original)) {
	case RESOLVER_NONE:
	case RESOLVER_FILE: *ret_file = original; return 0;
	case RESOLVER_RESOLVCONF:
		*ret_file = original;
		return resolvconf_upstream(a, ret, ret_n, e);
	/* Asking its stub would ask the tunnels, too: the servers it knows are asked directly. */
	case RESOLVER_RESOLVED:
		*ret_path = RESOLVED_CONF;
		return resolved_upstream(a, ret, ret_n, e);
	}
	return 0;
}

int resolver_outside(
	struct arena *a, const char **ret_path, struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	struct resolv_file file;

	return look_outside(a, &file, ret_path, ret, ret_n, e);
}

int resolver_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	struct resolv_text text;
	struct resolv_file f;
	struct ip_addr *servers;
	const char *path;
	size_t n;
	int r;

	if ((r = look_outside(a, &f, &path, &servers, &n, e)))
		return r;
	if (!servers) {
		if (!f.bytes && (r = resolv_file_look(a, path, &f, e)))
			return r;
		resolv_text_parse(a, f.bytes, &text);
		servers = text.servers;
		n = text.n_servers;
	}
	*ret = servers;
	*ret_n = n;
	return 0;
}
