// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables of key names. Knows which key belongs to which section and which dialect; must not look at
 * values. The order of enum conf_key is the usual order of the lines in a section.
 */
#include "wgconf/key.h"

#include "base/str.h"

#define NAME_SIZE 40 /* no known name is longer than 26 */

static const char *const names[] = {
	[CONF_PRIVATE_KEY] = "PrivateKey",
	[CONF_ADDRESS] = "Address",
	[CONF_DNS] = "DNS",
	[CONF_MTU] = "MTU",
	[CONF_LISTEN_PORT] = "ListenPort",
	[CONF_FWMARK] = "FwMark",
	[CONF_TABLE] = "Table",
	[CONF_SAVE_CONFIG] = "SaveConfig",
	[CONF_PRE_UP] = "PreUp",
	[CONF_POST_UP] = "PostUp",
	[CONF_PRE_DOWN] = "PreDown",
	[CONF_POST_DOWN] = "PostDown",
	[CONF_PUBLIC_KEY] = "PublicKey",
	[CONF_PRESHARED_KEY] = "PresharedKey",
	[CONF_ALLOWED_IPS] = "AllowedIPs",
	[CONF_ENDPOINT] = "Endpoint",
	[CONF_KEEPALIVE] = "PersistentKeepalive",
	[CONF_UNKNOWN] = NULL,
};

/* amneziawg-tools' src/config.c, and the phone and Windows programs. */
static const struct {
	const char *name;
	bool amneziawg;
} foreign[] = {
	{"Jc", true},
	{"Jmin", true},
	{"Jmax", true},
	{"S1", true},
	{"S2", true},
	{"S3", true},
	{"S4", true},
	{"H1", true},
	{"H2", true},
	{"H3", true},
	{"H4", true},
	{"I1", true},
	{"I2", true},
	{"I3", true},
	{"I4", true},
	{"I5", true},
	{"J1", true},
	{"J2", true},
	{"J3", true},
	{"Itime", true},
	{"AdvancedSecurity", true},
	{"HeaderProtectionKey", true},
	{"ContentPaddingAddition", true},
	{"RekeyAfterTime", true},
	{"RandomTrailers", true},
	{"DisableCookies", true},
	{"ClientID", false},
	{"Reserved", false},
	{"ExcludedApplications", false},
	{"IncludedApplications", false},
	{"AllowedApps", false},
	{"DisallowedApps", false},
	{"DisallowedIPs", false},
};

#define N_FOREIGN (sizeof(foreign) / sizeof(foreign[0]))

enum conf_key conf_key_find(struct span name)
{
	char text[NAME_SIZE];

	if (span_squeeze(name, text, sizeof(text)) == SIZE_MAX)
		return CONF_UNKNOWN;
	for (int key = 0; key < CONF_UNKNOWN; key++)
		if (str_ieq(text, names[key]))
			return (enum conf_key)key;
	return CONF_UNKNOWN;
}

const char *conf_key_name(enum conf_key key)
{
	return names[key];
}

const char *conf_key_near(struct span name)
{
	char text[NAME_SIZE];
	size_t len = span_squeeze(name, text, sizeof(text));
	unsigned limit = len < 9 ? 1 : 2;

	/* Short names are near to everything, and two of them are not worth a guess. */
	if (len == SIZE_MAX || len < 5)
		return NULL;
	for (int key = 0; key < CONF_UNKNOWN; key++)
		if (str_distance(text, names[key], limit) <= limit)
			return names[key];
	return NULL;
}

bool conf_key_is_hook(enum conf_key key)
{
	return key >= CONF_PRE_UP && key <= CONF_POST_DOWN;
}

bool conf_key_is_list(enum conf_key key)
{
	return key == CONF_ADDRESS || key == CONF_DNS || key == CONF_ALLOWED_IPS;
}

bool conf_key_in_peer(enum conf_key key)
{
	return key >= CONF_PUBLIC_KEY && key <= CONF_KEEPALIVE;
}

const char *conf_key_foreign(struct span name, bool *ret_amneziawg)
{
	char text[NAME_SIZE];

	if (span_squeeze(name, text, sizeof(text)) == SIZE_MAX)
		return NULL;
	for (size_t i = 0; i < N_FOREIGN; i++) {
		if (!str_ieq(text, foreign[i].name))
			continue;
		*ret_amneziawg = foreign[i].amneziawg;
		return foreign[i].name;
	}
	return NULL;
}
