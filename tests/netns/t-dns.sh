#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# service: systemd-resolved dbus-daemon
# The resolver of the machine while tunnels come, change and go: names are asked for in the tunnel,
# and the resolv.conf of before is back byte for byte after `down`, after a kill and after a reboot.
# shellcheck disable=SC3043
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-dns.sh"
. "$(dirname "$0")/lib-resolver.sh"
rig_enter "$0" "$@"

# One key serves one sponsor on a device.
RIG_ACCOUNTS='1 2 3 4 5'
provider_net 2
cat >"$RIG/zone" <<-END
	name.test A 192.0.2.1
	host.corp A 192.0.2.2
	one.test A 198.18.1.2
END
dns_start inet 203.0.113.2 "$RIG/zone"
dns_start s1 10.64.0.1 "$RIG/zone"
dns_start s2 10.64.0.1 "$RIG/zone"
import a 1
import b 2 account=2
import keep 1 account=3 dns=
import split 2 account=4 'allowed=10.64.0.0/10' 'dns=10.64.0.1, corp'

# asks NAME: which machines are asked when the client looks up a name ("inet s1").
asks() {
	local m
	for m in inet s1 s2; do : >"$RIG/dns.$m.log"; done
	on client timeout 10 getent ahostsv4 "$1" >/dev/null || echo failed
	for m in inet s1 s2; do
		! grep -q " $1 " "$RIG/dns.$m.log" || echo "$m"
	done | tr '\n' ' ' | sed 's/ $//'
}
servers() {
	on client sed -n 's/^nameserver //p' /etc/resolv.conf | tr '\n' ' ' | sed 's/ $//'
}
# Nothing is listed any more.
nothing_kept() {
	is "$(on client ls -A /var/lib/wf/persist 2>/dev/null)" '' "$1"
}
# reboot: the kernel's state and /run are gone, the disk is not.
reboot() {
	local dev
	for dev in wf-a wf-b wf-split; do on client ip link del "$dev" 2>/dev/null; done
	on client sh -c 'for f in 4 6; do ip -$f rule | sed -n "s/^\(51[1-5][0-9]\):.*/\1/p" |
		while read -r p; do ip -$f rule del pref "$p"; done; done
		nft delete table inet wf 2>/dev/null; rm -rf /run/wf'
}

# --- a file

# file_kind NAME COMMAND: /etc/resolv.conf as the command makes it goes through everything.
file_kind() {
	local kind="$1" before
	on client sh -c "umount /etc/resolv.conf 2>/dev/null; rm -f /etc/resolv.conf
		echo nameserver 203.0.113.2 >/run/real; $2"
	before=$(conf_of client)
	is_rc 0 "$kind: up" wf up a
	is "$(servers)" 10.64.0.1 "$kind: the tunnel's server is the only one"
	is "$(asks name.test)" s1 "$kind: and is asked"
	is_rc 0 "$kind: reload" wf reload a
	like "$(cat "$T_TMP/stdout")" unchanged "$kind: changes nothing"
	is_rc 0 "$kind: another on top" wf up b
	is "$(asks name.test)" s2 "$kind: its server is asked"
	is_rc 0 "$kind: it goes" wf down b
	is "$(asks name.test)" s1 "$kind: the first one's is asked again"
	is_rc 0 "$kind: down" wf down a
	is "$(conf_of client)" "$before" "$kind: as it was"
	nothing_kept "$kind: nothing is kept"
	wf up a -q >"$RIG/tmp/up" 2>&1
	reboot
	is "$(servers)" 10.64.0.1 "$kind: the machine stopped while it was up"
	is_rc 0 "$kind: the boot unit" wf boot
	is "$(conf_of client)" "$before" "$kind: as it was"
	nothing_kept "$kind: nothing is kept"
	wf up a -q >"$RIG/tmp/up" 2>&1
	reboot
	is_rc 0 "$kind: stopped again; the next command, whatever it is" wf down --all
	is "$(conf_of client)" "$before" "$kind: as it was"
}
file_kind static 'printf "# mine\nsearch lan\nnameserver 203.0.113.2" >/etc/resolv.conf
	chmod 640 /etc/resolv.conf'
file_kind link 'ln -s ../run/real /etc/resolv.conf'
file_kind 'dangling link' 'ln -s /run/nowhere /etc/resolv.conf'
file_kind mounted ': >/etc/resolv.conf; mount --bind /run/real /etc/resolv.conf'
on client umount /etc/resolv.conf

on client sh -c 'echo nameserver 203.0.113.2 >/etc/resolv.conf'
before=$(conf_of client)
is_rc 0 'a tunnel without DNS servers' wf up keep
is "$(conf_of client)" "$before" 'leaves it alone'
is_rc 0 'down' wf down keep

import named 1 account=5 endpoint=one.test:51820
is_rc 0 'up' wf up a
is "$(on client sh -c 'grep -c . /etc/resolv.conf')" 4 'replaced'
on client sh -c 'echo nameserver 203.0.113.9 >/etc/resolv.conf'
like "$(status_of a '.drift | join("\n")')" 'resolver' 'a DHCP client rewrote it: status says so'
is_rc 0 'reload' wf reload a
is "$(asks name.test)" s1 'puts it right'
is_rc 0 'down' wf down a
is "$(servers)" 203.0.113.9 'and the newer file is the one that is back'
nothing_kept 'nothing is kept'

# --- systemd-resolved

bus_start client
resolved_start client
resolvectl dns eth0 203.0.113.2
resolvectl domain eth0 '~.'
resolvectl llmnr eth0 no
before=$(conf_of client)
is "$(asks name.test)" inet 'resolved asks the server of the link'
is_rc 0 'up' wf up a
like "$(resolvectl dns wf-a)" ': 10\.64\.0\.1$' 'the link has its server'
like "$(resolvectl domain wf-a)" ': ~\.$' 'for all names'
resolvectl domain eth0 ''
is "$(asks name.test)" s1 'which is asked, through the stub'
: >"$RIG/dns.inet.log"
is_rc 0 'one by name on top' wf_env WG_ENDPOINT_RESOLUTION_RETRIES=0 up named
like "$(dns_asked inet)" 'one\.test' 'its endpoint is asked for outside, with the servers of eth0'
is_rc 0 'down' wf down named
is_rc 0 'reload' wf reload a
like "$(cat "$T_TMP/stdout")" unchanged 'changes nothing'
resolvectl revert wf-a
like "$(status_of a '.drift | join("\n")')" 'resolver' 'somebody reverted it: status says so'
is_rc 0 'reload' wf reload a
is "$(asks name.test)" s1 'puts it right'
is_rc 0 'down' wf down a
resolvectl flush-caches
is "$(asks name.test)" inet 'the link of before is asked again'
is_rc 0 'a split tunnel' wf up split
like "$(resolvectl domain wf-split)" ': corp$' 'is for its domain'
is "$(asks host.corp)" s2 'which is asked for there'
resolvectl flush-caches
is "$(asks name.test)" inet 'and nothing else'
is_rc 0 'down' wf down split
is "$(on client readlink /etc/resolv.conf)" ../run/systemd/resolve/stub-resolv.conf \
	'resolv.conf was not touched'
nothing_kept 'nothing is kept'
kill -STOP "$BG_PID"
is_rc 1 'it hangs: up fails' wf up a
like "$(cat "$T_TMP/stderr")" 'systemd-resolved did not answer' 'and says why'
kill -CONT "$BG_PID"
not_ok 'nothing is left of it' on client ip link show wf-a
t_done
