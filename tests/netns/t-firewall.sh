#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns
# seconds: 60
# The kill switch of a tunnel: what it stops and what not, what becomes of connections from before,
# what status says when others take the table away or change it, and that reload mends it. What
# strangers have is neither touched nor read.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-dns.sh"
rig_enter "$0" "$@"

rules=${FIREWALL_RULES:-20000}

provider_net 2
watch_wire
# Questions for endpoints may leave, by wf's own socket and for that alone.
count_add lookups 'ip daddr 203.0.113.2 udp dport 53'
import a 1
printf 's2.test A 198.18.2.2\n' >"$RIG/zone"
dns_start inet 203.0.113.2 "$RIG/zone"
import b 2 account=2 endpoint=s2.test:51820 allowed=10.99.0.2/32 dns=
dns_use client 203.0.113.2
ok 'the kill switch is turned on' wf set a kill-switch=on allow-lan=off -q
snapshot client "$RIG/before"

# clear: sends past the tunnel, by routes and by socket, and to the LAN.
clear() {
	on client ping -n -q -c 1 -W 1 -I eth0 203.0.113.2 >/dev/null 2>&1
	on client ping -n -q -c 1 -W 1 -I eth0 2001:db8:113::2 >/dev/null 2>&1
	on client ping -n -q -c 1 -W 1 -I 10.1.0.2 203.0.113.2 >/dev/null 2>&1
	on client busybox nslookup x.test 203.0.113.2 >/dev/null 2>&1
	on client ping -n -q -c 1 -W 1 10.1.0.1 >/dev/null 2>&1
}

firewall_of() {
	wf status a --json | jq -r ".firewall$1"
}

# --- before it is up ----------------------------------------------------------------------------

clear
num "$(leaks)" -ge 4 'without a tunnel all of that is seen on the wire'

# open_flow NAME MACHINE ADDRESS PORT: a connection of the client that waits for an answer.
open_flow() {
	on "$2" sh -c "ss -Hltn 'sport = :$4' | grep -q ." ||
		bg "$2" sh -c "while :; do sleep 1000 | busybox nc -l -p $4 >/dev/null; done"
	within 5 on "$2" sh -c "ss -Hltn 'sport = :$4' | grep -q ."
	bg client sh -c "sleep 1000 | busybox nc $3 $4"
	eval "flow_$1=$BG_PID"
	within 5 on client sh -c "ss -Htn 'dport = :$4' | grep -q ESTAB"
}

flow_stands() {
	on client ss -Htn "dport = :$1" | grep -q ESTAB
}

open_flow world inet 203.0.113.2 7001
open_flow world6 inet 2001:db8:113::2 7002
open_flow lan router 10.1.0.1 7003
ok 'a connection to the world stands' flow_stands 7001
ok 'one by IPv6' flow_stands 7002
ok 'one to the LAN' flow_stands 7003

# --- up -----------------------------------------------------------------------------------------

is_rc 0 'up' wf up a
unlike "$(cat "$T_TMP/stderr")" 'no kill switch' 'it does not say that there is none'
not_ok 'the connection to the world is ended' flow_stands 7001
not_ok 'the one by IPv6, too' flow_stands 7002
not_ok 'the one to the LAN, which is not allowed' flow_stands 7003
is "$(status_of a .kill_switch)" true 'status says that the kill switch is on'
is "$(status_of a .dns_gate)" true 'and the DNS gate'
is "$(firewall_of .present)" true 'the table is there'
is "$(firewall_of '.lan | length')" 0 'and lets nothing of the LAN by'
count_reset
clear
no_leak 'nothing past the tunnel, and nothing to the LAN'
is "$(seen_from 4)" s1 'IPv4 by way of the server'
is "$(seen_from 6)" s1 'IPv6 by way of the server'
no_leak 'nor beside that'
num "$(firewall_of .stopped.out)" -ge 2 'what was stopped is counted'
num "$(firewall_of .stopped.v6)" -ge 1 'of IPv6'
num "$(firewall_of .stopped.dns)" -ge 1 'questions for names'
like "$(wf status a)" 'kill switch on \([0-9]+ packets stopped\)' 'and told'
like "$(wf status a)" 'DNS gate on \([0-9]+ DNS packets? stopped\)' 'for names, too'
is_rc 0 'status --check is content' wf status a --check
is "$(jq -r '.tunnels[0].kill_switch' "$RIG/m/client/run/wf/"status*.json)" true \
	'the public summary says it'

# --- LAN ----------------------------------------------------------------------------------------

packets=$(firewall_of .stopped.out)
ok 'the LAN is allowed' wf set a allow-lan=on -q
wf reload a -q >/dev/null 2>&1
ok 'it answers' ping_ok client 10.1.0.1
num "$(firewall_of '.lan | length')" -ge 3 'status says which'
num "$(firewall_of .stopped.out)" -ge "$packets" 'the counters went on'
count_reset
on client ping -n -q -c 1 -W 1 -I eth0 203.0.113.2 >/dev/null 2>&1
on client ping -n -q -c 1 -W 1 -I eth0 2001:db8:113::2 >/dev/null 2>&1
no_leak 'the world is as closed as before'
ok 'the LAN is forbidden' wf set a allow-lan=off -q
wf reload a -q >/dev/null 2>&1
not_ok 'it does not answer' on client ping -n -q -c 1 -W 1 10.1.0.1

# --- a name is looked up while it stands --------------------------------------------------------

count_reset
: >"$RIG/dns.inet.log"
is_rc 0 'another tunnel, whose endpoint is a name, comes up' wf up b
like "$(dns_asked inet)" 's2\.test' 'the name was asked for outside'
num "$(counted lookups)" -ge 1 'directly'
count_reset
on client busybox nslookup other.test 203.0.113.2 >/dev/null 2>&1
is "$(counted lookups)" 0 'nobody else may ask there'
no_leak 'and nothing else left'
is_rc 0 'it goes' wf down b

# --- taken away by others -----------------------------------------------------------------------

on client nft flush ruleset
like "$(wf status a)" "firewall table is gone: 'wf reload [^']*a' puts it back" \
	'a flushed table is reported at once'
is "$(status_of a .kill_switch)" false 'the kill switch is not called on'
is "$(firewall_of .gone)" true 'the table is gone'
is_rc 3 'status --check is not content' wf status a --check
count_reset
on client ping -n -q -c 1 -W 1 203.0.113.2 >/dev/null 2>&1
on client ping -n -q -c 1 -W 1 -I 10.1.0.2 203.0.113.2 >/dev/null 2>&1
is "$(seen_from 4)" s1 'traffic still goes through the tunnel'
no_leak 'the routing layer holds'
is_rc 0 'reload' wf reload a
is "$(status_of a .kill_switch)" true 'puts it back'
is "$(status_of a '.drift | length')" 0 'nothing differs'
count_reset
clear
no_leak 'it holds again'

# --- changed by others --------------------------------------------------------------------------

# edited WHAT NFT-COMMAND
edited() {
	ok "others: $1" on client nft "$2"
	like "$(wf status a)" 'firewall table was changed by others' "$1: reported"
	is "$(firewall_of .changed_by_others)" true "$1: as JSON"
	is "$(status_of a .kill_switch)" false "$1: the kill switch is not called on"
	is_rc 0 "$1: reload" wf reload a
	is "$(firewall_of .present)" true "$1: mended"
	is "$(status_of a '.drift | length')" 0 "$1: nothing differs"
}

chain=$(on client nft -j list chains inet | jq -r \
	'[.nftables[] | select(.chain.table == "wf" and .chain.hook == "output" and .chain.type == "filter") | .chain.name][0]')
edited 'a rule that lets everything out' "insert rule inet wf $chain accept"
edited 'a policy' "chain inet wf $chain { policy accept; }"
edited 'a flushed chain' "flush chain inet wf $chain"
edited 'a set with a hole' 'add element inet wf tun { "eth0" }'
on client ip rule flush
on client ip rule add pref 32766 lookup main
num "$(status_of a '.drift | length')" -ge 1 'rules that are gone are reported'
count_reset
clear
no_leak 'without rules the firewall holds alone'
is_rc 0 'reload' wf reload a
is "$(status_of a '.drift | length')" 0 'puts them back'
is "$(seen_from 4)" s1 'and it carries traffic'
on client ip rule add pref 32767 lookup default

is "$(status_of a .dns.backend) $(status_of a .dns.applied)" 'file true' 'the resolver is set'
on client sh -c 'echo nameserver 203.0.113.2 >/etc/resolv.conf'
is "$(status_of a .dns.applied)" false 'one that others set is not called set'
like "$(wf status a)" 'the resolver \(file\) was changed by others' 'it is reported'
is_rc 0 'reload' wf reload a
is "$(status_of a .dns.applied)" true 'sets it again'
is "$(status_of a '.drift | length')" 0 'nothing differs'

# --- strangers ----------------------------------------------------------------------------------

# reads VERB...: "messages bytes" of all netlink answers.
reads() {
	on client env "WF_LIBEXEC=$WF_LIBEXEC" strace -qq -v -s 0 -e trace=recvmmsg,recvmsg,recvfrom \
		-o "$RIG/tmp/reads" "$WF" "$@" >/dev/null 2>&1
	awk '/EAGAIN/ { next }
		/^recvmmsg/ {
			messages += $NF
			while (match($0, /msg_len=[0-9]+/)) {
				bytes += substr($0, RSTART + 8, RLENGTH - 8)
				$0 = substr($0, RSTART + RLENGTH)
			}
			next
		}
		/ = [0-9]+$/ { messages++; bytes += $NF }
		END { print messages + 0, bytes + 0 }' "$RIG/tmp/reads"
}

round() {
	# Whoever commits anything makes wf look at its table again, in each round alike.
	on client nft 'add table inet passing; delete table inet passing'
	reads status
	reads down a
	reads up a --no-wait
	within 5 handshake client wf-a
}

round >"$RIG/warm"
round >"$RIG/small"
num "$(awk '{ n += $1 } END { print n }' "$RIG/small")" -ge 60 'something was read'
{
	echo 'table inet stranger { set many { type ipv4_addr; elements = {'
	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "10.%d.%d.%d,\n", i / 65536, i / 256 % 256, i % 256 }'
	echo '}; }'
	echo 'chain c {'
	awk -v n="$rules" 'BEGIN { for (i = 0; i < n; i++)
		printf "ip saddr 172.%d.%d.%d counter drop\n", 16 + i / 65536, i / 256 % 256, i % 256 }'
	echo '}; }'
} | on client nft -f -
theirs=$(on client nft -s list table inet stranger | cksum)
round >"$RIG/large"
diag "messages and bytes read by status, down, up: $(tr '\n' ';' <"$RIG/small") with $rules foreign rules: $(tr '\n' ';' <"$RIG/large")"
awk 'NR == FNR { messages[NR] = $1; bytes[NR] = $2; next }
	{ print ($1 <= messages[FNR] + 4) && ($2 <= bytes[FNR] + 4096) }' "$RIG/small" "$RIG/large" \
	>"$RIG/verdict"
is "$(tr '\n' ' ' <"$RIG/verdict")" '1 1 1 ' 'as much is read beside a large table of a stranger'
is "$(on client nft -s list table inet stranger | cksum)" "$theirs" 'which is as it was'
on client nft delete table inet stranger

# --- down ---------------------------------------------------------------------------------------

is_rc 0 'down' wf down a
is "$(seen_from 4)" client 'the world is open again'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace is left'

# --- LAN allowed from the start -----------------------------------------------------------------

ok 'the LAN is allowed' wf set a allow-lan=on -q
open_flow lan router 10.1.0.1 7003
is_rc 0 'up' wf up a
ok 'a connection to the LAN stays' flow_stands 7003
is_rc 0 'down' wf down a

# --- a bridge that gets a way out ---------------------------------------------------------------

if on client ip link add port0 type ifb 2>/dev/null; then
	on client sh -c 'ip link add br0 type bridge && ip link set br0 up && ip link set port0 up'
	is_rc 0 'up beside a bridge' wf up a
	is_rc 0 'status --check' wf status a --check
	on client ip link set port0 master br0
	is_rc 3 'it gets a port that leads out' wf status a --check
	like "$(wf status)" "bridge 'br0' leads out" 'status says so'
	ok 'reload' wf reload a
	is_rc 0 'sees to it' wf status a --check
	unlike "$(on client nft list set inet wf vbr)" br0 'it is checked from now on'
	is_rc 0 'down' wf down a
	on client sh -c 'ip link del br0; ip link del port0'
fi
t_done
