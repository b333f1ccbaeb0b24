# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a listed processor whose MSRs fault is taken for one that
# counts, or the fault shows in the log.
# tier: fast 6.1
# model: vendor=intel,packages=1,absent=pkg+cores+ram+gpu+psys

plan 4
dmesg_mark
check "no energy MSR: ENODEV" refuse_load rapl_pmu 'No such device'
check "the log says so" expect_dmesg '^rapl_pmu: GenuineIntel family 0x6 model 0x5e stepping [0-9]+: no energy MSR answers'
absent() { [ ! -e /sys/bus/event_source/devices/power ]; }
check "no empty PMU" absent
check "nor with probe=1" refuse_load rapl_pmu 'No such device' probe=1
