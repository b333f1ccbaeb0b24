# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. The same reads while the counters move all
# the time, so that each read finds energy to add.
# arch: x86_64
# tier: bench
# smp: 1
# cpu: Skylake-Client
# model: vendor=intel,packages=1,pkg0=800/450/500/300/980,unit=16,tick=0
# icount: shift=0,sleep=off
# timeout: 900
# guest: bench
# intree: rapl
. /lib/ktap.sh
. /lib/module.sh

group() {
	for domain in pkg cores ram gpu psys; do
		echo "$1/energy-$domain@0"
	done
}

plan 3
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine

measure() {
	for pmu in mine power; do
		bench time moving.$pmu 200 read $pmu/energy-pkg@0 || return
		# shellcheck disable=SC2046	# five words
		bench time moving5.$pmu 100 read $(group $pmu) || return
	done
}
if measure; then ok "measured"; else not_ok "measured"; fi
finish
