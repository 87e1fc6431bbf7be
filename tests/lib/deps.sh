# SPDX-License-Identifier: GPL-2.0-or-later
# What building, testing and the demo need, as packages of Debian, and the functions that install
# what of it is missing. Sourced by tests/run and contrib/demo; POSIX sh.
# No network service is ever installed on the host: a package that brings one is downloaded and
# unpacked into a directory (unpack_service), for a namespace or the guest to run it from there.
# shellcheck shell=sh disable=SC2034

DEPS_BUILD='build-essential autoconf automake pkg-config libmnl-dev libnftnl-dev libsqlite3-dev
	libsodium-dev libc-ares-dev libarchive-dev libjansson-dev libsystemd-dev'

# The demo: a provider in a namespace, and a .zip of its files.
DEPS_DEMO='wireguard-tools wireguard-go iproute2 nftables iputils-ping busybox-static util-linux
	procps zip jq'

# netbase holds the names of the protocols that ip prints.
DEPS_TEST="$DEPS_DEMO netbase unzip zstd sqlite3 strace sudo tmux openssh-client python3-minimal tcpdump
	shellcheck clang-format mandoc qemu-system-x86 cpio kmod iptables libsystemd-shared"

# Only for tests/run --all.
DEPS_ALL='clang libclang-rt-14-dev valgrind xz-utils'

# The guest's kernel. Its package is unpacked, too: installing it would change what the host boots.
DEPS_KERNEL='linux-image-cloud-amd64'

deps_say() {
	printf 'deps: %s\n' "$*" >&2
}

# deps_missing PACKAGE...: those that are not installed, one per line.
deps_missing() {
	for deps_p; do
		case $(dpkg-query -W -f='${db:Status-Status}' "$deps_p" 2>/dev/null) in
		installed) ;;
		*) printf '%s\n' "$deps_p" ;;
		esac
	done
}

deps_have_apt() {
	command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1
}

# The package lists, once per process and only when something has to be fetched: a machine that
# has everything needs no network.
deps_update() {
	[ -z "${DEPS_UPDATED:-}" ] || return 0
	deps_say 'apt-get update'
	apt-get -q=2 update </dev/null >&2 || deps_say 'apt-get update failed; trying with the old lists'
	DEPS_UPDATED=1
}

# deps_install PACKAGE...: installs what of them is missing, and says so first. WF_DEPS=skip trusts
# that everything is there.
deps_install() {
	[ "${WF_DEPS:-}" != skip ] || return 0
	if ! deps_have_apt; then
		deps_say 'there is no apt here; install what these packages of Debian hold, then run again with'
		deps_say 'WF_DEPS=skip (a package "lib…-dev" holds the headers of that library):'
		for deps_p; do deps_say "  $deps_p"; done
		return 1
	fi
	deps_want=$(deps_missing "$@")
	[ -n "$deps_want" ] || return 0
	deps_want=$(printf '%s\n' "$deps_want" | tr '\n' ' ')
	if [ "$(id -u)" -ne 0 ]; then
		deps_say "missing: $deps_want"
		deps_say 'only root can install them; run this with sudo'
		return 1
	fi
	deps_say "installing: $deps_want"
	deps_update
	deps_log=$(mktemp) || return 1
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get -q=2 -y -o Dpkg::Use-Pty=0 install \
		--no-install-recommends $deps_want </dev/null >"$deps_log" 2>&1
	deps_rc=$?
	# What went well interests nobody.
	if [ "$deps_rc" -ne 0 ]; then
		tail -n 30 "$deps_log" >&2
		# shellcheck disable=SC2086
		deps_say "could not install: $(deps_missing $deps_want | tr '\n' ' ')"
	fi
	rm -f "$deps_log"
	return "$deps_rc"
}

# unpack_service PACKAGE DIR: the files of a package, and nothing but its files, below DIR: no
# script of the package runs, nothing is started, the host's package database does not know it.
# With it come the libraries it depends on and the host lacks (one step: not what those need).
# Does nothing when DIR has them.
unpack_service() {
	deps_stamp=$2/.unpacked-$1
	[ ! -e "$deps_stamp" ] || return 0
	deps_have_apt || {
		deps_say "there is no apt here to download $1 with"
		return 1
	}
	mkdir -p "$2" || return 1
	[ -n "$(apt-cache show "$1" 2>/dev/null)" ] || deps_update
	# shellcheck disable=SC2046
	deps_libs=$(deps_missing $(apt-cache depends "$1" 2>/dev/null |
		sed -n 's/^ *Depends: \(lib[^ <>]*\)$/\1/p'))
	for deps_p in "$1" $deps_libs; do
		deps_say "downloading $deps_p, to be unpacked in $2"
		deps_unpack "$deps_p" "$2" && continue
		# Old lists name files that are gone.
		deps_update
		deps_unpack "$deps_p" "$2" || {
			deps_say "could not get $deps_p"
			return 1
		}
	done
	: >"$deps_stamp"
}

deps_unpack() {
	deps_tmp=$(mktemp -d) || return 1
	# apt gives up root to download.
	chmod 755 "$deps_tmp"
	[ "$(id -u)" -ne 0 ] || chown _apt "$deps_tmp" 2>/dev/null
	(cd "$deps_tmp" && apt-get -q=2 download "$1" </dev/null >&2 && dpkg -x ./*.deb "$2")
	deps_rc=$?
	rm -rf "$deps_tmp"
	return "$deps_rc"
}

# deps_kernel DIR: prints "VERSION IMAGE MODULES" of the guest's kernel: the one that is installed
# here, or else the one of the package, unpacked in DIR.
deps_kernel() {
	for deps_root in '' "$1"; do
		if [ -n "$deps_root" ]; then
			deps_p=$(deps_kernel_package) || return 1
			unpack_service "$deps_p" "$deps_root" || return 1
		fi
		for deps_k in $(find "$deps_root/boot" -name 'vmlinuz-*-cloud-amd64' 2>/dev/null |
			sed 's|.*/vmlinuz-||' | sort -rV); do
			# An installed image whose modules were removed is of no use.
			[ -e "$deps_root/lib/modules/$deps_k/kernel/drivers/net/wireguard" ] || continue
			[ -r "$deps_root/boot/vmlinuz-$deps_k" ] || continue
			# What the package's script would have made.
			[ -e "$deps_root/lib/modules/$deps_k/modules.dep" ] ||
				depmod -b "${deps_root:-/}" "$deps_k" || return 1
			printf '%s %s %s\n' "$deps_k" "$deps_root/boot/vmlinuz-$deps_k" \
				"$deps_root/lib/modules/$deps_k"
			return 0
		done
	done
	deps_say 'found no kernel for the guest'
	return 1
}

# The name of the package that holds the image; DEPS_KERNEL only depends on it.
deps_kernel_package() {
	for deps_try in old new; do
		[ "$deps_try" = old ] || deps_update
		deps_p=$(apt-cache depends "$DEPS_KERNEL" 2>/dev/null |
			sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
		[ -z "$deps_p" ] || break
	done
	[ -n "$deps_p" ] || {
		deps_say "apt does not know $DEPS_KERNEL"
		return 1
	}
	printf '%s\n' "$deps_p"
}
