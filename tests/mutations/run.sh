#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - break the module on purpose: does the test that guards it notice?
#
# Each tests/mutations/NAME.sed is one fault: what it does to which file, and the
# case that must fail.  It is applied to a copy of the checkout; the sources have
# no switches for it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)

usage()
{
	cat <<'USAGE'
usage: tests/mutations/run.sh [-k LINE] [-b] [-l] [NAME...]
  -k LINE  kernel line (default 7)
  -b       first see each case pass on the unchanged module
  -l       list the mutations and stop
Exit: 0 all were noticed, 1 one was not, 2 wrong arguments or a fault that does
not apply
USAGE
}

die() { printf 'mutations: %s\n' "$1" >&2; exit 2; }
field() { sed -n "s/^# $2: //p" "$here/$1.sed" | head -n 1; }

list_mutations()
{
	local f
	for f in "$here"/*.sed; do
		f=${f##*/}
		echo "${f%.sed}"
	done
}

# copy_tree DIR: what git knows, as it lies here
copy_tree()
{
	# shellcheck disable=SC2016	# for the inner shell
	git -C "$top" ls-files -z --cached --others --exclude-standard |
		(cd "$top" && xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh) |
		tar -C "$top" --null -T - -cf - | tar -C "$1" -xf -
}

# run_case TREE CASE: the runner's report; the machines and initramfs parts are shared
run_case()
{
	BUILD_DIR=${BUILD_DIR:-$top/build} "$1/tests/run.sh" --no-selftest -T all -k "$kernel" \
		-t "rapl_pmu/$2" -o "$work/logs" 2>"$work/err" || true
}

# A test that could not run has noticed nothing.
noticed() { grep -q '^not ok' "$1" && grep -qE '^# (FAIL|PANIC|SPLAT|TIMEOUT|LOST)' "$1"; }

one_mutation()
{
	local name=$1 file case_name tree=$work/tree
	file=$(field "$name" file)
	case_name=$(field "$name" case)
	if [ -z "$file" ] || [ -z "$case_name" ]; then
		die "$name.sed names no file or no case"
	fi
	[ -e "$top/tests/cases/rapl_pmu/$case_name.sh" ] || die "$name.sed: there is no case $case_name"
	rm -rf "$tree"
	mkdir "$tree"
	copy_tree "$tree"
	if [ $baseline -eq 1 ] && [ -z "${passed[$case_name]:-}" ]; then
		run_case "$tree" "$case_name" >"$work/report"
		grep -q '^ok 1' "$work/report" || { cat "$work/err" "$work/report" >&2; die "$case_name does not pass on the unchanged module"; }
		passed[$case_name]=1
	fi
	sed -E -i -f "$here/$name.sed" "$tree/$file"
	! cmp -s "$top/$file" "$tree/$file" || die "$name.sed changes nothing in $file: adapt it"
	run_case "$tree" "$case_name" >"$work/report"
	if noticed "$work/report"; then
		printf 'ok %d %s # %s: %s\n' "$number" "$name" "$case_name" \
			"$(sed -nE '0,/^# (FAIL|PANIC|SPLAT|TIMEOUT|LOST)/s/^# ((FAIL|PANIC|SPLAT|TIMEOUT|LOST).*)/\1/p' "$work/report")"
		return
	fi
	printf 'not ok %d %s # %s did not notice\n' "$number" "$name" "$case_name"
	sed 's/^/# /' "$work/report" "$work/err"
	failed=1
}

kernel=7
baseline=0
failed=0
declare -A passed
while getopts :k:blh opt; do
	case $opt in
	k) kernel=$OPTARG ;;
	b) baseline=1 ;;
	l) list_mutations; exit 0 ;;
	h) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || mapfile -t all < <(list_mutations)
[ $# -eq 0 ] || all=("$@")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
echo "KTAP version 1"
echo "1..${#all[@]}"
number=0
for name in "${all[@]}"; do
	number=$((number + 1))
	[ -e "$here/$name.sed" ] || die "there is no mutation $name (-l lists them)"
	one_mutation "$name"
done
exit $failed
