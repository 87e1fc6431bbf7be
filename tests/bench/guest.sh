#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: tests/bench/floor tests/bench/table tests/bench/time ldconfig
# The part of tests/bench/run that needs a kernel with WireGuard: brings the same dual-stack full
# tunnel up and down by wf, by wg-quick and by the floor, the latter also with kill switch and DNS.
# No peer answers, and nobody waits for one. Prints what `time` prints, with the group it belongs to
# in front.
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
bench=$WF_BUILD/tests/bench
key account | base64 -d >private
pub server | base64 -d >public

# The lines that mean the kill switch, as wg-quick(8) has them.
# shellcheck disable=SC2016
rule='! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype ! --dst-type LOCAL -j REJECT'
kill_switch="PostUp = iptables -I OUTPUT $rule && ip6tables -I OUTPUT $rule
PreDown = iptables -D OUTPUT $rule && ip6tables -D OUTPUT $rule"

# conf [LINE]...: with these lines in [Interface]
conf() {
	cat <<-END
		[Interface]
		PrivateKey = $(key account)
		Address = 10.64.1.2/32, fc00:bbbb:bbbb:bb01::1:102/128
	END
	printf '%s\n' "$@"
	cat <<-END
		[Peer]
		PublicKey = $(pub server)
		AllowedIPs = 0.0.0.0/0, ::/0
		Endpoint = 198.51.100.7:51820
	END
}

# record NAME: what wf asks of the firewall for NAME.conf, as files for the floor.
record() {
	mkdir -p "$1.d"
	cp "$1.conf" "$1.d/bench.conf"
	on client "$WF" up "$1.d/bench.conf" --no-wait || bail "$1 does not come up"
	# shellcheck disable=SC2016
	on client sh -c 'cat /run/wf/[0-9]*/record.json' >record || bail "$1: no record"
	on client cat /etc/resolv.conf >"$1.resolv"
	on client "$WF" down bench || bail "$1 does not go down"
	"$bench/table" record "$1.make" "$1.remove" || bail "$1: no firewall"
}

# group NAME ROUNDS LABEL COMMAND... [-- LABEL COMMAND...]
group() {
	group=$1
	shift
	on client "$bench/time" "$@" >result || bail "$group: no figures"
	sed "s/^/figure\t$group\t/" result
}

conf >open.conf
conf 'DNS = 10.64.0.1' "$kill_switch" >guarded.conf
record open
record guarded
on client sh -c 'echo "nameserver 192.0.2.2" >/etc/resolv.conf'

group floor 15 \
	wf-up "$WF" up open.d/bench.conf --no-wait -- \
	wf-down "$WF" down bench -- \
	peer-up "$bench/floor" up bench private public 198.51.100.7 51820 open.make -- \
	peer-down "$bench/floor" down bench open.remove
group floor-guarded 15 \
	wf-up "$WF" up guarded.d/bench.conf --no-wait -- \
	wf-down "$WF" down bench -- \
	peer-up "$bench/floor" up bench private public 198.51.100.7 51820 guarded.make guarded.resolv -- \
	peer-down "$bench/floor" down bench guarded.remove guarded.resolv
group wg-quick 5 \
	wf-up "$WF" up open.d/bench.conf --no-wait -- wf-down "$WF" down bench -- \
	peer-up wg-quick up open.d/bench.conf -- peer-down wg-quick down open.d/bench.conf
group start 25 wf "$WF" version -- peer /bin/true
pass 'measured'
t_done
