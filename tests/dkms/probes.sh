#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# probes.sh - is what a kernel has seen wherever it stands? KTAP, with the headers of Linux 6.1
# If this fails, a distribution's kernel that took over a change does not build, or gets the
# old way where the new one is needed.
# shellcheck disable=SC2317	# called by check
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
. "$top/tests/lab/ktap.sh"
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$top/tests/dkms/tree.sh"
work=$(mktemp -d)
trap 'rm -rf "$work" "$work".*' EXIT
tree=$("$top/tests/lab/fetch" build 6.1 x86_64)
release=$(cat "$("$top/tests/lab/fetch" kernel 6.1 x86_64)/release")
common=$tree/usr/src/linux-headers-${release%-*}-common

# header NAME TEXT: that header with TEXT before its last line
header()
{
	mkdir -p "$work/$(dirname "$1")"
	sed "\$i\\
$2" "$common/$1" >"$work/$1"
}
# builds HAVE...: with these words and no others
builds()
{
	local seen
	seen=$("$top/tests/lab/build-module" 6.1 x86_64 -w -H "$work" -e V=1 2>"$work.err") || { tail -n 5 "$work.err"; return 1; }
	seen=$(grep -o 'DHAVE_[A-Z_]*' "$seen/build.log" | sort -u | tr '\n' ' ')
	[ "$seen" = "$*" ] || { echo "built with: $seen"; return 1; }
}
broken()
{
	! "$top/tests/lab/build-module" 6.1 x86_64 -o "$work.out" -e CC=/bin/false >/dev/null 2>&1 &&
		grep -q 'bin/false compiles nothing with the headers of this kernel' "$work.out/build.log"
}

# Built in a container's default rights, a module is the same to the byte, and headers are laid over without
# touching the tree's own.
without_mounts()
{
	local seen
	! as_container unshare -m true 2>/dev/null || { echo "it may mount"; return 1; }
	seen=$("$top/tests/lab/build-module" 6.1 x86_64 -H "$work" -e V=1) || return 1
	as_container "$top/tests/lab/build-module" 6.1 x86_64 -H "$work" -e 'V=1 UNUSED=1' -o "$work.out" 2>&1 || return 1
	cmp "$seen/rapl_pmu.ko" "$work.out/rapl_pmu.ko" &&
		cmp "$common/include/linux/hrtimer.h" "$work.before"
}

plan 4
header include/linux/kernel.h '#define rdmsrq_safe(msr, value) rdmsrl_safe(msr, value)'
header include/linux/rbtree.h '#define hrtimer_setup(t, fn, clock, mode) do { hrtimer_init(t, clock, mode); (t)->function = (fn); } while (0)'
check "taken over, in another header" builds DHAVE_HK_TYPE DHAVE_HRTIMER_SETUP DHAVE_RDMSRQ DHAVE_WORKS ''
rm -rf "${work:?}"/*
header include/linux/hrtimer.h '/* what hrtimer_setup() does in newer ones */'
header arch/x86/include/asm/msr.h '/* not yet rdmsrq_safe() */'
check "a word in a comment" builds DHAVE_HK_TYPE DHAVE_WORKS ''
cp "$common/include/linux/hrtimer.h" "$work.before"
if [ "$(id -u)" -eq 0 ]; then
	check "the same module without mounts, as in a container" without_mounts
else
	skip "the same module without mounts, as in a container" "needs root"
fi
check "a compiler that does not work is said so" broken
finish
