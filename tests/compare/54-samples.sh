# SPDX-License-Identifier: GPL-2.0-only
# Energy over time by "perf record" on a sleeping CPU, whose samples perf throttles: energy
# is used only while both sample.
# smp: 2
# cpu: Skylake-Client
# model: vendor=intel,packages=1,unit=14,pkg0=65/45/5/3/90
# icount: shift=0,sleep=off
# guest: pmu rapltruth compare_case
# tools: perf

. /usr/bin/compare_case

plan 2
check "load" compare_load
rapltruth stop
cat >/tmp/work <<'WORK'
#!/bin/sh
rapltruth pulse 2 /tmp/truth
sleep 0.1
taskset -c 0 sh -c 'i=0; while [ $i -lt 10000 ]; do i=$((i + 1)); done'
WORK
chmod +x /tmp/work
echo 1000 >/proc/sys/kernel/perf_event_max_sample_rate
# sum PMU: of all samples, as a row has it; true if it is the truth
sum()
{
	perf script -i "/tmp/$1" -F event,period >/tmp/script
	awk -v event="$1/energy-pkg/:" '
	FILENAME == "/tmp/truth" { if ($1 == 0 && $2 == "pkg") truth = $3; next }
	$2 == event { joules += $1 / 4294967296 }
	END {
		error = joules / truth * 100 - 100
		printf "%.6f of %.6f J, %+.3f %%\n", joules, truth, error
		exit error < -0.01 || error > 0.01
	}' /tmp/truth /tmp/script
}
ours()
{
	perf record -q -C 0 -c 1000000 -e "{cpu-clock,power/energy-pkg/}:S" -o /tmp/power \
		perf record -q -C 0 -c 1000000 -e "{cpu-clock,mine/energy-pkg/}:S" -o /tmp/mine /tmp/work ||
		return
	sum power >/tmp/theirs
	sum mine >/tmp/ours
	rc=$?
	cat /tmp/ours
	return $rc
}
check "ours" ours
compare_line "samples of a sleeping CPU, 1 kHz, all together" "$(cat /tmp/theirs)" "$(cat /tmp/ours)"
