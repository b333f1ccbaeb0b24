# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. What one operation costs with rapl_pmu
# (PMU mine) and with each of its rivals, all in one boot.
# arch: x86_64
# tier: bench
# smp: 1
# cpu: Skylake-Client
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# icount: shift=0,sleep=off
# timeout: 900
# guest: bench
# intree: rapl msr intel_rapl_msr
. /lib/ktap.sh
. /lib/module.sh

group() {
	for domain in pkg cores ram gpu psys; do
		echo "$1/energy-$domain@0"
	done
}

plan 5
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine
check "powercap and msr" modprobe -a msr intel_rapl_msr
zone=/sys/class/powercap/intel-rapl:0/energy_uj
check "powercap's zone" test -r $zone

measure() {
	bench time syscall 400 getppid || return
	for pmu in mine power; do
		bench time read.$pmu 200 read $pmu/energy-pkg@0 || return
		# shellcheck disable=SC2046	# five words
		bench time group.$pmu 100 read $(group $pmu) || return
		bench time open.$pmu 20 open $pmu/energy-pkg@0 || return
		bench time toggle.$pmu 100 toggle $pmu/energy-pkg@0 || return
	done
	bench time read.powercap 100 pread $zone 0 64 || return
	bench time read.msr 100 pread /dev/cpu/0/msr 0x611 8
}
if measure; then ok "measured"; else not_ok "measured"; fi
finish
