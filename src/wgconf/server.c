// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server a file is for. Knows how providers name their files and servers; says nothing of a
 * country or a city that is not spelled there. Codes of cities are those used by several providers
 * (UN/LOCODE and airports mixed), each under its country.
 */
#include "wgconf/provider.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "wgconf/comment.h"

#define STEM_SIZE 256

struct city {
	const char *code, *name;
};

static const struct city cities[] = {
	{"al-tia", "Tirana"},
	{"at-vie", "Vienna"},
	{"au-adl", "Adelaide"},
	{"au-bne", "Brisbane"},
	{"au-mel", "Melbourne"},
	{"au-per", "Perth"},
	{"au-syd", "Sydney"},
	{"be-bru", "Brussels"},
	{"bg-sof", "Sofia"},
	{"br-for", "Fortaleza"},
	{"br-sao", "Sao Paulo"},
	{"ca-mtr", "Montreal"},
	{"ca-tor", "Toronto"},
	{"ca-van", "Vancouver"},
	{"ca-yyc", "Calgary"},
	{"ch-zrh", "Zurich"},
	{"cl-scl", "Santiago"},
	{"co-bog", "Bogota"},
	{"cy-nic", "Nicosia"},
	{"cz-prg", "Prague"},
	{"de-ber", "Berlin"},
	{"de-dus", "Dusseldorf"},
	{"de-fra", "Frankfurt"},
	{"dk-cph", "Copenhagen"},
	{"ee-tll", "Tallinn"},
	{"es-bcn", "Barcelona"},
	{"es-mad", "Madrid"},
	{"es-vlc", "Valencia"},
	{"fi-hel", "Helsinki"},
	{"fr-bod", "Bordeaux"},
	{"fr-mrs", "Marseille"},
	{"fr-par", "Paris"},
	{"gb-gla", "Glasgow"},
	{"gb-glw", "Glasgow"},
	{"gb-lon", "London"},
	{"gb-man", "Manchester"},
	{"gb-mnc", "Manchester"},
	{"gr-ath", "Athens"},
	{"hk-hkg", "Hong Kong"},
	{"hr-zag", "Zagreb"},
	{"hu-bud", "Budapest"},
	{"id-jpu", "Jakarta"},
	{"ie-dub", "Dublin"},
	{"il-tlv", "Tel Aviv"},
	{"it-mil", "Milan"},
	{"it-pmo", "Palermo"},
	{"it-rom", "Rome"},
	{"jp-osa", "Osaka"},
	{"jp-tok", "Tokyo"},
	{"jp-tyo", "Tokyo"},
	{"lv-rix", "Riga"},
	{"mx-qro", "Queretaro"},
	{"my-kul", "Kuala Lumpur"},
	{"ng-los", "Lagos"},
	{"nl-ams", "Amsterdam"},
	{"no-osl", "Oslo"},
	{"no-svg", "Stavanger"},
	{"nz-akl", "Auckland"},
	{"pe-lim", "Lima"},
	{"ph-mnl", "Manila"},
	{"pl-waw", "Warsaw"},
	{"pt-lis", "Lisbon"},
	{"ro-buh", "Bucharest"},
	{"rs-beg", "Belgrade"},
	{"se-got", "Gothenburg"},
	{"se-mma", "Malmö"},
	{"se-sto", "Stockholm"},
	{"sg-sin", "Singapore"},
	{"si-lju", "Ljubljana"},
	{"sk-bts", "Bratislava"},
	{"th-bkk", "Bangkok"},
	{"tr-ist", "Istanbul"},
	{"ua-iev", "Kyiv"},
	{"us-atl", "Atlanta"},
	{"us-bos", "Boston"},
	{"us-chi", "Chicago"},
	{"us-dal", "Dallas"},
	{"us-den", "Denver"},
	{"us-det", "Detroit"},
	{"us-hou", "Houston"},
	{"us-las", "Las Vegas"},
	{"us-lax", "Los Angeles"},
	{"us-mia", "Miami"},
	{"us-nyc", "New York"},
	{"us-phx", "Phoenix"},
	{"us-qas", "Ashburn"},
	{"us-rag", "Raleigh"},
	{"us-sea", "Seattle"},
	{"us-sjc", "San Jose"},
	{"us-slc", "Salt Lake City"},
	{"us-txc", "McAllen"},
	{"us-uyk", "Secaucus"},
	{"us-was", "Washington"},
	{"za-jnb", "Johannesburg"},
};

static int city_cmp(const void *key, const void *item)
{
	return strcmp(key, ((const struct city *)item)->code);
}

/* A country's code at the beginning of s, or NULL; providers write UK for GB. */
static const char *country_at(struct arena *a, const char *s)
{
	char code[3] = {0};

	if (!isalpha((unsigned char)s[0]) || !isalpha((unsigned char)s[1]) ||
		isalpha((unsigned char)s[2]))
		return NULL;
	code[0] = str_lower(s[0]);
	code[1] = str_lower(s[1]);
	if (strcmp(code, "uk") == 0)
		return "gb";
	return country_name(code) ? arena_strdup(a, code) : NULL;
}

/* "us-nyc…" -> "New York", or NULL. country is what country_at made of the beginning. */
static const char *city_at(const char *country, const char *s)
{
	const struct city *found;
	char code[7];

	if (!country || strlen(s) < 6 || s[2] != '-' || isalnum((unsigned char)s[6]))
		return NULL;
	str_copy(code, sizeof(code), country);
	for (int i = 2; i < 6; i++)
		code[i] = str_lower(s[i]);
	code[6] = '\0';
	found = bsearch(
		code, cities, sizeof(cities) / sizeof(cities[0]), sizeof(cities[0]), city_cmp);
	return found ? found->name : NULL;
}

static void place_at(struct arena *a, const char *s, struct server_name *ret)
{
	ret->country = country_at(a, s);
	ret->city = city_at(ret->country, s);
}

/* The file's name without ".conf", escaped; a browser's " (2)" goes too where files have patterns.
 */
static const char *stem_of(struct arena *a, const char *file, bool cut_number)
{
	char text[STEM_SIZE], *end;
	size_t len = str_escape(text, sizeof(text), file);

	if (len > 5 && str_iends(text, ".conf"))
		text[len -= 5] = '\0';
	end = cut_number ? strrchr(text, '(') : NULL;
	if (end && end > text && isdigit((unsigned char)end[1]) &&
		strcmp(end + 1 + strspn(end + 1, "0123456789"), ")") == 0) {
		while (end > text && end[-1] == ' ')
			end--;
		*end = '\0';
	}
	return arena_strdup(a, text[0] ? text : "server");
}

static void guess_mullvad(struct arena *a, struct server_name *ret)
{
	const char *s = ret->server;

	if (str_istarts(s, "mullvad-"))
		s += strlen("mullvad-");
	place_at(a, s, ret);
	if (ret->country)
		ret->host = s;
}

/* Proton's entries for two hops are in these countries; the country behind them is the exit. */
static bool is_proton_entry(const char *country)
{
	return country && strstr("ch is se", country);
}

/* s begins with a country: "NL#256", "US-FREE-154", "CH-US-3". */
static const char *proton_country(struct arena *a, const char *s)
{
	const char *country = country_at(a, s);
	const char *exit = is_proton_entry(country) && s[2] == '-' ? country_at(a, s + 3) : NULL;

	return exit ? exit : country;
}

static void guess_proton(struct arena *a, const struct conf *c, struct server_name *ret)
{
	const char *name = c->n_peers ? c->peers[0].name : NULL;

	if (name && comment_is_proton_server(name)) {
		ret->server = name;
		ret->country = proton_country(a, name);
		return;
	}
	/* "wg-US-FREE-154", "laptop-CH-US-3": the first pair of capitals that is a country. */
	for (const char *s = ret->server; s; s = strchr(s, '-'), s = s ? s + 1 : NULL) {
		if (!isupper((unsigned char)s[0]))
			continue;
		ret->country = proton_country(a, s);
		if (ret->country)
			return;
	}
}

/* AirVPN_CH-Zurich_Toliman_UDP-1637-Entry3 */
static void guess_airvpn(struct arena *a, struct server_name *ret)
{
	const char *place = strchr(ret->server, '_'), *name, *end;
	char *city;

	place = place ? place + 1 : "";
	name = strchr(place, '_');
	end = name ? strchr(name + 1, '_') : NULL;
	ret->country = country_at(a, place);
	if (!ret->country || place[2] != '-' || !end)
		return;
	city = arena_strndup(a, place + 3, (size_t)(name - place - 3));
	for (char *s = city; *s; s++)
		if (*s == '-')
			*s = ' ';
	ret->city = city;
	ret->server = arena_strndup(a, name + 1, (size_t)(end - name - 1));
}

/* "Dallas-Ranch", "Windscribe-Dallas-Ranch" */
static void guess_windscribe(struct arena *a, struct server_name *ret)
{
	const char *dash;

	if (str_istarts(ret->server, "Windscribe-"))
		ret->server += strlen("Windscribe-");
	dash = strrchr(ret->server, '-');
	if (dash && dash > ret->server && isalpha((unsigned char)dash[1]))
		ret->city = arena_strndup(a, ret->server, (size_t)(dash - ret->server));
}

/*
 * A country and perhaps a city at the beginning of the endpoint's name, else of the file's: a name
 * of two letters alone ("my.conf") says nothing.
 */
static void guess_by_code(struct arena *a, const char *prefix, struct server_name *ret)
{
	const char *s = ret->server;

	if (ret->host)
		place_at(a, ret->host, ret);
	if (ret->country)
		return;
	if (str_istarts(s, prefix))
		s += strlen(prefix);
	if (strlen(s) > 2)
		place_at(a, s, ret);
}

void server_name_guess(struct arena *a, const struct provider *p, const char *file,
	const struct conf *c, struct server_name *ret)
{
	const struct conf_peer *peer = c->n_peers == 1 ? &c->peers[0] : NULL;
	const char *provider = p ? p->name : "";
	struct ip_addr literal;

	*ret = (struct server_name){.server = stem_of(a, file, p != NULL)};
	if (peer && peer->endpoint_host && !strchr(peer->endpoint_host, ':') &&
		!ip_addr_parse(peer->endpoint_host, &literal))
		ret->host = peer->endpoint_host;
	if (str_eq(provider, "Mullvad"))
		guess_mullvad(a, ret);
	else if (str_eq(provider, "ProtonVPN"))
		guess_proton(a, c, ret);
	else if (str_eq(provider, "AirVPN"))
		guess_airvpn(a, ret);
	else if (str_eq(provider, "Windscribe"))
		guess_windscribe(a, ret);
	else if (p)
		guess_by_code(a, "azirevpn-", ret);
	else if (peer && peer->name)
		ret->server = peer->name;
}
