# SPDX-License-Identifier: GPL-2.0-or-later
# For the tests of the book (import, list, show and so on): sourced after tap.sh. Runs the program
# of WF_BUILD on a database of its own, with standard input closed unless a test gives one.
# shellcheck shell=sh disable=SC2034

: "${WF_BUILD:?}" "${here:?}"
WF=${WF:-$WF_BUILD/wf}
export WF_LIBEXEC="${WF_LIBEXEC:-$WF_BUILD}"
SAMPLES=$here/../samples/conf
# The throw-away keys of the samples.
PRIVATE=uNC7pRb0Gpko6zB62xIWN0p9Z59BaSnxVp4okarkGlg=
PRESHARED=qxP57dJ63p1McmffR/pnIiMm4B+AohH+PaGjRgRnQes=
PUBLIC=yPN9tbg16NLPQ7StSR7mG4KDcfCxZe/22r4ak028iFQ=
PEER=Qjgq4zgg2L9TUx4IiDrLj0qX3Y5ScqHl9gTgnuUXam0=
# Two more private keys.
PRIVATE2=GMwVwRd1YUKDPqmtsHTFDnKX+0GfYZT/T/7rMWr1nEM=
PRIVATE3=aOA+FI4vaSfVCIRmBv4IV/8jtbfh+/9+JqU8mPE1FGY=

[ -x "$WF" ] || bail "there is no program at '$WF'"
t_tmp
HERE=$(hostname | cut -d. -f1)

# fresh: an empty database.
fresh() {
	FRESH=$((${FRESH:-0} + 1))
	BOOK=$T_TMP/book$FRESH
	mkdir -m 755 "$BOOK"
	export WF_DB="$BOOK/db/wf.db" XDG_CONFIG_HOME="$BOOK"
}

wf() {
	"$WF" "$@" </dev/null
}

# on_terminal INPUT ARGS...: wf with a terminal as standard input, where INPUT (printf's) is typed.
on_terminal() {
	python3 - "$WF" "$@" <<'PY'
import os, pty, sys, threading
program, typed, args = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(program, [program] + args)
os.write(fd, typed.encode().decode("unicode_escape").encode())
seen = b""
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
sys.stdout.write(seen.decode(errors="replace").replace("\r\n", "\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
}

# conf [KEY [ENDPOINT [ADDRESS]]]: a provider's file.
conf() {
	printf '[Interface]\nPrivateKey = %s\nAddress = %s\nDNS = 10.64.0.1\n\n' \
		"${1:-$PRIVATE}" "${3:-10.64.1.2/32}"
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = %s\n' \
		"$PEER" "${2:-192.0.2.5:51820}"
}

# bundle DIR N [FIRST]: N files of one key, named as Mullvad names them.
bundle() {
	mkdir -p "$1"
	for i in $(seq "${3:-1}" $((${3:-1} + $2 - 1))); do
		conf "$PRIVATE" "192.0.2.$((i % 250 + 1)):$((50000 + i))" \
			>"$1/se-got-wg-$(printf %03d "$i").conf"
	done
}

# json FILTER ARGS...: a value of what wf ARGS --json prints.
json() {
	filter=$1
	shift
	wf "$@" --json | jq -r "$filter"
}
