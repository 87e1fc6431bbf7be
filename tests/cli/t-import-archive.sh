#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Archives: bundles as providers send them, and such as nobody should send.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/book.sh"

[ -x "$WF_LIBEXEC/wf-unpack" ] || bail "there is no worker in '$WF_LIBEXEC'"

# 600 files, one of them broken.
fresh
bundle "$T_TMP/all" 600
sed -i '/^Endpoint/s/:.*//' "$T_TMP/all/se-got-wg-300.conf"
(cd "$T_TMP/all" && zip -q "$T_TMP/mullvad_wireguard_linux_all_all.zip" -- *.conf)
is_rc 8 'a zip of 600 with one broken' wf import "$T_TMP/mullvad_wireguard_linux_all_all.zip"
is "$(json '.configs[0] | [.sponsor, .servers] | @csv' list)" '"Mullvad",599' '599 went in'
like "$(cat "$T_TMP/stdout")" '! se-got-wg-300.conf:9:[0-9]+: .*skipped' 'the one is named, with its place'
is "$(grep -c ' ! ' "$T_TMP/stdout")" 1 'and only that'
like "$(cat "$T_TMP/stdout")" '^next: wf up mullvad$' 'what comes next is said'
wf import "$T_TMP/mullvad_wireguard_linux_all_all.zip" --json >"$T_TMP/out" 2>"$T_TMP/err"
is "$?" 8 'in JSON as well'
is "$(jq -c '[.configs[0].unchanged, (.errors | length), .errors[0].code, .errors[0].line]' "$T_TMP/out")" \
	'[599,1,"E_ENDPOINT",9]' 'the error is in the result'
is "$(cat "$T_TMP/err")" '' 'and nothing on standard error'

# Every kind, known by its content and not by its name.
mkdir "$T_TMP/few"
bundle "$T_TMP/few" 3
(cd "$T_TMP/few" && zip -q "$T_TMP/kind.zip" -- *.conf && tar cf "$T_TMP/kind.tar" -- *.conf)
gzip -k "$T_TMP/kind.tar"
for tool in bzip2 xz zstd; do
	if command -v $tool >/dev/null; then
		$tool -q -k "$T_TMP/kind.tar"
	else
		skip "there is no $tool" "an archive of $tool"
	fi
done
for f in "$T_TMP"/kind.*; do
	fresh
	cp "$f" "$T_TMP/download"
	is_rc 0 "${f##*/} under another name" wf import "$T_TMP/download" --sponsor S
	is "$(json '.configs[0].servers' list)" 3 "${f##*/}: three servers"
done
fresh
is_rc 0 'a zip as standard input' sh -c '"$0" import - --sponsor S <"$1"' "$WF" "$T_TMP/kind.zip"
is_rc 1 'a zip through a pipe cannot be read twice' \
	sh -c 'cat "$1" | "$0" import - --sponsor S' "$WF" "$T_TMP/kind.zip"

# What else lies in archives.
cat >"$T_TMP/make.py" <<'PY'
import io, sys, tarfile, zipfile
conf, out = open(sys.argv[1]).read(), sys.argv[2]
def zipped(name, *entries):
    with zipfile.ZipFile(f"{out}/{name}.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for n, text in entries:
            z.writestr(n, text)
other = conf.replace("192.0.2.5", "192.0.2.6")
inner = io.BytesIO()
with zipfile.ZipFile(inner, "w") as z:
    z.writestr("x.conf", conf)
zipped("folders", ("linux/de/a.conf", conf), ("linux/se/b.conf", other), ("readme.txt", "hello"),
       ("__MACOSX/linux/de/._a.conf", "\x00\x05\x16\x07"))
zipped("up", ("../up.conf", conf), ("good.conf", other))
zipped("absolute", ("/etc/up.conf", conf), ("good.conf", other))
zipped("nested", ("inner.zip", inner.getvalue()), ("good.conf", other))
zipped("large", ("large.conf", "#" * 70000), ("good.conf", other))
zipped("nothing", ("readme.txt", "hello"))
zipped("many", *((f"{i}.conf", "") for i in range(20001)))
zipped("bomb", *((f"{i}.bin", "\0" * 65000) for i in range(1100)))
zipped("web", ("a.conf", "<!DOCTYPE html><html></html>"), ("b.conf", "<html>"))
with tarfile.open(f"{out}/links.tar", "w") as t:
    def add(name, kind=tarfile.REGTYPE, target="", text=""):
        i = tarfile.TarInfo(name)
        i.type, i.linkname, i.size = kind, target, len(text)
        t.addfile(i, io.BytesIO(text.encode()))
    add("good.conf", text=conf)
    add("link.conf", tarfile.SYMTYPE, "/etc/shadow")
    add("hard.conf", tarfile.LNKTYPE, "good.conf")
    add("null.conf", tarfile.CHRTYPE)
    add("pipe.conf", tarfile.FIFOTYPE)
whole = open(f"{out}/folders.zip", "rb").read()
open(f"{out}/cut.zip", "wb").write(whole[:len(whole) // 3])
damaged = bytearray(whole)
damaged[45] ^= 0xff
open(f"{out}/damaged.zip", "wb").write(damaged)
PY
conf >"$T_TMP/one.conf"
python3 "$T_TMP/make.py" "$T_TMP/one.conf" "$T_TMP" || bail 'cannot make the archives'

fresh
is_rc 0 'folders, a text and what macOS leaves' wf import "$T_TMP/folders.zip" --sponsor S
is "$(json '[.servers[].server] | @csv' servers s)" '"a","b"' 'the configurations in them'
like "$(cat "$T_TMP/stdout")" '[12] other members? of the archive ignored' 'the rest is counted'
fresh
is_rc 0 'links, a device and a pipe' wf import "$T_TMP/links.tar" --sponsor S
is "$(json '.configs[0].servers' list)" 1 'only the file'
like "$(cat "$T_TMP/stdout")" '4 other members' 'the four are counted'
for name in up absolute large; do
	fresh
	is_rc 8 "$name: the other file goes in" wf import "$T_TMP/$name.zip" --sponsor S
	is "$(json '[.servers[].server] | @csv' servers s)" '"good"' "$name: alone"
	like "$(cat "$T_TMP/stdout")" '! .*conf: ' "$name: and the one is named"
done
like "$(cat "$T_TMP/stdout")" E_LIMIT 'too large is a limit'
is "$(ls -d "$T_TMP/../up.conf" /etc/up.conf 2>/dev/null)" '' 'nothing was written anywhere'
fresh
is_rc 0 'an archive in an archive is left alone' wf import "$T_TMP/nested.zip" --sponsor S
is "$(json '.configs[0].servers' list)" 1 'and not opened'

for name in nothing many bomb web cut damaged; do
	fresh
	is_rc 1 "$name: refused" wf import "$T_TMP/$name.zip" --sponsor S
	like "$(cat "$T_TMP/stderr")" '\[E_[A-Z_]+\]' "$name: with a code"
	is "$(json '.configs | length' list)" 0 "$name: nothing stays behind"
	cp "$T_TMP/stderr" "$T_TMP/err-$name"
done
for name in many bomb; do
	like "$(cat "$T_TMP/err-$name")" E_LIMIT "$name is a limit"
done
for name in cut damaged; do
	like "$(cat "$T_TMP/err-$name")" E_ARCHIVE "$name is the archive's fault"
done

# Encrypted.
(cd "$T_TMP/few" && zip -q -P secret "$T_TMP/locked.zip" -- *.conf)
fresh
is_rc 1 'an encrypted zip' wf import "$T_TMP/locked.zip" --sponsor S
like "$(cat "$T_TMP/stderr")" 'encrypted' 'is said to be one'

# A worker that is not there, and one that dies.
fresh
WF_LIBEXEC=$T_TMP/few is_rc 1 'no worker' wf import "$T_TMP/kind.zip" --sponsor S
mkdir "$T_TMP/dead"
printf '#!/bin/sh\nexit 0\n' >"$T_TMP/dead/wf-unpack"
chmod +x "$T_TMP/dead/wf-unpack"
WF_LIBEXEC=$T_TMP/dead is_rc 1 'a worker that dies' wf import "$T_TMP/kind.zip" --sponsor S
is "$(json '.configs | length' list)" 0 'is never taken for an empty archive'
t_done
