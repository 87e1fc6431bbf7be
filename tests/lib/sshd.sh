# SPDX-License-Identifier: GPL-2.0-or-later
# A real sshd on a machine of the rig, and a way to log in to it. Its files are unpacked, nothing of
# it is installed. Sourced after netns.sh; a test that uses it says "# service: openssh-server
# libwrap0". POSIX sh with "local".
# shellcheck shell=sh disable=SC3043

# sshd_on MACHINE: on port 22, for root with the key of the rig.
sshd_on() {
	local d="$RIG/sshd" root="$WF_SERVICES/openssh-server" lib
	lib=$(dirname "$(find "$WF_SERVICES/libwrap0" -name 'libwrap.so.0' | head -n 1)")
	mkdir -p "$d" && chmod 700 "$d"
	[ -e "$d/host" ] || ssh-keygen -q -t ed25519 -N '' -f "$d/host"
	[ -e "$d/user" ] || ssh-keygen -q -t ed25519 -N '' -f "$d/user"
	cat >"$d/config" <<-END
		Port 22
		HostKey $d/host
		AuthorizedKeysFile $d/user.pub
		PidFile none
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		PermitRootLogin yes
		SetEnv WF=$WF WF_LIBEXEC=$WF_LIBEXEC TMPDIR=/tmp
	END
	on "$1" sh -c 'mkdir -p /run/sshd && chmod 755 /run/sshd
		grep -q ^sshd: /etc/passwd || echo sshd:x:100:65534::/run/sshd:/usr/sbin/nologin >>/etc/passwd'
	bg "$1" env "LD_LIBRARY_PATH=$lib" "$root/usr/sbin/sshd" -D -e -f "$d/config"
	within 10 on "$1" busybox nc -z 127.0.0.1 22 || {
		diag <"$BG_LOG"
		bail "sshd does not start on $1"
	}
}

# ssh_from MACHINE ADDRESS COMMAND...: a login there; gives up when nothing is heard for 4 s.
ssh_from() {
	local from="$1" to="$2"
	shift 2
	on "$from" ssh -F none -i "$RIG/sshd/user" -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5 \
		-o ServerAliveInterval=2 -o ServerAliveCountMax=2 "root@$to" "$@"
}
