#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tiers: netns vm
# What wf reads does not grow with what others have: a table with very many routes, an interface with
# very many peers. Counted are the netlink messages and bytes that up, status and down receive.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
rig_enter "$0" "$@"

routes=${SCALE_ROUTES:-50000}
peers=${SCALE_PEERS:-2000}

provider_net 1
import a 1

# reads VERB...: "messages bytes" of all netlink answers. How often the device is asked while waiting
# depends on the server's speed, so up does not wait here.
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
	reads up a --no-wait
	within 5 handshake client wf-a
	reads status
	reads down a
}

round >"$RIG/warm"
round >"$RIG/small"
is "$(wc -l <"$RIG/small")" 3 'counted for three verbs'
num "$(awk '{ n += $1 } END { print n }' "$RIG/small")" -ge 20 'something was read'

on client ip link add foreign type veth
on client ip link set foreign up
on client ip addr add 172.31.0.1/24 dev foreign
# In parts: the kernel frees what it outgrew only when it has a moment's rest.
n=0
while [ "$n" -lt "$routes" ]; do
	seq "$((n + 1))" "$((n + 50000 < routes ? n + 50000 : routes))" | awk '{
		printf "route add 20.%d.%d.%d/32 dev foreign table 77\n", \
			$1 / 65536, $1 / 256 % 256, $1 % 256 }' | on client ip -batch -
	n=$((n + 50000))
	[ "$n" -ge "$routes" ] || sleep 1
done
is "$(on client ip route show table 77 | wc -l)" "$routes" "$routes foreign routes"
wg_add client wgforeign
awk -v n="$peers" 'BEGIN { for (i = 0; i < n; i++)
	printf "[Peer]\nPublicKey = %s%06dAAAAAAAAAAAAAAA=\nAllowedIPs = 30.%d.%d.%d/32\n", \
		"AAAAAAAAAAAAAAAAAAAAAA", i, i / 65536, i / 256 % 256, i % 256 }' >"$RIG/tmp/peers"
on client wg setconf wgforeign "$RIG/tmp/peers"
is "$(on client wg show wgforeign peers | wc -l)" "$peers" "$peers foreign peers"
on client ip addr add 172.31.1.1/24 dev wgforeign
# The two new links are read once as local networks; that is two answers, not two thousand.
round >"$RIG/large"
diag "messages and bytes read by up, status, down: $(tr '\n' ';' <"$RIG/small") with the foreign ones: $(tr '\n' ';' <"$RIG/large")"
awk 'NR == FNR { messages[NR] = $1; bytes[NR] = $2; next }
	{ print ($1 <= messages[FNR] + 4) && ($2 <= bytes[FNR] + 4096) }' "$RIG/small" "$RIG/large" \
	>"$RIG/verdict"
is "$(sed -n 1p "$RIG/verdict")" 1 'up reads as much as before'
is "$(sed -n 2p "$RIG/verdict")" 1 'status reads as much as before'
is "$(sed -n 3p "$RIG/verdict")" 1 'down reads as much as before'
t_done
