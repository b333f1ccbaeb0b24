# SPDX-License-Identifier: GPL-2.0-only
# If this fails, we and the powercap driver, which since 6.19 has a PMU "power" of
# its own on Panther Lake and Wildcat Lake, get into each other's way.
# tier: fast 7
# kernels: 7
# cpu: Skylake-Client,family=6,model=204
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# guest: pmu
# intree: intel_rapl_msr

plan 15

pmu=/sys/bus/event_source/devices/power
zone=/sys/class/powercap/intel-rapl:0
unload_powercap() { modprobe -r intel_rapl_msr && [ ! -e $zone ]; }

check "powercap" load_mod intel_rapl_msr
check "has a PMU power" [ -e $pmu/events/energy-pkg ]
dmesg_mark
check "rapl_pmu second: EEXIST" refuse_exists rapl_pmu
check "one line says who and what to do" \
	expect_dmesg "^rapl_pmu: PMU power belongs to the powercap driver intel_rapl_msr: run 'rmmod intel_rapl_msr' first, or load with pmu_name="
check "and nothing else" refuse_dmesg 'duplicate|Call Trace'
check "beside it under another name" load_mod rapl_pmu pmu_name=mine
check "counts what is used" pmu truth 3 0.5 mine/energy-pkg@0 mine/energy-cores@0
check "unload both" eval 'unload_mod rapl_pmu && unload_powercap'

dmesg_mark
check "rapl_pmu first" load_mod rapl_pmu
check "one line says who has power otherwise, and what differs" \
	expect_dmesg "^rapl_pmu: PMU power of this processor is otherwise served by powercap's intel_rapl_msr, which perf stat -a adds up over all CPUs; "
# What it needs, since insmod does not bring it
modinfo -F depends intel_rapl_msr | tr , '\n' | while read -r mod; do modprobe "$mod"; done
check "powercap second: EEXIST" refuse_exists intel_rapl_msr
check "one line says so" expect_dmesg "^rapl_pmu: the kernel's own intel_rapl_msr is kept out, PMU power is served here: run 'rmmod rapl_pmu' to use it"
check "and power is ours, and right" pmu truth 3 0.5 power/energy-pkg@0 power/energy-cores@1
check "without a quarrel" refuse_dmesg 'duplicate|Call Trace'
back() { unload_mod rapl_pmu && load_mod intel_rapl_msr && [ -r $zone/energy_uj ] && unload_powercap; }
check "powercap comes after rmmod, with its zones" back
