#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns
# wf generate --portable: the file under the real wg-quick does what is set, and leaks nothing from
# the first line of up to the last line of down.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

provider_net 2
watch_wire
quick=$RIG/tmp/quick0.conf
wg_quick() {
	on client wg-quick "$1" "$quick"
}
# portable KEY=VALUE...: the file with these settings.
# shellcheck disable=SC2120
portable() {
	wf set a kill-switch=off allow-lan=off allow-in=off dns-leak=off split=off dns=tunnel "$@" -q >/dev/null &&
		wf generate a --portable --output "$quick" -q
}
import a 1 dns=
snapshot client "$RIG/before"

# Packets in clear all the time, in both families, to a place inside no tunnel.
# shellcheck disable=SC2016
stream() {
	bg client sh -c 'while :; do
		ping -n -q -c 20 -i 0.01 -W 1 203.0.113.2; ping -n -6 -q -c 20 -i 0.01 -W 1 2001:db8:113::2
		busybox nslookup leak.example 203.0.113.2; done'
}

portable
unlike "$(cat "$quick")" 'PreUp|nft' 'nothing is set, nothing is added'
is "$(stat -c %a "$quick")" 600 'for nobody else to read'

is_rc 0 'the kill switch' portable kill-switch=on
like "$(grep -n 'Pre\|Post' "$quick" | head -n 1)" "PreUp = nft '" 'the firewall comes first'
like "$(grep 'Pre\|Post' "$quick" | tail -n 1)" '^PostDown = nft delete table inet wf-%i$' 'and goes last'
is_rc 0 'wg-quick up' wg_quick up
ok 'a handshake' within 10 ping_ok client 10.64.0.1
is "$(seen_from 4) $(seen_from 6)" 's1 s1' 'traffic goes through it'
count_reset
stream
pid=$BG_PID
on client ip link set quick0 down
sleep 1
no_leak 'the link is down: nothing in clear'
num "$(counted cipher)" -ge 0 'the counters count'
on client ip link set quick0 up
end_bg "$pid"
is_rc 0 'wg-quick down' wg_quick down
is "$(on client nft list tables | grep -c wf)" 0 'the table is gone'
is "$(seen_from 4)" client 'and the net is open'

# The last line of down is what opens: without it nothing leaks from down to up and back.
sed -i '/^PostDown = nft delete/d' "$quick"
wg_quick up >/dev/null 2>&1
count_reset
stream
pid=$BG_PID
for _ in 1 2; do
	wg_quick down >/dev/null 2>&1
	sleep 0.3
	wg_quick up >/dev/null 2>&1
	sleep 0.3
done
end_bg "$pid"
no_leak 'down and up, twice: nothing in clear'
ok 'the tunnel works after it' within 10 ping_ok client 10.64.0.1
wg_quick down >/dev/null 2>&1
stream
pid=$BG_PID
sleep 0.5
end_bg "$pid"
no_leak 'down without the last line stays closed'
on client nft delete table inet wf-quick0
on client ping -n -q -c 1 -W 2 203.0.113.2 >/dev/null
num "$(leaks)" -gt 0 'and the wire would have shown it'

# Exceptions, LAN, DNS.
is_rc 0 'an exception' portable kill-switch=on split=user:1234,203.0.113.0/24 allow-lan=10.1.0.0/16
is_rc 0 'wg-quick up' wg_quick up
ok 'a handshake' within 10 ping_ok client 10.64.0.1
ok 'the LAN answers' ping_ok client 10.1.0.1
is "$(on client ip rule | grep -c '^513[56]:')" 4 'rules for what stays outside'
is_rc 0 'wg-quick down' wg_quick down
is "$(on client ip rule | grep -c '^513[56]:')" 0 'are gone'
# An up that fails half way can be tried again.
sed -i 's/^PrivateKey.*/&\nPostUp = test -e \/run\/try/' "$quick"
not_ok 'an up that fails' wg_quick up
is "$(seen_from 4)" nothing 'stays closed'
on client touch /run/try
is_rc 0 'the next one works' wg_quick up
is_rc 0 'wg-quick down' wg_quick down
is "$(seen_from 4)" client 'and the net is open'

# What cannot be.
provider_conf 2 account=2 endpoint=vpn.example:51820 >"$RIG/tmp/name.conf"
wf import "$RIG/tmp/name.conf" --sponsor name -q >/dev/null
wf set name kill-switch=on -q >/dev/null
is_rc 9 'an endpoint by name behind the kill switch' wf generate name --portable
like "$(cat "$T_TMP/stderr")" "'vpn.example' is a name" 'is refused with the reason'
wf set name kill-switch=off -q >/dev/null
is_rc 0 'without it a name is fine' wf generate name --portable
wf set a kill-switch=off split=only:user:7 -q >/dev/null
is_rc 9 'a tunnel for some alone' wf generate a --portable

t_done
