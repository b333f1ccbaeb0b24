#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the runner and its tools say to wrong arguments, and which cells they pick.
# Nothing is booted and no network is used.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# A small tests/ of its own, so that the picks do not depend on the real cases
lab=$work/lab
mkdir -p "$lab"/tests/{cases/a,cases/b,selftest,lab,mutations} "$lab/b"
ln -s "$top"/tests/lab/* "$lab/tests/lab/"
cp "$top/tests/run.sh" "$lab/tests/"
cp "$top/tests/mutations/run.sh" "$lab/tests/mutations/"
cat >"$lab/tests/kernels.list" <<'LIST'
# comment
5.10   x86_64  bullseye 10 -
6.1    x86_64  bookworm 12 must
6.1-rt x86_64  bookworm 12 -
6.1    aarch64 bookworm 12 must
6.1-cloud x86_64 bookworm 12 -
7      x86_64  trixie   14 -
LIST
printf '# arch: x86_64\n# Prose: with a colon is no header.\n' >"$lab/tests/cases/a/10-one.sh"
printf '# arch: x86_64 aarch64\n# kernels: 6.1\n' >"$lab/tests/cases/a/20-two.sh"
printf '# arch: x86_64\n# tier: slow\n# kernels: !5.10 !6.1-rt\n' >"$lab/tests/cases/b/10-slow.sh"
printf '# arch: x86_64 aarch64\n# expect: ok\n' >"$lab/tests/selftest/01-pass.sh"

# says STATUS TEXT COMMAND...: exit status and a text in the output
says()
{
	local want=$1 text=$2 out rc=0
	shift 2
	out=$("$@" 2>&1) || rc=$?
	[ $rc -eq "$want" ] || { echo "exit $rc, not $want: $out"; return 1; }
	grep -qF -- "$text" <<<"$out" || { echo "no '$text' in: $out"; return 1; }
}

# lists EXPECTED ARGS...: the cells, one "name line arch" each, joined with commas
lists()
{
	local want=$1 got
	shift
	got=$("$lab/tests/run.sh" -l "$@" | paste -sd,)
	[ "$got" = "$want" ] || { echo "expected $want"; echo "got      $got"; return 1; }
}

# bad_case TEXT HEADER: a case with this header is refused with the text
bad_case()
{
	echo "$2" >"$lab/tests/cases/b/99-bad.sh"
	says 2 "$1" "$lab/tests/run.sh" -l || return 1
	rm "$lab/tests/cases/b/99-bad.sh"
}

of_suite()
{
	printf '# arch: aarch64\n# Prose.\n' >"$lab/tests/cases/a/suite"
	echo '# Nothing of its own.' >"$lab/tests/cases/a/21-none.sh"
	lists "a/10-one 6.1 x86_64,a/21-none 6.1 aarch64" --no-selftest -k 6.1 -t '10-one 21-none' || return 1
	rm "$lab/tests/cases/a/"{suite,21-none.sh}
}

# --- a machine that is none: what the runner asks for shows in $work/asked ---

for tool in fetch build-module mkinitramfs; do
	rm "$lab/tests/lab/$tool"
	printf '#!/bin/sh\necho "%s $*" >>%s\n' $tool "$work/asked" >"$lab/tests/lab/$tool"
	chmod +x "$lab/tests/lab/$tool"
done
mkdir -p "$work/kernel" "$work/overlay" "$work/firmware/usr/share/OVMF"
echo 6.1.0-0-amd64 >"$work/kernel/release"
echo variables >"$work/firmware/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"
echo "$work/kernel" >"$work/newest"
# where a line has a kernel of its own, or a status instead
cat >>"$lab/tests/lab/fetch" <<FETCH
[ ! -e "$work/line.\$2" ] || exec cat "$work/line.\$2"
[ ! -e "$work/status.\$2" ] || exit "\$(cat "$work/status.\$2")"
cat "$work/newest"
FETCH
# keeps the sources, the case and its files for a look
cat >>"$lab/tests/lab/build-module" <<BUILD
cp -r "\$4/b" "$work/built" && echo "$work/built"
BUILD
cat >>"$lab/tests/lab/mkinitramfs" <<MAKE
cp "\$6" "$work/case.sh" && echo >"\$4"
MAKE
cat >"$work/qemu-x86_64" <<'QEMU'
#!/bin/sh
for word; do
	case $word in
	--version) echo "QEMU emulator version ${VERSION:-1}" ;;
	file:*) printf 'Linux version 6.1\nRun /init as init process\n' >"${word#file:}" ;;
	file,id=res,path=*) printf 'screen\nKTAP version 1\n1..1\n%s 1 it ran\nexit 0\n' "${POINT:-ok}" >"${word##*=}"; eval "${DURING:-}" ;;
	esac
done
QEMU
chmod +x "$work/qemu-x86_64"

# ran ARGUMENT...: one cell, which must pass
ran()
{
	rm -rf "$work"/{asked,built,out}
	QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$lab/tests/run.sh" --no-selftest -k 6.1:x86_64 \
		-o "$work/out" "$@" >"$work/ran" 2>&1 || { cat "$work/ran"; return 1; }
}

# has FILE TEXT...: each is a line's part
has()
{
	local file=$1 text
	shift
	for text; do
		grep -qF -- "$text" "$file" || { echo "no '$text' in $(cat "$file")"; return 1; }
	done
}

cat >"$work/30-red.sh" <<'BODY'
# arch: x86_64
# tier: @tier@
# kernels: @kernels@
# mem: @mem@
# module: none
echo @name@ @mem@ @DIR@
BODY
cat >"$work/30-red.table" <<'TABLE'
# A comment
name    | tier | kernels | mem
30-red  | slow | 5.10    | 64
31-blue |      |         \
	| 128
TABLE
cat >"$work/30-red.host" <<'HOST'
. "$LAB/ktap.sh"
plan 1
check "the result is there" grep -q '^ok 1 it ran' "$1/result"
finish
HOST

a_row()
{
	ran -t a/31-blue || return
	has "$work/out"/*/command ' -m 128 ' && has "$work/out"/*/host 'ok 1 the result' &&
		has "$work/case.sh" 'echo 31-blue 128 @DIR@' || return
	! grep '# kernels:' "$work/case.sh"
}

bad_row()
{
	echo '32-green | slow' >>"$lab/tests/cases/a/30-red.table"
	says 2 '2 fields for 4 columns' "$lab/tests/run.sh" -l || return
	sed -i '$d' "$lab/tests/cases/a/30-red.table"
	echo '31-blue | | | 1' >>"$lab/tests/cases/a/30-red.table"
	says 2 'a second row 31-blue' "$lab/tests/run.sh" -l || return
	sed -i '$d' "$lab/tests/cases/a/30-red.table"
}

printf '# arch: x86_64\n# tier: slow\n# module: none\n' >"$work/outside.sh"
outside()
{
	ran --case "$work/outside.sh" --overlay "$work/overlay" &&
		has "$work/ran" '1..1' "ok 1 outside 6.1.0-0-amd64" &&
		has "$work/asked" "-c $work/outside.sh -s $lab -d $work/overlay"
}

printf '# arch: x86_64\n# module: none\n# firmware: secure-boot\n' >"$work/firm.sh"
firmware()
{
	FIRMWARE=$work/firmware ran --case "$work/firm.sh" &&
		has "$work/out"/*/command '-machine q35' "OVMF_CODE_4M.fd" "-kernel $work/kernel/vmlinuz" || return
	# what the firmware wrote before is no part of the result
	[ "$(head -n 1 "$work/out"/*/result)" = 'KTAP version 1' ]
}
no_firmware()
{
	says 2 "needs FIRMWARE=" env QEMU="$work/qemu-x86_64" "$run" --case "$work/firm.sh" -k 6.1:x86_64
}

# A line with a slower kernel: more memory and time, and a case may say that it is not for it.
printf '# arch: x86_64\n# module: none\n# timeout: 100\n# undebugged: it wants BTF\n' >"$work/unfit.sh"
slower()
{
	echo '6.1-debug x86_64 bookworm 12 - 3' >>"$lab/tests/kernels.list"
	lists "a/20-two 6.1 x86_64,a/20-two 6.1-debug x86_64" --no-selftest -a x86_64 \
		-k '6.1* !*-rt !*-cloud' -t '20-*' || return
	QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$run" --no-selftest -k '6.1 6.1-debug' -a x86_64 \
		--case "$work/unfit.sh" -o "$work/slow" >"$work/ran" || { cat "$work/ran"; return 1; }
	has "$work/ran" 'ok 1 unfit' 'ok 2 unfit 6.1.0-0-amd64 # SKIP it wants BTF' &&
		has "$work/slow/unfit.6.1.x86_64/command" '-m 512 ' || return
	ran -k 6.1-debug -t a/10-one &&
		has "$work/out/a.10-one.6.1-debug.x86_64/command" '-m 1024 ' 'lab.slower=3' || return
	sed -i '$d' "$lab/tests/kernels.list"
	! grep lab.slower "$work/slow/unfit.6.1.x86_64/command"
}

only_fast()
{
	local rc=0
	printf '%s x86_64 bookworm 12 -\n' 7-clang 6.1-debug >>"$lab/tests/kernels.list"
	lists "a/10-one 7 x86_64,a/10-one 7-clang x86_64,a/10-one 6.1-debug x86_64,b/10-slow 7 x86_64" \
		--no-selftest -T debug -k '7 7-clang 6.1-debug' -t '10-*' || rc=1
	printf '# arch: x86_64\n# tier: fast 7\n' >"$lab/tests/cases/a/25-newest.sh"
	lists "a/25-newest 7-clang x86_64,a/25-newest 6.1-debug x86_64" \
		--no-selftest -T debug -k '7-clang 6.1-debug' -t '25-*' || rc=1
	lists "" --no-selftest -k '7-clang 6.1-debug' -t '25-*' || rc=1
	rm "$lab/tests/cases/a/25-newest.sh"
	sed -i '$d' "$lab/tests/kernels.list"
	sed -i '$d' "$lab/tests/kernels.list"
	return $rc
}

# What the emulated kernel is told of its clock is what a second look at this machine's says, to
# 0.1 %, and that no watchdog need judge it; under -icount, or with KVM, it is told nothing.
printf '# arch: x86_64\n# module: none\n# icount: shift=0\n' >"$work/counted.sh"
told_clock()
{
	local told seen
	ran -t a/10-one || return
	# one quoted word of the command line
	told=$(sed -n 's/.*\\ tsc_early_khz=\([0-9]*\).*/\1/p' "$work/out"/*/command)
	if seen=$("$work/build/lab/tsc_khz" 2>"$work/err"); then
		awk -v told="$told" -v seen="$seen" 'BEGIN { r = told / seen; exit !(r > 0.999 && r < 1.001) }' ||
			{ echo "told $told, seen $seen"; return 1; }
		has "$work/out"/*/command "$told\\ tsc=reliable" || return
	else
		has "$work/err" 'this is no x86' && [ -z "$told" ] || return
	fi
	ran --case "$work/counted.sh" && ! grep tsc "$work/out"/*/command || return
	ACCEL=kvm ran -t a/10-one && ! grep tsc "$work/out"/*/command
}

# --- kernels to come ---

# kernel_of LINE RELEASE VERSION: it has this one
kernel_of()
{
	mkdir -p "$work/$2-$3"
	echo "$2" >"$work/$2-$3/release"
	echo "$work/$2-$3" >"$work/line.$1"
}

# coming STATUS TEXT...: of a run on all of them, which ends so
coming()
{
	local want=$1 rc=0
	shift
	QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$run" --no-selftest -k '7 testing* sid next' -t a/10-one \
		-o "$work/come" --summary >"$work/ran" 2>&1 || rc=$?
	[ $rc -eq "$want" ] || { echo "exit $rc, not $want"; cat "$work/ran"; return 1; }
	has "$work/ran" "$@"
}

to_come()
{
	local rc=0
	cp "$lab/tests/kernels.list" "$work/list"
	printf '%s x86_64 any - may\n' testing testing-16k sid next >>"$lab/tests/kernels.list"
	kernel_of 7 7.1-amd64 7.1-1~bpo13+1
	kernel_of testing 7.1-amd64 7.1-1
	kernel_of testing-16k 7.1-16k 7.1-1
	kernel_of sid 7.2-amd64 7.2-1
	echo 3 >"$work/status.next"
	come_picked && come_same && come_failed && come_uncompiled && come_none || rc=1
	cp "$work/list" "$lab/tests/kernels.list"
	rm -f "$work"/{line,status}.*
	return $rc
}

# only by name, and then the fast ones
come_picked()
{
	lists "a/10-one 7 x86_64" --no-selftest -a x86_64 -t a/10-one -k '7 !sid' &&
		! "$run" -l --no-selftest | grep -E 'testing|sid|next' &&
		lists "a/10-one sid x86_64" --no-selftest -T matrix -k sid -t '10-*'
}

come_same()
{
	coming 0 '1..3' '# testing x86_64: 7.1-1 is the kernel of 7, too: not run again' \
		"# next x86_64: experimental has no kernel newer than sid's, nothing to run" \
		'ok 2 a/10-one 7.1-16k' 'ok 3 a/10-one 7.2-amd64' '3 passed, 0 failed' &&
		! grep 'failed on' "$work/ran" || return
	says 77 'no kernel newer' "$run" --no-selftest -k next -t a/10-one
}

come_failed()
{
	kernel_of next 7.3-amd64 7.3~rc1-1
	echo "[ \"\$1\" != sid ] || exit 1" >>"$lab/tests/lab/mkinitramfs"
	coming 0 'not ok 3 a/10-one 7.2-amd64 # TODO a kernel to come' 'BROKEN CHECK' 'ok 4 a/10-one 7.3-amd64' \
		'# 1 points failed on kernels to come, not counted' '3 passed, 0 failed' || return
	sed -i '$d' "$lab/tests/lab/mkinitramfs"
	# the same on another kernel is one
	! POINT='not ok' coming 0 '' && has "$work/ran" '# 3 points failed on kernels to come' '0 passed, 1 failed'
}

come_uncompiled()
{
	cp "$lab/tests/lab/build-module" "$work/build-module"
	sed -i "2i [ \"\$1\" != next ] || exit 1" "$lab/tests/lab/build-module"
	coming 0 'not ok 1 a/10-one 7.3-amd64 # TODO' 'the modules do not compile there' '3 passed, 0 failed' || return
	sed -i '2s/next/7/' "$lab/tests/lab/build-module"
	coming 1 'KTAP' || return
	cp "$work/build-module" "$lab/tests/lab/build-module"
}

come_none()
{
	rm "$work/line.sid"
	echo 1 >"$work/status.sid"
	coming 0 'sid x86_64: its kernel cannot be fetched' '# 1 points failed on kernels to come' '3 passed, 0 failed'
}

# --- the last QEMU that passed ---

# with_qemu STATUS TEXT...: a run with its controls and the QEMU that $work/qemu-now names, as
# fetch would, with the one that is marked in place of one that failed
with_qemu()
{
	local want=$1 rc=0
	shift
	POWER_KMODS_CACHE=$work/marks BUILD_DIR=$work/build "$run" -k 6.1:x86_64 -t a/10-one \
		-o "$work/qemus" >"$work/ran" 2>&1 || rc=$?
	[ $rc -eq "$want" ] || { echo "exit $rc, not $want"; cat "$work/ran"; return 1; }
	has "$work/ran" "$@"
}

# new_qemu NAME POINT: the archive has this one, in which points are POINT
new_qemu()
{
	mkdir -p "$work/q/$1"
	{ echo '#!/bin/sh'; echo "VERSION=$1 POINT='$2'"; tail -n +2 "$work/qemu-x86_64"; } >"$work/q/$1/qemu"
	chmod +x "$work/q/$1/qemu"
	echo "$work/q/$1/qemu" >"$work/qemu-now"
}

last_good()
{
	local mark=$work/marks/notes/qemu-x86_64
	mkdir -p "$work/marks/notes"
	cp "$lab/tests/lab/fetch" "$work/fetch"
	# the real one's choice, by its own notes
	cat >"$lab/tests/lab/fetch" <<-FETCH
		#!/bin/sh
		[ "\$1" = qemu ] || { cat "$work/newest"; exit; }
		cp "$work/qemu-now" "$mark"
		PATH=$work/oldest:\$PATH exec "$top/tests/lab/fetch" "\$@"
	FETCH
	mkdir -p "$work/oldest"
	printf '#!/bin/sh\necho "QEMU emulator version 2.0"\n' >"$work/oldest/qemu-system-x86_64"
	chmod +x "$work/oldest/qemu-system-x86_64"

	# none has passed yet
	new_qemu 1 'not ok' && with_qemu 1 'the negative controls failed' '# qemu x86_64: '"$work/q/1/qemu (1)" || return
	[ ! -e "$mark.good" ] && [ ! -e "$mark.bad" ] || return
	new_qemu 2 ok && with_qemu 0 'pass:2' && has "$mark.good" "$work/q/2/qemu" || return
	# a newer one fails: its controls are shown, and the run is that of the last one
	new_qemu 3 'not ok' && with_qemu 0 '# not ok 1 selftest/01-pass' 'ok 2 a/10-one' '# Totals: pass:2 fail:0' \
		"# qemu x86_64: $work/q/2/qemu (2), accel tcg, since the negative controls failed with $work/q/3/qemu" || return
	[ "$(grep -c '^1\.\.' "$work/ran") $(grep -c '^ok' "$work/ran")" = '1 2' ] || { cat "$work/ran"; return 1; }
	# and so it is in the next run, without trying
	with_qemu 0 "since the negative controls failed with $work/q/3/qemu" || return
	! grep '# not ok' "$work/ran" || return
	# one that passes is the last
	new_qemu 4 ok && with_qemu 0 '(4), accel tcg' && has "$mark.good" "$work/q/4/qemu" || return
	[ ! -e "$mark.bad" ] || return
	# what fails with both is none's fault
	new_qemu 5 'not ok'
	sed -i "s/POINT='ok'/POINT='not ok'/" "$work/q/4/qemu"
	with_qemu 1 'the negative controls failed: ' && [ ! -e "$mark.bad" ] && has "$mark.good" "$work/q/4/qemu" || return
	cp "$work/fetch" "$lab/tests/lab/fetch"
}

# Only what a note names is kept
cleaned()
{
	local notes=$work/cleaned/notes
	mkdir -p "$notes" "$work"/cleaned/qemu/{new,good,old}
	echo "$work/cleaned/qemu/new/qemu" >"$notes/qemu-x86_64"
	echo "$work/cleaned/qemu/good/qemu" >"$notes/qemu-x86_64.good"
	env PATH="$work/bin:$PATH" POWER_KMODS_CACHE="$work/cleaned" "$top/tests/lab/fetch" clean || return
	[ "$(cd "$work/cleaned/qemu" && echo *)" = 'good new' ]
}

# --- what passed is not run again ---

# resumed TAKEN [ARGUMENT...]: both cells pass, TAKEN of them not by running
resumed()
{
	local want=$1 got
	shift
	QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$run" --resume --no-selftest -k 6.1:x86_64 -T all \
		-t 'a/10-one b/10-slow' -o "$work/kept" -j2 --summary "$@" >"$work/ran" 2>&1 || { cat "$work/ran"; return 1; }
	got=$(grep -c '^ok .* # taken over, run 20.* points=.$' "$work/ran" || true)
	[ "$got" -eq "$want" ] || { echo "$got were taken over, not $want"; cat "$work/ran"; return 1; }
	has "$work/ran" '# Totals: pass:2 fail:0' || return
	[ "$want" -eq 0 ] || has "$work/ran" "# Taken over, not run again: $want cells, "
}

# remain CELLS: listed as left to be run
remain()
{
	local got
	got=$(QEMU=$work/qemu-x86_64 "$run" --resume -l --no-selftest -k 6.1:x86_64 -T all \
		-t 'a/10-one b/10-slow' -o "$work/kept" | paste -sd,)
	[ "$got" = "$1" ] || { echo "expected $1"; echo "got      $got"; return 1; }
}

# change FILE TAKEN: so many of both do not depend on it
change()
{
	mkdir -p "$(dirname "$lab/$1")"
	echo '# changed' >>"$lab/$1"
	resumed "$2"
}

resume()
{
	remain 'a/10-one 6.1 x86_64,b/10-slow 6.1 x86_64' && resumed 0 && resumed 2 && remain '' &&
		has "$work/ran" '2 cells, 2 points' '2 passed, 0 failed' || return
	# asked for without --resume they run
	QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$run" --no-selftest -k 6.1:x86_64 -t a/10-one \
		-o "$work/kept" >"$work/ran" || return
	! grep 'taken over' "$work/ran"
}

resume_changed()
{
	resumed 2 && cp "$work/30-red.host" "$lab/tests/cases/b/10-slow.host" || return
	change tests/cases/a/10-one.sh 0 && change tests/cases/b/10-slow.host 1 &&
		change tests/cases/b/suite 1 && change rapl_pmu/x.c 0 && change kvm_arm_mpstate/x.c 2 &&
		change README.md 2 && change Kbuild 0 && change tests/lab/new 0 || return
	rm -r "$lab"/{tests/cases/b/{10-slow.host,suite},rapl_pmu,kvm_arm_mpstate,README.md,Kbuild,tests/lab/new}
}

resume_elsewhere()
{
	resumed 0 && VERSION=2 resumed 0 && VERSION=2 resumed 2 || return
	cp -r "$work/kernel" "$work/kernel-2"
	echo "$work/kernel-2" >"$work/newest"
	VERSION=2 resumed 0 && VERSION=2 resumed 2 || return
	echo "$work/kernel" >"$work/newest"
	resumed 0
}

# Nothing is known of a cell that failed, was ended, or ran while its files were changed.
resume_failed()
{
	local case=$lab/tests/cases/a/10-one.sh
	resumed 2 || return
	! POINT='not ok' QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$run" --no-selftest \
		-k 6.1:x86_64 -t a/10-one -o "$work/kept" >/dev/null || return
	remain 'a/10-one 6.1 x86_64' && resumed 1 || return
	rm "$work/kept/a.10-one.6.1.x86_64/verdict"
	remain 'a/10-one 6.1 x86_64' && resumed 1 || return
	cp "$case" "$work/before"
	DURING="echo '# while it ran' >>$case" QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build "$run" \
		--no-selftest -k 6.1:x86_64 -t a/10-one -o "$work/kept" >/dev/null || return
	cp "$work/before" "$case"
	remain 'a/10-one 6.1 x86_64' && resumed 1
}

# --- mutations ---

printf 'one\ntwo\n' >"$lab/b/numbers"
cat >"$lab/tests/mutations/b.list" <<'LIST'
[three] 10-slow on 6.1
numbers  s/(t)wo|three/\1hree/
[zero] 10-slow on 7 passes
# twice the same file, and one from the top
numbers  s/one/zero/
b/numbers  s/zero/&!/
[nothing] 10-slow on 7
numbers  s/four/five/
LIST
mutate=$lab/tests/mutations/run.sh

by_header()
{
	printf '# arch: x86_64\n# mutation: three\n' >"$work/mutated.sh"
	ran --case "$work/mutated.sh" -m three || return
	printf 'one\nthree\n' | diff - "$work/built/numbers" || return
	ran --case "$work/mutated.sh" -m zero || return
	printf 'zero!\nthree\n' | diff - "$work/built/numbers" && printf 'one\ntwo\n' | diff - "$lab/b/numbers"
}

no_mutation()
{
	QEMU=$work/qemu-x86_64 says 2 "there is no mutation 'frob'" "$run" -k 6.1:x86_64 -t a/10-one -m frob
}

# mutated STATUS TEXT POINT NAME: what is said of that mutation if the guest's point is POINT
mutated()
{
	POINT=$3 QEMU=$work/qemu-x86_64 BUILD_DIR=$work/build says "$1" "$2" "$mutate" -k 6.1:x86_64 "$4"
}

both_outcomes()
{
	mutated 0 'ok 1 three # b/10-slow on 6.1:x86_64: FAIL 1 of 1: not ok 1 it ran' 'not ok' three &&
		mutated 1 'not ok 1 three # b/10-slow on 6.1:x86_64 ended with 0' ok three &&
		mutated 0 'ok 1 zero # b/10-slow on 6.1:x86_64 passes, as it should' ok zero &&
		mutated 1 'not ok 1 zero # b/10-slow on 6.1:x86_64 ended with 1: FAIL' 'not ok' zero
}

# A unit test that notices, one that cannot, and one that is not built
by_unit()
{
	local faulty=$work/tree/tests/mutations
	export BUILD_DIR=$work/build
	says 0 'ok 1 signed-advance # unit/test_energy: not ok' \
		"$top/tests/mutations/run.sh" signed-advance || return
	"$top/tests/mutations/run.sh" --apply "$work/tree" name-anything || return
	cat >"$faulty/x.list" <<-'LIST'
		[none] unit/test_energy
		rapl_pmu/main.c  1s/GPL/gpl/
		[worse] unit/test_energy
		rapl_pmu/energy.h  1s/^/wrong/
	LIST
	says 1 'not ok 1 worse # unit/test_energy ended with 2' "$faulty/run.sh" worse &&
		says 1 'not ok 1 none # unit/test_energy ended with 0' "$faulty/run.sh" none
}

# An empty cache and an archive that does not answer. A new machine has no kmod,
# and it never gets as far as to need it.
mkdir "$work/bin"
ln -s /bin/false "$work/bin/depmod"
offline()
{
	env PATH="$work/bin:$PATH" POWER_KMODS_CACHE="$work/$1" DEBIAN_MIRROR="file://$work/nowhere" \
		DEBIAN_SECURITY_MIRROR="file://$work/nowhere" "$top/tests/lab/fetch" kernel 6.1 x86_64
}

offline_cached()
{
	local out
	mkdir -p "$work/cached/notes" "$work/cached/kernel/old"
	echo "$work/cached/kernel/old" >"$work/cached/notes/kernel-6.1-x86_64"
	touch -d '3 days ago' "$work/cached/notes/kernel-6.1-x86_64"
	out=$(offline cached 2>"$work/err") || { cat "$work/err"; return 1; }
	[ "$out" = "$work/cached/kernel/old" ] || { echo "printed: $out"; return 1; }
	grep -q 'using the cached' "$work/err" || { cat "$work/err"; return 1; }
}

run=$lab/tests/run.sh
point "unknown option" says 2 "unknown option '--frob'" "$run" --frob
point "option without its value" says 2 "-k needs a value" "$run" -k
point "-j 0" says 2 "-j takes a number from 1" "$run" -j 0
point "-T with a wrong tier" says 2 "-T takes fast, slow" "$run" -T quick
point "-a with a wrong architecture" says 2 "-a takes x86_64 or aarch64" "$run" -a riscv64
point "--case without a file" says 2 "--case takes a file" "$run" --case /nonexistent
point "MODULES without a module" says 2 "no .ko file in the folder that MODULES names" env MODULES="$lab" "$run" -l
point "-k that matches no kernel" says 2 "-k 9.9 matches no kernel" "$run" -l -k '6.1 9.9'
point "-t that matches no case" says 77 "nothing to run" "$run" --no-selftest -t 'nosuch*'
point "help" says 0 "usage: tests/run.sh" "$run" --help
point "all kernels without flavours" lists \
	"a/10-one 5.10 x86_64,a/10-one 6.1 x86_64,a/10-one 7 x86_64,a/20-two 6.1 x86_64,a/20-two 6.1 aarch64" --no-selftest
point "a flavour by its line" lists "a/10-one 6.1-rt x86_64,a/20-two 6.1-rt x86_64" --no-selftest -k 6.1-rt
point "a line of one architecture" lists "a/20-two 6.1 aarch64" --no-selftest -k 6.1:aarch64
point "the slow tier" lists "b/10-slow 7 x86_64" --no-selftest -T slow -k 7
point "kernels taken out" lists "b/10-slow 6.1 x86_64,b/10-slow 6.1-cloud x86_64,b/10-slow 7 x86_64" --no-selftest -T slow -k '5.10 6.1* 7'
printf '# arch: x86_64\n# tier: fast !6.1\n' >"$lab/tests/cases/a/25-but.sh"
point "fast but on one line" lists "a/25-but 6.1-rt x86_64,a/25-but 7 x86_64" --no-selftest -k '6.1 6.1-rt 7' -t '25-*'
point "where it is slow" lists "a/25-but 6.1 x86_64" --no-selftest -T slow -k '6.1 7' -t '25-*'
rm "$lab/tests/cases/a/25-but.sh"
point "all tiers, the fast one on flavours" lists \
	"a/10-one 6.1 x86_64,a/10-one 6.1-cloud x86_64,b/10-slow 6.1 x86_64" --no-selftest -T matrix -k '6.1:x86_64 *-cloud' -t '10-*'
point "the matrix has the slow ones on a kernel that may skip, too" lists \
	"a/10-one 7 x86_64,b/10-slow 7 x86_64" --no-selftest -T matrix -k 7 -t '10-*'
point "glued values" lists "a/10-one 7 x86_64,b/10-slow 7 x86_64" --no-selftest -Tall -k7 -j2
point "a case by its name without the folder" lists "a/20-two 6.1 x86_64" --no-selftest -a x86_64 -t '20-*'
point "controls come first, one kernel an architecture" lists \
	"selftest/01-pass 6.1 x86_64,selftest/01-pass 6.1 aarch64,a/20-two 6.1 x86_64,a/20-two 6.1 aarch64" -t '*two'
point "a misspelt header" bad_case "unknown header 'timeuot:'" $'# arch: x86_64\n# timeuot: 1'
point "a case without arch" bad_case "no '# arch:' line" '# nothing else'
point "a header that a case has not is its suite's" of_suite
point "headers of all the real cases, also those that are not picked" "$top/tests/run.sh" -l -T bench -k 7
cp "$work"/30-red.* "$lab/tests/cases/a/"
point "a row of a table is a case" lists "a/31-blue 7 x86_64" --no-selftest -k 7 -t '3?-*'
point "by clang, or on 6.1-debug, the debug tier is what is fast on 6.1 or 7" only_fast
point "of a table the rows that are fast, for the debug tier" lists "a/31-blue 7 x86_64,b/10-slow 7 x86_64" --no-selftest -T debug -k 7 -t "3?-* 10-slow"
point "it has the row's words, and the host part of all" a_row
point "rows that do not fit their table" bad_row
point "a case from elsewhere, with files laid over the guest" outside
point "a kernel that is slower, and a case that is not for it" slower
point "an emulated kernel is told its clock" told_clock
point "kernels to come: those that are news, and what fails there is not counted" to_come
point "a newer QEMU with which the negative controls fail: the last that passed is used" last_good
point "fetch clean keeps that" cleaned
point "--resume: what passed is taken over and counts; -l has what is left" resume
point "--resume: what changed runs, as do all with another lab or module" resume_changed
point "--resume: another kernel package or QEMU" resume_elsewhere
point "--resume: what failed, was ended or changed meanwhile" resume_failed
point "firmware" firmware
point "firmware, but where is it?" no_firmware
point "mutations of header and -m, in a copy" by_header
point "-m with a mutation that there is not" no_mutation
point "a mutation that changes nothing" says 1 "nothing changes nothing in b/numbers: s/four/five/" "$mutate" --check
point "what must pass passes, what must fail does not" both_outcomes
point "a mutation that a unit test of the host must notice" by_unit
point "fetch: unknown line" says 2 "unknown kernel line" "$top/tests/lab/fetch" kernel 4.19 x86_64
point "fetch: unknown architecture" says 2 "known are" "$top/tests/lab/fetch" qemu riscv64
point "fetch: no archive, nothing cached" says 1 "nothing cached and the archive cannot be read" offline empty
point "fetch: no archive, an old kernel cached" offline_cached
point "mkinitramfs: no output file" says 2 "where to?" "$top/tests/lab/mkinitramfs" 6.1 x86_64
finish
