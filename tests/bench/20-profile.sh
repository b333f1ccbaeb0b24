# SPDX-License-Identifier: GPL-2.0-only
# No test: where the instructions of one operation go (tests/bench/run starts it
# with the profile plugin).
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# intree: rapl msr intel_rapl_msr

. /usr/lib/bench.sh

plan 3
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine
modprobe -a msr intel_rapl_msr

measure() {
	for pmu in mine power; do
		bench profile read.$pmu 200 read $pmu/energy-pkg@0 || return
		# shellcheck disable=SC2046	# five words
		bench profile group.$pmu 100 read $(group $pmu) || return
		bench profile open.$pmu 20 open $pmu/energy-pkg@0 || return
		bench profile toggle.$pmu 200 toggle $pmu/energy-pkg@0 || return
	done
	bench profile read.powercap 100 pread /sys/class/powercap/intel-rapl:0/energy_uj 0 64 || return
	bench profile read.msr 200 pread /dev/cpu/0/msr 0x611 8
}
measured measure
