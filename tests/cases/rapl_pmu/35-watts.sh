# SPDX-License-Identifier: GPL-2.0-only
# If this fails, energy is lost or negative where power times time is large, or
# the timer against it wakes the machine up for nothing: nobody but the timer
# reads for @seconds@ s. The kernel's own driver on the same machine looks too
# seldom and takes large advances for negative.
# tier: @tier@
# timeout: @timeout@
# smp: 1
# cpu: @cpu@
# model: vendor=intel,packages=1,@model@
# icount: shift=0,sleep=off
# guest: rapltruth
# tools: perf
# intree: rapl

tracing=/sys/kernel/tracing

none() { n=$(woken); echo "woken up $n times"; [ "$n" = 0 ]; }

judge()
{
	for event; do
		awk -F'[, ]' -v event="$event" '
		FILENAME == "/tmp/truth" { if (event ~ "/energy-" $2 "/") want = $3; next }
		$0 ~ event { got = $1 }
		END {
			error = want ? (got / want - 1) * 100 : 100
			printf "%s %.1f J, truth %.1f J, error %+.4f %%\n", event, got, want, error
			exit error > 0.1 || error < -0.1
		}' /tmp/truth /tmp/stat || return 1
	done
}

# For tests/compare/run: a row with both drivers
compare_row()
{
	diag "$(awk -F'[, ]' -v what="$1" -v domain="$2" '
	function cell(joules) { return sprintf("%.1f J, %+.3f %%", joules, (joules / want - 1) * 100) }
	FILENAME == "/tmp/truth" { if ("energy-" $2 == domain) want = $3; next }
	$0 ~ "mine/" domain { ours = $1 }
	$0 ~ "power/" domain { theirs = $1 }
	END { printf "compare: %s, truth %.1f J | %s | %s\n", what, want, cell(theirs), cell(ours) }' /tmp/truth /tmp/stat)"
}

mainline() { ! judge power/energy-pkg/ && ! judge "power/energy-$second/"; }
rate() { echo "woken up $used times"; [ "$used" -gt 0 ] && [ "$used" -le $((seconds + 2)) ]; }

# What the kernel's own rapl gets wrong beside the package: cores or ram
second=@second@
seconds=@seconds@

plan 8
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine
check "watch the timer" trace_timer
sleep 20
check "20 s without an event: no wake-up" none

# One perf stat without -I: nobody reads in between.
rapltruth stop
perf stat -x, -a -e mine/energy-pkg/,mine/energy-cores/,mine/energy-ram/ \
	-e "power/energy-pkg/,power/energy-$second/" -o /tmp/stat rapltruth pulse "$seconds" /tmp/truth
used=$(woken)
rapltruth go
compare_row "@package@ for $seconds s" energy-pkg
compare_row "@text@ for $seconds s" "energy-$second"
for event in mine/energy-pkg/ mine/energy-cores/ mine/energy-ram/ power/energy-pkg/ "power/energy-$second/"; do
	diag "$(judge "$event")"
done
check "package, cores at 10 kW and DRAM at 120 W for $seconds s" judge mine/energy-pkg/ mine/energy-cores/ mine/energy-ram/
check "the kernel's own rapl gets it wrong" mainline
# perf itself takes a second or so.
diag "woken up $used times in $seconds s"
check "no more than one wake-up a second" rate
echo >$tracing/trace
sleep 20
check "20 s after: no wake-up" none
