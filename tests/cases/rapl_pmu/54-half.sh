# SPDX-License-Identifier: GPL-2.0-only
# If this fails, one PMU that cannot be had takes the other with it, or a CPU whose
# coming online failed half way stands in the cpumask for ever, or registering that
# fails while somebody reads the cpumask never ends.
# tier: fast 7
# smp: 4,sockets=2,cores=2
# cpu: EPYC
# model: vendor=amd,packages=2,pkg0=100/21/0/0/0,pkg1=200/63.5/0/0/0
# append: maxcpus=2
# guest: pmu
# kmod: fault

plan 15
sys=/sys/bus/event_source/devices

check "the second PMU will not register" load_mod fault function=perf_pmu_register nth=2
dmesg_mark
check "load" load_mod rapl_pmu
check "the log says so" expect_dmesg '^rapl_pmu: PMU power_core could not be registered: error -12'
counters() { expect_dmesg '^rapl_pmu: RAPL PMU detected, .* 1 counters' && [ ! -e $sys/power_core ]; }
check "and counts those that there are" counters
check "power counts" pmu truth 2 1 power/energy-pkg@0
check "rmmod" unload_mod rapl_pmu
unload_mod fault

# sysfs is there already when this fails: its files go, once nobody reads them.
# Each time, since modprobe tries twice.
check "registering will fail late" load_mod fault function=bus_add_device nth=0 delay=500
(while [ ! -e /tmp/over ]; do cat /sys/devices/power/cpumask; done) >/tmp/read 2>/dev/null &
check "it fails, under a reader" refuse_load rapl_pmu 'Cannot allocate memory'
touch /tmp/over
wait
check "who has read" grep -q '^0' /tmp/read
unload_mod fault

# The other package is offline.  Its first CPU: an instance for power, none for power_core.
check "load again" load_mod rapl_pmu
check "no memory for the second instance" load_mod fault function=rapl_instance_find nth=2 error=0
fails() { ! online 2 1; }
check "a CPU that cannot come online" fails
check "is not in the cpumask" holds $sys/power/cpumask 0
unload_mod fault
check "it can later" online 2 1
both() { holds $sys/power/cpumask 0,2 && pmu truth 2 1 power/energy-pkg@2 power_core/energy-core@2; }
check "and counts" both
