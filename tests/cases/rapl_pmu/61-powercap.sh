# SPDX-License-Identifier: GPL-2.0-only
# If this fails, we and the powercap driver, which since 6.19 has a PMU "power" of
# its own on Panther Lake and Wildcat Lake, get into each other's way.
# arch: x86_64
# tier: fast 7
# kernels: 7
# smp: 2
# cpu: Skylake-Client,family=6,model=204
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# guest: pmu
# intree: intel_rapl_msr
# The kernel itself says this when powercap's PMU comes second, and goes on.
# splat: sysfs: cannot create duplicate filename '/devices/power'|Call Trace|kobject_add_internal failed for power
. /lib/ktap.sh
. /lib/module.sh

plan 14

ln -s "$(command -v kmod)" /tmp/insmod
pmu=/sys/bus/event_source/devices/power
zone=/sys/class/powercap/intel-rapl:0
refused() {
	out=$(/tmp/insmod "$(modinfo -n rapl_pmu)" 2>&1) && { echo "it was loaded"; return 1; }
	case $out in *'File exists'* | *'Device or resource busy'*) return 0 ;; esac
	echo "$out"
	return 1
}
unload_powercap() { modprobe -r intel_rapl_msr && [ ! -e $zone ]; }

check "powercap" load_mod intel_rapl_msr
check "has a PMU power" [ -e $pmu/events/energy-pkg ]
dmesg_mark
check "rapl_pmu second: EEXIST" refused
check "one line says who and what to do" \
	expect_dmesg '^rapl_pmu: PMU power belongs to the powercap driver \(intel_rapl_tpmi or intel_rapl_msr\): unload that first, or load with pmu_name='
check "and nothing else" refuse_dmesg 'duplicate|Call Trace'
check "beside it under another name" load_mod rapl_pmu pmu_name=mine
check "counts what is used" pmu truth 3 0.5 mine/energy-pkg@0 mine/energy-cores@0
check "unload both" eval 'unload_mod rapl_pmu && unload_powercap'

dmesg_mark
check "rapl_pmu first" load_mod rapl_pmu
check "without a quarrel" refuse_dmesg 'duplicate|Call Trace'
check "powercap second" load_mod intel_rapl_msr
check "has its zones" [ -r $zone/energy_uj ]
check "and power is ours, and right" pmu truth 3 0.5 power/energy-pkg@0 power/energy-cores@1
check "unload both" eval 'unload_mod rapl_pmu && unload_powercap'
finish
