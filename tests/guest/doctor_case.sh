# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# doctor_case - what rapl-doctor says, for the cases that ask it: . /usr/bin/doctor_case

# names ID TEXT: this problem, maybe beside others, and its command holds the text
names()
{
	out=$(rapl-doctor 2>&1)
	status=$?
	echo "$out" | grep -q "^PROBLEM .*\[$1\]" && echo "$out" | grep -qF "  run:  $2" && return
	echo "status $status, expected '$1' with '$2':"
	echo "$out"
	return 1
}

# finds ID TEXT: the same, and no other problem
finds()
{
	names "$@" || return
	[ "$status $(echo "$out" | grep -c '^PROBLEM ')" = "1 1" ] && return
	echo "status $status, expected '$1' alone:"
	echo "$out"
	return 1
}

without() { ! rapl-doctor | grep -q "\[$1\]"; }
well() { out=$(rapl-doctor 2>&1) && echo "$out" | grep -qx 'no problem found' && return; echo "$out"; return 1; }
