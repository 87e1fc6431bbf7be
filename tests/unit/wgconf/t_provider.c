// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose file it is, which server it is for, and the countries: what is recognised, and as much what
 * must not be, because a wrong sponsor is worse than a question.
 */
#include "conf_test.h"

#include "wgconf/provider.h"

#define FILE_WITH(interface, comment, endpoint)                                                    \
	"[Interface]\n" interface "MTU = 1420\n[Peer]\n" comment "PublicKey = " PUBLIC "\n" endpoint

struct sample {
	const char *archive, *file, *text; /* text NULL = the plain one */
	const char *provider;		   /* NULL = not recognised */
	const char *server, *host, *country, *city;
};

static const char plain[] = INTERFACE PEER "Endpoint = 192.0.2.5:51820\n";

#define MULLVAD_DEVICE                                                                             \
	FILE_WITH("# Device: Happy Fish\nAddress = 10.66.1.2/32\nDNS = 10.64.0.1\n", "", "")
#define PROTON                                                                                     \
	FILE_WITH("# Key for laptop\n# NetShield = 1\n# Moderate NAT = off\n", "# NL#256\n",       \
		"Endpoint = 192.0.2.5:51820\n")
#define PROTON_OF(server)                                                                          \
	FILE_WITH("# NetShield = 1\n# VPN Accelerator = on\n", "# " server "\n", "")
#define HOST(name) FILE_WITH("", "", "Endpoint = " name "\n")

static const struct sample samples[] = {
	/* Mullvad */
	{NULL, "us-nyc-wg-301.conf", NULL, "Mullvad", "us-nyc-wg-301", "us-nyc-wg-301", "us",
		"New York"},
	{NULL, "us-nyc-wg-301 (2).conf", NULL, "Mullvad", "us-nyc-wg-301", "us-nyc-wg-301", "us",
		"New York"},
	{"mullvad_wireguard_linux_all_all.zip", "xx.conf", NULL, "Mullvad", "xx", NULL, NULL, NULL},
	{NULL, "mullvad-se4.conf", NULL, "Mullvad", "mullvad-se4", "se4", "se", NULL},
	{NULL, "se-zzz-wg-socks5-001.conf", NULL, "Mullvad", "se-zzz-wg-socks5-001",
		"se-zzz-wg-socks5-001", "se", NULL},
	{NULL, "a.conf", MULLVAD_DEVICE, "Mullvad", "a", NULL, NULL, NULL},
	{NULL, "b.conf", FILE_WITH("Address = fc00:bbbb:bbbb:bb01::1:102/128\n", "", ""), "Mullvad",
		"b", NULL, NULL, NULL},
	{NULL, "a.conf", FILE_WITH("# Device: x\n", "", ""), NULL, "a", NULL, NULL, NULL},
	{NULL, "us-nyc-wg-x.conf", NULL, NULL, "us-nyc-wg-x", NULL, NULL, NULL},
	{NULL, "usa-nyc-wg-1.conf", NULL, NULL, "usa-nyc-wg-1", NULL, NULL, NULL},
	/* Proton */
	{NULL, "wg.conf", PROTON, "ProtonVPN", "NL#256", NULL, "nl", NULL},
	{NULL, "wg.conf", PROTON_OF("CH-US#3"), "ProtonVPN", "CH-US#3", NULL, "us", NULL},
	{NULL, "wg.conf", PROTON_OF("US-CA#10"), "ProtonVPN", "US-CA#10", NULL, "us", NULL},
	{NULL, "wg.conf", PROTON_OF("UK#12"), "ProtonVPN", "UK#12", NULL, "gb", NULL},
	{NULL, "wg.conf", PROTON_OF("SE#1-TOR"), "ProtonVPN", "SE#1-TOR", NULL, "se", NULL},
	{NULL, "wg-US-FREE-154.conf", NULL, "ProtonVPN", "wg-US-FREE-154", NULL, "us", NULL},
	{NULL, "laptop-CH-US-3.conf", FILE_WITH("# NetShield = 1\n# Moderate NAT = off\n", "", ""),
		"ProtonVPN", "laptop-CH-US-3", NULL, "us", NULL},
	{NULL, "wg-home-1.conf", NULL, NULL, "wg-home-1", NULL, NULL, NULL},
	{NULL, "wg0.conf", FILE_WITH("# NetShield = 1\n", "", ""), NULL, "wg0", NULL, NULL, NULL},
	/* others */
	{NULL, "us-tx1.conf", HOST("us-tx1.wg.ivpn.net:2049"), "IVPN", "us-tx1",
		"us-tx1.wg.ivpn.net", "us", NULL},
	{NULL, "x.conf", FILE_WITH("Address = fd00:4956:504e:ffff::ac1a:1/128\n", "", ""), "IVPN",
		"x", NULL, NULL, NULL},
	{NULL, "AirVPN_CH-Zurich_Toliman_UDP-1637-Entry3.conf", HOST("europe3.vpn.airdns.org:1637"),
		"AirVPN", "Toliman", "europe3.vpn.airdns.org", "ch", "Zurich"},
	{NULL, "AirVPN_US-New-York-City_Muliphein_UDP-1637-Entry3.conf", NULL, "AirVPN",
		"Muliphein", NULL, "us", "New York City"},
	{NULL, "AirVPN_Europe_UDP-1637-Entry3.conf", NULL, "AirVPN",
		"AirVPN_Europe_UDP-1637-Entry3", NULL, NULL, NULL},
	{NULL, "nl-ams.conf", HOST("nl-ams.prod.surfshark.com:51820"), "Surfshark", "nl-ams",
		"nl-ams.prod.surfshark.com", "nl", "Amsterdam"},
	{NULL, "uk-lon.conf", HOST("uk-lon.prod.surfshark.com:51820"), "Surfshark", "uk-lon",
		"uk-lon.prod.surfshark.com", "gb", "London"},
	{NULL, "s.conf", FILE_WITH("DNS = 162.252.172.57, 149.154.159.92\n", "", ""), "Surfshark",
		"s", NULL, NULL, NULL},
	{NULL, "Dallas-Ranch.conf", HOST("dfw-414-wg.whiskergalaxy.com:443"), "Windscribe",
		"Dallas-Ranch", "dfw-414-wg.whiskergalaxy.com", NULL, "Dallas"},
	{NULL, "Windscribe-Dallas-Ranch.conf", NULL, "Windscribe", "Dallas-Ranch", NULL, NULL,
		"Dallas"},
	{NULL, "my.conf", HOST("nl-01.jumptoserver.com:51820"), "FastestVPN", "my",
		"nl-01.jumptoserver.com", "nl", NULL},
	{NULL, "azirevpn-se1.conf", NULL, "AzireVPN", "azirevpn-se1", NULL, "se", NULL},
	{NULL, "wgcf-profile.conf", HOST("engage.cloudflareclient.com:2408"), "WARP",
		"wgcf-profile", "engage.cloudflareclient.com", NULL, NULL},
	{NULL, "n.conf", HOST("nl1000.nordvpn.com:51820"), "NordVPN", "n", "nl1000.nordvpn.com",
		"nl", NULL},
	/* nobody's */
	{NULL, "nl-ams.conf", NULL, NULL, "nl-ams", NULL, NULL, NULL},
	{NULL, "My VPN (2).conf", NULL, NULL, "My VPN (2)", NULL, NULL, NULL},
	{NULL, "work.conf", INTERFACE "[Peer] # Provider: main\nPublicKey = " PUBLIC "\n", NULL,
		"Provider: main", NULL, NULL, NULL},
	{NULL, "two.conf",
		INTERFACE "[Peer] # a\nPublicKey = " PUBLIC "\n[Peer] # b\nPublicKey = " PUBLIC_2
			  "\n",
		NULL, "two", NULL, NULL, NULL},
	{NULL, "h.conf", HOST("evilsurfshark.com:51820"), NULL, "h", "evilsurfshark.com", NULL,
		NULL},
	{NULL, "6.conf", HOST("[2001:db8::1]:51820"), NULL, "6", NULL, NULL, NULL},
	{NULL, ".conf", NULL, NULL, ".conf", NULL, NULL, NULL},
	{NULL, "a\nb.conf", NULL, NULL, "a\\x0ab", NULL, NULL, NULL},
	{NULL, "", NULL, NULL, "server", NULL, NULL, NULL},
};

static void check_sample(const struct sample *s)
{
	struct reading rd = read_text(s->text ? s->text : plain);
	const struct provider *p = provider_recognise(s->archive, s->file, &rd.c);
	struct server_name name;

	is_int(rd.r, 0, "%s is read", s->file[0] ? s->file : "no name");
	is_str(p ? p->name : NULL, s->provider, "  its provider");
	server_name_guess(rd.a, p, s->file, &rd.c, &name);
	is_str(name.server, s->server, "  its server");
	is_str(name.host, s->host, "  its host");
	is_str(name.country, s->country, "  its country");
	is_str(name.city, s->city, "  its city");
	end_reading(&rd);
}

static void check_names(void)
{
	const struct provider *p = provider_by_name("mULLVAD");

	if (ok(p, "a provider by its name")) {
		is_str(p->name, "Mullvad", "in its own spelling");
		is_str(p->website, "https://mullvad.net", "with its website");
		ok(str_istarts(p->support_url, "https://mullvad.net/"), "and its support page");
	}
	is_str(provider_by_name("proton vpn")->name, "ProtonVPN", "by another spelling");
	is_str(provider_by_name("Private Internet Access")->name, "PIA", "by its long name");
	ok(!provider_by_name("Mullva"), "no provider by half a name");
}

static void check_countries(void)
{
	unsigned n = 0;

	for (char a = 'a'; a <= 'z'; a++)
		for (char b = 'A'; b <= 'Z'; b++)
			n += country_name((char[]){a, b, '\0'}) != NULL;
	is_int(n, 249, "the codes of ISO 3166-1");
	is_str(country_name("DE"), "Germany", "in capitals");
	is_str(country_name("zw"), "Zimbabwe", "the last one");
	is_str(country_name("ad"), "Andorra", "the first one");
	ok(!country_name("uk") && !country_name("") && !country_name("deu") && !country_name(NULL),
		"what is no code");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
	check_names();
	check_countries();
	return done_testing();
}
