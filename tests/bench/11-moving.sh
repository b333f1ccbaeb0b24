# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. The same reads while the counters move all
# the time, so that each read finds energy to add.
# model: vendor=intel,packages=1,pkg0=800/450/500/300/980,unit=16,tick=0
# intree: rapl

. /usr/lib/bench.sh

plan 3
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine

measure() {
	# shellcheck disable=SC2046	# five words
	bench time "moving.$1" 200 read "$1/energy-pkg@0" &&
		bench time "moving5.$1" 100 read $(group "$1")
}
measured in_turns measure mine power
