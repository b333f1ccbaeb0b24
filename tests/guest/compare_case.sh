# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# compare_case - the kernel's own rapl and rapl_pmu on one machine, side by side
#
#	. /usr/bin/compare_case
#	compare_load				both, ours as "mine"
#	compare_count SECONDS|FILE EVENT@CPU...	counted by both
#	compare_row WHAT EVENT@CPU		one row of the table from that
#	compare_line WHAT THEIRS OURS		one row as it is
#
# Only our side is judged: what the other one does is what it is.

compare_line() { diag "compare: $1 | $2 | $3"; }

compare_load()
{
	load_mod rapl 2>&1 || true
	load_mod rapl_pmu pmu_name=mine
}

compare_has() { [ -e "/sys/bus/event_source/devices/$1" ]; }

# One after the other would be another time: both count at once, in two processes.
compare_count()
{
	compare_for=$1
	shift
	compare_ours=
	rm -f /tmp/theirs* /tmp/ours
	for compare_event; do
		compare_ours="$compare_ours mine${compare_event#power}"
		(pmu truth "$compare_for" 1e30 "$compare_event" >>"/tmp/theirs.$$.$(echo "$compare_event" | tr / .)" 2>&1) &
	done
	# shellcheck disable=SC2086
	pmu truth "$compare_for" 0.5 $compare_ours >/tmp/ours 2>&1
	compare_status=$?
	sleep 1
	cat /tmp/theirs.* >/tmp/theirs 2>/dev/null
	cat /tmp/ours
	return $compare_status
}

# compare_cell FILE EVENT@CPU: joules and error, or what went wrong
compare_cell()
{
	awk -v event="$2" '
		$1 == event { sub(/^[^ ]* /, ""); sub(/ J, truth /, " of "); sub(/, error/, " J,"); sub(/ *<--.*/, ""); print; found = 1 }
		index($0, "pmu:") == 1 && !found { sub(/^pmu: /, ""); why = $0 }
		END { if (!found) print why ? why : "no answer" }' "$1" | head -n 1
}

# Each with its own truth: the two do not start and stop at the same instant.
compare_row()
{
	compare_line "$1" "$(compare_cell "/tmp/theirs.$$.$(echo "$2" | tr / .)" "$2")" \
		"$(compare_cell /tmp/ours "mine${2#power}")"
}
