// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines as JSON: which ones are worth storing, what comes back from it, and what is refused. And
 * printing of values that no file was read for, or that changed after it was.
 */
#include "conf_test.h"

#include "wgconf/lines.h"

#define USUAL                                                                                      \
	"[Interface]\nPrivateKey = " PRIVATE "\nAddress = 10.2.0.2/32, fd00::2/128\n"              \
	"DNS = 10.2.0.1, corp.example\nMTU = 1420\nListenPort = 51820\nFwMark = 0xca6c\n"          \
	"Table = off\nSaveConfig = false\nPostUp = b\nPreUp = a\n\n"                               \
	"[Peer] # one\nPublicKey = " PUBLIC "\nPresharedKey = " PRESHARED "\n"                     \
	"AllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = 192.0.2.5:51820\nPersistentKeepalive = 25\n\n"   \
	"[Peer]\nPublicKey = " PUBLIC_2 "\nAllowedIPs = 10.0.0.0/8\n"

static void check_usual(void)
{
	struct reading rd = read_text(USUAL);
	char *printed;

	is_int(rd.r, 0, "the usual file is read");
	ok(!conf_interface_lines_to_json(rd.a, &rd.c), "its [Interface] needs no lines");
	for (size_t i = 0; i < rd.c.n_peers; i++) {
		ok(!conf_peer_lines_to_json(rd.a, &rd.c.peers[i]), "peer %zu needs no lines", i);
		rd.c.peers[i].n_lines = 0;
	}
	rd.c.n_lines = 0;
	printed = print_conf(&rd.c, &rd.e);
	is_str(printed, USUAL, "without lines it is printed as it was");
	free(printed);
	end_reading(&rd);
}

static void unusual_interface(const char *text, const char *want)
{
	struct reading rd = read_text(text);

	is_str(conf_interface_lines_to_json(rd.a, &rd.c), want, "%s", want);
	end_reading(&rd);
}

static void unusual_peer(const char *text, const char *want)
{
	struct reading rd = read_text(text);

	if (ok(rd.c.n_peers, "there is a peer"))
		is_str(conf_peer_lines_to_json(rd.a, &rd.c.peers[0]), want, "%s", want);
	end_reading(&rd);
}

#define HEADER	"{\"section\":\"interface\"}"
#define IF_PEER "[Interface]\n[Peer]\n"
#define KEYED	"PublicKey = " PUBLIC "\n"

static void check_unusual(void)
{
	unusual_interface("[Interface]\n# x\nJc = 4 # y\n",
		"{\"lines\":[" HEADER ",\"# x\",{\"unknown\":\"Jc = 4 # y\"}]}");
	unusual_interface("# a\n\n[Interface]\nMTU = 1280 # m\n",
		"{\"head\":[\"# a\",\"\"],\"lines\":[" HEADER
		",{\"key\":\"MTU\",\"comment\":\"# m\"}]}");
	unusual_interface("[Interface]\nMTU = 1280\nDNS = a.b, 10.0.0.1\n",
		"{\"lines\":[" HEADER ",{\"key\":\"MTU\"},"
		"{\"key\":\"DNS\",\"items\":2,\"mix\":\"sa\"}]}");
	unusual_interface("[Interface]\n# \xe9\n",
		"{\"lines\":[" HEADER ",{\"comment_line\":{\"hex\":\"2320e9\"}}]}");
	unusual_interface(
		"[Peer]\n" KEYED "[Interface]\n", "{\"lines\":[" HEADER "],\"last\":true}");
	unusual_interface("[Interface]\nAddress = 10.0.0.1\nAddress = 10.0.0.2\n",
		"{\"lines\":[" HEADER ",{\"key\":\"Address\",\"items\":1},"
		"{\"key\":\"Address\",\"items\":1}]}");
	unusual_interface("[Interface]\nPostUp = a\nMTU = 1400\n",
		"{\"lines\":[" HEADER ",{\"key\":\"PostUp\"},{\"key\":\"MTU\"}]}");
	unusual_peer(IF_PEER "# NL#256\n" KEYED,
		"{\"lines\":[{\"section\":\"peer\"},\"# NL#256\",{\"key\":\"PublicKey\"}]}");
	unusual_peer("[Interface]\n[Peer] #x\n" KEYED,
		"{\"lines\":[{\"section\":\"peer\",\"comment\":\"#x\"},{\"key\":\"PublicKey\"}]}");
	unusual_peer(IF_PEER "Endpoint = 192.0.2.5:1\n" KEYED,
		"{\"lines\":[{\"section\":\"peer\"},{\"key\":\"Endpoint\"},"
		"{\"key\":\"PublicKey\"}]}");
}

static void check_read_back(void)
{
	static const char json[] = "{\"head\":[\"# Device: d\"],\"lines\":[" HEADER
				   ",{\"unknown\":\"Jc = 4\"},{\"unknown\":{\"hex\":\"413d31\"}}]}";
	ARENA_CLEANUP struct arena *a = arena_new();
	struct conf c = {0};
	struct err e;

	if (!ok(conf_interface_lines_from_json(a, json, &c, &e) == 0, "lines are read back"))
		return;
	is_int((long long)c.n_lines, 3, "three lines");
	is_str(c.lines[2].text, "A=1", "text that was not UTF-8");
	is_str(c.device, "d", "the device follows from the comment");
	ok(c.amneziawg, "and AmneziaWG from its keys");
}

static void check_refused(void)
{
	static const char *const bad[] = {"", "{", "[]", "{}", "{\"lines\":3}", "{\"lines\":[]}",
		"{\"lines\":[" HEADER "," HEADER "]}", "{\"lines\":[{\"section\":\"peer\"}]}",
		"{\"lines\":[" HEADER ",\"x\"]}", "{\"lines\":[" HEADER ",4]}",
		"{\"lines\":[" HEADER ",{\"key\":\"Colour\"}]}",
		"{\"lines\":[" HEADER ",{\"key\":\"Endpoint\"}]}",
		"{\"lines\":[" HEADER ",{\"key\":\"DNS\",\"items\":-1}]}",
		"{\"lines\":[" HEADER ",{\"key\":\"DNS\",\"items\":1,\"mix\":\"ax\"}]}",
		"{\"lines\":[" HEADER ",{\"key\":\"MTU\",\"comment\":\"x\"}]}",
		"{\"lines\":[" HEADER ",{\"unknown\":{\"hex\":\"4\"}}]}",
		"{\"lines\":[" HEADER ",{\"unknown\":{\"hex\":\"4G\"}}]}",
		"{\"head\":[" HEADER "],\"lines\":[" HEADER "]}"};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct conf_line sentinel = {.kind = CONF_LINE_BLANK};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct conf c = {.lines = &sentinel, .n_lines = 1};
		struct conf_peer p = {.lines = &sentinel, .n_lines = 1};
		struct err e;

		ok(conf_interface_lines_from_json(a, bad[i], &c, &e) == -E_SYNTAX &&
				c.lines == &sentinel && c.n_lines == 1,
			"refused and untouched: %s", bad[i]);
		ok(conf_peer_lines_from_json(a, bad[i], &p, &e) == (i == 7 ? 0 : -E_SYNTAX),
			"  as a peer's too");
	}
}

/* Fields that changed after the file was read. */
static void check_changed(void)
{
	struct reading rd =
		read_text(INTERFACE "MTU = 1400 # m\n# end\n\n[Peer] # old\n# NL#1\n" KEYED
				    "AllowedIPs = 10.0.0.0/8, 10.0.0.0/9 # a\n");
	char *printed;

	if (!ok(rd.r == 0, "a file to change is read"))
		return;
	rd.c.mtu = 0;
	rd.c.listen_port = 7;
	ip_prefix_parse("10.3.0.2/32", &LIST_PUSH(rd.a, &rd.c, addresses)->prefix);
	rd.c.peers[0].name = "new";
	rd.c.peers[0].n_allowed = 1;
	rd.c.peers[0].keepalive = 0;
	printed = print_conf(&rd.c, &rd.e);
	is_str(printed,
		INTERFACE "# m\n# end\nAddress = 10.3.0.2/32\nListenPort = 7\n\n"
			  "[Peer] # new\n# NL#1\n" KEYED
			  "AllowedIPs = 10.0.0.0/8 # a\nPersistentKeepalive = off\n",
		"what is gone leaves its comment, what is new goes to the end of its section");
	free(printed);
	end_reading(&rd);
}

/* A field that came from elsewhere must not become lines of its own. */
static void check_injection(void)
{
	static const char evil[] = "x\nPostUp = evil";

	for (unsigned i = 0; i < 5; i++) {
		struct reading rd = read_text(INTERFACE PEER "Endpoint = 192.0.2.5:1\n");
		SECRET_TEXT_CLEANUP struct secret_text t = {0};

		secret_text_new(4096, &t, &rd.e);
		secret_text_add(&t, "before", &rd.e);
		if (i == 0)
			rd.c.table = evil;
		else if (i == 1)
			rd.c.peers[0].name = evil;
		else if (i == 2)
			rd.c.peers[0].endpoint_host = evil;
		else if (i == 3)
			*LIST_PUSH(rd.a, &rd.c, search) = evil;
		else
			*LIST_PUSH(rd.a, &rd.c, hooks) =
				(struct conf_hook){.command = evil, .len = strlen(evil)};
		ok(conf_print(&rd.c, &t, &rd.e) == -E_SYNTAX, "a line break in field %u", i);
		is_str(t.s, "before", "  nothing of it was written");
		end_reading(&rd);
	}
}

static void check_no_room(void)
{
	struct reading rd = read_text(INTERFACE PEER);
	SECRET_TEXT_CLEANUP struct secret_text t = {0};

	secret_text_new(100, &t, &rd.e);
	ok(conf_print(&rd.c, &t, &rd.e) == -E_LIMIT && t.len == 0, "no room, nothing written");
	end_reading(&rd);
}

int main(void)
{
	check_usual();
	check_unusual();
	check_read_back();
	check_refused();
	check_changed();
	check_injection();
	check_no_room();
	return done_testing();
}
