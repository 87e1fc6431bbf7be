// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a file is when it is no configuration, by its first bytes. Knows what people download by
 * mistake; must not repeat any of it. A text that could be a configuration is never refused here.
 */
#include "wgconf/foreign.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "wgconf/parse.h"

struct sign {
	const char *front; /* without case */
	bool more;	   /* what follows must be white space or the end */
	const char *message, *hint;
};

#define PAGE	  "this is a web page, not a configuration"
#define PAGE_HINT "log in at the sponsor and download the file again"
#define ZIP_HINT  "import it under its own name (.zip, .tar.gz), not as a .conf"

static const struct sign signs[] = {
	{"<!doctype", false, PAGE, PAGE_HINT},
	{"<html", false, PAGE, PAGE_HINT},
	{"<head", false, PAGE, PAGE_HINT},
	{"<body", false, PAGE, PAGE_HINT},
	{"<?xml", false, PAGE, PAGE_HINT},
	{"<!--", false, PAGE, PAGE_HINT},
	{"{", false, "this is JSON, not a configuration",
		"the sponsor may have answered with an error; download the file again"},
	{"PK\x03\x04", false, "this is a zip archive, not a configuration", ZIP_HINT},
	{"\x1f\x8b", false, "this is a compressed file, not a configuration", ZIP_HINT},
	{"\xff\xfe", false, "the file is text in UTF-16", "save it as plain text in UTF-8"},
	{"\xfe\xff", false, "the file is text in UTF-16", "save it as plain text in UTF-8"},
	{"\x89PNG", false, "this is a picture, not a configuration",
		"a QR code must be scanned; download the configuration as a file"},
	{"vpn://", false, "this is an AmneziaVPN link, not a configuration",
		"export the connection as a WireGuard or AmneziaWG .conf file"},
	{"client", true, "this is an OpenVPN configuration",
		"choose WireGuard at the sponsor and download the file again"},
	{"remote", true, "this is an OpenVPN configuration",
		"choose WireGuard at the sponsor and download the file again"},
	{"dev tun", true, "this is an OpenVPN configuration",
		"choose WireGuard at the sponsor and download the file again"},
};

static bool fits(const struct sign *sign, const char *at, size_t len)
{
	size_t n = strlen(sign->front);

	if (len < n || strncasecmp(at, sign->front, n) != 0)
		return false;
	return !sign->more || len == n || str_is_space(at[n]);
}

int foreign_refuse(const char *text, size_t len, struct err *e)
{
	size_t at = 0;
	unsigned line = 1;

	if (len > CONF_MAX_SIZE) {
		err_set(e, E_LIMIT, "the file has %zu bytes, the limit is %d", len, CONF_MAX_SIZE);
		return err_hint(e, "a configuration is far smaller; is this the right file?");
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	for (; at < len && str_is_space(text[at]); at++)
		line += text[at] == '\n';
	if (at == len) {
		err_set(e, E_EMPTY, "empty file");
		return err_hint(e, "download the file again");
	}
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!fits(&signs[i], text + at, len - at))
			continue;
		err_set(e, E_NOT_CONFIG, "%s", signs[i].message);
		err_hint(e, "%s", signs[i].hint);
		return err_at(e, NULL, line, 1);
	}
	return 0;
}
