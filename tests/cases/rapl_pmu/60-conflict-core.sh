# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a name power_core that another driver has makes the log a stack dump,
# or leaves power behind. Another PMU stands for that driver.
# tier: slow
# kernels: 6.1 7
# smp: 2,sockets=1,cores=2
# cpu: EPYC
# model: vendor=amd,packages=1,pkg0=100/21
# kmod: pmu_holder
# guest: pmu

plan 7
check "power_core is taken" load_mod pmu_holder name=power_core
dmesg_mark
check "rapl_pmu second" refuse_exists rapl_pmu
check "one line says which and what to do" \
	expect_dmesg '^rapl_pmu: PMU power_core belongs to another driver: unload that first, or load with pmu_name='
absent() { [ ! -e /sys/bus/event_source/devices/power ] && [ ! -e /sys/module/rapl_pmu ]; }
check "nothing is left" absent
check "nor by a name that one of the kernel's has" refuse_exists rapl_pmu pmu_name=software
check "beside it by another name" load_mod rapl_pmu pmu_name=mine
counts() { [ "$(pmu open mine_core 1)" = ok ] && unload_mod rapl_pmu && unload_mod pmu_holder; }
check "whose cores open" counts
