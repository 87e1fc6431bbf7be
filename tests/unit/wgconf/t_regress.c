// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that an earlier tool read wrongly, one named case each: what vanished, was cut, was stored
 * although it cannot work, or was taken for something else.
 */
#include "conf_test.h"

#define DUAL	  "AllowedIPs = 0.0.0.0/0, ::/0\n"
#define ENDPOINT  "Endpoint = 192.0.2.5:51820\n"
#define FULL_PEER PEER DUAL ENDPOINT

/* The text is accepted and its facts hold the part; the facts are shown when not. */
static void facts_hold(const char *text, const char *part, const char *what)
{
	struct reading rd = read_text(text);
	char *facts = rd.r == 0 ? facts_of(&rd.c) : NULL;

	if (!ok(facts && strstr(facts, part), "%s", what))
		diag("%s%s", facts ? facts : "refused: ", facts ? "" : rd.e.msg);
	free(facts);
	end_reading(&rd);
}

/* What is printed is what was read, byte for byte. */
static void comes_back(const char *text, const char *what)
{
	struct reading rd = read_text(text);
	char *printed = rd.r == 0 ? print_conf(&rd.c, &rd.e) : NULL;

	is_str(printed, text, "%s", what);
	free(printed);
	end_reading(&rd);
}

static void refused(
	const char *text, enum err_code code, unsigned line, unsigned column, const char *what)
{
	struct reading rd = read_text(text);

	ok(rd.r < 0 && rd.e.code == code && rd.e.line == line && rd.e.column == column,
		"%s: %s at %u:%u", what, err_name(code), line, column);
	if (rd.r == 0 || rd.e.code != code || rd.e.line != line || rd.e.column != column)
		diag("%d %s:%u:%u: %s", rd.r, rd.e.file, rd.e.line, rd.e.column, rd.e.msg);
	ok(!reading_leaks(&rd), "%s: no key is shown", what);
	end_reading(&rd);
}

static void case_1_two_allowed_lines(void)
{
	facts_hold(INTERFACE PEER "AllowedIPs = 0.0.0.0/0\nAllowedIPs = ::/0\n",
		"allowed=0.0.0.0/0,::/0\n", "1: two AllowedIPs lines are both taken");
}

static void case_2_three_addresses(void)
{
	facts_hold("[Interface]\nPrivateKey = " PRIVATE
		   "\nAddress = 10.0.0.2/32, fd00::2/128\nAddress = 10.9.0.2/24\n" FULL_PEER,
		"address=10.0.0.2/32,fd00::2/128,10.9.0.2/24\n",
		"2: three addresses are kept, in order");
}

static void case_3_several_peers(void)
{
	struct reading rd = read_text(
		INTERFACE "[Peer] # one\nPublicKey = " PUBLIC "\nAllowedIPs = 10.0.0.0/8\n"
			  "[Peer] # two\nPublicKey = " PUBLIC_2 "\nAllowedIPs = 172.16.0.0/12\n");

	is_int(rd.r, 0, "3: two peers");
	if (is_int((long long)rd.c.n_peers, 2, "3: are two")) {
		is_str(rd.c.peers[0].name, "one", "3: the first one's name");
		is_str(rd.c.peers[1].name, "two", "3: the second one's name");
		is_int(rd.c.peers[1].line, 7, "3: its header's line");
	}
	end_reading(&rd);
}

static void case_4_case_and_header_comments(void)
{
	facts_hold("[interface]\nprivatekey=" PRIVATE "\n", "key=" PRIVATE "\n",
		"4: lower case is read");
	facts_hold("[Interface] # x\nPrivateKey = " PRIVATE "\n[Peer]# x\nPublicKey = " PUBLIC "\n",
		"peer " PUBLIC " name=x ", "4: headers with a comment are headers");
}

static void case_5_inline_comments(void)
{
	facts_hold("[Interface]\nPrivateKey = " PRIVATE " # c\n", "key=" PRIVATE "\n",
		"5: a key ends before its comment");
	facts_hold(INTERFACE "ListenPort = 51820 # p\n", "port=51820\n",
		"5: a port ends before its comment");
	facts_hold(INTERFACE "DNS = 1.1.1.1 # x\n", "dns=1.1.1.1\nsearch=\n",
		"5: DNS ends before its comment");
}

static void case_6_impossible_values(void)
{
	refused("[Interface]\nAddress = 999.1.1.1/99\n", E_ADDRESS, 2, 11, "6: a broken address");
	refused(INTERFACE PEER "AllowedIPs = 10.0.0.0/8, 999.1.1.1/99\n", E_ADDRESS, 6, 26,
		"6: a broken allowed IP");
	refused(INTERFACE "[Peer]\nPublicKey = xx\n", E_KEY, 5, 13, "6: a broken public key");
	refused(INTERFACE PEER "Endpoint = nohostport\n", E_ENDPOINT, 6, 12,
		"6: an endpoint without a port");
}

static void case_7_nothing_is_dropped(void)
{
	static const char text[] = INTERFACE
		"FwMark = 0x1234\nSaveConfig = true\nTable = off\n"
		"PreUp = a\nPostUp = iptables -I OUTPUT -m mark ! --mark $(wg show %i fwmark)\n"
		"PreDown = c\nPostDown = d\nClientID = AAAA\n\n" FULL_PEER;

	facts_hold(text, "fwmark=4660\ntable=off\nsave=1\n", "7: FwMark, Table and SaveConfig");
	facts_hold(text,
		"PreUp=a\nPostUp=iptables -I OUTPUT -m mark ! --mark $(wg show %i fwmark)\n"
		"PreDown=c\nPostDown=d\n",
		"7: all four hooks, in order");
	comes_back(text, "7: and the unknown key: everything comes back");
}

static void case_8_ipv6_endpoint(void)
{
	facts_hold(INTERFACE PEER "Endpoint = [2001:db8::1]:51820\n",
		" name=- endpoint=2001:db8::1:51820 ", "8: an IPv6 endpoint");
}

static void case_9_no_address_and_mark(void)
{
	facts_hold("[Interface]\nPrivateKey = " PRIVATE "\nTable = off\n" FULL_PEER, "address=\n",
		"9: no Address is legal");
	facts_hold("\xef\xbb\xbf[Interface]\nPrivateKey = " PRIVATE "\n", "key=" PRIVATE "\n",
		"9: a byte order mark does not hide the key");
}

/* Interface names are ops' business; here no name of a file may become one. */
static void case_10_table_is_a_word(void)
{
	refused(INTERFACE "Table = 1; rm -rf x\n", E_NUMBER, 4, 9,
		"10: shell text is no table's name");
}

static void case_11_spacing(void)
{
	static const char *const lines[] = {
		"Address = 10.66.0.1/24\n", "Address=10.66.0.1/24\n", "Address  =  10.66.0.1/24\n"};

	for (size_t i = 0; i < 3; i++) {
		char text[200];

		snprintf(text, sizeof(text), "[Interface]\n%s", lines[i]);
		facts_hold(text, "address=10.66.0.1/24\n", lines[i]);
	}
	facts_hold("[Interface]\nAddress = 10.0.0.1/24, fd00::1/64\n",
		"address=10.0.0.1/24,fd00::1/64\n", "11: dual stack in one line");
	facts_hold("[Interface]\nAddress = 10.0.0.1/24\nAddress = fd00::1/64\n",
		"address=10.0.0.1/24,fd00::1/64\n", "11: dual stack in two lines");
	refused(INTERFACE PEER "Endpoint =\n", E_ENDPOINT, 6, 11, "11: no endpoint");
	refused(INTERFACE PEER "Endpoint = :51820\n", E_ENDPOINT, 6, 12, "11: no host");
	refused(INTERFACE PEER "Endpoint = host:abc\n", E_ENDPOINT, 6, 17, "11: port abc");
	refused(INTERFACE PEER "Endpoint = host:99999\n", E_ENDPOINT, 6, 17, "11: port 99999");
}

static void case_12_comments(void)
{
	comes_back("# Math: 1+1=2\n#  Hash # in comment\n\n[Interface]\n# above a field\n"
		   "PrivateKey = " PRIVATE " # Comment with 'quotes' and \"double quotes\"\n"
		   "Address = 10.66.0.30/32 # 10.66.0.30\n\n"
		   "# First peer\n[Peer]\n# Bob's phone\n# a second line\nPublicKey = " PUBLIC "\n"
		   "AllowedIPs = 0.0.0.0/0, ::/0\n# after the last field\n",
		"12: every comment comes back in its place");
}

static void other_lines_that_come_back(void)
{
	comes_back(INTERFACE "DNS = a.example, 10.2.0.1, b.example\nDNS = 10.2.0.2\n",
		"search domains among servers keep their place");
	comes_back(INTERFACE PEER "AllowedIPs = +10.0.0.0/8, -192.168.0.0/16\n",
		"incremental changes keep their sign");
	comes_back("\n\n[Peer]\nPublicKey = " PUBLIC "\n\n# above\n" INTERFACE "\n\n",
		"blank lines and an [Interface] at the end");
}

/* The comments of a line that is overridden are not lost with it. */
static void overridden_lines(void)
{
	struct reading rd = read_text(INTERFACE "MTU = 1400 # a\nTable = off\nMTU = 1380 # b\n"
						"Table = auto # c\n");
	char *printed = rd.r == 0 ? print_conf(&rd.c, &rd.e) : NULL;

	is_str(printed, INTERFACE "MTU = 1380 # a\nTable = auto # c\n# b\n",
		"the last value counts, both comments stay");
	free(printed);
	end_reading(&rd);
}

static void no_name(const char *peer, const char *what)
{
	struct reading rd = read_text(peer);

	ok(rd.r == 0 && rd.c.n_peers == 1 && !rd.c.peers[0].name, "%s", what);
	end_reading(&rd);
}

static void case_13_prose_is_no_name(void)
{
	no_name(INTERFACE "[Peer]\n# no endpoint == behind CGNAT\nPublicKey = " PUBLIC "\n",
		"13: prose in a peer is no name");
	no_name(INTERFACE "# Endpoint will be dynamic\n[Peer]\nPublicKey = " PUBLIC "\n",
		"13: prose above a peer is no name");
	facts_hold(INTERFACE "[Peer]\n# NL#256\nPublicKey = " PUBLIC "\n", " name=NL#256 ",
		"13: Proton's server is a name");
}

/* Markers of server tools; each alone names the peer. */
static void names_of_tools(void)
{
	static const struct {
		const char *above, *below, *name;
	} cases[] = {
		{"# Client: Bob's phone (0f9d5bc1-3b4e-4a77-8a34-0b2d5cf8b2aa)\n", "",
			"Bob's phone"},
		{"### Client laptop\n", "", "laptop"},
		{"# BEGIN_PEER alice\n", "", "alice"},
		{"### begin carol ###\n", "", "carol"},
		{"", "#Name# = dave\n", "dave"},
		{"", "# Name: erin\n", "erin"},
		{"# Name:         frank\n", "", "frank"},
		{"", "# US-FREE#154\n", "US-FREE#154"},
		{"", "# CH-US#3\n", "CH-US#3"},
		{"# END_PEER zoe\n", "", NULL},
		{"", "# nl#256\n", NULL},
		{"", "# C#256\n", NULL},
		{"## Client x\n", "", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[600];
		struct reading rd;

		snprintf(text, sizeof(text), INTERFACE "%s[Peer]\n%sPublicKey = " PUBLIC "\n",
			cases[i].above, cases[i].below);
		rd = read_text(text);
		is_str(rd.c.n_peers ? rd.c.peers[0].name : "none", cases[i].name,
			"the name of %s%s", cases[i].above, cases[i].below);
		end_reading(&rd);
	}
	no_name(INTERFACE "[Peer] # caf\xe9\nPublicKey = " PUBLIC "\n",
		"text that is not UTF-8 is no name");
	no_name(INTERFACE "[Peer] # \xe2\x80\xaetxt\nPublicKey = " PUBLIC "\n",
		"text that turns the writing direction is no name");
	no_name(INTERFACE "# BEGIN_PEER a\n# END_PEER a\n[Peer]\nPublicKey = " PUBLIC "\n",
		"a closed block names nobody");
}

int main(void)
{
	case_1_two_allowed_lines();
	case_2_three_addresses();
	case_3_several_peers();
	case_4_case_and_header_comments();
	case_5_inline_comments();
	case_6_impossible_values();
	case_7_nothing_is_dropped();
	case_8_ipv6_endpoint();
	case_9_no_address_and_mark();
	case_10_table_is_a_word();
	case_11_spacing();
	case_12_comments();
	case_13_prose_is_no_name();
	other_lines_that_come_back();
	overridden_lines();
	names_of_tools();
	return done_testing();
}
