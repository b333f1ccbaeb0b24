# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. What one operation costs with rapl_pmu
# (PMU mine) and with each of its rivals, all in one boot.
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# intree: rapl msr intel_rapl_msr

. /usr/lib/bench.sh

plan 5
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine
check "powercap and msr" modprobe -a msr intel_rapl_msr
zone=/sys/class/powercap/intel-rapl:0/energy_uj
check "powercap's zone" test -r $zone

measure() {
	case $1 in
	powercap) bench time read.powercap 100 pread $zone 0 64 ;;
	msr) bench time read.msr 100 pread /dev/cpu/0/msr 0x611 8 ;;
	*)
		# shellcheck disable=SC2046	# five words
		bench time "read.$1" 200 read "$1/energy-pkg@0" &&
			bench time "group.$1" 100 read $(group "$1") &&
			bench time "open.$1" 20 open "$1/energy-pkg@0" &&
			bench time "toggle.$1" 100 toggle "$1/energy-pkg@0"
		;;
	esac
}
measured in_turns measure mine power powercap msr
bench time syscall 400 getppid
