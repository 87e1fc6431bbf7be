# SPDX-License-Identifier: GPL-2.0-or-later
# TAP for shell tests: sourced, POSIX sh (also busybox). Every check prints one "ok" or "not ok"
# line; a failed one says below it what it saw. A test ends in t_done, which prints the plan, so
# that a script that dies on the way has none and counts as failed. Not for use under "set -e": a
# failed check returns 1, and the test goes on.
# shellcheck shell=sh

T_COUNT=0
T_FAILED=0
# Where a check keeps the output of the command it runs; made at the first use.
T_TMP=

t_tmp() {
	[ -n "$T_TMP" ] || T_TMP=$(mktemp -d "${TMPDIR:-/tmp}/wf-tap.XXXXXX") || exit 1
}

# diag TEXT...: a line that explains. Without arguments: each line of standard input.
diag() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$*"
	else
		cat
	fi | sed 's/^/#   /'
}

t_nl='
'

# A newline inside a description would break the protocol, a "#" would start a directive.
t_line() {
	case $1 in
	*"$t_nl"* | *"#"*) printf '%s\n' "$1" | tr '\n' ' ' | sed 's/ $//; s/#/\\#/g' ;;
	*) printf '%s\n' "$1" ;;
	esac
}

pass() {
	T_COUNT=$((T_COUNT + 1))
	printf 'ok %d - %s\n' "$T_COUNT" "$(t_line "$1")"
}

# fail DESC [WHY]...
fail() {
	T_COUNT=$((T_COUNT + 1))
	T_FAILED=$((T_FAILED + 1))
	printf 'not ok %d - %s\n' "$T_COUNT" "$(t_line "$1")"
	shift
	[ $# -eq 0 ] || diag "$@"
	return 1
}

# ok DESC CMD...: the command exits 0. Its output is shown when it does not.
ok() {
	t_desc=$1
	shift
	t_tmp
	"$@" >"$T_TMP/out" 2>&1
	t_rc=$?
	if [ "$t_rc" -eq 0 ]; then
		pass "$t_desc"
		return 0
	fi
	fail "$t_desc" "exit $t_rc: $*"
	tail -n 40 "$T_TMP/out" | diag
	return 1
}

# not_ok DESC CMD...: the command fails.
not_ok() {
	t_desc=$1
	shift
	t_tmp
	if "$@" >"$T_TMP/out" 2>&1; then
		fail "$t_desc" "exit 0: $*"
		tail -n 40 "$T_TMP/out" | diag
		return 1
	fi
	pass "$t_desc"
}

# is_rc WANT DESC CMD...: the command exits with just this status. What it printed stays in
# $T_TMP/stdout and $T_TMP/stderr until the next is_rc, for the checks that follow.
is_rc() {
	t_want=$1 t_desc=$2
	shift 2
	t_tmp
	"$@" >"$T_TMP/stdout" 2>"$T_TMP/stderr"
	t_rc=$?
	if [ "$t_rc" -eq "$t_want" ]; then
		pass "$t_desc"
		return 0
	fi
	fail "$t_desc" "exit $t_rc, want $t_want: $*"
	tail -n 20 "$T_TMP/stdout" | sed 's/^/stdout: /' | diag
	tail -n 20 "$T_TMP/stderr" | sed 's/^/stderr: /' | diag
	return 1
}

# is GOT WANT DESC
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
		return 0
	fi
	fail "$3"
	printf '%s\n' "$1" | sed 's/^/got:  /' | diag
	printf '%s\n' "$2" | sed 's/^/want: /' | diag
	return 1
}

# isnt GOT UNWANTED DESC
isnt() {
	if [ "$1" != "$2" ]; then
		pass "$3"
		return 0
	fi
	fail "$3" "got, and must not: $1"
}

# num GOT OP WANT DESC: integers, OP as in test(1): -eq -lt -ge …
num() {
	if test "$1" "$2" "$3" 2>/dev/null; then
		pass "$4"
		return 0
	fi
	fail "$4" "got $1, want $2 $3"
}

# like TEXT REGEX DESC: an extended regular expression matches some line.
like() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		pass "$3"
		return 0
	fi
	fail "$3" "no match for: $2"
	printf '%s\n' "$1" | tail -n 40 | sed 's/^/got: /' | diag
	return 1
}

# unlike TEXT REGEX DESC
unlike() {
	if ! printf '%s\n' "$1" | grep -Eq -e "$2"; then
		pass "$3"
		return 0
	fi
	fail "$3" "must not match: $2"
	printf '%s\n' "$1" | grep -E -e "$2" | tail -n 10 | sed 's/^/got: /' | diag
	return 1
}

# same_file GOT WANT DESC: byte by byte; shows the difference.
same_file() {
	if cmp -s "$1" "$2"; then
		pass "$3"
		return 0
	fi
	fail "$3"
	diff -u "$2" "$1" 2>&1 | head -n 60 | diag
	return 1
}

# within SECONDS CMD...: runs the command again and again until it succeeds. Not a check by itself
# but what a check waits with, instead of a sleep. The guest, emulated, is given six times as long.
within() {
	t_until=$(($(date +%s) + $1${WF_GUEST:+ * 6}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$t_until" ] || return 1
		sleep 0.1
	done
}

# skip WHY [DESC]: one point that cannot be checked here.
skip() {
	T_COUNT=$((T_COUNT + 1))
	printf 'ok %d - %s # SKIP %s\n' "$T_COUNT" "$(t_line "${2:-}")" "$(t_line "$1")"
}

# skip_all WHY: the whole script cannot run here; ends it.
skip_all() {
	printf '1..0 # SKIP %s\n' "$(t_line "$1")"
	t_clean
	exit 77
}

# The test cannot go on: no plan follows, so the runner counts a failure.
bail() {
	printf 'Bail out! %s\n' "$(t_line "$*")"
	t_clean
	exit 1
}

t_clean() {
	[ -z "$T_TMP" ] || rm -rf "$T_TMP"
}

# The end of every test.
t_done() {
	printf '1..%d\n' "$T_COUNT"
	t_clean
	if [ "$T_FAILED" -gt 0 ]; then
		diag "$T_FAILED of $T_COUNT failed"
		exit 1
	fi
	exit 0
}
