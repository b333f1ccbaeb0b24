# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a processor without counters that answer is taken for one that
# counts, or the fault shows in the log. 51-refuse.table has those processors.
# tier: @tier@
# kernels: @kernels@
# cpu: @cpu@
# model: vendor=intel,packages=1,@model@

plan 5
dmesg_mark
check "ENODEV" refuse_load rapl_pmu 'No such device'
check "the log says why" expect_dmesg '^rapl_pmu: @why@'
absent() { [ ! -e /sys/bus/event_source/devices/power ]; }
check "no empty PMU" absent
check "nor with probe=1" refuse_load rapl_pmu 'No such device' probe=1
check "nor by another name" refuse_load rapl_pmu 'No such device' pmu_name=mine
