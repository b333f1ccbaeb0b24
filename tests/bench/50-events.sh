# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. How cost grows with events of one counter:
# opening one more, memory, and the timer, which has to look at the counter once.
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# mem: 1024
# intree: rapl

. /usr/lib/bench.sh

plan 3
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine

# timer MODULE PMU SECONDS: calls of its timer's function meanwhile, and the mean
timer() {
	watch_timer "$(timer_of "$1")" bench many "idle.$n.$2" "$n" "$3" "$2/energy-pkg@0" | sed '$!d' |
	while read -r calls mean; do
		echo "value events.$n.$2.calls $calls"
		echo "value events.$n.$2.timer $mean"
	done
}

# What the events before left in the caches would be taken for no memory at all.
many() {
	sleep 0.3
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	bench many "events.$n.$1" "$n" 0 "$1/energy-pkg@0"
}

measure() {
	for n in 1 10 100 1000; do
		in_turns many mine power || return
		# The timer of in-tree rapl comes every 655 s, ours every 6.5 s.
		timer rapl_pmu mine 40 || return
		timer rapl power 700 || return
	done
}
measured measure
