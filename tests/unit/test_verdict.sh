#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The verdict is a pure function of files: golden cases under verdict/, one file each.
#
# A case has sections that start with "== NAME": status, console, result, host and
# deny become the files of a cell (an absent section, an absent file); args are
# the further arguments ("splat: REGEX", "must", "no deny list"); expected is the first line of the verdict, or its start
# if it ends in "...". Lines of `contains` must appear somewhere in the verdict.
set -euo pipefail

unit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=${unit%/*}
# shellcheck source=../lab/ktap.sh
. "$tests/lab/ktap.sh"
# shellcheck source=../lab/vm.sh
. "$tests/lab/vm.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run_case FILE: 0 if the verdict is the expected one
run_case()
{
	local dir expected first line extra='' must='' deny=$tests/lab/splat.deny verdict
	dir=$work/$(basename "$1" .case)
	mkdir -p "$dir"
	awk -v dir="$dir" '/^== / { file = dir "/" $2; printf "" >file; next } file { print >file }' "$1"
	[ ! -e "$dir/console" ] || mv "$dir/console" "$dir/console.log"
	[ ! -e "$dir/deny" ] || deny=$dir/deny
	if [ -e "$dir/args" ]; then
		extra=$(sed -n 's/^splat: //p' "$dir/args")
		must=$(grep -x must "$dir/args" || true)
		! grep -qx 'no deny list' "$dir/args" || deny=$dir/nowhere
	fi
	verdict=$(judge_cell "$dir" "$deny" "$tests/lab/splat.allow" "$extra" "$must")
	expected=$(head -n 1 "$dir/expected")
	first=$(head -n 1 <<<"$verdict")
	case $expected in
	*...) [ "${first#"${expected%...}"}" != "$first" ] ;;
	*) [ "$first" = "$expected" ] ;;
	esac || { echo "expected: $expected"; echo "got:      $verdict"; return 1; }
	[ ! -e "$dir/contains" ] || while IFS= read -r line; do
		grep -qF -- "$line" <<<"$verdict" || { echo "not in the verdict: $line"; echo "got: $verdict"; return 1; }
	done <"$dir/contains"
}

# Every regex of the lists must be one, or it would switch off the whole scan.
valid_regexes()
{
	local regex rc
	while IFS= read -r regex; do
		rc=0
		grep -qE -- "$regex" /dev/null || rc=$?
		[ $rc -le 1 ] || { echo "no regex: $regex"; return 1; }
	done < <(strip_list "$1")
}

# spoilt WORDS LINE...: a boot whose console has these lines is said to be spoilt by WORDS
spoilt()
{
	local want=$1 got
	shift
	rm -rf "${work:?}/boot"
	mkdir "$work/boot"
	[ $# -eq 0 ] || printf '[    0.036000] %s\n' "$@" >"$work/boot/console.log"
	got=$(spoilt_boot "$work/boot" || true)
	[ "$got" = "$want" ] || { echo "expected: '$want', got: '$got'"; return 1; }
}
started='Linux version 6.1.0'
init='Run /init as init process'

cases=("$unit"/verdict/*.case)
plan $((${#cases[@]} + 6))
for file in "${cases[@]}"; do
	check "$(basename "$file" .case): $(sed -n '2s/^# //p' "$file")" run_case "$file"
done
check "splat.deny has only valid regexes" valid_regexes "$tests/lab/splat.deny"
check "splat.allow has only valid regexes" valid_regexes "$tests/lab/splat.allow"
check "a boot that got to userspace is not spoilt" spoilt '' "$started" "$init"
check "one that did not is" spoilt 'did not boot' "$started"
check "so is one whose clock was measured wrong" spoilt 'had a wrong clock' "$started" \
	'tsc: PIT calibration deviates from HPET: 187900 2445434' "$init"
check "no kernel, no second try" spoilt ''
finish
