#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Endpoints by name: asked for outside every tunnel, by the resolvers the machine had before, also
# while a tunnel that is dead holds the default. A lookup in progress keeps nobody else waiting.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-dns.sh"
rig_enter "$0" "$@"

# One key serves one sponsor on a device.
RIG_ACCOUNTS='1 2 3 4 5'
provider_net 2
cat >"$RIG/zone" <<-END
	one.test A 198.18.1.2
	one.test AAAA 2001:db8:1::2
	two.test A 198.18.2.2
	bad.test !servfail
	mute.test !silent
END
dns_start inet 203.0.113.2 "$RIG/zone"
dns_use client 203.0.113.2
watch_wire
count_add asked 'ip daddr 203.0.113.2 udp dport 53'
import named 1 account=1 endpoint=one.test:51820
import second 2 account=2 endpoint=two.test:51820
import dead 1 account=3 endpoint=198.18.1.2:9
snapshot client "$RIG/before"

is_rc 0 'an endpoint by name' wf up named
like "$(dns_asked inet)" '^4 udp one\.test A$' 'the name server was asked'
is "$(seen_from 4)" s1 'traffic flows'
is_rc 0 'down' wf down named

on client sh -c 'echo 198.18.1.2 hosts.test >>/etc/hosts'
import hosts 1 account=4 endpoint=hosts.test:51820
is_rc 0 'a name that /etc/hosts has' wf up hosts
unlike "$(dns_asked inet)" 'hosts\.test' 'nobody else is asked'
is_rc 0 'down' wf down hosts

is_rc 7 'a dead tunnel takes the default' wf up dead --wait 1
count_reset
is "$(seen_from 4)" nothing 'nothing gets through'
is_rc 0 'a second one by name' wf up second
num "$(counted asked)" -ge 1 'its lookup went past the dead one'
is "$(seen_from 4)" s2 'and traffic flows through it'
is_rc 0 'down' wf down --all

: >"$RIG/dns.inet.log"
import bad 1 account=5 endpoint=bad.test:51820
bg client env WG_ENDPOINT_RESOLUTION_RETRIES=infinity "WF_LIBEXEC=$WF_LIBEXEC" "$WF" up bad
up=$BG_PID
within 5 grep -q 'bad\.test' "$RIG/dns.inet.log"
is_rc 0 'while a name is asked for again and again another tunnel comes up' wf up second
is_rc 0 'and goes' wf down second
within 10 sh -c "[ \"\$(grep -c 'bad.test' '$RIG/dns.inet.log')\" -ge 4 ]"
num "$(grep -c 'bad\.test' "$RIG/dns.inet.log")" -ge 4 'it is tried again, as wg does'
end_bg "$up" INT
is_rc 7 'no retry' wf_env WG_ENDPOINT_RESOLUTION_RETRIES=0 up bad
like "$(cat "$T_TMP/stderr")" "bad\.test.*\[E_RESOLVE\]" 'named in the error'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace of any of it'
t_done
