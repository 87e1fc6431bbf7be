// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * systemd-resolved over the bus: org.freedesktop.resolve1(5). Knows its methods and properties;
 * must not know when it is the one to be told. Whether answers are signed (DNSSEC) or asked for in
 * secret (DNS over TLS) is the administrator's: these settings of a link are not touched.
 */
#include "dns/resolver_parts.h"

#ifdef HAVE_SYSTEMD_SD_BUS_H
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "dns/resolver_bus.h"

#define SERVICE	  "org.freedesktop.resolve1"
#define MANAGER	  SERVICE ".Manager"
#define LINK	  SERVICE ".Link"
#define ROOT_PATH "/org/freedesktop/resolve1"
#define DBUS	  "org.freedesktop.DBus"

#define TIMEOUT_MS 5000
/* How long a link that was just made may be unknown to it, and how often it is asked. */
#define KNOWN_MS 2000
#define AGAIN_MS 20

/* It is not there, or has never heard of the link. */
static const char *const absent[] = {
	SERVICE ".NoSuchLink",
	DBUS ".Error.UnknownObject",
	DBUS ".Error.ServiceUnknown",
	DBUS ".Error.NameHasNoOwner",
	NULL,
};

static int failed(struct err *e, int r, const char *what, const char *reason)
{
	if (r == -ETIMEDOUT)
		return err_set(e, E_FAILED, "systemd-resolved did not answer in %d s (%s)",
			TIMEOUT_MS / 1000, what);
	return err_set(e, r == -EACCES ? E_PERMISSION : E_FAILED, "systemd-resolved: %s: %s", what,
		reason);
}

/* --- whether it is there -----------------------------------------------------------------------
 */

static int has_owner(struct bus *b)
{
	sd_bus_message *m = NULL, *reply = NULL;
	char reason[128];
	int owned = 0;

	if (b->f->sd_bus_message_new_method_call(
		    b->bus, &m, DBUS, "/org/freedesktop/DBus", DBUS, "NameHasOwner") < 0)
		err_oom();
	if (b->f->sd_bus_message_append(m, "s", SERVICE) < 0)
		err_oom();
	if (bus_call(b, m, &reply, NULL, NULL, reason, sizeof(reason)) >= 0)
		(void)b->f->sd_bus_message_read(reply, "b", &owned);
	b->f->sd_bus_message_unref(reply);
	b->f->sd_bus_message_unref(m);
	return owned;
}

bool resolved_runs(void)
{
	BUS_CLEANUP struct bus b = {0};
	struct err ignored;

	return bus_exists() && bus_open(TIMEOUT_MS, &b, &ignored) == 0 && has_owner(&b);
}

/* --- setting -----------------------------------------------------------------------------------
 */

static sd_bus_message *new_call(struct bus *b, const char *method, int ifindex)
{
	sd_bus_message *m = NULL;

	if (b->f->sd_bus_message_new_method_call(b->bus, &m, SERVICE, ROOT_PATH, MANAGER, method) <
			0 ||
		b->f->sd_bus_message_append(m, "i", ifindex) < 0)
		err_oom();
	return m;
}

static void sleep_ms(long ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

/*
 * Consumes the message. The service learns of links by netlink, a little later than we: unknown
 * ones are tried again. *ret_absent (may be NULL): it stayed unknown, which is then no error.
 */
static int call(struct bus *b, sd_bus_message *m, const char *what, bool *ret_absent, struct err *e)
{
	const int64_t end = clock_ms() + (ret_absent ? 0 : KNOWN_MS);
	bool unknown = false;
	char reason[256];
	int r;

	for (;;) {
		r = bus_call(b, m, NULL, absent, &unknown, reason, sizeof(reason));
		if (r >= 0 || !unknown || clock_ms() >= end)
			break;
		sleep_ms(AGAIN_MS);
	}
	b->f->sd_bus_message_unref(m);
	if (ret_absent)
		*ret_absent = r < 0 && unknown;
	return r >= 0 || (ret_absent && unknown) ? 0 : failed(e, r, what, reason);
}

static int set_dns(struct bus *b, int ifindex, const struct resolver_state *s, struct err *e)
{
	sd_bus_message *m = new_call(b, "SetLinkDNS", ifindex);
	int r = b->f->sd_bus_message_open_container(m, 'a', "(iay)");

	for (size_t i = 0; i < s->n_servers && r >= 0; i++) {
		const struct ip_addr *addr = &s->servers[i];

		if ((r = b->f->sd_bus_message_open_container(m, 'r', "iay")) < 0 ||
			(r = b->f->sd_bus_message_append(m, "i", addr->family)) < 0 ||
			(r = b->f->sd_bus_message_append_array(
				 m, 'y', addr->b, ip_bits(addr->family) / 8)) < 0)
			break;
		r = b->f->sd_bus_message_close_container(m);
	}
	if (r < 0 || b->f->sd_bus_message_close_container(m) < 0)
		err_oom();
	return call(b, m, "cannot set the DNS servers of the link", NULL, e);
}

static int set_domains(struct bus *b, int ifindex, const struct resolver_state *s, struct err *e)
{
	sd_bus_message *m = new_call(b, "SetLinkDomains", ifindex);
	int r = b->f->sd_bus_message_open_container(m, 'a', "(sb)");

	/* The root, for routing only: every name that no other link claims more exactly. */
	if (r >= 0 && s->everything)
		r = b->f->sd_bus_message_append(m, "(sb)", ".", 1);
	for (size_t i = 0; i < s->n_domains && r >= 0; i++) {
		int route = s->domains[i][0] == '~';

		r = b->f->sd_bus_message_append(m, "(sb)", s->domains[i] + route, route);
	}
	if (r < 0 || b->f->sd_bus_message_close_container(m) < 0)
		err_oom();
	return call(b, m, "cannot set the domains of the link", NULL, e);
}

int resolved_set(const struct resolver_state *s, struct err *e)
{
	int r, ifindex = (int)if_nametoindex(s->ifname);
	BUS_CLEANUP struct bus b = {0};
	sd_bus_message *m;

	if (!ifindex)
		return err_errno(
			e, E_NOT_FOUND, errno, "systemd-resolved: no link '%s'", s->ifname);
	if ((r = bus_open(TIMEOUT_MS, &b, e)) || (r = set_dns(&b, ifindex, s, e)) ||
		(r = set_domains(&b, ifindex, s, e)))
		return r;
	m = new_call(&b, "SetLinkDefaultRoute", ifindex);
	if (b.f->sd_bus_message_append(m, "b", (int)s->everything) < 0)
		err_oom();
	return call(&b, m, "cannot make the link the one for all names", NULL, e);
}

int resolved_unset(const struct resolver_state *slot, struct err *e)
{
	int r, ifindex = (int)if_nametoindex(slot->ifname);
	BUS_CLEANUP struct bus b = {0};
	bool ignored;

	/* With the link, or with the service, its settings are gone. */
	if (!ifindex || !bus_exists())
		return 0;
	if ((r = bus_open(TIMEOUT_MS, &b, e)))
		return r;
	return call(&b, new_call(&b, "RevertLink", ifindex),
		"cannot take back the settings of the link", &ignored, e);
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* Of an array of structs that end in family and address; `lead` ints stand before these. */
static int read_servers(struct bus *b, sd_bus_message *m, struct arena *a, bool lead,
	bool (*wanted)(int ifindex), struct ip_addr **ret, size_t *ret_n)
{
	struct {
		LIST(struct ip_addr, addrs);
	} found = {0};
	int r, ifindex = 0, family;
	const void *bytes;
	size_t n;

	r = b->f->sd_bus_message_enter_container(m, 'a', lead ? "(iiay)" : "(iay)");
	while (r >= 0 &&
		(r = b->f->sd_bus_message_enter_container(m, 'r', lead ? "iiay" : "iay")) > 0) {
		if (lead)
			r = b->f->sd_bus_message_read(m, "i", &ifindex);
		if (r < 0 || (r = b->f->sd_bus_message_read(m, "i", &family)) < 0 ||
			(r = b->f->sd_bus_message_read_array(m, 'y', &bytes, &n)) < 0)
			break;
		if ((family == AF_INET || family == AF_INET6) &&
			n == ip_bits((uint8_t)family) / 8 && (!wanted || wanted(ifindex))) {
			struct ip_addr *addr = LIST_PUSH(a, &found, addrs);

			addr->family = (uint8_t)family;
			memcpy(addr->b, bytes, n);
		}
		r = b->f->sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = b->f->sd_bus_message_exit_container(m);
	*ret = found.addrs;
	*ret_n = found.n_addrs;
	return r;
}

static int read_domains(
	struct bus *b, sd_bus_message *m, struct arena *a, struct resolver_state *ret)
{
	int r = b->f->sd_bus_message_enter_container(m, 'a', "(sb)"), route;
	const char *name;

	while (r >= 0 && (r = b->f->sd_bus_message_read(m, "(sb)", &name, &route)) > 0) {
		if (route && str_eq(name, "."))
			ret->everything = true;
		else
			*LIST_PUSH(a, ret, domains) =
				arena_printf(a, "%s%s", route ? "~" : "", name);
	}
	return r < 0 ? r : b->f->sd_bus_message_exit_container(m);
}

/* The properties of one link, in one message. */
static int read_properties(
	struct bus *b, sd_bus_message *m, struct arena *a, struct resolver_state *ret)
{
	int r = b->f->sd_bus_message_enter_container(m, 'a', "{sv}");
	struct ip_addr *servers;
	const char *name;
	size_t n;

	while (r >= 0 && (r = b->f->sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		if ((r = b->f->sd_bus_message_read(m, "s", &name)) < 0)
			break;
		if (str_eq(name, "DNS")) {
			if ((r = b->f->sd_bus_message_enter_container(m, 'v', "a(iay)")) < 0 ||
				(r = read_servers(b, m, a, false, NULL, &servers, &n)) < 0)
				break;
			for (size_t i = 0; i < n; i++)
				*LIST_PUSH(a, ret, servers) = servers[i];
			r = b->f->sd_bus_message_exit_container(m);
		} else if (str_eq(name, "Domains")) {
			if ((r = b->f->sd_bus_message_enter_container(m, 'v', "a(sb)")) < 0 ||
				(r = read_domains(b, m, a, ret)) < 0)
				break;
			r = b->f->sd_bus_message_exit_container(m);
		} else {
			r = b->f->sd_bus_message_skip(m, "v");
		}
		if (r >= 0)
			r = b->f->sd_bus_message_exit_container(m);
	}
	return r;
}

/* sd_bus_path_encode(3) of a number: its first digit is escaped. */
static void link_path(int ifindex, char *out, size_t size)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", ifindex);
	snprintf(out, size, ROOT_PATH "/link/_%02x%s", (unsigned char)text[0], text + 1);
}

int resolved_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e)
{
	struct resolver_state s = {.backend = RESOLVER_RESOLVED};
	int r, ifindex = (int)if_nametoindex(slot->ifname);
	sd_bus_message *m = NULL, *reply = NULL;
	BUS_CLEANUP struct bus b = {0};
	char path[64], reason[256] = "an answer that is not understood";
	bool unknown = false;

	*ret = (struct resolver_state){0};
	if (!ifindex || !bus_exists())
		return 0;
	if ((r = bus_open(TIMEOUT_MS, &b, e)))
		return r;
	link_path(ifindex, path, sizeof(path));
	if (b.f->sd_bus_message_new_method_call(
		    b.bus, &m, SERVICE, path, DBUS ".Properties", "GetAll") < 0 ||
		b.f->sd_bus_message_append(m, "s", LINK) < 0)
		err_oom();
	r = bus_call(&b, m, &reply, absent, &unknown, reason, sizeof(reason));
	if (r >= 0)
		r = read_properties(&b, reply, a, &s);
	b.f->sd_bus_message_unref(reply);
	b.f->sd_bus_message_unref(m);
	if (r < 0)
		return unknown ? 0 : failed(e, r, "cannot read the settings of the link", reason);
	str_copy(s.ifname, sizeof(s.ifname), slot->ifname);
	if (s.n_servers || s.n_domains || s.everything)
		*ret = s;
	return 0;
}

/* wf's links are born into a group of their own. */
static bool is_foreign(int ifindex)
{
	ARENA_CLEANUP struct arena *a = NULL;
	char name[IF_NAMESIZE], *text;
	struct err ignored;
	const char *path;
	size_t len;

	if (!ifindex || !if_indextoname((unsigned)ifindex, name))
		return true;
	a = arena_new();
	path = arena_printf(a, "/sys/class/net/%s/netdev_group", name);
	return file_read(a, path, 64, &text, &len, &ignored) ||
		strtoul(text, NULL, 10) != WF_LINK_GROUP;
}

int resolved_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	sd_bus_message *m = NULL, *reply = NULL;
	char reason[256] = "an answer that is not understood";
	BUS_CLEANUP struct bus b = {0};
	int r;

	if ((r = bus_open(TIMEOUT_MS, &b, e)))
		return r;
	if (b.f->sd_bus_message_new_method_call(
		    b.bus, &m, SERVICE, ROOT_PATH, DBUS ".Properties", "Get") < 0 ||
		b.f->sd_bus_message_append(m, "ss", MANAGER, "DNS") < 0)
		err_oom();
	r = bus_call(&b, m, &reply, NULL, NULL, reason, sizeof(reason));
	if (r >= 0)
		r = b.f->sd_bus_message_enter_container(reply, 'v', "a(iiay)");
	if (r >= 0)
		r = read_servers(&b, reply, a, true, is_foreign, ret, ret_n);
	b.f->sd_bus_message_unref(reply);
	b.f->sd_bus_message_unref(m);
	if (r < 0)
		return failed(e, r, "cannot read its servers", reason);
	if (!*ret)
		*ret = ARENA_NEW(a, struct ip_addr);
	return 0;
}

#else /* built without it: it is never detected */

bool resolved_runs(void)
{
	return false;
}

static int left_out(struct err *e)
{
	return err_set(e, E_UNSUPPORTED, "this wf was built without systemd-resolved");
}

int resolved_set(const struct resolver_state *s, struct err *e)
{
	return left_out(e);
}

int resolved_unset(const struct resolver_state *slot, struct err *e)
{
	return left_out(e);
}

int resolved_read(struct arena *a, const struct resolver_state *slot, struct resolver_state *ret,
	struct err *e)
{
	return left_out(e);
}

int resolved_upstream(struct arena *a, struct ip_addr **ret, size_t *ret_n, struct err *e)
{
	return left_out(e);
}
#endif
