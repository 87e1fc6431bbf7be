#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# wf verify finds what leaks, on the interface where it does, and nothing where nothing can.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 1
watch_wire
import a 1
on client sh -c 'echo nameserver 203.0.113.2 >/etc/resolv.conf'

# verdicts FILTER: of the last verify --json, as "VERDICT INTERFACE" with their number.
verify() {
	wf verify "$@" --json >"$RIG/tmp/verify" 2>"$RIG/tmp/verify.err"
}
verdicts() {
	jq -r ".cases[] | select(${1:-true}) | .verdict + \" \" + (.interface // \"-\")" "$RIG/tmp/verify" |
		sort | uniq -c | sed 's/^ *//'
}
number() {
	jq -r ".$1" "$RIG/tmp/verify"
}

# --- nothing protects ---------------------------------------------------------------------------

is_rc 3 'nothing protects' wf verify
like "$(cat "$T_TMP/stdout")" '^what protects: nothing' 'it says so'
like "$(cat "$T_TMP/stdout")" 'IPv4 plain .*udp tcp icmp dns/udp dns/tcp quic .*LEAKED on eth0' 'IPv4 leaks'
like "$(cat "$T_TMP/stdout")" 'IPv6 plain .*udp tcp icmp dns/udp dns/tcp quic .*LEAKED on eth0' 'IPv6 leaks'
like "$(cat "$T_TMP/stdout")" 'to 203.0.113.2 .*LEAKED on eth0' 'the resolver is asked'
like "$(cat "$T_TMP/stderr")" 'not tried:.*AF_PACKET' 'it says what it does not try'
count_reset
verify
is "$(verdicts)" '62 leaked eth0' 'every single one leaks, and where'
num "$(leaks)" -ge 62 'the router has seen them'
num "$(number ms)" -lt 5000 'in less than five seconds'
is "$(jq -r '[.cases[].how] | unique | join(" ")' "$RIG/tmp/verify")" \
	'device mark plain resolver source user' 'in every way'
is_rc 0 'what would be tried' wf verify -n
is "$(wc -l <"$T_TMP/stdout")" 62 'one line each'
is "$(wf verify -v | grep -c LEAKED)" 62 '-v: one line each'
is_rc 5 'a tunnel that is not up' wf verify a

# --- a tunnel without a kill switch -------------------------------------------------------------

ok 'up' wf up a
verify a
is "$(verdicts '.how == "plain" and .kind == "udp"')" '2 tunnel wf-a' 'plain: in the tunnel'
is "$(verdicts '.how == "user" and .kind == "tcp"')" '2 tunnel wf-a' 'another user: in the tunnel'
num "$(number leaked)" -gt 0 'bound to the interface it gets out'
like "$(verdicts '.how == "device" and .family == 4')" 'leaked eth0' 'by IPv4'

# --- with one -----------------------------------------------------------------------------------

ok 'kill switch' wf set a kill-switch=on
count_reset
is_rc 0 'nothing gets out' wf verify a
like "$(cat "$T_TMP/stdout")" 'the routes of a and a kill switch' 'it says what protects'
like "$(cat "$T_TMP/stdout")" '0 got out' 'and that nothing got out'
no_leak 'the router agrees'
verify a
is "$(number leaked)" 0 'as JSON'
is "$(number kill_switch)" true 'with what protects'
is "$(verdicts '.how == "device" or .how == "mark" or .how == "resolver"')" '26 stopped -' \
	'past the tunnel: stopped'
is "$(verdicts '.how == "plain" and .kind == "quic"')" '2 tunnel wf-a' 'the rest is in the tunnel'
is "$(number untested)" 0 'nothing was left out'

# --- what somebody broke is found ---------------------------------------------------------------

on client nft delete table inet wf
is_rc 3 'the table is gone' wf verify a
like "$(cat "$T_TMP/stdout")" 'not as wf made it' 'it says that it is'
like "$(cat "$T_TMP/stdout")" 'bound to eth0 .*LEAKED on eth0' 'and what leaks'
ok 'reload' wf reload a
is_rc 0 'nothing gets out again' wf verify a
on client ip rule flush
on client ip rule add lookup main
on client ip rule add lookup local priority 0
verify a
is "$(number leaked)" 0 'without rules the firewall holds alone'
on client nft insert rule inet wf egress_local oifname eth0 ip daddr 192.0.2.0/24 accept
on client nft insert rule inet wf final_guard oifname eth0 ip daddr 192.0.2.0/24 accept
verify a
like "$(verdicts '.how == "plain" and .family == 4')" 'leaked eth0' 'a hole is found'
is "$(verdicts '.family == 6 and .verdict == "leaked"')" '' 'and where there is none, none'
ok 'down' wf down a
is "$(seen_from 4)" client 'open again'

# --- the lockdown, without a tunnel -------------------------------------------------------------

ok 'lockdown' wf lockdown on
count_reset
is_rc 0 'nothing gets out' wf verify
like "$(cat "$T_TMP/stdout")" '^what protects: the lockdown$' 'it says what protects'
no_leak 'the router agrees'
verify
is "$(verdicts)" '62 stopped -' 'each is stopped'
on client ip link set eth0 down
verify
is "$(number leaked)" 0 'without the interface'
num "$(number untested)" -gt 0 'what could not be tested is told'
on client ip link set eth0 up
ok 'off' wf lockdown off

# What nothing could have left by tells nothing.
plug client eth0 2001:db8:c::2/64 via 10.1.0.1 via 2001:db8:c::1
verify
is "$(number leaked)" 62 'open again'
on client ip neigh flush dev eth0
on router nft 'add table netdev deaf; add chain netdev deaf in {
	type filter hook ingress device "client" priority 0; policy drop; }'
verify
is "$(number stopped)" 0 'a gateway that does not answer has stopped nothing'
like "$(jq -r '.cases[].reason' "$RIG/tmp/verify")" '^10.1.0.1 does not answer' 'it is told which'
on router nft delete table netdev deaf
on router ip link set client down
within 5 on client sh -c 'ip -o link show eth0 | grep -q NO-CARRIER'
verify
is "$(number stopped)" 0 'nor has a cable that is not plugged in'
on router ip link set client up

# Who answers for a public address on the wire gets what is bound to the interface.
on client ip route flush default
verify
like "$(verdicts '.how == "device" and .family == 4')" 'leaked eth0' 'a question for its address is a leak'
t_done
