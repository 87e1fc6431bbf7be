#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: tests/bench/time tests/bench/floor ldconfig
# The part of tests/bench/run that needs a kernel with WireGuard: brings the same dual-stack full
# tunnel up and down by wf, by wg-quick and by the floor. No peer answers, and nobody waits for one.
# Prints what `time` prints, with the group it belongs to in front.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
rig_enter "$0" "$@"
# As on any installed system: without it the loader tries a dozen directories for each library.
ldconfig
machine client
ip link add eth0 netns client type dummy
plug client eth0 192.0.2.1/24 2001:db8::1/64 via 192.0.2.2 via 2001:db8::2
cd "$RIG/tmp" || bail 'there is no place for files'
umask 077
key account | base64 -d >private
pub server | base64 -d >public
cat >bench.conf <<END
[Interface]
PrivateKey = $(key account)
Address = 10.64.1.2/32, fc00:bbbb:bbbb:bb01::1:102/128

[Peer]
PublicKey = $(pub server)
AllowedIPs = 0.0.0.0/0, ::/0
Endpoint = 198.51.100.7:51820
END

bench=$WF_BUILD/tests/bench
group() {
	group=$1
	shift
	on client "$bench/time" "$@" >result || bail "$group: no figures"
	sed "s/^/figure\t$group\t/" result
}
group floor 15 wf-up "$WF" up bench.conf --no-wait -- wf-down "$WF" down bench -- \
	peer-up "$bench/floor" up bench private public 198.51.100.7 51820 -- \
	peer-down "$bench/floor" down bench
group wg-quick 5 wf-up "$WF" up bench.conf --no-wait -- wf-down "$WF" down bench -- \
	peer-up wg-quick up ./bench.conf -- peer-down wg-quick down ./bench.conf
group start 25 wf "$WF" version -- peer /bin/true
pass 'measured'
t_done
