// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What hooks are recognised as: forms that are found in real files, with the variables of each row,
 * the hooks it owns and what is wrong with them. See idiom_test.h for how both are written.
 */
#include "idiom_test.h"

/* The rule of wg-quick(8), behind "-I" or "-D", and the row of a kill switch without exceptions. */
#define KILL                                                                                       \
	"OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL "     \
	"-j REJECT"
#define KILL_ROW "kill_switch {\"lan\":[],\"inbound\":[]}"

struct row {
	const char *what, *hooks, *expected;
};

static const struct row kill_switch_rows[] = {
	{"the manual's kill switch",
		"P iptables -I " KILL "\n"
		"d iptables -D " KILL,
		KILL_ROW " up 0 down 1 (covers IPv4 only; wf covers both)\n"},
	{"both families on one line",
		"P iptables -I " KILL " && ip6tables -I " KILL "\n"
		"d iptables -D " KILL " && ip6tables -D OUTPUT ! -o %i -m mark ! --mark $(wg  show "
		"%i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT",
		KILL_ROW " up 0 down 1\n"},
	{"both families on two lines",
		"P iptables -I " KILL "\n"
		"P ip6tables -I " KILL "\n"
		"d iptables -D " KILL "\n"
		"d ip6tables -D " KILL,
		KILL_ROW " up 0,1 down 2,3\n"},
	{"DROP, -A, PostDown",
		"P iptables -A OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL -j DROP; ip6tables -A OUTPUT ! -o %i -m mark ! --mark $(wg show "
		"%i fwmark) -m addrtype ! --dst-type LOCAL -j DROP\n"
		"D iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL -j DROP; ip6tables -D OUTPUT ! -o %i -m mark ! --mark $(wg show "
		"%i fwmark) -m addrtype ! --dst-type LOCAL -j DROP",
		KILL_ROW " up 0 down 1\n"},
	{"an exception for the LAN in the rule",
		"P iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL ! -d 192.168.0.0/16 -j REJECT && ip6tables -I " KILL "\n"
		"d iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL ! -d 192.168.0.0/16 -j REJECT && ip6tables -D " KILL,
		"kill_switch {\"lan\":[\"192.168.0.0/16\"],\"inbound\":[]} up 0 down 1\n"},
	{"an exception as a rule of its own, put before",
		"P iptables -I " KILL "; ip6tables -I " KILL "\n"
		"P iptables -I OUTPUT -d 192.168.1.0/24 -j ACCEPT\n"
		"d iptables -D " KILL "; ip6tables -D " KILL
		"; iptables -D OUTPUT -d 192.168.1.0/24 -j ACCEPT",
		"kill_switch {\"lan\":[\"192.168.1.0/24\"],\"inbound\":[]} up 0,1 down 2\n"},
	{"an exception that stands behind the refusal",
		"P iptables -I OUTPUT -d 192.168.1.0/24 -j ACCEPT\n"
		"P iptables -I " KILL "\n"
		"d iptables -D OUTPUT -d 192.168.1.0/24 -j ACCEPT\n"
		"d iptables -D " KILL,
		KILL_ROW " up 0,1 down 2,3 (covers IPv4 only; wf covers both; its exception for "
			 "local addresses never took effect)\n"},
	{"an exception appended before",
		"P iptables -A OUTPUT -d 10.0.0.0/8 -j ACCEPT && iptables -A " KILL "\n"
		"d iptables -D " KILL " && iptables -D OUTPUT -d 10.0.0.0/8 -j ACCEPT",
		"kill_switch {\"lan\":[\"10.0.0.0/8\"],\"inbound\":[]} up 0 down 1 (covers IPv4 "
		"only; wf covers both)\n"},
	{"an exception that one of two refusals lacks",
		"P iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL ! -d 192.168.0.0/16 -j REJECT; iptables -I " KILL "\n"
		"d iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL ! -d 192.168.0.0/16 -j REJECT; iptables -D " KILL,
		KILL_ROW " up 0 down 1 (covers IPv4 only; wf covers both; its exception for local "
			 "addresses never took effect)\n"},
	{"IPv6 only",
		"P ip6tables -I " KILL "\n"
		"d ip6tables -D " KILL,
		KILL_ROW " up 0 down 1 (covers IPv6 only; wf covers both)\n"},
	{"without addrtype",
		"P iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -j REJECT\n"
		"d iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -j REJECT",
		KILL_ROW " up 0 down 1 (covers IPv4 only; wf covers both; refuses what the host "
			 "sends to itself; wf does not)\n"},
	{"the interface by name, backticks, a path, -w, a comment",
		"P /usr/sbin/iptables -w 5 -I OUTPUT 1 -m comment --comment \"no leak: %i\" -m "
		"addrtype ! --dst-type LOCAL ! -o wg0 -m mark ! --mark `wg show wg0 fwmark` -j "
		"REJECT --reject-with icmp-admin-prohibited\n"
		"d iptables -w -D OUTPUT -m comment --comment 'no leak: %i' -m addrtype ! "
		"--dst-type LOCAL ! -o %i -m mark ! --mark \"$(wg show %i fwmark)\" -j REJECT "
		"--reject-with icmp-admin-prohibited",
		KILL_ROW " up 0 down 1 (covers IPv4 only; wf covers both)\n"},
	{"the mark as a number, long options",
		"P iptables --insert OUTPUT ! --out-interface %i --match mark ! --mark 0xca6c "
		"--match addrtype ! --dst-type LOCAL --jump REJECT\n"
		"d iptables --delete OUTPUT ! --out-interface %i --match mark ! --mark 51820 "
		"--match addrtype ! --dst-type LOCAL --jump REJECT",
		KILL_ROW " up 0 down 1 (covers IPv4 only; wf covers both)\n"},
	{"failures ignored, output away, a comment",
		"P iptables -I " KILL " 2>/dev/null || true; ip6tables -I " KILL
		" >/dev/null 2>&1 || : # both\n"
		"d iptables -D " KILL " &>/dev/null; ip6tables -D " KILL " 2> /dev/null;",
		KILL_ROW " up 0 down 1\n"},
	{"up without down", "P iptables -I " KILL " && ip6tables -I " KILL,
		KILL_ROW " up 0 (an up without its down)\n"},
	{"down without up", "d iptables -D " KILL " && ip6tables -D " KILL,
		"kill_switch down 0 (a down without its up)\n"},
	{"the down takes another rule",
		"P iptables -I " KILL "\n"
		"d iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! "
		"--dst-type LOCAL -j DROP",
		KILL_ROW
		" up 0 (its down removes something else than its up put there; covers IPv4 only; "
		"wf covers both)\n"
		"kill_switch down 1 (its down removes something else than its up put there)\n"},
	{"one family's down is missing",
		"P iptables -I " KILL " && ip6tables -I " KILL "\n"
		"d iptables -D " KILL,
		KILL_ROW " up 0 down 1 (an up without its down)\n"},
	{"downs in two phases",
		"P iptables -I " KILL " && ip6tables -I " KILL "\n"
		"d iptables -D " KILL "\n"
		"D ip6tables -D " KILL,
		KILL_ROW " up 0 down 1\n"
			 "kill_switch down 2 of 0\n"},
	{"ups in two phases",
		"p iptables -I " KILL "\n"
		"P ip6tables -I " KILL "\n"
		"d iptables -D " KILL "\n"
		"d ip6tables -D " KILL,
		KILL_ROW " up 0 down 2 (covers IPv4 only; wf covers both)\n" KILL_ROW
			 " up 1 down 3 (covers IPv6 only; wf covers both)\n"},
	{"a stranger between",
		"P iptables -I " KILL "\n"
		"P /etc/wireguard/up.sh\n"
		"P ip6tables -I " KILL "\n"
		"d iptables -D " KILL "; ip6tables -D " KILL,
		KILL_ROW " up 0,2 down 3\n"
			 "raw_shell up 1\n"},
};

static const struct row dns_rows[] = {
	{"port 53 refused, all of it",
		"P iptables -I OUTPUT ! -o %i -p udp --dport 53 -j REJECT; iptables -I OUTPUT ! -o "
		"%i -p tcp --dport 53 -j REJECT; ip6tables -I OUTPUT ! -o %i -p udp --dport 53 -j "
		"REJECT; ip6tables -I OUTPUT ! -o %i -p tcp --dport 53 -j REJECT\n"
		"D iptables -D OUTPUT ! -o %i -p udp --dport 53 -j REJECT; iptables -D OUTPUT ! -o "
		"%i -p tcp --dport 53 -j REJECT; ip6tables -D OUTPUT ! -o %i -p udp --dport 53 -j "
		"REJECT; ip6tables -D OUTPUT ! -o %i -p tcp --dport 53 -j REJECT",
		"dns_leak {\"gate\":true,\"mode\":\"tunnel\"} up 0 down 1\n"},
	{"UDP and IPv4 alone",
		"P iptables -I OUTPUT ! -o %i -p udp --dport 53 -j DROP\n"
		"d iptables -D OUTPUT ! -o %i -p udp --dport 53 -j DROP",
		"dns_leak {\"gate\":true,\"mode\":\"tunnel\"} up 0 down 1 (covers IPv4 only; wf "
		"covers both; covers UDP only; wf covers TCP too)\n"},
	{"with -m udp and addrtype",
		"P iptables -A OUTPUT ! -o %i -p udp -m udp --dport 53 -m addrtype ! --dst-type "
		"LOCAL -j DROP",
		"dns_leak {\"gate\":true,\"mode\":\"tunnel\"} up 0 (an up without its down; covers "
		"IPv4 only; wf covers both; covers UDP only; wf covers TCP too)\n"},
	{"resolvectl, all names",
		"P resolvectl dns %i 10.2.0.1\n"
		"P resolvectl domain %i \"~.\"\n"
		"D resolvectl revert %i",
		"dns_leak {\"gate\":true,\"mode\":\"custom\",\"servers\":[\"10.2.0.1\"]} up 0,1 "
		"down 2\n"},
	{"resolvectl in one line, two servers, and its own default route",
		"P resolvectl dns %i 10.8.0.1 fd00::1 && resolvectl domain %i ~. && resolvectl "
		"default-route %i true\n"
		"d resolvectl revert %i",
		"dns_leak "
		"{\"gate\":true,\"mode\":\"custom\",\"servers\":[\"10.8.0.1\",\"fd00::1\"]} up 0 "
		"down 1\n"},
	{"servers beside others'", "P resolvectl dns wg0 10.8.0.1",
		"dns_leak {\"gate\":false,\"mode\":\"custom\",\"servers\":[\"10.8.0.1\"]} up 0 (an "
		"up without its down; other resolvers may be asked beside these; wf asks only "
		"these)\n"},
	{"all names to the servers of the file", "P resolvectl domain %i '~.'",
		"dns_leak {\"gate\":true,\"mode\":\"tunnel\"} up 0 (an up without its down)\n"},
	{"only some names: nothing is certain",
		"P resolvectl dns %i 10.8.0.1\n"
		"P resolvectl domain %i corp.example\n"
		"D resolvectl revert %i",
		"raw_shell up 0\n"
		"raw_shell up 1\n"
		"raw_shell down 2\n"},
	{"the same in a line that is not understood",
		"P resolvectl dns %i 10.8.0.1\n"
		"P logger up; resolvectl domain %i corp.example",
		"raw_shell up 0\n"
		"raw_shell up 1\n"},
	{"systemd-resolve",
		"P systemd-resolve -i %i --set-dns=192.0.2.53 --set-domain=~.\n"
		"D systemd-resolve --revert --interface=%i",
		"dns_leak {\"gate\":true,\"mode\":\"custom\",\"servers\":[\"192.0.2.53\"]} up 0 "
		"down 1\n"},
	{"resolvconf",
		"P echo nameserver 10.8.0.1 | resolvconf -a tun.%i -m 0 -x\n"
		"D resolvconf -d tun.%i -f",
		"dns_leak {\"gate\":true,\"mode\":\"custom\",\"servers\":[\"10.8.0.1\"]} up 0 down "
		"1\n"},
	{"resolvconf, two servers",
		"P printf 'nameserver 10.8.0.1\\nnameserver fd00::1\\n' | resolvconf -a %i\n"
		"D resolvconf -d %i",
		"dns_leak "
		"{\"gate\":false,\"mode\":\"custom\",\"servers\":[\"10.8.0.1\",\"fd00::1\"]} up 0 "
		"down 1 (other resolvers may be asked beside these; wf asks only these)\n"},
	{"the gate and the resolver",
		"P resolvectl dns %i 10.8.0.1; resolvectl domain %i ~.\n"
		"P iptables -I OUTPUT ! -o %i -p udp --dport 53 -j REJECT; iptables -I OUTPUT ! -o "
		"%i -p tcp --dport 53 -j REJECT; ip6tables -I OUTPUT ! -o %i -p udp --dport 53 -j "
		"REJECT; ip6tables -I OUTPUT ! -o %i -p tcp --dport 53 -j REJECT\n"
		"D resolvectl revert %i; iptables -D OUTPUT ! -o %i -p udp --dport 53 -j REJECT; "
		"iptables -D OUTPUT ! -o %i -p tcp --dport 53 -j REJECT; ip6tables -D OUTPUT ! -o "
		"%i -p udp --dport 53 -j REJECT; ip6tables -D OUTPUT ! -o %i -p tcp --dport 53 -j "
		"REJECT",
		"dns_leak {\"gate\":true,\"mode\":\"custom\",\"servers\":[\"10.8.0.1\"]} up 0,1 "
		"down 2\n"},
};

static const struct row router_rows[] = {
	{"the usual line of a server",
		"P iptables -A FORWARD -i %i -j ACCEPT; iptables -t nat -A POSTROUTING -o eth0 -j "
		"MASQUERADE\n"
		"D iptables -D FORWARD -i %i -j ACCEPT; iptables -t nat -D POSTROUTING -o eth0 -j "
		"MASQUERADE",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 0 down 1\n"
		"nat {\"family\":4,\"out\":\"eth0\"} of 0\n"},
	{"both directions, both families",
		"P iptables -A FORWARD -i wg0 -j ACCEPT; iptables -A FORWARD -o wg0 -j ACCEPT; "
		"iptables -t nat -A POSTROUTING -o ens3 -j MASQUERADE; ip6tables -A FORWARD -i wg0 "
		"-j ACCEPT; ip6tables -A FORWARD -o wg0 -j ACCEPT; ip6tables -t nat -A POSTROUTING "
		"-o ens3 -j MASQUERADE\n"
		"D iptables -D FORWARD -i wg0 -j ACCEPT; iptables -D FORWARD -o wg0 -j ACCEPT; "
		"iptables -t nat -D POSTROUTING -o ens3 -j MASQUERADE; ip6tables -D FORWARD -i wg0 "
		"-j ACCEPT; ip6tables -D FORWARD -o wg0 -j ACCEPT; ip6tables -t nat -D POSTROUTING "
		"-o ens3 -j MASQUERADE",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":true,\"forward4\":false,\"forward6\":false} "
		"up 0 down 1\n"
		"nat {\"family\":4,\"out\":\"ens3\"} of 0\n"
		"nat {\"family\":6,\"out\":\"ens3\"} of 0\n"},
	{"with the tunnel's subnet and port",
		"P iptables -t nat -A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE; iptables "
		"-A INPUT -p udp -m udp --dport 51820 -j ACCEPT; iptables -A FORWARD -i wg0 -j "
		"ACCEPT; iptables -A FORWARD -o wg0 -j ACCEPT;\n"
		"D iptables -t nat -D POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE; iptables "
		"-D INPUT -p udp -m udp --dport 51820 -j ACCEPT; iptables -D FORWARD -i wg0 -j "
		"ACCEPT; iptables -D FORWARD -o wg0 -j ACCEPT;",
		"nat {\"family\":4,\"source\":\"10.8.0.0/24\",\"out\":\"eth0\"} up 0 down 1\n"
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":true,\"forward4\":false,\"forward6\":false} "
		"of 0\n"},
	{"one command a line",
		"P iptables -I INPUT -p udp --dport 51820 -j ACCEPT\n"
		"P iptables -I FORWARD -i eth0 -o wg0 -j ACCEPT\n"
		"P iptables -I FORWARD -i wg0 -j ACCEPT\n"
		"P iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE\n"
		"P ip6tables -I FORWARD -i wg0 -j ACCEPT\n"
		"P ip6tables -t nat -A POSTROUTING -o eth0 -j MASQUERADE\n"
		"D iptables -D INPUT -p udp --dport 51820 -j ACCEPT\n"
		"D iptables -D FORWARD -i eth0 -o wg0 -j ACCEPT\n"
		"D iptables -D FORWARD -i wg0 -j ACCEPT\n"
		"D iptables -t nat -D POSTROUTING -o eth0 -j MASQUERADE\n"
		"D ip6tables -D FORWARD -i wg0 -j ACCEPT\n"
		"D ip6tables -t nat -D POSTROUTING -o eth0 -j MASQUERADE",
		"forwarding up 0 down 6\n"
		"forwarding "
		"{\"in\":\"eth0\",\"out\":\"%i\",\"both\":false,\"forward4\":false,\"forward6\":"
		"false} up 1 down 7\n"
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 2,4 down 8,10\n"
		"nat {\"family\":4,\"out\":\"eth0\"} up 3 down 9\n"
		"nat {\"family\":6,\"out\":\"eth0\"} up 5 down 11\n"},
	{"the way back",
		"P iptables -A FORWARD -i %i -j ACCEPT\n"
		"P iptables -A FORWARD -o %i -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
		"D iptables -D FORWARD -i %i -j ACCEPT\n"
		"D iptables -D FORWARD -o %i -m state --state ESTABLISHED,RELATED -j ACCEPT",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 0 down 2\n"
		"forwarding up 1 (its down removes something else than its up put there)\n"
		"forwarding down 3 (its down removes something else than its up put there)\n"},
	{"the way back on the same line",
		"P iptables -A FORWARD -o %i -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; "
		"iptables -A FORWARD -i %i -o eth0 -j ACCEPT",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"eth0\",\"both\":false,\"forward4\":false,\"forward6\":"
		"false} up 0 (an up without its down)\n"},
	{"new and established is everything",
		"P iptables -A FORWARD -i %i -m state --state NEW,RELATED,ESTABLISHED -j ACCEPT",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 0 (an up without its down)\n"},
	{"a comment behind the command",
		"P iptables -A FORWARD -i %i -j ACCEPT  # Allow forwarding",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 0 (an up without its down)\n"},
	{"masquerading everything",
		"P iptables -t nat -A POSTROUTING -j MASQUERADE\n"
		"D iptables -t nat -D POSTROUTING -j MASQUERADE",
		"nat {\"family\":4} up 0 down 1\n"},
	{"masquerading into the tunnel",
		"P iptables -t nat -A POSTROUTING -s 192.168.1.7/24 -o %i -j MASQUERADE\n"
		"D iptables -t nat -D POSTROUTING -s 192.168.1.0/24 -o %i -j MASQUERADE",
		"nat {\"family\":4,\"source\":\"192.168.1.0/24\",\"out\":\"%i\"} up 0 down 1\n"},
	{"a fixed source address",
		"P iptables -t nat -I POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1\n"
		"D iptables -t nat -D POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1",
		"nat {\"family\":4,\"out\":\"eth0\",\"to\":\"192.0.2.1\"} up 0 down 1\n"},
	{"and of IPv6",
		"P ip6tables --table nat --append POSTROUTING --source fd00:8::/64 --out-interface "
		"eth0 --jump SNAT --to 2001:db8::1\n"
		"D ip6tables --table nat --delete POSTROUTING --source fd00:8::/64 --out-interface "
		"eth0 --jump SNAT --to-source 2001:db8::1",
		"nat "
		"{\"family\":6,\"source\":\"fd00:8::/64\",\"out\":\"eth0\",\"to\":\"2001:db8::1\"} "
		"up 0 down 1\n"},
	{"two subnets are two",
		"P iptables -t nat -A POSTROUTING -s 10.8.0.0/24 -j MASQUERADE\n"
		"P iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -j MASQUERADE\n"
		"D iptables -t nat -D POSTROUTING -s 10.9.0.0/24 -j MASQUERADE\n"
		"D iptables -t nat -D POSTROUTING -s 10.8.0.0/24 -j MASQUERADE",
		"nat {\"family\":4,\"source\":\"10.8.0.0/24\"} up 0 down 3\n"
		"nat {\"family\":4,\"source\":\"10.9.0.0/24\"} up 1 down 2\n"},
	{"the down names another interface",
		"P iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE\n"
		"D iptables -t nat -D POSTROUTING -o eth1 -j MASQUERADE",
		"nat {\"family\":4,\"out\":\"eth0\"} up 0 (its down removes something else than "
		"its up put there)\n"
		"nat down 1 (its down removes something else than its up put there)\n"},
	{"the down takes one of two",
		"P iptables -A FORWARD -i %i -j ACCEPT; iptables -A FORWARD -o %i -j ACCEPT\n"
		"D iptables -D FORWARD -i %i -j ACCEPT",
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":true,\"forward4\":false,\"forward6\":false} "
		"up 0 down 1 (an up without its down)\n"},
	{"three ups, two downs",
		"P sysctl -w net.ipv4.ip_forward=1\n"
		"P iptables -A FORWARD -i %i -j ACCEPT\n"
		"P iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE\n"
		"D iptables -D FORWARD -i %i -j ACCEPT\n"
		"D iptables -t nat -D POSTROUTING -o eth0 -j MASQUERADE",
		"forwarding {\"forward4\":true,\"forward6\":false} up 0 (an up without its down)\n"
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 1 down 3\n"
		"nat {\"family\":4,\"out\":\"eth0\"} up 2 down 4\n"},
	{"sysctl, both families, before",
		"p sysctl -w -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1\n"
		"D sysctl -w -q net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0",
		"forwarding {\"forward4\":true,\"forward6\":true} up 0 down 1\n"},
	{"sysctl by its file",
		"P echo 1 > /proc/sys/net/ipv4/ip_forward\n"
		"D echo 0 > /proc/sys/net/ipv4/ip_forward",
		"forwarding {\"forward4\":true,\"forward6\":false} up 0 down 1\n"},
	{"sysctl with slashes", "P /sbin/sysctl net/ipv6/conf/all/forwarding=1",
		"forwarding {\"forward4\":false,\"forward6\":true} up 0 (an up without its "
		"down)\n"},
	{"segment size",
		"P iptables -t mangle -A FORWARD -o %i -p tcp -m tcp --tcp-flags SYN,RST SYN -j "
		"TCPMSS --clamp-mss-to-pmtu\n"
		"D iptables -t mangle -D FORWARD -o %i -p tcp -m tcp --tcp-flags SYN,RST SYN -j "
		"TCPMSS --clamp-mss-to-pmtu",
		"mss_clamp {} up 0 down 1\n"},
	{"segment size, both families, any interface",
		"P iptables -t mangle -A POSTROUTING -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu; "
		"ip6tables -I FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
		"mss_clamp {} up 0 (an up without its down)\n"},
	{"a port passed on",
		"P iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT "
		"--to-destination 10.8.0.2:8080\n"
		"D iptables -t nat -D PREROUTING -i eth0 -p tcp --dport 80 -j DNAT "
		"--to-destination 10.8.0.2:8080",
		"dnat {\"in\":\"eth0\",\"proto\":\"tcp\",\"port\":80,\"to\":\"10.8.0.2:8080\"} up "
		"0 down 1\n"},
	{"two ports, one pair wrong",
		"P iptables -t nat -A PREROUTING -p tcp --dport 22 -j DNAT --to-destination "
		"10.8.0.2\n"
		"P iptables -t nat -A PREROUTING -p tcp --dport 443 -j DNAT --to-destination "
		"10.8.0.2\n"
		"D iptables -t nat -D PREROUTING -p udp --dport 53 -j DNAT --to-destination "
		"10.8.0.2\n"
		"D iptables -t nat -D PREROUTING -p tcp --dport 443 -j DNAT --to-destination "
		"10.8.0.2",
		"dnat {\"proto\":\"tcp\",\"port\":22,\"to\":\"10.8.0.2:0\"} up 0 (its down removes "
		"something else than its up put there)\n"
		"dnat {\"proto\":\"tcp\",\"port\":443,\"to\":\"10.8.0.2:0\"} up 1 down 3\n"
		"dnat down 2 (its down removes something else than its up put there)\n"},
	{"a port over IPv6",
		"P ip6tables -t nat -A PREROUTING -p udp --dport 4000 -j DNAT --to-destination "
		"'[fd00:8::2]:4001'",
		"dnat {\"proto\":\"udp\",\"port\":4000,\"to\":\"[fd00:8::2]:4001\"} up 0 (an up "
		"without its down)\n"},
	{"a router's hooks",
		"P sysctl -w net.ipv4.ip_forward=1\n"
		"P sysctl -w net.ipv6.conf.all.forwarding=1\n"
		"P iptables -A FORWARD -i %i -j ACCEPT\n"
		"P iptables -A FORWARD -o %i -j ACCEPT\n"
		"P iptables -t nat -A POSTROUTING -s 10.66.0.0/24 -o eth0 -j MASQUERADE\n"
		"P ip6tables -A FORWARD -i %i -j ACCEPT\n"
		"P ip6tables -A FORWARD -o %i -j ACCEPT\n"
		"P ip6tables -t nat -A POSTROUTING -s fd66::/64 -o eth0 -j MASQUERADE\n"
		"P iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS "
		"--clamp-mss-to-pmtu\n"
		"D iptables -D FORWARD -i %i -j ACCEPT\n"
		"D iptables -D FORWARD -o %i -j ACCEPT",
		"forwarding {\"forward4\":true,\"forward6\":true} up 0,1 (an up without its down)\n"
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 2,5 down 9 (an up without its down)\n"
		"forwarding "
		"{\"in\":\"\",\"out\":\"%i\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"up 3,6 down 10 (an up without its down)\n"
		"nat {\"family\":4,\"source\":\"10.66.0.0/24\",\"out\":\"eth0\"} up 4 (an up "
		"without its down)\n"
		"nat {\"family\":6,\"source\":\"fd66::/64\",\"out\":\"eth0\"} up 7 (an up without "
		"its down)\n"
		"mss_clamp {} up 8 (an up without its down)\n"},
};

static const struct row split_rows[] = {
	{"a prefix by rule",
		"P ip rule add to 203.0.113.0/24 table main\n"
		"d ip rule del to 203.0.113.0/24 table main",
		"split_tunnel {\"prefix\":\"203.0.113.0/24\",\"only\":false} up 0 down 1\n"},
	{"main is the default, priorities differ",
		"P ip rule add to 203.0.113.7 priority 100\n"
		"d ip rule delete to 203.0.113.7 lookup main pref 100",
		"split_tunnel {\"prefix\":\"203.0.113.7/32\",\"only\":false} up 0 down 1\n"},
	{"IPv6",
		"P ip -6 rule add to 2001:db8::/32 lookup main prio 10\n"
		"d ip -6 rule del to 2001:db8::/32 lookup main prio 10",
		"split_tunnel {\"prefix\":\"2001:db8::/32\",\"only\":false} up 0 down 1\n"},
	{"a user, both families",
		"P ip rule add uidrange 1000-1000 lookup main; ip -6 rule add uidrange 1000-1000 "
		"lookup main\n"
		"d ip rule del uidrange 1000-1000 lookup main; ip -6 rule del uidrange 1000-1000 "
		"lookup main",
		"split_tunnel {\"uid\":\"1000-1000\",\"only\":false} up 0 down 1\n"},
	{"a mark",
		"P ip -4 rule add fwmark 0x10/0xff table main\n"
		"d ip -4 rule del fwmark 0x10/0xff table main",
		"split_tunnel {\"mark\":\"0x10/0xff\",\"only\":false} up 0 down 1 (covers IPv4 "
		"only; wf covers both)\n"},
	{"a route by gateway",
		"P ip route add 203.0.113.0/24 via 192.168.1.1 dev eth0\n"
		"d ip route del 203.0.113.0/24 via 192.168.1.1 dev eth0",
		"split_tunnel {\"prefix\":\"203.0.113.0/24\",\"only\":false} up 0 down 1\n"},
	{"a route by device, taken back by its prefix",
		"P ip -4 route add 203.0.113.0/24 dev eth0 metric 5\n"
		"D ip route delete 203.0.113.0/24",
		"split_tunnel {\"prefix\":\"203.0.113.0/24\",\"only\":false} up 0 down 1\n"},
	{"a route by gateway alone", "P ip route add 192.168.7.0/24 via 192.168.1.1",
		"split_tunnel {\"prefix\":\"192.168.7.0/24\",\"only\":false} up 0 (an up without "
		"its down)\n"},
	{"the down of another prefix",
		"P ip rule add to 203.0.113.0/24 table main\n"
		"d ip rule del to 198.51.100.0/24 table main",
		"split_tunnel {\"prefix\":\"203.0.113.0/24\",\"only\":false} up 0 (its down "
		"removes something else than its up put there)\n"
		"split_tunnel down 1 (its down removes something else than its up put there)\n"},
};

static const struct row nft_rows[] = {
	{"a table of one's own that masquerades and forwards",
		"P nft add table inet wg; nft add chain inet wg post '{ type nat hook postrouting "
		"priority 100 ; }'; nft add rule inet wg post oifname \"eth0\" masquerade; nft add "
		"chain inet wg fwd '{ type filter hook forward priority 0 ; }'; nft add rule inet "
		"wg fwd iifname \"%i\" accept\n"
		"D nft delete table inet wg",
		"nat {\"family\":4,\"out\":\"eth0\"} up 0 down 1\n"
		"nat {\"family\":6,\"out\":\"eth0\"} of 0\n"
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"of 0\n"},
	{"one command a line, backslashes",
		"P nft add table ip wg-nat\n"
		"P nft add chain ip wg-nat postrouting \\{ type nat hook postrouting priority "
		"srcnat\\; policy accept\\; \\}\n"
		"P nft add rule ip wg-nat postrouting oifname wlp2s0 ip saddr 10.10.0.0/24 counter "
		"masquerade\n"
		"D nft delete table ip wg-nat",
		"nat {\"family\":4,\"source\":\"10.10.0.0/24\",\"out\":\"wlp2s0\"} up 0,1,2 down "
		"3\n"},
	{"several statements in one text",
		"P nft 'add table ip6 t; add chain ip6 t c { type nat hook prerouting priority "
		"dstnat; }; add rule ip6 t c iifname eth0 tcp dport 80 dnat to [fd00:8::2]:8080 "
		"comment \"web; site\"'\n"
		"D nft delete table ip6 t",
		"dnat {\"in\":\"eth0\",\"proto\":\"tcp\",\"port\":80,\"to\":\"[fd00:8::2]:8080\"} "
		"up 0 down 1\n"},
	{"a kill switch",
		"p nft add table inet kill\n"
		"p nft add chain inet kill out '{ type filter hook output priority filter - 1; "
		"policy accept; }'\n"
		"P nft add rule inet kill out oifname != \\\"%i\\\" meta mark != $(wg show %i "
		"fwmark) fib daddr type != local counter reject with icmpx type admin-prohibited\n"
		"d nft delete table inet kill",
		KILL_ROW " up 0,1 down 3\n"
			 "kill_switch up 2 of 0\n"},
	{"a kill switch with an exception for the LAN",
		"P nft add table inet kill; nft add chain inet kill out '{ type filter hook output "
		"priority 0; }'; nft \"add rule inet kill out ip daddr != 192.168.0.0/16 oifname "
		"!= %i mark != $(wg show %i fwmark) fib daddr type != local drop\"\n"
		"D nft delete table inet kill",
		"kill_switch {\"lan\":[\"192.168.0.0/16\"],\"inbound\":[]} up 0 down 1 (covers "
		"IPv4 only; wf covers both)\n"},
	{"DNS, segment size, the way back",
		"P nft add table inet t; nft add chain inet t o '{ type filter hook output "
		"priority 0; }'; nft add rule inet t o oifname != %i udp dport 53 drop; nft add "
		"rule inet t o oifname != %i tcp dport 53 drop\n"
		"P nft add chain inet t f '{ type filter hook forward priority 0; }'; nft add rule "
		"inet t f oifname %i tcp flags syn tcp option maxseg size set rt mtu; nft add rule "
		"inet t f ct state established,related accept; nft insert rule inet t f iifname %i "
		"ct state { new, established } accept\n"
		"d nft delete table inet t",
		"dns_leak {\"gate\":true,\"mode\":\"tunnel\"} up 0,1 down 2\n"
		"mss_clamp {} of 0\n"
		"forwarding "
		"{\"in\":\"%i\",\"out\":\"\",\"both\":false,\"forward4\":false,\"forward6\":false} "
		"of 0\n"},
	{"no deletion of the table",
		"P nft add table ip t; nft add chain ip t c '{ type nat hook postrouting priority "
		"100; }'; nft add rule ip t c snat to 192.0.2.1",
		"nat {\"family\":4,\"to\":\"192.0.2.1\"} up 0 (an up without its down)\n"},
	{"one rule that is not understood: none is",
		"P nft add table ip t; nft add chain ip t c '{ type nat hook postrouting priority "
		"100; }'\n"
		"P nft add rule ip t c masquerade\n"
		"P nft add rule ip t c ip daddr 192.0.2.1 masquerade\n"
		"D nft delete table ip t",
		"raw_shell up 0\n"
		"raw_shell up 1\n"
		"raw_shell up 2\n"
		"raw_shell down 3\n"},
	{"a table without rules, a deletion without table",
		"P nft add table ip t\n"
		"D nft delete table ip u",
		"raw_shell up 0\n"
		"raw_shell down 1\n"},
	{"an exception in another table is none",
		"P nft add table ip k; nft add chain ip k o '{ type filter hook output priority 0; "
		"}'; nft add rule ip k o oifname != %i mark != $(wg show %i fwmark) drop\n"
		"P nft add table ip l; nft add chain ip l o '{ type filter hook output priority "
		"-1; }'; nft add rule ip l o ip daddr 10.0.0.0/8 accept",
		"raw_shell up 0\n"
		"raw_shell up 1\n"},
	{"an exception before it in the same chain",
		"P nft add table ip k; nft add chain ip k o '{ type filter hook output priority 0; "
		"}'; nft add rule ip k o ip daddr 10.0.0.0/8 accept; nft add rule ip k o oifname "
		"!= %i mark != $(wg show %i fwmark) drop\n"
		"D nft delete table ip k",
		"kill_switch {\"lan\":[\"10.0.0.0/8\"],\"inbound\":[]} up 0 down 1 (covers IPv4 "
		"only; wf covers both; refuses what the host sends to itself; wf does not)\n"},
	{"nor one in another chain",
		"P nft add table ip k; nft add chain ip k o '{ type filter hook output priority 0; "
		"}'; nft add chain ip k p '{ type filter hook output priority -1; }'; nft add rule "
		"ip k p ip daddr 10.0.0.0/8 accept; nft add rule ip k o oifname != %i mark != $(wg "
		"show %i fwmark) drop",
		"raw_shell up 0\n"},
	{"an exception of one of two refusals in different chains",
		"P nft add table ip k; nft add chain ip k o '{ type filter hook output priority 0; "
		"}'; nft add rule ip k o ip daddr 10.0.0.0/8 accept; nft add rule ip k o oifname "
		"!= %i mark != $(wg show %i fwmark) drop; iptables -I OUTPUT ! -o %i -m mark ! "
		"--mark $(wg show %i fwmark) -j DROP\n"
		"D nft delete table ip k; iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show %i "
		"fwmark) -j DROP",
		KILL_ROW
		" up 0 down 1 (covers IPv4 only; wf covers both; refuses what the host sends to "
		"itself; wf does not; its exception for local addresses never took effect)\n"},
};

static void test_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();

		is_str(recognised(a, rows[i].hooks), rows[i].expected, "%s", rows[i].what);
	}
}
#define TEST_ROWS(rows) test_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* What depends on the rest of the file. */
static void test_file(void)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct idiom_list l;
	struct conf c;

	hooks_from(a, "P iptables -I OUTPUT ! -o %i -m mark ! --mark 0x1 -j DROP", &c);
	is_str(recognised_in(a, &c), "raw_shell up 0\n", "a mark that is not the tunnel's");
	c.fwmark = 1;
	ok(strstr(recognised_in(a, &c), "kill_switch {"), "the mark that the file sets");

	hooks_from(a, "P iptables -I " KILL, &c);
	c.table = "off";
	ok(strstr(recognised_in(a, &c), "needs a mark that this configuration does not set"),
		"without routes of its own wg-quick sets no mark");

	hooks_from(a, "P ip rule add uidrange 1000-1001 table 1234", &c);
	is_str(recognised_in(a, &c), "raw_shell up 0\n", "a table of somebody else");
	c.table = "1234";
	ok(strstr(recognised_in(a, &c), "split_tunnel {\"uid\":\"1000-1001\",\"only\":true}"),
		"the tunnel's own table");

	hooks_from(a, "P iptables -A FORWARD -i wg0 -j ACCEPT", &c);
	idiom_recognise(a, &c, NULL, &l);
	is_str(l.items[0].policy.forward[0].in_ifname, "wg0", "a file without an interface's name");
	is_str(l.items[0].rationale, "lets packets be forwarded from wg0 to anywhere (iptables)",
		"what people are told");

	hooks_from(a, "", &c);
	idiom_recognise(a, &c, "wg0", &l);
	is_int(l.n_items, 0, "no hooks, no idioms");
}

int main(void)
{
	test_file();
	TEST_ROWS(kill_switch_rows);
	TEST_ROWS(dns_rows);
	TEST_ROWS(router_rows);
	TEST_ROWS(split_rows);
	TEST_ROWS(nft_rows);
	return done_testing();
}
