# SPDX-License-Identifier: GPL-2.0-or-later
# Logins over SSH between the machines of the rig: a real sshd, unpacked and never installed, with
# keys of its own and none of the host's. A test that uses this says "# service: openssh-server".
# Sourced after netns.sh.
# shellcheck shell=sh disable=SC3043

SSH_DIR=$RIG/ssh

# sshd_start MACHINE [PORT]: listens on every address there; its number is in BG_PID.
sshd_start() {
	local root="${WF_SERVICES:-}/openssh-server" arch port="${2:-22}"
	[ -x "$root/usr/sbin/sshd" ] || bail 'there is no sshd; run this by tests/run'
	arch=$(basename "$(dirname "$(find "$root/usr/lib" -name 'libwrap.so*' | head -n 1)")")
	mkdir -p "$SSH_DIR"
	[ -e "$SSH_DIR/host" ] || ssh-keygen -q -t ed25519 -N '' -f "$SSH_DIR/host"
	[ -e "$SSH_DIR/user" ] || ssh-keygen -q -t ed25519 -N '' -f "$SSH_DIR/user"
	cp "$SSH_DIR/user.pub" "$SSH_DIR/authorized_keys"
	cat >"$SSH_DIR/config.$port" <<-END
		Port $port
		HostKey $SSH_DIR/host
		AuthorizedKeysFile $SSH_DIR/authorized_keys
		PidFile none
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		PermitRootLogin yes
		AcceptEnv LANG
		Subsystem sftp internal-sftp
	END
	# The user that sshd gives its unprivileged half, in the machine's own /etc.
	on "$1" sh -c 'mkdir -p /run/sshd && grep -q ^sshd: /etc/passwd ||
		echo "sshd:x:74:65534::/run/sshd:/usr/sbin/nologin" >>/etc/passwd' ||
		bail "cannot prepare $1 for sshd"
	bg "$1" env "LD_LIBRARY_PATH=$root/usr/lib/$arch:$root/lib/$arch" \
		"$root/usr/sbin/sshd" -D -e -f "$SSH_DIR/config.$port"
	within 10 on "$1" sh -c "ss -Hltn 'sport = :$port' | grep -q ." || {
		diag <"$BG_LOG"
		bail "sshd does not start on $1"
	}
}

# ssh_user MACHINE NAME: an ordinary user there, who may become root by sudo without a password.
ssh_user() {
	mkdir -p "$RIG/home/$2"
	# shellcheck disable=SC2016
	on "$1" sh -c 'set -e
		id=$((2000 + $(grep -c . /etc/passwd)))
		echo "$1:x:$id:$id::$2:/bin/sh" >>/etc/passwd
		echo "$1:x:$id:" >>/etc/group
		echo "$1:*:19000:0:99999:7:::" >>/etc/shadow
		chown "$id:$id" "$2"
		[ ! -d /etc/sudoers.d ] || {
			echo "$1 ALL=(ALL:ALL) NOPASSWD: ALL" >"/etc/sudoers.d/wf-$1"
			chmod 440 "/etc/sudoers.d/wf-$1"
		}' sh "$2" "$RIG/home/$2" || bail "cannot make the user $2 on $1"
}

# ssh_to MACHINE USER@ADDRESS CMD...: logs in from MACHINE and runs a command there. SSH_OPTS holds
# further options, such as -tt.
SSH_OPTS=
ssh_to() {
	local from="$1"
	shift
	# shellcheck disable=SC2086
	on "$from" ssh -F none -i "$SSH_DIR/user" -o BatchMode=yes -o ConnectTimeout=5 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-o IdentitiesOnly=yes $SSH_OPTS "$@"
}
