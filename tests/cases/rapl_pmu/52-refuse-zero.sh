# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a virtual machine whose hypervisor answers 0 gets a PMU that
# counts nothing.  The kernel's own driver registers one.
# tier: fast 7
# model: vendor=intel,packages=1,zero=1

plan 4
dmesg_mark
check "all MSRs read 0: ENODEV" refuse_load rapl_pmu 'No such device'
check "the log says so" expect_dmesg '^rapl_pmu: GenuineIntel .*: the power unit MSR reads 0, as under a hypervisor'
absent() { [ ! -e /sys/bus/event_source/devices/power ]; }
check "no empty PMU" absent
check "nor with probe=1" refuse_load rapl_pmu 'No such device' probe=1
