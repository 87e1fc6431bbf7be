# SPDX-License-Identifier: GPL-2.0-or-later
# A network of machines on one host, for tests and the demo: sourced, POSIX sh with "local", after
# tap.sh. A machine is a network namespace and a mount namespace with a /run, /etc and /var/lib of
# its own (wireguard-go's sockets and wf's records would mix otherwise). All of it lives in
# namespaces that rig_enter makes; when the test ends, however it ends, nothing is left.
# The same functions work on the host, where WireGuard is mostly wireguard-go, and in the guest.
#
#   . "$(dirname "$0")/../lib/tap.sh"; . "$(dirname "$0")/../lib/netns.sh"
#   rig_enter "$0" "$@"
#   provider_net 2
#   on client "$WF" up mullvad
# shellcheck shell=sh disable=SC3043

# The private tmpfs that every machine sees under the same name.
RIG=/run/rig
RIG_PIDS=

# rig_enter "$0" "$@": goes on with the test inside new network, mount and process namespaces. The
# first process there is the test itself, so the kernel ends what it left running.
rig_enter() {
	if [ "${RIG_INSIDE:-}" != yes ]; then
		[ "$(id -u)" -eq 0 ] || bail 'a network of namespaces needs root'
		export RIG_INSIDE=yes
		exec unshare --net --mount --pid --fork --kill-child --mount-proc \
			--propagation private "$(rig_shell "$1")" "$@"
	fi
	# For children that are tests of their own.
	unset RIG_INSIDE
	mount -t tmpfs -o mode=755 rig /run || bail 'cannot mount a tmpfs on /run'
	[ -L /var/run ] || mount --bind /run /var/run
	mkdir -p /run/netns "$RIG/m" "$RIG/keys" "$RIG/tmp"
	rig_tun
	ip link set lo up
	export TMPDIR="$RIG/tmp"
	trap rig_end EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# The interpreter the script names; in the guest nothing says that a file is executable.
rig_shell() {
	case $(head -n 1 "$1") in
	*bash*) echo bash ;;
	*) echo sh ;;
	esac
}

# Containers often come without the device that wireguard-go opens.
rig_tun() {
	[ ! -c /dev/net/tun ] || return 0
	mkdir -p /dev/net 2>/dev/null
	mount -t tmpfs tun /dev/net && mknod /dev/net/tun c 10 200 2>/dev/null && return 0
	diag 'there is no /dev/net/tun here, and it cannot be made'
}

# Ends what bg started, by its number, the latest first.
rig_end() {
	local pid
	for pid in $RIG_PIDS; do
		kill "$pid" 2>/dev/null
	done
	for pid in $RIG_PIDS; do
		wait "$pid" 2>/dev/null
	done
	RIG_PIDS=
}

# --- machines and wires -------------------------------------------------------------------------

# machine NAME: a new one, with nothing but lo. Its resolv.conf and hosts are its own files. Its
# mount namespace is kept by a sleeping process: one kept by a bind mount would be neater, but
# kernels since 6.18 often refuse that.
machine() {
	local dir="$RIG/m/$1" up=
	mkdir -p "$dir/run/wireguard" "$dir/run/rig"
	ip netns add "$1" || bail "cannot make the namespace $1"
	mkfifo "$dir/up"
	busybox unshare --mount --propagation private \
		busybox sh -c "$RIG_SETUP" setup "$1" "$RIG" </dev/null &
	echo "$!" >"$dir/pid"
	read -r up <"$dir/up"
	[ "$up" = up ] || bail "cannot set up the machine $1"
}

# What a machine does first, in its new mount namespace: $1 its name, $2 the rig's directory. Busybox
# runs all of it without starting a program, which takes long in the emulated guest.
# shellcheck disable=SC2016
RIG_SETUP='
dir=$2/m/$1
exec 3>"$dir/up"
# A fresh /sys shows the interfaces of this namespace. The cgroups stay.
mkdir "$dir/cg"
mount --rbind /sys/fs/cgroup "$dir/cg" &&
	nsenter --net="/run/netns/$1" sh -c "mount -t sysfs sysfs /sys && ifconfig lo up" &&
	mount --move "$dir/cg" /sys/fs/cgroup || exit 1
# Changes to these stay in the machine. Where overlayfs is missing only the two files that matter
# become private, and a rename over them fails.
for d in /etc /var/lib; do
	l=$dir/$(basename "$d")
	mkdir -p "$l" "$l.work"
	mount -t overlay -o "lowerdir=$d,upperdir=$l,workdir=$l.work" overlay "$d" 2>/dev/null ||
		: >"$dir/no-overlay"
done
if [ -e "$dir/no-overlay" ]; then
	mount -t tmpfs -o mode=755 lib /var/lib || exit 1
	for f in resolv.conf hosts; do
		: >"$dir/$f"
		mount --bind "$dir/$f" "$(readlink -f "/etc/$f")" || exit 1
	done
	mkdir "$dir/wireguard"
	[ ! -d /etc/wireguard ] || mount --bind "$dir/wireguard" /etc/wireguard || exit 1
else
	rm -f /etc/resolv.conf
	rm -rf /etc/wireguard /var/lib/wf
	mkdir -m 700 /etc/wireguard
fi
: >/etc/resolv.conf
printf "127.0.0.1 localhost %s\n::1 localhost\n" "$1" >/etc/hosts
mount --bind "$2" "$dir/run/rig" && mount --rbind "$dir/run" /run || exit 1
[ -L /var/run ] || mount --bind /run /var/run || exit 1
echo up >&3
exec sleep 1000000 3>&-
'

# on MACHINE CMD...: runs a program there, in the current directory. Busybox would take its own
# shell for "sh", and that one its own "ip".
on() {
	local name="$1" pid=
	shift
	read -r pid <"$RIG/m/$name/pid" || return 1
	# shellcheck disable=SC2016
	busybox nsenter --net="/run/netns/$name" --mount="/proc/$pid/ns/mnt" \
		/bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec "$@"' "$PWD" "$@"
}

# bg MACHINE CMD...: the same in the background; its number is in BG_PID, its output in a file
# that BG_LOG names. It ends with the test, or by end_bg.
bg() {
	local name="$1" pid=
	shift
	read -r pid <"$RIG/m/$name/pid" || return 1
	BG_LOG=$(mktemp "$RIG/tmp/bg.XXXXXX")
	# shellcheck disable=SC2016
	busybox nsenter --net="/run/netns/$name" --mount="/proc/$pid/ns/mnt" \
		/bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec "$@"' "$PWD" "$@" \
		</dev/null >"$BG_LOG" 2>&1 &
	BG_PID=$!
	RIG_PIDS="$BG_PID $RIG_PIDS"
}

# end_bg PID [SIGNAL]
end_bg() {
	local pid keep=
	kill "-${2:-TERM}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	for pid in $RIG_PIDS; do
		[ "$pid" = "$1" ] || keep="$keep $pid"
	done
	RIG_PIDS=$keep
}

# wire A IFA B IFB: a cable between two machines; see plug.
wire() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" ||
		bail "cannot lay the cable $1 $2 - $3 $4"
	plug "$1" "$2"
	plug "$3" "$4"
}

# plug MACHINE IF [ADDRESS/LEN | via GATEWAY]...: the interface is up, has these addresses and leads
# to these default gateways; any family. Addresses are usable at once, and no link-local one
# appears later than a snapshot.
plug() {
	local name="$1" dev="$2" a gateway=
	shift 2
	{
		echo "link set $dev up"
		for a; do
			case $gateway$a in
			via) gateway=via ;;
			via*:*) echo "route add ::/0 via $a" && gateway= ;;
			via*) echo "route add default via $a" && gateway= ;;
			*:*) echo "addr add $a dev $dev nodad" ;;
			*) echo "addr add $a dev $dev" ;;
			esac
		done
	} >"$RIG/tmp/plug"
	# shellcheck disable=SC2016
	on "$name" sh -c 'echo 0 >"/proc/sys/net/ipv6/conf/$0/accept_dad" &&
		echo 0 >"/proc/sys/net/ipv6/conf/$0/accept_ra" && exec ip -batch "$1"' \
		"$dev" "$RIG/tmp/plug" || bail "cannot plug in $dev of $name"
}

# --- WireGuard ----------------------------------------------------------------------------------

# wg_add MACHINE IF: a WireGuard interface, by the kernel or, where it has none, by wireguard-go.
# RIG_WG=go asks for the latter.
wg_add() {
	if [ "${RIG_WG:-kernel}" = kernel ] &&
		on "$1" ip link add "$2" type wireguard 2>/dev/null; then
		return 0
	fi
	bg "$1" env LOG_LEVEL=error wireguard-go --foreground "$2"
	within 10 on "$1" test -S "/run/wireguard/$2.sock" || {
		diag <"$BG_LOG"
		bail "wireguard-go does not start on $1"
	}
}

# wg_kernel: whether the kernel here has WireGuard.
wg_kernel() {
	ip link add wf-probe type wireguard 2>/dev/null && ip link del wf-probe
}

# key NAME, pub NAME, psk NAME: a key pair, its public half, a preshared key, made when first asked
# for.
key() {
	[ -e "$RIG/keys/$1" ] || (umask 077 && wg genkey >"$RIG/keys/$1")
	cat "$RIG/keys/$1"
}

pub() {
	[ -e "$RIG/keys/$1.pub" ] || key "$1" | wg pubkey >"$RIG/keys/$1.pub"
	cat "$RIG/keys/$1.pub"
}

psk() {
	[ -e "$RIG/keys/$1.psk" ] || (umask 077 && wg genpsk >"$RIG/keys/$1.psk")
	cat "$RIG/keys/$1.psk"
}

# handshake MACHINE IF [PUB]: there was one (with that peer).
handshake() {
	on "$1" wg show "$2" latest-handshakes |
		awk -v p="${3:-}" '(p == "" || $1 == p) && $2 > 0 { ok = 1 } END { exit !ok }'
}

# --- a provider and its customer ----------------------------------------------------------------
#
#   client eth0 --- client router s1   --- eth0 s1    the provider's servers, WireGuard on 51820
#                                 s2   --- eth0 s2
#                                 inet --- eth0 inet  the rest of the world; says who is asking
#
# Outer addresses: client 10.1.0.2, sN 198.18.N.2, inet 203.0.113.2; 2001:db8:c::2, 2001:db8:N::2,
# 2001:db8:113::2. In the tunnel: server 10.64.0.1 and fc00:bbbb:bbbb:bb01::1 on each, as providers
# do it, and 10.99.0.N, fc00:99::N, which tell the servers apart. Every server knows the accounts
# 1, 2 and 3 (key pair "account1", address 10.64.1.2 …): two tunnels at once need two.

RIG_ACCOUNTS='1 2 3'

# provider_net [N]: the whole network with N servers (2).
provider_net() {
	local n=1
	machine router
	machine client
	machine inet
	on router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	to_router client 10.1.0 2001:db8:c client
	to_router inet 203.0.113 2001:db8:113 inet
	while [ "$n" -le "${1:-2}" ]; do
		provider_server "$n"
		n=$((n + 1))
	done
	inet_serve
}

# to_router MACHINE NET4 NET6 PORT: its eth0 is number 2 of these networks, the router number 1.
to_router() {
	ip link add eth0 netns "$1" type veth peer name "$4" netns router ||
		bail "cannot connect $1 with the router"
	plug router "$4" "$2.1/24" "$3::1/64"
	plug "$1" eth0 "$2.2/24" "$3::2/64" via "$2.1" via "$3::1"
}

# provider_server N [psk]: one more server sN; with "psk" each account has a preshared key there.
provider_server() {
	local s="s$1" a conf="$RIG/s$1.conf"
	machine "$s"
	to_router "$s" "198.18.$1" "2001:db8:$1" "$s"
	wg_add "$s" wg0
	{
		printf '[Interface]\nListenPort = 51820\nPrivateKey = %s\n' "$(key "$s")"
		for a in $RIG_ACCOUNTS; do
			printf '[Peer]\nPublicKey = %s\nAllowedIPs = %s\n' "$(pub "account$a")" \
				"10.64.$a.2/32, fc00:bbbb:bbbb:bb01::$a:102/128"
			[ "${2:-}" != psk ] || printf 'PresharedKey = %s\n' "$(psk "$s")"
		done
	} >"$conf"
	cat >"$conf.nft" <<-END
		table inet provider {
			chain out {
				type nat hook postrouting priority 100
				oifname "eth0" masquerade
			}
		}
	END
	# shellcheck disable=SC2016
	on "$s" sh -c 'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 &&
		wg setconf wg0 "$0" && nft -f "$0.nft"' "$conf" ||
		bail "cannot configure the server $s"
	plug "$s" lo "10.99.0.$1/32" "fc00:99::$1/128"
	plug "$s" wg0 10.64.0.1/10 fc00:bbbb:bbbb:bb01::1/64
}

# provider_name N: the server's name as it stands in the bundle.
provider_name() {
	case $1 in
	1) echo se-got-wg-001 ;;
	2) echo de-fra-wg-004 ;;
	3) echo us-nyc-wg-301 ;;
	*) printf 'nl-ams-wg-%03d\n' "$1" ;;
	esac
}

# provider_conf N [KEY=VALUE]...: the provider's file for server N. KEY: account (1), allowed,
# address, dns, endpoint (4, 6 or HOST:PORT), extra (a line for [Interface]), peer (one for [Peer]).
provider_conf() {
	local n="$1" s="s$1" o account=1 allowed='0.0.0.0/0,::0/0' address='' dns=10.64.0.1 endpoint=4
	local extra='' peer=''
	shift
	for o; do
		case $o in
		account=* | allowed=* | address=* | dns=* | endpoint=* | extra=* | peer=*)
			eval "${o%%=*}=\${o#*=}"
			;;
		*) bail "provider_conf: what is $o?" ;;
		esac
	done
	[ -n "$address" ] ||
		address="10.64.$account.2/32,fc00:bbbb:bbbb:bb01::$account:102/128"
	case $endpoint in
	4) endpoint=198.18.$n.2:51820 ;;
	6) endpoint="[2001:db8:$n::2]:51820" ;;
	esac
	printf '[Interface]\n# Device: Happy Fish\nPrivateKey = %s\nAddress = %s\n' \
		"$(key "account$account")" "$address"
	[ -z "$dns" ] || printf 'DNS = %s\n' "$dns"
	[ -z "$extra" ] || printf '%s\n' "$extra"
	printf '\n[Peer]\nPublicKey = %s\nAllowedIPs = %s\nEndpoint = %s\n' \
		"$(pub "$s")" "$allowed" "$endpoint"
	[ ! -e "$RIG/keys/$s.psk" ] || printf 'PresharedKey = %s\n' "$(psk "$s")"
	[ -z "$peer" ] || printf '%s\n' "$peer"
}

# provider_zip FILE N [KEY=VALUE]...: the bundle of the servers 1 to N.
provider_zip() {
	local file="$1" n=1 most="$2" dir
	shift 2
	dir=$(mktemp -d "$RIG/tmp/zip.XXXXXX")
	while [ "$n" -le "$most" ]; do
		provider_conf "$n" "$@" >"$dir/$(provider_name "$n").conf"
		n=$((n + 1))
	done
	case $file in
	/*) ;;
	*) file=$PWD/$file ;;
	esac
	(cd "$dir" && zip -q "$file" ./*.conf) || bail 'cannot pack the bundle'
	rm -rf "$dir"
}

# inet_serve: inet answers http requests with the address they came from.
inet_serve() {
	mkdir -p "$RIG/www/cgi-bin"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n%%s\\n" "$REMOTE_ADDR"\n' \
		>"$RIG/www/cgi-bin/who"
	chmod 755 "$RIG/www/cgi-bin/who"
	bg inet busybox httpd -f -p '[::]:80' -h "$RIG/www"
}

# seen_as 4|6 [MACHINE]: the address under which inet sees the client (or MACHINE); nothing when
# it cannot be reached.
seen_as() {
	local host=203.0.113.2
	[ "$1" = 4 ] || host='[2001:db8:113::2]'
	on "${2:-client}" timeout 5 busybox wget -q -O - "http://$host/cgi-bin/who" 2>/dev/null |
		sed 's/^\[\(.*\)\]$/\1/; s/^::ffff://'
}

# seen_from 4|6: the same in words: "client", "sN", "nothing".
seen_from() {
	local a
	a=$(seen_as "$@")
	case $a in
	'') echo nothing ;;
	10.1.0.2 | 2001:db8:c::2) echo client ;;
	198.18.*.2) printf 's%s\n' "$(echo "$a" | cut -d. -f3)" ;;
	2001:db8:*::2) printf 's%s\n' "$(echo "$a" | cut -d: -f3)" ;;
	*) echo "$a" ;;
	esac
}

# ping_ok MACHINE ADDRESS [COUNT]: it answers; with COUNT, to every single one of so many requests.
# Without, a second request may be sent: on a busy machine wireguard-go loses one now and then.
ping_ok() {
	if [ -n "${3:-}" ]; then
		on "$1" ping -n -q -i 0.2 -c "$3" -W 3 "$2"
	else
		on "$1" ping -n -q -c 1 -W 2 "$2" || on "$1" ping -n -q -c 1 -W 4 "$2"
	fi
}

# hand_up N [KEY=VALUE]...: the client's tunnel to server N by ip and wg alone, as interface "hand"
# with routes to inet and 10.99.0.0/16: what wf is compared with, and what the rig is tested with.
hand_up() {
	local a
	# The kernel's WireGuard clears this one for the whole namespace when a link of it comes up.
	on client sysctl net.ipv4.conf.all.send_redirects >"$RIG/hand.sysctl"
	provider_conf "$@" >"$RIG/hand.conf"
	wg_add client hand
	grep -v -e '^Address' -e '^DNS' "$RIG/hand.conf" >"$RIG/hand.wg"
	on client wg setconf hand "$RIG/hand.wg" || return 1
	on client ip link set hand mtu 1420
	# shellcheck disable=SC2046
	plug client hand $(sed -n 's/^Address = //p' "$RIG/hand.conf" | tr ',' ' ')
	for a in 203.0.113.0/24 10.99.0.0/16 10.64.0.1/32 2001:db8:113::/64 fc00:99::/64 \
		fc00:bbbb:bbbb:bb01::1/128; do
		echo "route add $a dev hand"
	done | on client ip -batch -
}

hand_down() {
	on client ip link del hand
	on client sysctl -q -p "$RIG/hand.sysctl"
}

# --- counting on the wire -----------------------------------------------------------------------

# watch_wire: the router starts to sort what comes from the client: "cipher" is UDP to a server's
# port 51820, "ndp" keeps the link alive, "leak" is all the rest. See leaks, counted, leak_list.
watch_wire() {
	on router nft -f - <<-'END' || bail 'cannot count on the router'
		table inet rig {
			counter cipher {}
			counter ndp {}
			counter leak {}
			set leaked4 {
				type ipv4_addr . inet_proto
				flags dynamic
			}
			set leaked6 {
				type ipv6_addr . inet_proto
				flags dynamic
			}
			chain own {}
			chain pre {
				type filter hook prerouting priority -400
				iifname != "client" accept
				jump own
				ip daddr 198.18.0.0/16 udp dport 51820 counter name cipher accept
				ip6 daddr 2001:db8::/44 udp dport 51820 counter name cipher accept
				icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 137, 143 } counter name ndp accept
				# A server goes on asking for a while after a tunnel went down.
				ip daddr 198.18.0.0/16 icmp type destination-unreachable accept
				ip6 daddr 2001:db8::/44 icmpv6 type destination-unreachable accept
				counter name leak
				add @leaked4 { ip daddr . ip protocol }
				add @leaked6 { ip6 daddr . ip6 nexthdr }
			}
		}
	END
}

# count_add LABEL MATCH...: a counter of one's own, for packets from the client that match.
count_add() {
	local label="$1"
	shift
	on router nft "add counter inet rig $label; add rule inet rig own $* counter name $label"
}

# counted LABEL: packets so far.
counted() {
	on router nft -j list counter inet rig "$1" |
		jq -r '.nftables[] | select(.counter) | .counter.packets'
}

count_reset() {
	on router nft "reset counters table inet rig; flush set inet rig leaked4;
		flush set inet rig leaked6" >/dev/null
}

leaks() {
	counted leak
}

# What leaked: one "address protocol" per line. A bare system has no names for the protocols.
leak_list() {
	local s
	for s in leaked4 leaked6; do
		on router nft -p -j list set inet rig "$s" |
			jq -r '{"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"} as $names
				| .nftables[] | select(.set) | .set.elem // [] | .[]
				| (.elem.val // .) | .concat
				| .[1] = ((.[1] | tostring) as $p | $names[$p] // $p) | join(" ")'
	done
}

# no_leak DESC: the check that goes with watch_wire.
no_leak() {
	local n
	n=$(leaks)
	if [ "$n" = 0 ]; then
		pass "$1"
		return 0
	fi
	fail "$1" "$n packets on the wire that should not be there:"
	leak_list | diag
	return 1
}

# --- the state of a machine ---------------------------------------------------------------------

# snapshot MACHINE DIR: everything wf may touch in the kernel, as text that is the same when the
# state is the same: no handles, counters, ages, in a fixed order, one object per line.
snapshot() {
	local name="$1" dir="$2" f
	rm -rf "$dir" "$dir.raw"
	mkdir -p "$dir" "$dir.raw"
	# Not readable in sysctl: a secret that was never set.
	# shellcheck disable=SC2016
	on "$name" /bin/sh -c 'cd "$0" || exit 1
		ip -d -j link >link
		ip -d -j addr >addr
		ip -4 -j -N route show table all >route4
		ip -6 -j -N route show table all >route6
		ip -4 -j -N rule >rule4
		ip -6 -j -N rule >rule6
		nft -j list ruleset >nft
		{
			stat -c "%F %a %u:%g" /etc/resolv.conf
			readlink /etc/resolv.conf
			cat /etc/resolv.conf
			ls -A /var/lib/wf/persist | grep -v "~$"
		} >resolver 2>/dev/null
		out=$PWD/sysctl
		cd /proc/sys/net && grep -rs . ipv4/conf ipv6/conf ipv4/ip_forward | sort >"$out"' \
		"$dir.raw"
	mv "$dir.raw/sysctl" "$dir.raw/resolver" "$dir/"
	for f in link addr route4 route6 rule4 rule6 nft; do
		: >"$dir/$f"
		# ip says nothing, instead of an empty list, when there is nothing.
		[ -s "$dir.raw/$f" ] || echo '[]' >"$dir.raw/$f"
		set -- "$@" --slurpfile "$f" "$dir.raw/$f"
	done
	shift 2
	# Rows of ip are sorted; the rules of nft have an order that means something.
	jq -n -r "$@" '
		def rows: map(select(. != {}) | walk(if type == "object" then
			del(.expires, .valid_life_time, .preferred_life_time, .age, .used) else . end)
			| tojson) | sort;
		def ruleset: .nftables // [] | map(select(has("metainfo") | not)
			| walk(if type == "object" then del(.handle)
				| if has("packets") and has("bytes") then .packets = 0 | .bytes = 0 else . end
				else . end) | tojson);
		$ARGS.named | to_entries[] | .key as $file
			| (.value[0] | if $file == "nft" then (if type == "object" then ruleset else [] end)
				else rows end)[]
			| $file + " " + .' |
		awk -v dir="$dir" '{ file = $1; sub(/^[^ ]* /, ""); print >(dir "/" file) }'
	rm -rf "$dir.raw"
}

# same_state DIR1 DIR2 DESC: the check that two snapshots are equal, byte by byte.
same_state() {
	local f differ=
	for f in "$1"/* "$2"/*; do
		cmp -s "$1/${f##*/}" "$2/${f##*/}" || differ=1
	done
	if [ -z "$differ" ]; then
		pass "$3"
		return 0
	fi
	fail "$3"
	diff -ru "$1" "$2" | cut -c1-300 | head -n 60 | diag
	return 1
}

# processes MACHINE: the names of the programs that run there, sorted.
processes() {
	local p
	for p in $(ip netns pids "$1"); do
		cat "/proc/$p/comm" 2>/dev/null
	done | sort
}
