# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that manage a machine's resolver: the real ones, unpacked and never installed. A test that
# uses one says "# service: systemd-resolved dbus-daemon", "# service: openresolv" and so on.
# Sourced after netns.sh.
# shellcheck shell=sh disable=SC3043

# What tests/unit/dns/tell.c says on the machine that CLIENT names.
tell() {
	on "${CLIENT:-client}" "$WF_BUILD/tests/unit/dns/tell" "$@"
}

# conf_of MACHINE: all of its resolv.conf that has to come back after a tunnel, one text.
conf_of() {
	on "$1" sh -c 'stat -c "%F %a %u:%g" /etc/resolv.conf; readlink /etc/resolv.conf
		od -An -c /etc/resolv.conf' 2>&1
}

# resolver_root PACKAGE: where it was unpacked.
resolver_root() {
	[ -d "${WF_SERVICES:-}/$1" ] || bail "there is no $1; run this by tests/run"
	echo "$WF_SERVICES/$1"
}

# resolver_libs ROOT: where the libraries lie that came with it.
resolver_libs() {
	find "$1/usr/lib" "$1/lib" -name '*.so*' -exec dirname {} + 2>/dev/null | sort -u |
		tr '\n' ':'
}

# bus_start MACHINE: a system bus there; its number is in BUS_PID.
bus_start() {
	local root
	root=$(resolver_root dbus-daemon) || exit 1
	cat >"$RIG/tmp/bus.conf" <<-END
		<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
		 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig>
		<type>system</type>
		<listen>unix:path=/run/dbus/system_bus_socket</listen>
		<policy context="default">
		<allow user="*"/><allow own="*"/><allow send_type="method_call"/>
		<allow send_type="signal"/><allow send_type="method_return"/>
		<allow send_type="error"/><allow receive_type="method_call"/>
		<allow receive_type="method_return"/><allow receive_type="error"/>
		<allow receive_type="signal"/>
		</policy>
		</busconfig>
	END
	on "$1" mkdir -p /run/dbus
	bg "$1" env "LD_LIBRARY_PATH=$(resolver_libs "$root")" "$root/usr/bin/dbus-daemon" \
		"--config-file=$RIG/tmp/bus.conf" --nofork --nopidfile
	BUS_PID=$BG_PID
	within 10 on "$1" test -S /run/dbus/system_bus_socket || {
		diag <"$BG_LOG"
		bail "no bus on $1"
	}
}

# resolved_start MACHINE: systemd-resolved there, after bus_start; its number is in BG_PID. The
# machine's resolv.conf becomes the link to its stub.
resolved_start() {
	local root
	root=$(resolver_root systemd-resolved) || exit 1
	# shellcheck disable=SC2016
	on "$1" sh -c 'grep -q ^systemd-resolve: /etc/passwd || {
			echo "systemd-resolve:x:995:995::/:/usr/sbin/nologin" >>/etc/passwd
			echo "systemd-resolve:x:995:" >>/etc/group
		}
		mkdir -p /run/systemd/resolve && chown 995:995 /run/systemd/resolve &&
		ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf' || bail "cannot prepare $1"
	bg "$1" env "LD_LIBRARY_PATH=$(resolver_libs "$root")" \
		"$root/lib/systemd/systemd-resolved"
	within 10 on "$1" env "LD_LIBRARY_PATH=$(resolver_libs "$root")" \
		"$root/usr/bin/resolvectl" --no-pager dns || {
		diag <"$BG_LOG"
		bail "systemd-resolved does not start on $1"
	}
}

# resolvectl ARGS...: systemd's own client, on the client.
resolvectl() {
	local root
	root=$(resolver_root systemd-resolved) || exit 1
	on client env "LD_LIBRARY_PATH=$(resolver_libs "$root")" "$root/usr/bin/resolvectl" \
		--no-pager "$@"
}

# resolvconf_install MACHINE PACKAGE: openresolv or resolvconf, at the places their scripts name.
resolvconf_install() {
	local root
	root=$(resolver_root "$2") || exit 1
	# shellcheck disable=SC2016
	on "$1" sh -c 'cp -a "$0/etc/." /etc/ &&
		for d in sbin lib; do
			real=$(readlink -f "/$d") &&
			mount -t overlay -o "lowerdir=$0/$d:$real" overlay "$real" || exit 1
		done' "$root" || bail "cannot put $2 on $1"
}
