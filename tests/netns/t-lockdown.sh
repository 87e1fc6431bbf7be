#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# service: openssh-server
# The lockdown: nothing leaves but through tunnels, with and without one, after a boot, and with its
# files damaged; and it always opens: without database, with a damaged record, by a word of the kernel.
# shellcheck disable=SC3043
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-ssh.sh"
. "$(dirname "$0")/lib-boot.sh"
rig_enter "$0" "$@"

provider_net 1
watch_wire
boot_machine client
import a 1
snapshot client "$RIG/before"
rules=$(booted ip rule; booted ip -6 rule)

# tries: what a program may send, none of which may be seen. Nothing waits for an answer.
tries() {
	local a
	for a in 203.0.113.2 2001:db8:113::2; do
		booted busybox ping -c 1 -W 1 "$a" &
		booted timeout 1 busybox nc -w 1 "$a" 80 </dev/null &
		booted python3 -c 'import socket, sys
a = sys.argv[1]
for port in (9, 53, 443, 51820):
	s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_DGRAM)
	try: s.sendto(b"x", (a, port))
	except OSError: pass' "$a" &
	done >/dev/null 2>&1
	sleep 1
}
closed() {
	count_reset
	tries
	no_leak "$1: nothing leaves"
	is "$(seen_from 4 "$BOOTED")" nothing "$1: IPv4 is closed"
	is "$(seen_from 6 "$BOOTED")" nothing "$1: IPv6 is closed"
}
opened() {
	is "$(seen_from 4 "$BOOTED")" client "$1: IPv4 is open"
	is "$(seen_from 6 "$BOOTED")" client "$1: IPv6 is open"
	is "$(booted nft list tables)" '' "$1: no table is left"
}
lockdown_is() {
	wf lockdown status --json | jq -r "$1"
}

# --- on and off ---------------------------------------------------------------------------------

count_reset
tries
num "$(leaks)" -ge 10 'without it, all of that leaves'
is_rc 3 'status --check: off' wf lockdown status --check
like "$(cat "$T_TMP/stdout")" '^lockdown off' 'and says so'
is_rc 0 'the plan' wf lockdown on -n
like "$(cat "$T_TMP/stdout")" . 'has something in it'
opened 'after -n'
is_rc 0 'on' wf lockdown on
like "$(cat "$T_TMP/stdout")" 'lockdown on: nothing leaves but through tunnels' 'it says so'
like "$(cat "$T_TMP/stderr")" "wf lockdown off.*wf.open=1" 'and how it is released'
closed 'on'
start=$(date +%s)
booted busybox nc -w 20 203.0.113.2 80 </dev/null >/dev/null 2>&1
booted busybox nc -w 20 2001:db8:113::2 80 </dev/null >/dev/null 2>&1
num $(($(date +%s) - start)) -le 3 'connections fail at once, not by timeout'
ok 'lo works' booted busybox ping -c 1 -W 1 127.0.0.1
is_rc 0 'status --check: on' wf lockdown status --check
like "$(cat "$T_TMP/stdout")" 'lockdown on since' 'and says so'
is_rc 0 'plain wf lockdown is the status' wf lockdown
is "$(lockdown_is '.on, .in_force, .lasting')" "$(printf 'true\ntrue\ntrue')" 'and as JSON'
num "$(lockdown_is '[.stopped[]] | add')" -gt 0 'what was stopped was counted'
is "$(booted stat -c %a /var/lib/wf/lockdown.nftb /var/lib/wf/persist/lockdown.json | uniq)" 600 \
	'its files are private'
is_rc 0 'on again' wf lockdown on
closed 'on again'
is_rc 0 'off' wf lockdown off
opened 'off'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'off: no trace is left'
not_ok 'off: no file is left' booted ls /var/lib/wf/lockdown.nftb
not_ok 'off: nor the other one' booted ls /var/lib/wf/persist/lockdown.json
is_rc 0 'off again' wf lockdown off
like "$(cat "$T_TMP/stderr")" 'off already' 'says that it is'

# --- what may stay open -------------------------------------------------------------------------

ok 'the LAN stays' wf lockdown on --allow lan
ok 'its router answers' ping_ok client 10.1.0.1
closed 'the LAN stays'
is_rc 0 'one range and a port' wf lockdown on --allow 10.1.0.0/24,tcp/8080
like "$(cat "$T_TMP/stdout")" 'open: 10.1.0.0/24, tcp/8080' 'it says which'
ok 'the range answers' ping_ok client 10.1.0.1
bg client busybox httpd -f -p '[::]:8080' -h "$RIG/www"
bg client busybox httpd -f -p '[::]:8081' -h "$RIG/www"
within 5 on client sh -c 'ss -Hltn "sport = :8081" | grep -q .'
ok 'the port answers from the world' \
	on inet timeout 5 busybox wget -q -O - http://10.1.0.2:8080/cgi-bin/who
not_ok 'another port does not' \
	on inet timeout 2 busybox wget -q -O - http://10.1.0.2:8081/cgi-bin/who
ok 'another range' wf lockdown on --allow 192.168.0.0/16
not_ok 'closes the first' booted busybox ping -c 1 -W 1 10.1.0.1
is_rc 1 'no range of the world' wf lockdown on --allow 203.0.113.0/24
is_rc 2 'no such word' wf lockdown on --allow everything
is_rc 2 'options of on' wf lockdown off --allow lan
ok 'off' wf lockdown off

# --- with tunnels -------------------------------------------------------------------------------

ok 'on' wf lockdown on
count_reset
is_rc 0 'a tunnel comes up under it' wf up a
like "$(cat "$T_TMP/stdout")" 'connected to' 'and connects'
is "$(seen_from 4)" s1 'IPv4 goes through it'
is "$(seen_from 6)" s1 'IPv6 goes through it'
no_leak 'nothing beside it'
like "$(wf status)" 'lockdown on' 'wf status says so, too'
is "$(wf status --json | jq -r '.tunnels | map(.title) | join(" ")')" a \
	'the lockdown is no tunnel'
ok 'down --all' wf down --all
closed 'the tunnel is down'
is "$(lockdown_is '.on, .in_force')" "$(printf 'true\ntrue')" 'the lockdown is no tunnel for down'
ok 'up' wf up a
ok 'off while it is up' wf lockdown off
is "$(seen_from 4)" s1 'the tunnel stays'
ok 'its kill switch' wf set a kill-switch=on
ok 'on' wf lockdown on
ok 'off' wf lockdown off
like "$(booted nft list tables)" 'inet wf' 'the table stays for the kill switch'
is "$(seen_from 4)" s1 'the tunnel stays'
booted ip link set wf-a down
closed 'the kill switch holds'
ok 'down' wf down a
opened 'down'
ok 'no kill switch' wf set a kill-switch=off

# --- the boot -----------------------------------------------------------------------------------

# boot_as NAME: the machine starts anew from the disk of client; what the loader says in $T_TMP.
last=client
boot_as() {
	reboot_as "$1" client
	[ -z "${CMDLINE:-}" ] || {
		echo "$CMDLINE" >"$RIG/tmp/cmdline"
		booted mount --bind "$RIG/tmp/cmdline" /proc/cmdline
	}
	is_rc 0 "$1: the loader" wf lockdown load
	# The cable is moved.
	on "$last" ip link del eth0
	to_router "$1" 10.1.0 2001:db8:c client
	last=$1
}
disk() {
	BOOTED=client booted "$@"
}

ok 'on' wf lockdown on --allow 10.1.0.0/24
boot_as again
like "$(cat "$T_TMP/stderr")" 'LOCKDOWN: nothing leaves this machine' 'it tells whoever looks on'
like "$(cat "$T_TMP/stderr")" "'wf lockdown off' opens; so does wf.open=1" 'and how to get out'
closed 'after a boot'
ok 'what was allowed is' ping_ok again 10.1.0.1
is "$(lockdown_is '.on, .in_force')" "$(printf 'true\ntrue')" 'the table is known for what it is'
count_reset
ok 'a tunnel comes up' wf up a
is "$(seen_from 4 again)" s1 'and carries'
no_leak 'nothing beside it'
ok 'down' wf down a
closed 'after the tunnel'
ok 'off' wf lockdown off
opened 'off after a boot'

disk sh -c 'cp /var/lib/wf/lockdown.nftb /var/lib/wf/persist/lockdown.json /run'
disk sh -c 'printf X | dd of=/var/lib/wf/lockdown.nftb bs=1 seek=900 conv=notrunc 2>/dev/null'
boot_as flipped
like "$(cat "$T_TMP/stderr")" 'damaged' 'a changed byte is seen'
closed 'a changed byte'
ok 'what was allowed still is' ping_ok flipped 10.1.0.1

disk sh -c 'head -c 300 /run/lockdown.nftb >/var/lib/wf/lockdown.nftb'
disk sh -c 'head -c 30 /run/lockdown.json >/var/lib/wf/persist/lockdown.json'
boot_as torn
like "$(cat "$T_TMP/stderr")" 'cannot be read, so nothing is' 'both torn: it says so'
closed 'both files torn'
not_ok 'nothing at all is allowed' booted busybox ping -c 1 -W 1 10.1.0.1
ok 'a tunnel can come up all the same' wf up a
is "$(seen_from 4 torn)" s1 'and carries'
ok 'down' wf down a
closed 'torn, after the tunnel'
ok 'off' wf lockdown off
opened 'torn: off'

disk sh -c 'cp /run/lockdown.nftb /var/lib/wf/; cp /run/lockdown.json /var/lib/wf/persist/'
CMDLINE='root=/dev/vda1 wf.open=1 quiet' boot_as told
like "$(cat "$T_TMP/stderr")" 'wf.open=1: the lockdown does not close this boot' 'the word of the kernel'
opened 'wf.open=1'
like "$(wf lockdown status)" 'the next one is closed' 'status tells'
ok 'a tunnel' wf up a
ok 'that goes' wf down a
opened 'wf.open=1 and a tunnel later'
CMDLINE='wf.open=10 xwf.open=1' boot_as not-told
closed 'another word'

disk rm /var/lib/wf/lockdown.nftb
boot_as half
closed 'the compiled file is gone'
disk rm /var/lib/wf/persist/lockdown.json
boot_as free
opened 'no file'

# --- never stuck --------------------------------------------------------------------------------

ok 'on' wf lockdown on
booted mv /var/lib/wf/wf.db /var/lib/wf/away
is_rc 0 'off without a database' wf lockdown off
opened 'no database'
not_ok 'it made none' booted ls /var/lib/wf/wf.db
booted mv /var/lib/wf/away /var/lib/wf/wf.db
ok 'on' wf lockdown on
booted sh -c 'for f in /run/wf/*/record.json; do echo "{" >"$f"; done'
is_rc 0 'off with a damaged record' wf lockdown off
like "$(cat "$T_TMP/stderr")" 'all of wf.s firewall is taken away' 'it says what that means'
opened 'damaged record'
booted sh -c 'rm /run/wf/*/record.json'
ok 'on' wf lockdown on
booted sh -c 'rm /run/wf/*/record.json'
closed 'the record is gone'
ok 'off' wf lockdown off
opened 'the record was gone'
# What a tunnel left, without any record of it, is a machine without a way out.
ok 'a tunnel' wf up a
booted sh -c 'rm /run/wf/*/record.json'
booted ip link del wf-a
is "$(seen_from 4 "$BOOTED") $(seen_from 6 "$BOOTED")" 'nothing nothing' 'link and record are gone: closed'
like "$(wf status)" "rules of a tunnel that no record names; 'wf lockdown off'" 'status says why'
is_rc 3 'and --check' wf status --check
is_rc 0 'off' wf lockdown off
like "$(cat "$T_TMP/stderr")" 'rules of a tunnel' 'it says what it took away'
opened 'routes without a record'
is "$(booted ip rule; booted ip -6 rule)" "$rules" 'no rule is left'
unlike "$(wf status)" 'no record names' 'status has nothing to say'
ok 'a tunnel' wf up a
booted sh -c 'for f in /run/wf/*/record.json; do echo "{" >"$f"; done'
is_rc 1 'its record is damaged' wf down --all
like "$(cat "$T_TMP/stderr")" "'wf lockdown off' opens" 'the way out is told'
is_rc 0 'off' wf lockdown off
opened 'a tunnel with a damaged record'
is "$(booted ip rule; booted ip -6 rule)" "$rules" 'no rule is left'
booted sh -c 'rm /run/wf/*/record.json; ip link del wf-a'
ok 'a tunnel again' wf up a
ok 'its kill switch' wf set a kill-switch=on
is_rc 0 'off leaves a tunnel alone' wf lockdown off
is "$(seen_from 4 "$BOOTED") $(seen_from 6 "$BOOTED")" 's1 s1' 'with its rules'
ok 'down' wf down a
ok 'no kill switch' wf set a kill-switch=off
opened 'the tunnel is down'
ok 'on' wf lockdown on
booted nft add table inet other
booted nft flush ruleset
is "$(lockdown_is .in_force)" false 'a flushed table is seen'
is_rc 3 'by --check, too' wf lockdown status --check
ok 'on mends it' wf lockdown on
closed 'mended'
booted nft insert rule inet wf egress_local accept
is "$(lockdown_is .in_force)" false 'an edited table is seen'
ok 'on mends it' wf lockdown on
closed 'mended again'
ok 'off' wf lockdown off
opened 'off in the end'

# --- the unit -----------------------------------------------------------------------------------

unit=/etc/systemd/system/sysinit.target.wants/wf-lockdown.service
is_rc 0 'without systemd' wf lockdown on
like "$(cat "$T_TMP/stderr")" 'after a reboot nothing closes' 'it warns'
booted mkdir -p /run/systemd/system /etc/systemd/system
is_rc 0 'without the unit' wf lockdown on
like "$(cat "$T_TMP/stderr")" "'wf-lockdown.service' is not installed" 'it warns'
make -s -C "$WF_BUILD" contrib/systemd/wf-lockdown.service >/dev/null
booted cp "$WF_BUILD/contrib/systemd/wf-lockdown.service" /etc/systemd/system/
is_rc 0 'with it' wf lockdown on
unlike "$(cat "$T_TMP/stderr")" 'reboot' 'there is nothing to warn of'
ok 'the unit is enabled' booted test -e "$unit"
is "$(lockdown_is .unit)" enabled 'status knows'
ok 'off' wf lockdown off
not_ok 'the unit is not any more' booted test -L "$unit"

# --- a namespace that is not the boot's, and SSH ------------------------------------------------

BOOTED=client
on free ip link del eth0
on router ip link del client 2>/dev/null
to_router client 10.1.0 2001:db8:c client
on client rm -f /var/lib/wf/lockdown.nftb /var/lib/wf/persist/lockdown.json
on client sh -c 'rm -rf /run/wf/*'
on client nft flush ruleset
is_rc 0 'on in another namespace' on client "$WF" lockdown on
like "$(cat "$T_TMP/stderr")" 'ends with it' 'it says how long'
not_ok 'no file is written' on client ls /var/lib/wf/lockdown.nftb
closed 'another namespace'
ok 'off' on client "$WF" lockdown off
opened 'another namespace'

sshd_start client
SSH_OPTS='-o ServerAliveInterval=1 -o ServerAliveCountMax=2'
login() {
	ssh_to inet root@10.1.0.2 "WF='$WF'; $1" 2>&1
}
out=$(login '$WF lockdown on; echo "rc=$?"')
like "$out" '^rc=6' 'in a login: refused'
like "$out" 'E_LOSE_SSH' 'by its name'
like "$out" '--allow ssh' 'with what to do'
opened 'refused'
out=$(login '$WF lockdown on -n --confirm=lose-ssh >/dev/null; echo "rc=$?"')
like "$out" '^rc=0' 'confirmed'
out=$(login '$WF lockdown on --allow ssh; echo "rc=$?"; sleep 2; echo alive')
like "$out" '^rc=0' 'ssh may stay: done'
like "$out" '^alive' 'the login lives on'
closed 'with ssh'
out=$(login 'echo in; $WF lockdown on; echo "rc=$?"')
like "$out" '^in' 'a new login works'
like "$out" '^rc=6' 'and is not locked out by mistake'
out=$(login '$WF lockdown off; echo "rc=$?"')
like "$out" '^rc=0' 'off in a login'
opened 'at last'
t_done
