// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Properties over random files, from a fixed seed: what was printed reads as the same value, and
 * printing that gives the same text; the lines survive their JSON; and whatever byte of a file is
 * changed, no piece of a key is shown and no secret stays open.
 */
#include "conf_test.h"

#include "wgconf/lines.h"

#define ROUNDS	  2000
#define MUTATIONS 20000

static uint64_t seed = 0x9e3779b97f4a7c15;

/* xorshift64*: the same numbers everywhere. */
static unsigned pick(unsigned n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (unsigned)((seed * 0x2545f4914f6cdd1d) >> 33) % n;
}

static void add_odd_case(struct strbuf *b, const char *s)
{
	unsigned how = pick(4);

	for (; *s; s++)
		strbuf_addc(b,
			how == 0 ? str_lower(*s)
				: how == 1 && pick(2) && *s >= 'a' && *s <= 'z'
				? (char)(*s - 'a' + 'A')
				: *s);
}

static const char *space(void)
{
	static const char *const spaces[] = {"", " ", " ", " ", "\t", "  "};

	return spaces[pick(6)];
}

static void end_line(struct strbuf *b, bool comment)
{
	static const char *const comments[] = {
		" # x", "#y=z", " # Bob's \"phone\" # 2", " # 10.0.0.1", " #"};

	if (comment && pick(4) == 0)
		strbuf_add(b, comments[pick(5)]);
	strbuf_add(b, space());
	strbuf_add(b, pick(6) ? "\n" : "\r\n");
}

static void add_key(struct strbuf *b, const char *key)
{
	strbuf_add(b, space());
	add_odd_case(b, key);
	strbuf_addf(b, "%s=%s", space(), space());
}

static void add_line(struct strbuf *b, const char *key, const char *value)
{
	add_key(b, key);
	strbuf_add(b, value);
	end_line(b, true);
}

static void add_random_key(struct strbuf *b, const char *key)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[WG_KEY_TEXT_SIZE] = "";

	for (int i = 0; i < 43; i++)
		text[i] = base64[i == 42 ? pick(16) * 4 : pick(64)];
	text[43] = '=';
	add_line(b, key, text);
}

static void add_prefix(struct strbuf *b)
{
	static const char *const odd[] = {"0.0.0.0/0", "::/0", "10.9.8.7/24", "10.0.0.1",
		"fd00::2/128", "2001:DB8::/32", "::ffff:1.2.3.4/120", "0.0.0.0/1"};

	if (pick(2))
		strbuf_add(b, odd[pick(8)]);
	else
		strbuf_addf(b, "10.%u.%u.%u/%u", pick(256), pick(256), pick(256), pick(33));
}

static void add_list(struct strbuf *b, const char *key, bool domains)
{
	add_key(b, key);
	for (unsigned n = pick(4) + 1, i = 0; i < n; i++) {
		if (i)
			strbuf_addf(b, "%s,%s", space(), space());
		if (domains && pick(3) == 0)
			strbuf_addf(b, "n%u.example", pick(100));
		else if (domains)
			strbuf_addf(b, "10.0.0.%u", pick(256));
		else
			add_prefix(b);
	}
	if (pick(10) == 0)
		strbuf_add(b, ",");
	end_line(b, true);
}

static void add_filler(struct strbuf *b)
{
	static const char *const fillers[] = {"", "", "# plain", "## Name: x", "# Name: y",
		"# NL#256", "# Device: Happy Fish", "  # caf\xc3\xa9", "# latin \xe9",
		"# END_PEER a"};

	strbuf_add(b, fillers[pick(10)]);
	end_line(b, false);
}

static void add_unknown(struct strbuf *b)
{
	static const char *const lines[] = {"ClientID = AAAA", "Jc=4", "I1 = <b 0xc0>",
		"I2 =", "ExcludedApplications = a.b, c.d # two", "Colour = blue", "H1\t= 5-9"};

	strbuf_add(b, lines[pick(7)]);
	end_line(b, true);
}

static void add_interface_line(struct strbuf *b)
{
	static const char *const hooks[] = {"PreUp", "PostUp", "PreDown", "PostDown"};
	static const char *const commands[] = {"echo up",
		"iptables -A X -m comment \"a # b\"; true", "a=b # c", "\xe9",
		"wg set %i fwmark 1  && x"};
	static const char *const marks[] = {"off", "0x1234", "51820", "0"};
	static const char *const tables[] = {"off", "AUTO", "51820", "main"};

	switch (pick(9)) {
	case 0: add_random_key(b, "PrivateKey"); return;
	case 1: add_list(b, "Address", false); return;
	case 2: add_list(b, "DNS", true); return;
	case 3: add_line(b, "MTU", pick(2) ? "1420" : "1280"); return;
	case 4: add_line(b, "ListenPort", "51820"); return;
	case 5: add_line(b, "FwMark", marks[pick(4)]); return;
	case 6: add_line(b, "Table", tables[pick(4)]); return;
	case 7: add_line(b, "SaveConfig", pick(2) ? "true" : "False"); return;
	default:
		add_key(b, hooks[pick(4)]);
		strbuf_add(b, commands[pick(5)]);
		end_line(b, false);
	}
}

static void add_peer_line(struct strbuf *b)
{
	static const char *const endpoints[] = {"192.0.2.5:51820", "[2001:db8::1]:443",
		"vpn.example.com:2049", "2001:db8::1:51820", "[fe80::1%eth0]:1"};

	switch (pick(5)) {
	case 0: add_random_key(b, "PresharedKey"); return;
	case 1: add_list(b, "AllowedIPs", false); return;
	case 2: add_line(b, "Endpoint", endpoints[pick(5)]); return;
	case 3: add_line(b, "PersistentKeepalive", pick(2) ? "off" : "25"); return;
	default: add_list(b, "AllowedIPs", false);
	}
}

static void add_section(struct strbuf *b, const char *name)
{
	strbuf_addf(b, "%s[", space());
	add_odd_case(b, name);
	strbuf_addc(b, ']');
	end_line(b, true);
}

static void add_interface(struct strbuf *b)
{
	add_section(b, "Interface");
	for (unsigned n = pick(14); n; n--) {
		if (pick(3) == 0)
			add_filler(b);
		else if (pick(6) == 0)
			add_unknown(b);
		else
			add_interface_line(b);
	}
}

/* Now and then one of two keys, so that the same peer occurs twice. */
static void add_random_peer(struct strbuf *b)
{
	unsigned lines = pick(8), key_at = pick(lines + 1);

	add_section(b, "Peer");
	for (unsigned i = 0; i <= lines; i++) {
		if (i == key_at && pick(4) == 0)
			add_line(b, "PublicKey", pick(2) ? PUBLIC : PUBLIC_2);
		else if (i == key_at)
			add_random_key(b, "PublicKey");
		else if (pick(3) == 0)
			add_filler(b);
		else
			add_peer_line(b);
	}
}

static void add_file(struct strbuf *b)
{
	unsigned peers = pick(20) ? pick(4) : pick(60),
		 interface_at = pick(3) ? 0 : pick(peers + 1);

	if (pick(10) == 0)
		strbuf_add(b, "\xef\xbb\xbf");
	for (unsigned n = pick(3); n; n--)
		add_filler(b);
	for (unsigned i = 0; i <= peers; i++) {
		if (i == interface_at || pick(40) == 0)
			add_interface(b);
		if (i < peers)
			add_random_peer(b);
	}
}

/* The value through the JSON of its lines, printed; NULL on failure. */
static char *print_through_json(struct arena *a, struct conf *c)
{
	char *json = conf_interface_lines_to_json(a, c);
	struct conf copy = *c;
	struct err e;

	copy.head = copy.lines = NULL;
	copy.n_head = copy.n_lines = 0;
	copy.interface_last = false;
	if (json && conf_interface_lines_from_json(a, json, &copy, &e) < 0)
		return NULL;
	copy.peers = arena_memdup(a, c->peers, c->n_peers * sizeof(*c->peers));
	LIST_FOREACH (p, &copy, peers) {
		json = conf_peer_lines_to_json(a, p);
		p->lines = NULL;
		p->n_lines = 0;
		if (json && conf_peer_lines_from_json(a, json, p, &e) < 0)
			return NULL;
	}
	return print_conf(&copy, &e);
}

/* Blank lines between sections and at the end are not kept through JSON: compared without any. */
static void drop_blank_lines(char *s)
{
	char *to = s, last = '\n';

	for (; *s; s++) {
		if (*s != '\n' || last != '\n')
			*to++ = *s;
		last = *s;
	}
	*to = '\0';
}

static bool same(const char *what, char *a, char *b, const char *text)
{
	if (a && b && strcmp(a, b) == 0)
		return true;
	diag("%s differ in this file:\n%s", what, text);
	diag("one:\n%s", a ? a : "NULL");
	diag("two:\n%s", b ? b : "NULL");
	return false;
}

static bool round_holds(const char *text, size_t len)
{
	struct reading one = read_bytes(text, len), two = {0};
	char *printed = NULL, *again = NULL, *facts = NULL, *facts_again = NULL, *json = NULL;
	bool held = one.r == 0;

	if (!held)
		diag("refused: %u:%u: %s\n%s", one.e.line, one.e.column, one.e.msg, text);
	if (held && (held = (printed = print_conf(&one.c, &one.e)))) {
		two = read_text(printed);
		facts = facts_of(&one.c);
		facts_again = facts_of(&two.c);
		again = two.r == 0 ? print_conf(&two.c, &two.e) : NULL;
		json = print_through_json(one.a, &one.c);
		held = same("facts", facts, facts_again, text) &&
			same("texts", printed, again, text);
		drop_blank_lines(printed);
		if (json)
			drop_blank_lines(json);
		held = held && same("texts through JSON", printed, json, text);
		end_reading(&two);
	}
	end_reading(&one);
	free(printed);
	free(again);
	free(facts);
	free(facts_again);
	free(json);
	return held;
}

static void check_rounds(void)
{
	unsigned held = 0, peers = 0;

	for (unsigned i = 0; i < ROUNDS && held == i; i++) {
		STRBUF_CLEANUP struct strbuf b = {0};

		add_file(&b);
		peers += strstr(b.s, "PublicKey") != NULL;
		held += round_holds(b.s, b.len);
	}
	is_int(held, ROUNDS, "parse, print, parse, print: %d random files", ROUNDS);
	ok(peers > ROUNDS / 4, "%u of them had peers", peers);
}

/* A file whose every byte is near something secret. */
static const char delicate[] =
	"[Interface]\nPrivateKey = " PRIVATE "\nAddress = 10.2.0.2/32\nDNS = 10.2.0.1\n"
	"Table = 77\nMTU = 1400\nPostUp = x " PRIVATE "\nColour = " PRESHARED "\n# " PRIVATE "\n"
	"[Peer] # " PRESHARED "\nPublicKey = " PUBLIC "\nPresharedKey = " PRESHARED "\n"
	"AllowedIPs = 0.0.0.0/0, 10.0.0.0/8\nPresharedKey = " PRESHARED
	"\nEndpoint = 192.0.2.5:51820\n"
	"PresharedKey = " PRESHARED "\n";

static void mutate(char *text, size_t *len)
{
	static const char odd[] = "\n=#[], \t.:/+-0aA\r\xff";
	size_t at = pick((unsigned)*len);
	size_t n = pick(12) + 1, to = pick((unsigned)*len);

	switch (pick(4)) {
	case 0: text[at] = (char)pick(256); return;
	case 1: text[at] = odd[pick(sizeof(odd) - 1)]; return;
	case 2:
		if (n > *len - at)
			n = *len - at;
		memmove(text + at, text + at + n, *len - at - n);
		*len -= n;
		return;
	default:
		if (n > *len - at)
			n = *len - at;
		if (n > *len - to)
			n = *len - to;
		memmove(text + to, text + at, n);
	}
}

static void check_mutations(void)
{
	unsigned leaks = 0, refused = 0;

	for (unsigned i = 0; i < MUTATIONS; i++) {
		char text[sizeof(delicate)];
		size_t len = sizeof(delicate) - 1;
		struct reading rd;

		memcpy(text, delicate, len);
		for (unsigned n = pick(3) + 1; n && len; n--)
			mutate(text, &len);
		rd = read_bytes(text, len);
		refused += rd.r < 0;
		if (reading_leaks(&rd)) {
			leaks++;
			diag("%u:%u %s (%s)", rd.e.line, rd.e.column, rd.e.msg, rd.e.hint);
		}
		end_reading(&rd);
	}
	is_int(leaks, 0, "%d damaged files, no piece of a key shown", MUTATIONS);
	ok(refused > MUTATIONS / 4 && refused < MUTATIONS, "%u of them were refused", refused);
}

/* The pool has a fixed number of slots: more refusals than that, each with keys open by then. */
static void check_slots(void)
{
	static const char text[] = INTERFACE PEER "PresharedKey = " PRESHARED
						  "\nPresharedKey = " PRESHARED "\nEndpoint = x\n";
	unsigned wrong = 0;

	for (unsigned i = 0; i < 5000; i++) {
		struct reading rd = read_text(text);

		wrong += rd.e.code != E_ENDPOINT;
		end_reading(&rd);
	}
	is_int(wrong, 0, "a refused file leaves no secret open");
}

int main(void)
{
	check_rounds();
	check_mutations();
	check_slots();
	return done_testing();
}
