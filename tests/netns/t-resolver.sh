#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# service: systemd-resolved dbus-daemon openresolv resolvconf
# build: tests/unit/dns/tell
# The back-ends of the machine's resolver, told by hand, with the real programs: which one it is,
# what is set then, which servers are those from outside, and that all is as before afterwards.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/lib-resolver.sh"
rig_enter "$0" "$@"

machine client
machine openresolv
machine debian
for m in client openresolv debian; do
	# A "tunnel", as wf marks its links, and another one.
	on "$m" ip link add tun0 type veth peer name lan0
	on "$m" ip link set tun0 group 22342
	plug "$m" tun0 10.77.0.2/24
	plug "$m" lan0 192.168.7.2/24
	on "$m" sh -c 'echo nameserver 203.0.113.2 >/etc/resolv.conf'
done
lines() {
	tr '\n' ' ' | sed 's/ $//'
}
servers() {
	on "$CLIENT" sed -n 's/^nameserver //p' /etc/resolv.conf | lines
}

# --- nothing but a file

CLIENT=client
is "$(tell detect)" file 'a plain file is replaced'
on client strace -f -qq -e trace=openat,connect -o "$RIG/tmp/trace" \
	"$WF_BUILD/tests/unit/dns/tell" detect >/dev/null
unlike "$(cat "$RIG/tmp/trace")" 'libsystemd|connect' 'no bus is opened for that, nor its library'

# --- openresolv

CLIENT=openresolv
resolvconf_install openresolv openresolv
is "$(tell detect)" file 'openresolv is there, but the file is not of its making'
on openresolv sh -c 'printf "nameserver 203.0.113.2\nsearch lan.test\noptions rotate\n" |
	resolvconf -a lan0.dhcp'
before=$(conf_of openresolv)
is "$(tell detect)" resolvconf 'once it made the file it is told'
is "$(tell upstream)" 203.0.113.2 'the servers of the machine'
ok 'set' tell set resolvconf tun0 -a -s 10.64.0.1 -s fc00::1 -d corp.test -d '~lab.test'
is "$(servers)" '10.64.0.1 fc00::1' 'the only servers'
is "$(tell read resolvconf tun0 | lines)" \
	'resolvconf 10.64.0.1 fc00::1 domain corp.test domain ~lab.test all' 'read back as it was set'
is "$(tell read resolvconf lan0)" none 'what others recorded is not of wf'
is "$(tell upstream)" 203.0.113.2 'the servers from outside are still known'
on openresolv sh -c 'echo nameserver 203.0.113.9 | resolvconf -a lan0.dhcp'
is "$(servers)" '10.64.0.1 fc00::1' 'a renewal does not bring others in'
is "$(tell upstream)" 203.0.113.9 'but is seen'
on openresolv sh -c 'printf "nameserver 203.0.113.2\nsearch lan.test\noptions rotate\n" |
	resolvconf -a lan0.dhcp'
ok 'another server' tell set resolvconf tun0 -s 10.64.0.2 -d corp.test
is "$(servers)" '10.64.0.2' 'it takes the place of the first'
is "$(tell read resolvconf tun0 | lines)" 'resolvconf 10.64.0.2 domain corp.test' 'read back'
ok 'taken away' tell unset resolvconf tun0
is "$(conf_of openresolv)" "$before" 'as it was'
ok 'taken away again' tell unset resolvconf tun0
is "$(tell read resolvconf tun0)" none 'nothing is set'

# --- Debian's resolvconf

CLIENT=debian
resolvconf_install debian resolvconf
on debian sh -c 'mkdir -p /run/resolvconf/interface && resolvconf --enable-updates &&
	ln -sf /run/resolvconf/resolv.conf /etc/resolv.conf &&
	echo nameserver 203.0.113.2 | resolvconf -a lan0.dhcp'
is "$(servers)" 203.0.113.2 'it works'
before=$(conf_of debian)
is "$(tell detect)" file 'its link is replaced'
ok 'set' tell set file tun0 -a -s 10.64.0.1
is "$(servers)" 10.64.0.1 'the only server'
is "$(tell upstream)" 203.0.113.2 'the server from outside is still known'
ok 'taken away' tell unset file tun0
is "$(conf_of debian)" "$before" 'as it was'
ok 'set again' tell set file tun0 -a -s 10.64.0.1
on debian sh -c 'echo nameserver 203.0.113.9 | resolvconf -a lan0.dhcp 2>/dev/null'
is "$(servers)" 10.64.0.1 'a renewal does not bring others in'
is "$(tell upstream)" 203.0.113.9 'but is seen'
ok 'taken away' tell unset file tun0
is "$(servers)" 203.0.113.9 'the renewal is back'

# --- systemd-resolved

CLIENT=client
bus_start client
is "$(tell detect)" file 'a bus alone changes nothing'
resolved_start client
before=$(conf_of client)
is "$(tell detect)" resolved 'its stub is in use: it is told'
resolvectl dns lan0 203.0.113.2
ok 'set' tell set resolved tun0 -a -s 10.64.0.1 -s fc00::1 -d corp.test -d '~lab.test'
is "$(tell read resolved tun0 | lines)" \
	'resolved 10.64.0.1 fc00::1 domain corp.test domain ~lab.test all' 'read back as it was set'
like "$(resolvectl domain tun0)" ': ~\. corp\.test ~lab\.test$' 'it says the same'
like "$(resolvectl default-route tun0)" 'yes$' 'the link is for all names'
is "$(on client readlink /etc/resolv.conf)" ../run/systemd/resolve/stub-resolv.conf \
	'resolv.conf is not touched'
is "$(tell upstream)" 203.0.113.2 'the servers from outside, without those of the tunnel'
ok 'a split tunnel' tell set resolved tun0 -s 10.64.0.1 -d '~corp.test'
like "$(resolvectl domain tun0)" ': ~corp\.test$' 'only below its domain'
like "$(resolvectl default-route tun0)" 'no$' 'and no default'
resolvectl dnssec tun0 yes
ok 'set over it' tell set resolved tun0 -a -s 10.64.0.1
like "$(resolvectl dnssec tun0)" 'yes$' 'what the administrator set stays'
ok 'taken away' tell unset resolved tun0
is "$(tell read resolved tun0)" none 'nothing is set'
is "$(resolvectl dns tun0 | sed 's/.*: *//')" '' 'it says the same'
is "$(conf_of client)" "$before" 'resolv.conf is as it was'
ok 'taken away again' tell unset resolved tun0
ok 'a link that is gone' tell unset resolved nosuch
is "$(tell read resolved nosuch)" none 'has nothing set'
is_rc 5 'and nothing can be set' tell set resolved nosuch -a -s 10.64.0.1

# The bus answers for it, it does not.
kill -STOP "$BG_PID"
began=$(date +%s)
is_rc 1 'it hangs: an error' tell set resolved tun0 -a -s 10.64.0.1
like "$(cat "$T_TMP/stderr")" 'systemd-resolved did not answer in 5 s' 'that says so'
num $(($(date +%s) - began)) -le 8 'after a few seconds'
kill -CONT "$BG_PID"
end_bg "$BG_PID"
is "$(tell detect)" file 'it ended, and its link leads nowhere useful: that is replaced'
before=$(conf_of client)
is_rc 1 'who thought it was there gets an error' tell set resolved tun0 -a -s 10.64.0.1
ok 'but can take away what went with it' tell unset resolved tun0
ok 'set' tell set file tun0 -a -s 10.64.0.1
ok 'taken away' tell unset file tun0
is "$(conf_of client)" "$before" 'the link is back'
end_bg "$BUS_PID"
is "$(tell detect)" file 'no bus'
ok 'nothing to take away there' tell unset resolved tun0
t_done
