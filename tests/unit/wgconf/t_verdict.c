// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is refused and where, what is accepted with a note, and what the text of both says; the
 * forms that wg(8) and wg-quick(8) accept beside the usual ones.
 */
#include "conf_test.h"

struct refusal {
	const char *text;
	enum err_code code;
	unsigned line, column;
	const char *message;
};

#define I4    INTERFACE /* the next line is the 4th */
#define P6    INTERFACE PEER
#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct refusal refusals[] = {
	{"", E_EMPTY, 0, 0, "empty file"},
	{" \n\t\r\n", E_EMPTY, 0, 0, "empty file"},
	{"\xef\xbb\xbf", E_EMPTY, 0, 0, "empty file"},
	{"# x\n", E_EMPTY, 1, 1, "only comments"},
	{PEER, E_SYNTAX, 1, 1, "no [Interface]"},
	{"\n<html>", E_NOT_CONFIG, 2, 1, "web page"},
	{"{\"error\":1}", E_NOT_CONFIG, 1, 1, "JSON"},
	{"PK\x03\x04", E_NOT_CONFIG, 1, 1, "zip"},
	{"client\ndev tun\n", E_NOT_CONFIG, 1, 1, "OpenVPN"},
	{"\xff\xfe[", E_NOT_CONFIG, 1, 1, "UTF-16"},
	{"vpn://AAAA", E_NOT_CONFIG, 1, 1, "AmneziaVPN"},
	{"[Foo]\n", E_SYNTAX, 1, 1, "neither [Interface] nor [Peer]"},
	{"[Interface] x\n", E_SYNTAX, 1, 1, "nothing follows"},
	{"[Interface\n", E_SYNTAX, 1, 1, "ends in \"]\""},
	{I4 "  nonsense\n", E_SYNTAX, 4, 3, "neither a section"},
	{I4 "; comment\n", E_SYNTAX, 4, 1, "neither a section"},
	{I4 "= 3\n", E_SYNTAX, 4, 1, "no key before"},
	{I4 "PostUp # = x\n", E_SYNTAX, 4, 1, "neither a section"},
	{I4 "\x1b[31m\n", E_SYNTAX, 4, 1, "control character (0x1b)"},
	{I4 "# a\x07\n", E_SYNTAX, 4, 4, "control character (0x07)"},
	{I4 "MTU = 1\r\rTable = off\n", E_SYNTAX, 4, 8, "control character (0x0d)"},
	{I4 "AlowedIPs = 10.0.0.0/8\n", E_SYNTAX, 4, 1, "was AllowedIPs meant"},
	{P6 "PresharedKe = x\n", E_SYNTAX, 6, 1, "was PresharedKey meant"},
	{I4 "Endpoint = 192.0.2.5:51820\n", E_SYNTAX, 4, 1, "belongs into [Peer]"},
	{P6 "DNS = 10.2.0.1\n", E_SYNTAX, 6, 1, "belongs into [Interface]"},
	{P6 "PostUp = x\n", E_SYNTAX, 6, 1, "belongs into [Interface]"},
	{I4 "[Peer]\nAllowedIPs = ::/0\n", E_KEY, 4, 1, "no PublicKey"},
	{I4 "[Peer]\n" PEER, E_KEY, 4, 1, "no PublicKey"},
	{I4 "PrivateKey =\n", E_KEY, 4, 13, "has no value"},
	{P6 "PresharedKey = # none\n", E_KEY, 6, 15, "has no value"},
	{P6 "PresharedKey = " HEX64 "\n", E_KEY, 6, 16, "access token"},
	{I4 "PrivateKey = YOUR_PRIVATE_KEY\n", E_KEY, 4, 14, "placeholder"},
	{I4 "PrivateKey = (hidden)\n", E_KEY, 4, 14, "placeholder"},
	{I4 "PrivateKey = x" PRIVATE "\n", E_KEY, 4, 14, "has 45 characters"},
	{I4 "PrivateKey = uNC7pRb0Gpko6zB62xIWN0p9Z59BaSnxVp4okarkGlgA\n", E_KEY, 4, 57,
		"does not end in"},
	{I4 "PrivateKey = uNC7-Rb0Gpko6zB62xIWN0p9Z59BaSnxVp4okarkGlg=\n", E_KEY, 4, 18,
		"character 5 cannot"},
	{I4 "PrivateKey = uNC7pRb0Gpko6zB62xIWN0p9Z59BaSnxVp4okarkGlh=\n", E_KEY, 4, 14,
		"last character before"},
	{I4 "PrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", E_KEY, 4, 14,
		"all zeros"},
	{I4 "[Peer]\nPublicKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", E_KEY, 5, 13,
		"all zeros"},
	{I4 "Address = 10.0.0.1/24, 10.0.0.1/33\n", E_ADDRESS, 4, 24, "IPv4 prefix length"},
	{I4 "Address = fd00::1/129\n", E_ADDRESS, 4, 11, "IPv6 prefix length is 0-128"},
	{I4 "Address = vpn.example.com\n", E_ADDRESS, 4, 11, "not an address"},
	{I4 "Address = " PRIVATE "\n", E_ADDRESS, 4, 11, "this is not an address"},
	{I4 "DNS = 10.0.0.1:53\n", E_ADDRESS, 4, 7, "'10.0.0.1:53' is not an address"},
	{I4 "DNS = 999.1.1.1\n", E_ADDRESS, 4, 7, "'999.1.1.1' is not an address"},
	{I4 "DNS = 10.2.0.1, x..y\n", E_ADDRESS, 4, 17, "neither an address nor a search"},
	{P6 "AllowedIPs =\n", E_ADDRESS, 6, 13, "has no value"},
	{P6 "AllowedIPs = ,\n", E_ADDRESS, 6, 14, "has no value"},
	{P6 "AllowedIPs = any\n", E_ADDRESS, 6, 14, "this is not an address"},
	{I4 "MTU = 65536\n", E_NUMBER, 4, 7, "MTU is a number from 68 to 65535"},
	{I4 "MTU = 1 420\n"
	    "MTU = -1\n",
		E_NUMBER, 5, 7, "MTU"},
	{I4 "ListenPort = 65536\n", E_NUMBER, 4, 14, "ListenPort"},
	{I4 "FwMark = 0x100000000\n", E_NUMBER, 4, 10, "FwMark is off or a number"},
	{I4 "Table = 4294967296\n", E_NUMBER, 4, 9, "Table"},
	{I4 "SaveConfig = yes\n", E_SYNTAX, 4, 14, "true or false"},
	{I4 "SaveConfig =\n", E_SYNTAX, 4, 13, "true or false"},
	{P6 "Endpoint = a b\n", E_ENDPOINT, 6, 12, "has no port"},
	{P6 "Endpoint = 192.0.2.5:\n", E_ENDPOINT, 6, 12, "has no port"},
	{P6 "Endpoint = 192.0.2.5:0\n", E_ENDPOINT, 6, 22, "port of Endpoint is 0"},
	{P6 "Endpoint = 2001:db8::1\n", E_ENDPOINT, 6, 12, "has no port"},
	{P6 "Endpoint = a:b:51820\n", E_ENDPOINT, 6, 12, "not HOST:PORT"},
	{P6 "Endpoint = [2001:db8::1]51820\n", E_ENDPOINT, 6, 12, "not HOST:PORT"},
	{P6 "Endpoint = <server>:51820\n", E_ENDPOINT, 6, 12, "neither an address nor a name"},
	{P6 "Endpoint = 300.1.1.1:51820\n", E_ENDPOINT, 6, 12, "neither an address nor a name"},
	{P6 "Endpoint = " PRIVATE ":51820\n", E_ENDPOINT, 6, 12, "neither an address"},
	{P6 "PersistentKeepalive = on\n", E_NUMBER, 6, 23, "off or a number from 0 to 65535"},
	/* Pieces of a key in places where no key belongs. */
	{"[Interface]\nPrivateKey =\n" PRIVATE "\n", E_KEY, 2, 13, "has no value"},
	{I4 PRIVATE "\n", E_SYNTAX, 4, 1, "and it has no value"},
	{I4 "[" PRIVATE "]\n", E_SYNTAX, 4, 1, "neither [Interface] nor [Peer]"},
	{I4 "MTU = " PRIVATE "\n", E_NUMBER, 4, 7, "MTU"},
	{I4 "Table = uNC7pRb0Gpko6zB62xIWN0p9Z59BaSnxVp4okarkGlg/\n", E_NUMBER, 4, 9, "Table"},
	{I4 "DNS = " PRIVATE "\n", E_ADDRESS, 4, 7, "neither an address"},
	{P6 "Endpoint = 192.0.2.5:" PRESHARED "\n", E_ENDPOINT, 6, 22, "not a number"},
	{P6 "Endpoint = " PRESHARED "\n", E_ENDPOINT, 6, 12, "has no port"},
	{P6 "AllowedIPs = " PRESHARED "\n", E_ADDRESS, 6, 14, "this is not an address"},
};

static void check_refusals(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *f = &refusals[i];
		struct reading rd = read_text(f->text);

		if (!ok(rd.r < 0 && rd.e.code == f->code && rd.e.line == f->line &&
				    rd.e.column == f->column && strstr(rd.e.msg, f->message) &&
				    rd.e.hint[0],
			    "refusal %zu: %s", i, f->message))
			diag("%d %s %u:%u: %s (%s)", rd.r, err_name(rd.e.code), rd.e.line,
				rd.e.column, rd.e.msg, rd.e.hint);
		ok(!reading_leaks(&rd), "refusal %zu shows no key", i);
		end_reading(&rd);
	}
}

struct acceptance {
	const char *text, *fact, *note; /* note "" = there is none, NULL = never mind */
};

static const struct acceptance acceptances[] = {
	{"[Interface]\nPrivate Key = " PRIVATE "\nAddress = 10.0.0.1\n", "key=" PRIVATE "\n", ""},
	{"[ Inter face ]\nPrivateKey = uNC7pRb0Gpko6zB6 2xIWN0p9Z59BaSnxVp4okarkGlg =\n",
		"key=" PRIVATE "\n", NULL},
	{"\n\n  [Interface]  \n\tPrivateKey\t=\t" PRIVATE "\t\n", "key=" PRIVATE "\n", NULL},
	{I4 "Address = 10.0.0.2/24 fd00::2/64 ,fd00::3\n",
		"address=10.2.0.2/32,10.0.0.2/24,fd00::2/64,fd00::3/128\n", ""},
	{I4 "Address =\n", "address=10.2.0.2/32\n", "Address has no value"},
	{I4 "Address = ,\n", "address=10.2.0.2/32\n", "an empty item"},
	{I4 "DNS = 10.2.0.1, corp.example fd00::1,~internal\n",
		"dns=10.2.0.1,fd00::1\nsearch=corp.example,~internal\n", ""},
	{I4 "MTU =\nTable =\nDNS = # none\nPostUp =\n", "\nmtu=0\n", "PostUp has no value"},
	{I4 "PostUp = # x\n", "\nPostUp=# x\n", ""},
	{I4 "Post Up = a = b # c\t\n", "\nPostUp=a = b # c\n", ""},
	{I4 "FwMark = off\n", "\nfwmark=0\n", ""},
	{I4 "FwMark = 4294967295\nTable = AUTO\n", "\nfwmark=4294967295\ntable=auto\n", ""},
	{I4 "SaveConfig = TRUE\nListenPort = 0\n", "\nport=0\nfwmark=-1\ntable=-\nsave=1\n", ""},
	{I4 "MTU = 1420\nMTU = 1380 # two\n", "\nmtu=1380\n", "MTU was given in line 4 already"},
	{I4 "MTU = 1200\nAddress = fd00::2/64\n", "\nmtu=1200\n", "too small for IPv6"},
	{I4 "Reserved = 1,2,3\n", "address=10.2.0.2/32\n", "in line 4 (Reserved): kept"},
	{I4 "Colour = " PRIVATE "\n", "address=10.2.0.2/32\n", "in line 4: kept, not used"},
	{I4 "uNC7pRb0Gpko6zB62xIWN0 = 1\n", "address=10.2.0.2/32\n", "in line 4: kept, not used"},
	{I4 "I2 =\n", "amneziawg=1\n", "keys of AmneziaWG"},
	{I4 "[Peer]\nPublicKey = " PUBLIC "\n[Interface]\nMTU = 1400\n", "\nmtu=1400\n",
		"second [Interface]"},
	{I4 "[Peer]\nAdvancedSecurity = on\nPublicKey = " PUBLIC "\n", "amneziawg=1\n",
		"keys of AmneziaWG"},
	{"[Interface]\nAddress = 10.0.0.1/24\n", "key=-\n", "no PrivateKey"},
	{P6 "PresharedKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", " psk=- ",
		"which means none"},
	{P6 "PresharedKey = " PRESHARED "\n", " psk=" PRESHARED " ", ""},
	{P6 "AllowedIPs = +10.0.0.0/8, -192.168.0.0/16\n", "allowed=+10.0.0.0/8,-192.168.0.0/16\n",
		""},
	{P6 "AllowedIPs = 10.0.0.0 / 8,10.1.2.3\n", "allowed=10.0.0.0/8,10.1.2.3/32(10.1.2.3)\n",
		""},
	{P6 "AllowedIPs = 10.0.0.1/8, 10.0.0.1/9\n", "(10.0.0.1/8)", "1 more items have host bits"},
	{P6 "AllowedIPs = 0.0.0.0/1,128.0.0.0/1,::/0\n", "0.0.0.0/1", ""},
	{P6 "AllowedIPs = 0.0.0.0/1,128.0.0.0/1\n", "0.0.0.0/1", "IPv6 would bypass"},
	{P6 "AllowedIPs = 0.0.0.0/0, -::/0\n", "-::/0", "IPv6 would bypass"},
	{P6 "AllowedIPs = 0.0.0.0/0,2000::/3\n", "2000::/3", ""},
	{I4 "Table = off\n" PEER "AllowedIPs = 0.0.0.0/0\n", "table=off\n", ""},
	{P6 "AllowedIPs = 10.0.0.0/8\n[Peer]\nPublicKey = " PUBLIC_2 "\nAllowedIPs = 10.0.0.0/8\n",
		"name=-", "10.0.0.0/8 is in AllowedIPs of the peer of line 4 too"},
	{P6 "Endpoint = 2001:db8::1:51820\n", "endpoint=2001:db8::1:51820 ", "has no brackets"},
	{P6 "Endpoint = [fe80::1%eth0]:51820\n", "endpoint=fe80::1%eth0:51820 ", ""},
	{P6 "Endpoint = vpn.example.com. : 443\n", "endpoint=vpn.example.com.:443 ", ""},
	{P6 "Endpoint = 192.0.2.1:1\nEndpoint = 192.0.2.2:2\n", "endpoint=192.0.2.2:2 ",
		"Endpoint was given in line 6 already"},
	{P6 "PersistentKeepalive = 0\n", "keepalive=0 ", ""},
	{"# Device: Happy Fish\n" I4, "device=Happy Fish\n", ""},
	{"[Interface]\n# Key for laptop\nPrivateKey = " PRIVATE "\n", "device=laptop\n", NULL},
};

static void check_acceptances(void)
{
	for (size_t i = 0; i < sizeof(acceptances) / sizeof(acceptances[0]); i++) {
		const struct acceptance *c = &acceptances[i];
		struct reading rd = read_text(c->text);
		char *facts = facts_of(&rd.c);

		if (!ok(rd.r == 0 && strstr(facts, c->fact), "acceptance %zu: %s", i, c->fact))
			diag("%s\n%s", rd.r ? rd.e.msg : "", facts);
		if (c->note && c->note[0])
			ok(note_with(&rd.c, c->note), "acceptance %zu says: %s", i, c->note);
		else if (c->note && !ok(rd.c.n_notes == 0, "acceptance %zu says nothing", i))
			diag("%s", rd.c.notes[0].text);
		ok(!reading_leaks(&rd), "acceptance %zu shows no key", i);
		free(facts);
		end_reading(&rd);
	}
}

static void check_limits(void)
{
	char *big = malloc(CONF_MAX_SIZE + 1);
	struct reading rd;

	memset(big, '\n', CONF_MAX_SIZE + 1);
	memcpy(big, "[Interface]", 11);
	rd = read_bytes(big, CONF_MAX_SIZE + 1);
	ok(rd.r == -E_LIMIT && strstr(rd.e.msg, "the limit is 65536"), "one byte over the limit");
	end_reading(&rd);
	rd = read_bytes(big, CONF_MAX_SIZE);
	is_int(rd.r, 0, "a file of exactly the limit");
	end_reading(&rd);
	memset(big + 12, '#', CONF_MAX_SIZE - 12);
	rd = read_bytes(big, CONF_MAX_SIZE);
	is_int(rd.r, 0, "one line that fills the file");
	end_reading(&rd);
	big[20] = '\0';
	rd = read_bytes(big, 30);
	ok(rd.r == -E_SYNTAX && rd.e.line == 2 && rd.e.column == 9 && strstr(rd.e.hint, "UTF-16"),
		"a NUL byte");
	end_reading(&rd);
	free(big);
}

static void check_masks(void)
{
	struct reading rd = read_text(P6 "AllowedIPs = 10.0.0.0/255.255.240.0\n");

	ok(strstr(rd.e.hint, "write 10.0.0.0/20"), "a dotted mask: %s", rd.e.hint);
	end_reading(&rd);
	rd = read_text(P6 "AllowedIPs = 10.0.0.0/255.0.255.0\n");
	ok(rd.r == -E_ADDRESS && !strstr(rd.e.hint, "write"), "no mask: %s", rd.e.hint);
	end_reading(&rd);
}

/* The sponsor's own page, when the file's name says whose it is. */
static void check_support_page(void)
{
	static const char text[] = "[Interface]\nPrivateKey = <your-private-key>\n";
	ARENA_CLEANUP struct arena *a = arena_new();
	struct conf c;
	struct err e;

	ok(conf_parse(a, "/tmp/us-nyc-wg-301.conf", text, strlen(text), &c, &e) == -E_KEY &&
			strstr(e.hint, "https://mullvad.net/"),
		"a placeholder in Mullvad's file: %s", e.hint);
	is_str(e.file, "/tmp/us-nyc-wg-301.conf", "the file is named as it was given");
}

int main(void)
{
	check_refusals();
	check_acceptances();
	check_limits();
	check_masks();
	check_support_page();
	return done_testing();
}
