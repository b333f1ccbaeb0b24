# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a counter that wraps loses, doubles or negates energy.  The
# kernel's own driver on the same machine is shown to fail it.
# tier: fast !6.1
# smp: 1
# model: vendor=intel,packages=1,unit=16,pkg0=8000/300/120/1/1,start=0xffffff00
# icount: shift=0,sleep=off
# guest: pmu
# tools: perf
# intree: rapl

plan 5
check "the kernel's own rapl first" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine
check "wrap from just under 2^32 in the first second" \
	pmu truth 1 0.5 mine/energy-pkg@0 mine/energy-cores@0 mine/energy-ram@0

# 8 kW wrap 2^32 units of 2^-16 J every 8.2 s: nearly five times in 40 s.
perf stat -x, -a -e mine/energy-pkg/,mine/energy-ram/,power/energy-pkg/ \
	-e duration_time -o /tmp/stat sleep 40
judge() {
	awk -F, -v event="$1" -v watts="$2" '
	$3 == "duration_time" { seconds = $1 / 1e9 }
	$3 == event { got = $1 }
	END {
		error = (got / (watts * seconds) - 1) * 100
		printf "%s %.1f J, truth %.1f J, error %+.3f %%\n", event, got, watts * seconds, error
		exit !seconds || error > 0.5 || error < -0.5
	}' /tmp/stat
}
diag "$(judge mine/energy-pkg/ 8000)"
diag "$(judge mine/energy-ram/ 120)"
diag "$(judge power/energy-pkg/ 8000)"
both() { judge mine/energy-pkg/ 8000 && judge mine/energy-ram/ 120; }
check "8 kW for 40 s in one perf stat" both
mainline_fails() { ! judge power/energy-pkg/ 8000; }
check "the kernel's own rapl gets it wrong" mainline_fails
