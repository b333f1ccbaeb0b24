# SPDX-License-Identifier: GPL-2.0-only
# If this fails, an AMD machine whose cores have no counters loses
# the package's with them, or shows a power_core that is empty.
# tier: slow
# kernels: 6.1 7
# smp: 2,sockets=1,cores=2
# cpu: EPYC
# model: vendor=amd,packages=1,pkg0=65/10.5,absent=core
# guest: pmu

plan 5
dmesg_mark
check "load" load_mod rapl_pmu
check "the log counts the package alone" expect_dmesg '^rapl_pmu: RAPL PMU detected, .* 1 counters'
none() { [ ! -e /sys/bus/event_source/devices/power_core ]; }
check "no empty power_core" none
check "the package is right" pmu truth 3 0.5 power/energy-pkg@1
check "rmmod" unload_mod rapl_pmu
