#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hooks of real files: what an import makes of them, that generate gives back every byte in its
# place, and what happens when the file comes again.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

# with_hooks FILE: a provider's file with the hook lines of standard input among its other lines.
with_hooks() {
	{
		printf '[Interface]\nPrivateKey = %s\nAddress = 10.64.1.2/32\n' "$PRIVATE"
		cat
		printf '\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\nEndpoint = 192.0.2.5:51820\n' "$PEER"
	} >"$1"
}

# rows FILTER: of the rows of the configuration Vpn.
rows() {
	json "[.patterns[] | $1] | join(\" \")" show vpn
}

# whole NAME PATTERNS: imports standard input as hooks; the rows' patterns, and the bytes.
whole() {
	fresh
	with_hooks "$T_TMP/wg0.conf"
	is_rc 0 "$1: import" wf import "$T_TMP/wg0.conf" --sponsor Vpn
	is "$(rows '.pattern + (if .enabled then "" else "-" end)')" "$2" "$1: its rows"
	wf generate vpn >"$T_TMP/again.conf"
	same_file "$T_TMP/again.conf" "$T_TMP/wg0.conf" "$1: byte for byte"
}

whole "wg-quick(8)'s kill switch" kill_switch <<'END'
PostUp = iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT && ip6tables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT
PreDown = iptables -D OUTPUT ! -o %i -m mark ! --mark $(wg show  %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT && ip6tables -D OUTPUT ! -o %i -m mark ! --mark $(wg show  %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT
END
like "$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)" 'hooks +2 as before' 'the same again is as before'
is "$(json '.settings["kill-switch"]' set vpn)" on 'and the kill switch is on'
like "$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)" 'interface .* kill switch on' 'import says that it is'
like "$(wf show vpn)" 'nothing leaves but through the tunnel' 'and show what it holds'
wf set vpn kill-switch=off >/dev/null
is "$(rows '.pattern + (if .enabled then "" else "-" end) + .from')" 'kill_switch-file kill_switch-set' \
	'what is set has a row of its own'
wf generate vpn >"$T_TMP/again.conf"
same_file "$T_TMP/again.conf" "$T_TMP/wg0.conf" "the file's bytes stay"
printf '\n' >>"$T_TMP/wg0.conf"
sed -i 's/^PreDown.*/&  ; true/' "$T_TMP/wg0.conf"
like "$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)" 'hooks: 2 → 2' 'other hooks'
is "$(json '.settings["kill-switch"]' set vpn)" off 'do not turn on what was set off'

fresh
with_hooks "$T_TMP/wg0.conf" <<'END'
PostUp = iptables -I OUTPUT ! -o wg0 -m mark ! --mark $(wg show wg0 fwmark) -m addrtype ! --dst-type LOCAL -j REJECT
PreDown = iptables -D OUTPUT ! -o wg0 -m mark ! --mark $(wg show wg0 fwmark) -m addrtype ! --dst-type LOCAL -j REJECT
END
like "$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)" \
	'hooks +1 known kill switch became the native one; 0 held back' "the interface by the file's name"

with_hooks "$T_TMP/wg0.conf" </dev/null
like "$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)" 'kill switch went with the old hooks: it is OFF' \
	'a file that has it no more turns it off, and that is said'
like "$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)" 'interface .* kill switch off' 'again, when it is told what is'
is "$(json '.settings["kill-switch"]' set vpn)" off 'off'

whole 'a server at home' 'forwarding nat' <<'END'
PostUp = iptables -A FORWARD -i %i -j ACCEPT; iptables -A FORWARD -o %i -j ACCEPT; iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
PostDown = iptables -D FORWARD -i %i -j ACCEPT; iptables -D FORWARD -o %i -j ACCEPT; iptables -t nat -D POSTROUTING -o eth0 -j MASQUERADE
END

whole 'other order, both phases, a sysctl' 'mss_clamp forwarding raw_shell-' <<'END'
PostDown = iptables -t mangle -D FORWARD -o %i -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
PreUp = sysctl -w net.ipv4.ip_forward=1
PostUp = echo "it's \"up\"" >> /tmp/log # a remark
PostUp = iptables -t mangle -A FORWARD -o %i -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
END

whole 'DNS by resolvectl' dns_leak <<'END'
PostUp = resolvectl dns %i 10.64.0.1; resolvectl domain %i "~."
PreDown = resolvectl revert %i
END

whole 'commands of their own' 'raw_shell- raw_shell-' <<'END'
PostUp = /usr/local/bin/notify up %i
PreDown = /usr/local/bin/notify down %i
END

# Bytes that are not UTF-8, a hook with a key, a hook between other lines.
fresh
{
	printf '[Interface]\nPostUp = printf "\377\300" >/dev/null\nPrivateKey = %s\n' "$PRIVATE"
	printf '# remark\nPreUp = wg set %%i private-key <(echo %s)\nAddress = 10.64.1.2/32\n' "$PRIVATE2"
	printf 'PostUp = true\n\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\n' "$PEER"
	printf 'Endpoint = 192.0.2.5:51820\n'
} >"$T_TMP/odd.conf"
is_rc 0 'odd bytes: import' wf import "$T_TMP/odd.conf" --sponsor Vpn
wf generate vpn >"$T_TMP/again.conf"
same_file "$T_TMP/again.conf" "$T_TMP/odd.conf" 'odd bytes: back again'
unlike "$(wf show vpn; wf show vpn --json; sqlite3 "$WF_DB" .dump)" "$PRIVATE2" 'a key in a hook is in no output and sealed'
like "$(wf show vpn)" 'PreUp +wg set .*\(key\)' 'but what stands around it is shown'
ok 'and all of it when asked' sh -c '"$0" show vpn --show-secrets | grep -qF "$1"' "$WF" "$PRIVATE2"

# A flaw is told, with the line.
fresh
with_hooks "$T_TMP/wg0.conf" <<'END'
PostUp = iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
END
out=$(wf import "$T_TMP/wg0.conf" --sponsor Vpn)
like "$out" 'wg0.conf:4:1: hooks: .*without its down' 'an up without its down'
is "$(wf import "$T_TMP/wg0.conf" --sponsor Other --peer phone --not-deployed --json 2>/dev/null |
	jq -c '[.configs[0] | .hooks, .held_back, .patterns[0].pattern]')" '[1,0,"nat"]' 'JSON'

# An older row: commands as plain texts, one each.
fresh
with_hooks "$T_TMP/wg0.conf" <<'END'
PostUp = first
PreDown = second
PostUp = third
END
wf import "$T_TMP/wg0.conf" --sponsor Vpn >/dev/null
sqlite3 "$WF_DB" "DELETE FROM command_pair;
INSERT INTO command_pair(extramural_config_id, pattern_name, up_phase, up_commands, down_phase, down_commands, execution_order)
VALUES (1, 'raw_shell', NULL, NULL, 'pre', '[\"second\"]', 1), (1, 'raw_shell', 'post', '[\"third\"]', NULL, NULL, 2),
(1, 'raw_shell', 'post', '[\"first\"]', NULL, NULL, 0)"
wf generate vpn >"$T_TMP/again.conf"
same_file "$T_TMP/again.conf" "$T_TMP/wg0.conf" 'rows in their plain form'

t_done
