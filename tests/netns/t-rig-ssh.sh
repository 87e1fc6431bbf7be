#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# service: openssh-server
# The rig's logins: from another machine, as root and as a user, through sudo and inside tmux, and
# that the connection's tuple is what the login says it is.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/netns.sh"
. "$(dirname "$0")/lib-ssh.sh"
rig_enter "$0" "$@"

provider_net 0
sshd_start client
ssh_user client alice
is "$(ssh_to inet root@10.1.0.2 id -un)" root 'root logs in'
is "$(ssh_to inet alice@2001:db8:c::2 id -un)" alice 'a user logs in, by IPv6'
is "$(ssh_to inet alice@10.1.0.2 sudo -n id -un)" root 'who becomes root by sudo'
# shellcheck disable=SC2016
like "$(ssh_to inet alice@10.1.0.2 'echo $SSH_CONNECTION')" '^203\.0\.113\.2 [0-9]+ 10\.1\.0\.2 22$' \
	'the login knows its connection'
is "$(ssh_to inet alice@10.1.0.2 'sudo -n env | grep -c ^SSH_CONNECTION')" 0 'which sudo drops'
is "$(ssh_to inet root@10.1.0.2 'ls /var/lib/wf 2>/dev/null; readlink /proc/self/ns/net')" \
	"$(on client readlink /proc/self/ns/net)" 'the login is on that machine'
# A session of tmux outlives the login that started it and is no child of sshd.
ssh_to inet alice@10.1.0.2 "tmux -L rig -f /dev/null new-session -d 'sleep 60'" || diag 'no tmux'
is "$(ssh_to inet alice@10.1.0.2 'tmux -L rig list-sessions | wc -l')" 1 'tmux keeps a session'
ssh_to inet alice@10.1.0.2 tmux -L rig kill-server
t_done
