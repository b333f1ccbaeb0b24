# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# ktap.sh - report test points in KTAP; for busybox sh in the guest and bash on the host
#
#	plan 3
#	ok "name" / not_ok "name" "why" / skip "name" "why"
#	check "name" command args...	(ok if it exits 0; its output is shown if not)
#	finish				(totals; exits 1 if anything failed)
#
# The plan comes first and is binding: a test that dies half way is then seen
# as lost, not as a shorter test.

ktap_plan=
ktap_n=0
ktap_pass=0
ktap_fail=0
ktap_skip=0

plan()
{
	ktap_plan=$1
	echo "KTAP version 1"
	echo "1..$1"
}

# The whole test does not apply here: skip_all WHY
skip_all()
{
	echo "KTAP version 1"
	echo "1..0 # SKIP $*"
	exit 0
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok()
{
	ktap_n=$((ktap_n + 1))
	ktap_pass=$((ktap_pass + 1))
	echo "ok $ktap_n $1"
}

not_ok()
{
	ktap_n=$((ktap_n + 1))
	ktap_fail=$((ktap_fail + 1))
	echo "not ok $ktap_n $1"
	[ -z "${2:-}" ] || diag "$2"
}

skip()
{
	ktap_n=$((ktap_n + 1))
	ktap_skip=$((ktap_skip + 1))
	echo "ok $ktap_n $1 # SKIP ${2:-}"
}

# The command runs in a subshell: what it sets is lost.
check()
{
	ktap_name=$1
	shift
	if ktap_out=$("$@" 2>&1); then
		ok "$ktap_name"
	else
		not_ok "$ktap_name" "exit $? of: $*"
		[ -z "$ktap_out" ] || diag "$ktap_out"
	fi
}

finish()
{
	echo "# Totals: pass:$ktap_pass fail:$ktap_fail skip:$ktap_skip"
	if [ "$ktap_n" != "$ktap_plan" ]; then
		diag "planned $ktap_plan, ran $ktap_n"
		exit 1
	fi
	[ "$ktap_fail" -eq 0 ] || exit 1
	exit 0
}
