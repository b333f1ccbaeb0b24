#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_models.sh - the models of tests/prove stand for the functions as they are
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# A tree that may be changed
copy()
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/tests"
	cp -r rapl_pmu kvm_arm_mpstate "$work/tree"
	cp -r tests/prove "$work/tree/tests"
}

# changed FILE COMMAND: sums' answer after sed -E COMMAND
changed()
{
	copy
	sed -E -i "$2" "$work/tree/$1"
	! cmp -s "$1" "$work/tree/$1" || { echo "'$2' changes nothing in $1"; return 0; }
	"$work/tree/tests/prove/sums"
}

notices()
{
	local out
	! out=$(changed rapl_pmu/timer.c 's/^\t\tm->left = /\t\tm->left = 1 + /' 2>&1) || return 1
	[ "$out" = 'sums: rapl_pmu/timer.c: rapl_meter_stop has changed: look whether rapl_pmu.pml still stands for it, then tests/prove/sums -w' ] ||
		{ echo "$out"; return 1; }
}

notices_loss()
{
	! changed kvm_arm_mpstate/hook.c 's/mpst_hooks_wait\(void\)/mpst_hooks_await(void)/'
}

accepts()
{
	! changed rapl_pmu/timer.c 's/^\t\tm->left = /\t\tm->left = 1 + /' 2>/dev/null || return 1
	"$work/tree/tests/prove/sums" -w && "$work/tree/tests/prove/sums" || return 1
	[ "$(diff tests/prove/models.sum "$work/tree/tests/prove/models.sum" | grep -c '^>')" -eq 1 ]
}

point "each model stands for the functions as they are" tests/prove/sums
point "a function that changes is noticed" notices
point "one that goes is noticed" notices_loss
point "a comment and blanks are not" changed rapl_pmu/timer.c 's|^\t\tm->left = |\n\t  m->left  /* the turn */ = |'
point "sums -w takes what is there, and changes nothing else" accepts
finish
