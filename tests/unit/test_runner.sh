#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the runner and its tools say to wrong arguments, and which cells they pick.
# Nothing is booted and no network is used.
set -euo pipefail

unit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${unit%/*/*}
# shellcheck source=../lab/ktap.sh
. "$top/tests/lab/ktap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A small tests/ of its own, so that the picks do not depend on the real cases
lab=$work/lab
mkdir -p "$lab"/tests/{cases/a,cases/b,selftest}
ln -s "$top/tests/lab" "$lab/tests/lab"
cp "$top/tests/run.sh" "$lab/tests/"
cat >"$lab/tests/kernels.list" <<'LIST'
# comment
5.10   x86_64  bullseye 10 -
6.1    x86_64  bookworm 12 must
6.1-rt x86_64  bookworm 12 -
6.1    aarch64 bookworm 12 must
6.1-cloud x86_64 bookworm 12 -
7      x86_64  trixie   14 must
LIST
printf '# arch: x86_64\n# Prose: with a colon is no header.\n' >"$lab/tests/cases/a/10-one.sh"
printf '# arch: x86_64 aarch64\n# kernels: 6.1\n' >"$lab/tests/cases/a/20-two.sh"
printf '# arch: x86_64\n# tier: slow\n# kernels: !5.10 !6.1-rt\n' >"$lab/tests/cases/b/10-slow.sh"
printf '# arch: x86_64 aarch64\n' >"$lab/tests/selftest/01-pass.sh"

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

bad_header()
{
	printf '# arch: x86_64\n# %s: 1\n' "$1" >"$lab/tests/cases/b/99-bad.sh"
	says 2 "unknown header '$1:'" "$lab/tests/run.sh" -l || return 1
	rm "$lab/tests/cases/b/99-bad.sh"
}

no_arch()
{
	echo '# nothing else' >"$lab/tests/cases/b/99-bad.sh"
	says 2 "no '# arch:' line" "$lab/tests/run.sh" -l || return 1
	rm "$lab/tests/cases/b/99-bad.sh"
}

# Every header of the real cases, which otherwise is seen only when they are picked
real_headers()
{
	# shellcheck source=../lab/vm.sh
	. "$top/tests/lab/vm.sh"
	local file fault bad=0
	for file in "$top"/tests/{cases/*,bench,compare,demo}/[0-9]*.sh "$top"/tests/selftest/*.sh; do
		fault=$(check_header "$file")
		[ -z "$fault" ] || { echo "${file#"$top"/}: $fault"; bad=1; }
		case $file in
		*/selftest/*) [ -n "$(case_field "$file" expect)" ] || { echo "$file expects nothing"; bad=1; } ;;
		*) [ -z "$(case_field "$file" expect)$(case_field "$file" break)" ] ||
			{ echo "$file: expect and break are for negative controls"; bad=1; } ;;
		esac
	done
	return $bad
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
plan 27
check "unknown option" says 2 "unknown option '--frob'" "$run" --frob
check "option without its value" says 2 "-k needs a value" "$run" -k
check "-j 0" says 2 "-j takes a number from 1" "$run" -j 0
check "-T with a wrong tier" says 2 "-T takes fast, slow" "$run" -T quick
check "-a with a wrong architecture" says 2 "-a takes x86_64 or aarch64" "$run" -a riscv64
check "-m with something that is no macro" says 2 "-m takes the name of a macro" "$run" -m 'A;B'
check "MODULES without a module" says 2 "no .ko file in the folder that MODULES names" env MODULES="$lab" "$run" -l
check "-k that matches no kernel" says 2 "-k 9.9 matches no kernel" "$run" -l -k '6.1 9.9'
check "-t that matches no case" says 77 "nothing to run" "$run" --no-selftest -t 'nosuch*'
check "help" says 0 "usage: tests/run.sh" "$run" --help
check "all kernels without flavours" lists \
	"a/10-one 5.10 x86_64,a/10-one 6.1 x86_64,a/10-one 7 x86_64,a/20-two 6.1 x86_64,a/20-two 6.1 aarch64" --no-selftest
check "a flavour by its line" lists "a/10-one 6.1-rt x86_64,a/20-two 6.1-rt x86_64" --no-selftest -k 6.1-rt
check "a line of one architecture" lists "a/20-two 6.1 aarch64" --no-selftest -k 6.1:aarch64
check "the slow tier" lists "b/10-slow 7 x86_64" --no-selftest -T slow -k 7
check "kernels taken out" lists "b/10-slow 6.1 x86_64,b/10-slow 6.1-cloud x86_64,b/10-slow 7 x86_64" --no-selftest -T slow -k '5.10 6.1* 7'
check "all tiers, the fast one on flavours" lists \
	"a/10-one 6.1 x86_64,a/10-one 6.1-cloud x86_64,b/10-slow 6.1 x86_64" --no-selftest -T matrix -k '6.1:x86_64 *-cloud' -t '10-*'
check "glued values" lists "a/10-one 7 x86_64,b/10-slow 7 x86_64" --no-selftest -Tall -k7 -j2
check "a case by its name without the folder" lists "a/20-two 6.1 x86_64" --no-selftest -a x86_64 -t '20-*'
check "controls come first, one kernel an architecture" lists \
	"selftest/01-pass 6.1 x86_64,selftest/01-pass 6.1 aarch64,a/20-two 6.1 x86_64,a/20-two 6.1 aarch64" -t '*two'
check "a misspelt header" bad_header timeuot
check "a case without arch" no_arch
check "headers of all the real cases" real_headers
check "fetch: unknown line" says 2 "unknown kernel line" "$top/tests/lab/fetch" kernel 4.19 x86_64
check "fetch: unknown architecture" says 2 "known are" "$top/tests/lab/fetch" qemu riscv64
check "fetch: no archive, nothing cached" says 1 "nothing cached and the archive cannot be read" offline empty
check "fetch: no archive, an old kernel cached" offline_cached
check "mkinitramfs: no output file" says 2 "where to?" "$top/tests/lab/mkinitramfs" 6.1 x86_64
finish
