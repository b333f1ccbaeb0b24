# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. A read from another CPU of the package.
# Both CPUs share one thread of QEMU, so time has the instructions of both.
# smp: 2,sockets=1,cores=2
# model: vendor=intel,packages=1,pkg0=65/45/5/3/80
# intree: rapl msr intel_rapl_msr

. /usr/lib/bench.sh

plan 4
check "the kernel's own rapl" load_mod rapl
check "rapl_pmu beside it" load_mod rapl_pmu pmu_name=mine
check "powercap and msr" modprobe -a msr intel_rapl_msr

measure() {
	case $1 in
	powercap) bench time remote.powercap 100 cpu=1 pread /sys/class/powercap/intel-rapl:0/energy_uj 0 64 ;;
	msr) bench time remote.msr 100 cpu=1 pread /dev/cpu/0/msr 0x611 8 ;;
	*) bench time "remote.$1" 200 cpu=1 read "$1/energy-pkg@0" ;;
	esac
}
measured in_turns measure mine power powercap msr
