# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. How cost grows with events of one counter:
# opening one more, memory, and the timer, which has to look at the counter once.
# arch: x86_64
# tier: bench
# smp: 1
# cpu: Skylake-Client
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# icount: shift=0,sleep=off
# timeout: 900
# mem: 1024
# guest: bench
# files: tests/bench/lib.sh:/usr/lib/bench.sh
# intree: rapl
. /lib/ktap.sh
. /lib/module.sh
. /usr/lib/bench.sh

plan 3
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine

# many MODULE PMU EVENTS SECONDS
many() {
	set -- "$1" "$2" "$3" "$(watch_timer "$(timer_of "$1")" bench many "events.$3.$2" "$3" "$4" "$2/energy-pkg@0")"
	echo "$4" | sed '$d'
	echo "$4" | sed -n '$p' | while read -r calls mean; do
		echo "value events.$3.$2.calls $calls"
		echo "value events.$3.$2.timer $mean"
	done
}

measure() {
	for n in 1 10 100 1000; do
		# The timer of in-tree rapl comes every 655 s, ours every 6.5 s.
		many rapl_pmu mine $n 40 || return
		many rapl power $n 700 || return
	done
}
if measure; then ok "measured"; else not_ok "measured"; fi
finish
