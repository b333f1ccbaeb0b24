#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# ktap.sh reports what happened, in bash and in busybox sh alike.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
lib=tests/lab/ktap.sh

# prints STATUS TEXT SCRIPT: what the script prints and its exit status, in each shell
prints()
{
	local status=$1 want=$2 script=$3 sh out rc
	for sh in bash "busybox sh"; do
		command -v "${sh%% *}" >/dev/null || continue
		rc=0
		# shellcheck disable=SC2086	# "busybox sh" is two words
		out=$($sh -c ". $lib; $script" 2>&1) || rc=$?
		[ $rc -eq "$status" ] || { echo "$sh: exit $rc, not $status"; return 1; }
		[ "$out" = "$want" ] || { printf '%s printed:\n%s\n' "$sh" "$out"; return 1; }
	done
}

point "all right" prints 0 $'KTAP version 1\n1..2\nok 1 a\nok 2 b\n# Totals: pass:2 fail:0 skip:0' \
	'plan 2; ok a; check b true; finish'
point "a failure, with what the command said" prints 1 \
	$'KTAP version 1\n1..1\nnot ok 1 a\n# exit 2 of: broken\n# one\n# two\n# Totals: pass:0 fail:1 skip:0' \
	'broken() { echo one; echo two >&2; return 2; }; plan 1; check a broken; finish'
point "a reason in several lines is all comment" prints 1 \
	$'KTAP version 1\n1..1\nnot ok 1 a\n# x\n# y\n# Totals: pass:0 fail:1 skip:0' \
	'plan 1; not_ok a "x
y"; finish'
point "a skip" prints 0 $'KTAP version 1\n1..1\nok 1 a # SKIP why\n# Totals: pass:0 fail:0 skip:1' \
	'plan 1; skip a why; finish'
point "fewer points than planned" prints 1 \
	$'KTAP version 1\n1..2\nok 1 a\n# Totals: pass:1 fail:0 skip:0\n# planned 2, ran 1' 'plan 2; ok a; finish'
point "more points than planned" prints 1 \
	$'KTAP version 1\n1..0\nok 1 a\n# Totals: pass:1 fail:0 skip:0\n# planned 0, ran 1' 'plan 0; ok a; finish'
point "nothing applies" prints 0 $'KTAP version 1\n1..0 # SKIP not here' 'skip_all not here; ok never; finish'
finish
