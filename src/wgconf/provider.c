// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who made a file. Knows the marks that only one provider's files bear: names of archives and
 * files, host names, comments, address ranges and resolvers of their own. A mark that others could
 * bear too (10.2.0.2, a port, a common name) is not in here.
 */
#include "wgconf/provider.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "wgconf/comment.h"

struct mark {
	struct provider provider;
	const char *alias;    /* another way people spell it, or NULL */
	const char *archive;  /* what its archive's name begins with, or NULL */
	const char *file;     /* what a file's name begins with, or NULL */
	const char *hosts[3]; /* what an endpoint's host ends in */
	const char *prefix;   /* an address range nobody else assigns from, or NULL */
	const char *dns;      /* a resolver of its own, or NULL */
};

enum { MULLVAD, PROTON };

static const struct mark marks[] = {
	[MULLVAD] = {.provider = {"Mullvad", "https://mullvad.net",
			     "https://mullvad.net/account/wireguard-config"},
		.alias = "Mullvad VPN",
		.archive = "mullvad_wireguard_",
		.file = "mullvad-",
		.hosts = {".mullvad.net"},
		.prefix = "fc00:bbbb:bbbb:bb01::/64"},
	[PROTON] = {.provider = {"ProtonVPN", "https://protonvpn.com",
			    "https://account.protonvpn.com/downloads"},
		.alias = "Proton VPN",
		.hosts = {".protonvpn.net", ".protonvpn.com"}},
	{.provider = {"IVPN", "https://www.ivpn.net", "https://www.ivpn.net/account/"},
		.archive = "ivpn-wireguard-config",
		.hosts = {".ivpn.net"},
		.prefix = "fd00:4956:504e::/48"},
	{.provider = {"AirVPN", "https://airvpn.org", "https://airvpn.org/generator/"},
		.archive = "AirVPN",
		.file = "AirVPN_",
		.hosts = {".airdns.org", ".airservers.org"}},
	{.provider = {"Surfshark", "https://surfshark.com",
		 "https://my.surfshark.com/vpn/manual-setup/main"},
		.hosts = {".surfshark.com"},
		.dns = "162.252.172.57"},
	{.provider = {"Windscribe", "https://windscribe.com",
		 "https://windscribe.com/getconfig/wireguard"},
		.file = "Windscribe-",
		.hosts = {".whiskergalaxy.com", ".windscribe.com"}},
	{.provider = {"FastestVPN", "https://fastestvpn.com", "https://support.fastestvpn.com"},
		.hosts = {".jumptoserver.com", ".fastestvpn.com"}},
	{.provider = {"AzireVPN", "https://www.azirevpn.com", "https://manager.azirevpn.com"},
		.archive = "azirevpn",
		.file = "azirevpn-",
		.hosts = {".azirevpn.net", ".azirevpn.com"}},
	{.provider = {"PIA", "https://www.privateinternetaccess.com",
		 "https://helpdesk.privateinternetaccess.com"},
		.alias = "Private Internet Access",
		.hosts = {".privateinternetaccess.com", ".privacy.network"}},
	{.provider = {"NordVPN", "https://nordvpn.com", "https://my.nordaccount.com"},
		.hosts = {".nordvpn.com"}},
	{.provider = {"WARP", "https://one.one.one.one",
		 "https://developers.cloudflare.com/warp-client/"},
		.alias = "Cloudflare WARP",
		.file = "wgcf-profile",
		.hosts = {".cloudflareclient.com"}},
};

#define N_MARKS (sizeof(marks) / sizeof(marks[0]))

static bool all_digits(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0';
}

/* us-nyc-wg-301 and se-got-wg-socks5-001: a country, a city, "wg", and a number at the end. */
static bool is_mullvad_name(const char *stem)
{
	const char *last = strrchr(stem, '-');
	size_t n = 0;

	while (isalpha((unsigned char)stem[n]) && n < 3)
		n++;
	if (n != 2 || stem[2] != '-')
		return false;
	while (isalpha((unsigned char)stem[n + 1]) && n < 6)
		n++;
	return n == 5 && str_istarts(stem + 6, "-wg-") && all_digits(last + 1);
}

/* "wg-US-FREE-154": wg, capitals, and a number at the end. */
static bool is_proton_name(const char *stem)
{
	const char *last = strrchr(stem, '-');

	if (strncmp(stem, "wg-", 3) != 0 || !last || last == stem + 2 || !all_digits(last + 1))
		return false;
	if (!isupper((unsigned char)stem[3]) || !isupper((unsigned char)stem[4]) || stem[5] != '-')
		return false;
	for (const char *s = stem + 3; s < last; s++)
		if (!isupper((unsigned char)*s) && *s != '-')
			return false;
	return true;
}

static const struct mark *by_file(const char *archive, const char *file)
{
	char stem[256];
	size_t len = str_copy(stem, sizeof(stem), file);

	if (len > 5 && str_iends(stem, ".conf"))
		stem[len - 5] = '\0';
	/* A browser's second copy: "us-nyc-wg-301 (1)". */
	stem[strcspn(stem, " (")] = '\0';
	if (is_mullvad_name(stem))
		return &marks[MULLVAD];
	if (is_proton_name(stem))
		return &marks[PROTON];
	for (size_t i = 0; i < N_MARKS; i++) {
		if (archive && marks[i].archive && str_istarts(archive, marks[i].archive))
			return &marks[i];
		if (marks[i].file && str_istarts(file, marks[i].file))
			return &marks[i];
	}
	return NULL;
}

static bool host_fits(const struct mark *m, const struct conf *c)
{
	const size_t n = sizeof(m->hosts) / sizeof(m->hosts[0]);

	LIST_FOREACH (peer, c, peers)
		for (size_t i = 0; peer->endpoint_host && i < n && m->hosts[i]; i++)
			if (str_iends(peer->endpoint_host, m->hosts[i]))
				return true;
	return false;
}

static bool address_fits(const struct mark *m, const struct conf *c)
{
	struct ip_prefix own;

	if (!m->prefix || !ip_prefix_parse(m->prefix, &own))
		return false;
	LIST_FOREACH (address, c, addresses)
		if (ip_prefix_contains(&own, &address->prefix.addr))
			return true;
	return false;
}

static bool dns_fits(const struct mark *m, const struct conf *c)
{
	struct ip_addr own;

	if (!m->dns || !ip_addr_parse(m->dns, &own))
		return false;
	LIST_FOREACH (dns, c, dns)
		if (ip_addr_equal(dns, &own))
			return true;
	return false;
}

/* Words only Proton writes into [Interface], each on a line of its own. */
static bool proton_comments(const struct conf *c)
{
	static const char *const words[] = {"# NetShield = ", "# Moderate NAT = ",
		"# NAT-PMP (Port Forwarding) = ", "# VPN Accelerator = "};
	unsigned seen = 0;

	LIST_FOREACH (l, c, lines)
		for (size_t i = 0; l->kind == CONF_LINE_COMMENT && i < 4; i++)
			seen += str_istarts(l->text, words[i]);
	if (seen >= 2)
		return true;
	return seen && c->n_peers && c->peers[0].name && comment_is_proton_server(c->peers[0].name);
}

/* Mullvad's device comment is telling only with its own addresses: 10.64-10.79 and 10.64.0.1. */
static bool mullvad_comments(const struct conf *c)
{
	struct ip_prefix range;
	struct ip_addr resolver;
	bool device = false, address = false, dns = false;

	if (!ip_prefix_parse("10.64.0.0/12", &range) || !ip_addr_parse("10.64.0.1", &resolver))
		return false;
	LIST_FOREACH (l, c, lines)
		device |= l->kind == CONF_LINE_COMMENT && str_istarts(l->text, "# Device: ");
	LIST_FOREACH (l, c, head)
		device |= l->kind == CONF_LINE_COMMENT && str_istarts(l->text, "# Device: ");
	LIST_FOREACH (own, c, addresses)
		address |= ip_prefix_contains(&range, &own->prefix.addr);
	LIST_FOREACH (server, c, dns)
		dns |= ip_addr_equal(server, &resolver);
	return device && address && dns;
}

/* The facts in the order of their weight; what a file says of itself comes before its name. */
const struct provider *provider_recognise(
	const char *archive, const char *file, const struct conf *c)
{
	const struct mark *named;

	for (size_t i = 0; i < N_MARKS; i++)
		if (host_fits(&marks[i], c))
			return &marks[i].provider;
	for (size_t i = 0; i < N_MARKS; i++)
		if (address_fits(&marks[i], c) || dns_fits(&marks[i], c))
			return &marks[i].provider;
	if (proton_comments(c))
		return &marks[PROTON].provider;
	if (mullvad_comments(c))
		return &marks[MULLVAD].provider;
	named = by_file(archive, file);
	return named ? &named->provider : NULL;
}

const struct provider *provider_by_name(const char *name)
{
	for (size_t i = 0; i < N_MARKS; i++)
		if (str_ieq(name, marks[i].provider.name) ||
			(marks[i].alias && str_ieq(name, marks[i].alias)))
			return &marks[i].provider;
	return NULL;
}
