#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rig's name servers: every kind of answer they can give, as the C library sees it.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/lib-dns.sh"
rig_enter "$0" "$@"

provider_net 0
cat >"$RIG/zone" <<-END
	one.test A 198.18.1.2
	one.test AAAA 2001:db8:1::2
	alias.test CNAME one.test
	bad.test !servfail
	long.test !truncate
	long.test A 198.18.9.9
	mute.test !silent
END
dns_start inet 203.0.113.2 "$RIG/zone"
dns_use client 203.0.113.2
addresses() {
	on client getent ahosts "$1" | awk '{ print $1 }' | sort -u | tr '\n' ' '
}
is "$(addresses one.test)" '198.18.1.2 2001:db8:1::2 ' 'both families of a name'
is "$(addresses alias.test)" '198.18.1.2 2001:db8:1::2 ' 'through an alias'
is "$(addresses none.test)" '' 'a name that is not there'
is "$(addresses bad.test)" '' 'a server that fails'
is "$(addresses long.test)" '198.18.9.9 ' 'an answer that needs TCP'
like "$(dns_asked inet)" '^4 tcp long\.test A$' 'and the record says so'
echo 'two.test A 198.18.2.2' >>"$RIG/zone"
is "$(addresses two.test)" '198.18.2.2 ' 'the zone may change meanwhile'
not_ok 'a name nobody answers for' on client timeout 1 getent hosts mute.test
like "$(cat "$RIG/dns.inet.log")" '^4 udp 10\.1\.0\.2 mute\.test ' 'was asked for by the client'
t_done
