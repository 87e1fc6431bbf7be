# SPDX-License-Identifier: GPL-2.0-or-later
# Name servers on the machines of the rig, with a record of who asked for what (tests/lib/dnsd.py).
# Sourced after netns.sh.
# shellcheck shell=sh disable=SC3043

DNS_LIB=$(cd "$(dirname "$0")/../lib" && pwd)

# dns_start MACHINE ADDRESS ZONE-FILE: answers on port 53 of an address it has; questions are in
# $RIG/dns.MACHINE.log, see dnsd.py. The zone may be changed at any time.
dns_start() {
	: >"$RIG/dns.$1.log"
	bg "$1" python3 "$DNS_LIB/dnsd.py" "$2" "$3" "$RIG/dns.$1.log"
	within 10 on "$1" sh -c "ss -Hlun 'sport = :53' | grep -qF '$2'" || {
		diag <"$BG_LOG"
		bail "the name server does not start on $1"
	}
}

# dns_use MACHINE ADDRESS...: what its resolv.conf says.
dns_use() {
	local name="$1" a
	shift
	for a; do echo "nameserver $a"; done | on "$name" sh -c 'cat >/etc/resolv.conf'
}

# dns_asked MACHINE: the questions so far, one per line, without the asker's address.
dns_asked() {
	cut -d' ' -f1,2,4- "$RIG/dns.$1.log"
}
