#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# service: openssh-server
# The SSH connections of this machine are never cut: not when `up` is typed in the login itself, nor
# through sudo, nor in tmux, where no variable and no ancestor tells of it.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/../lib/wf.sh"
. "$(dirname "$0")/lib-ssh.sh"
rig_enter "$0" "$@"

provider_net 1
sshd_start client
import a 1
snapshot client "$RIG/before"

# The login comes from the other side of the world: its answers take the default route, which is
# what a full tunnel takes over.
SSH_OPTS='-o ServerAliveInterval=2 -o ServerAliveCountMax=2'
login() {
	ssh_to inet "root@$1" "WF='$WF' WF_LIBEXEC='$WF_LIBEXEC'; export WF_LIBEXEC; $2" \
		>"$RIG/tmp/login" 2>&1
	cat "$RIG/tmp/login"
}
rules() {
	on client ip "-$1" rule show | grep -c '^5115:'
}

# The kill switch stops the way back of everything else from outside.
for switch in off on; do
	ok "kill switch $switch" wf set a "kill-switch=$switch" -q
	for to in 10.1.0.2 2001:db8:c::2; do
		out=$(login "$to" '$WF up a; echo "rc=$?"; sleep 1; echo alive')
		like "$out" '^rc=0' "$switch, $to: up in a login"
		like "$out" '^alive' "$switch, $to: the login lives on"
		like "$out" 'your SSH connection from .* stays outside the tunnel' \
			"$switch, $to: and is told"
		[ $switch = off ] || unlike "$(login "$to" 'echo in')" '^in' \
			"$switch, $to: nobody else comes in"
		ok "$switch, $to: down" wf down a
	done
done
ok 'kill switch off' wf set a kill-switch=off -q

out=$(login 10.1.0.2 'sudo -n env -i WF_LIBEXEC="$WF_LIBEXEC" "$WF" up a; echo "rc=$?"; sleep 1; echo alive')
like "$out" '^rc=0' 'through sudo, without any variable: up'
like "$out" '^alive' 'through sudo: the login lives on'
ok 'down' wf down a

# A second login must live on as well when the command is typed in a tmux that no sshd started.
(ssh_to inet root@10.1.0.2 'for i in 1 2 3 4 5 6 7 8; do sleep 1; done; echo survived' \
	>"$RIG/tmp/second" 2>&1) &
second=$!
within 5 on client sh -c 'ss -tn state established | grep -q ":22 "'
on client env -u SSH_CONNECTION tmux -L wf -f /dev/null new-session -d \
	"env WF_LIBEXEC='$WF_LIBEXEC' '$WF' up a >'$RIG/tmp/tmux' 2>&1; sleep 20"
within 10 grep -q 'connected to' "$RIG/tmp/tmux"
like "$(cat "$RIG/tmp/tmux")" 'connected to' 'up in tmux'
is "$(rules 4)" 1 'one rule for the one connection'
like "$(on client ip rule show)" '^5115:.*to 203.0.113.2 ipproto tcp sport 22 dport [0-9]+ lookup main' \
	'the exact tuple'
wait "$second"
like "$(cat "$RIG/tmp/second")" '^survived' 'the second login lived on'
on client tmux -L wf kill-server
is "$(seen_from 4)" s1 'everything else goes through the tunnel'
ok 'down' wf down a

# A login that comes through a tunnel itself.
provider_conf 1 account=2 allowed=10.64.0.0/24 >"$RIG/tmp/split.conf"
is_rc 0 'a split tunnel' wf up "$RIG/tmp/split.conf"
out=$(ssh_to s1 root@10.64.2.2 "WF='$WF' WF_LIBEXEC='$WF_LIBEXEC'; export WF_LIBEXEC
	\$WF reload '$RIG/tmp/split.conf'; \$WF up a 2>&1; sleep 1; \$WF reload a; sleep 1; echo alive")
like "$out" '^split  unchanged' 'through a tunnel: reload of that tunnel changes nothing'
like "$out" 'your SSH connection from 10.64.0.1 stays in the tunnel it comes' 'up of another one: is told'
like "$out" '^a  unchanged' 'reload of that one changes nothing'
like "$out" '^alive' 'the login lives on'
ok 'down' wf down --all

is_rc 0 'without a login: up' wf up a
is "$(rules 4) $(rules 6)" '0 0' 'no rule without a connection'
ok 'down' wf down a
out=$(login 10.1.0.2 '$WF up a --no-keep-ssh; echo "rc=$?"; echo alive')
like "$out" '^rc=6' '--no-keep-ssh alone is refused'
like "$out" 'E_LOSE_SSH' 'as E_LOSE_SSH'
like "$out" '^alive' 'and nothing happened'
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace'
out=$(login 10.1.0.2 '$WF up a --no-keep-ssh --confirm=lose-ssh; echo alive')
unlike "$out" '^alive' 'confirmed, the login is lost'
is "$(rules 4)" 0 'there is no rule'
ok 'down' wf down a
snapshot client "$RIG/after"
same_state "$RIG/before" "$RIG/after" 'no trace'
t_done
