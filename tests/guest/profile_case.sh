# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# profile_case.sh - what is common to the cases of energy-profile: two programs at the same time
# on two packages, and what they really used

# busybox's is slow.
export AWK=/usr/bin/mawk
awk() { $AWK "$@"; }

# two_programs SECONDS EVERY: a file to run: alpha (class 1) changes its package each EVERY
# seconds, beta (class 2) has a thread on both. /tmp/began and /tmp/ended are of them alone, without
# the recorder's own start and end.
two_programs()
{
	cat >/tmp/both <<-WORK
		. /usr/lib/profile_case.sh
		truth /tmp/began
		work alpha 1 $1 0,2 every=$2 &
		work beta 2 $1 1,3 &
		wait
		truth /tmp/ended
		exit 7
	WORK
}

# truth FILE: so far, by class and package
truth() { for class in 0 1 2; do echo "$class $(rapltruth get 0 work$class) $(rapltruth get 1 work$class)"; done >"$1"; }

# error_of NAME CLASS: of that row of /tmp/report, in percent of what /tmp/before and /tmp/after say
error_of()
{
	awk -v name="$1" -v class="$2" '
	FILENAME == "/tmp/before" && $1 == class { truth -= $2 + $3 }
	FILENAME == "/tmp/after" && $1 == class { truth += $2 + $3 }
	FILENAME == "/tmp/report" && $NF == name { joules = $1 }
	END { printf "%.2f\n", (joules / truth - 1) * 100 }' /tmp/before /tmp/after /tmp/report
}

# within NAME CLASS PERCENT
within()
{
	error=$(error_of "$1" "$2")
	echo "$1: $error %"
	awk -v error="$error" -v most="$3" 'BEGIN { exit error > most + 0 || error < -most }'
}
