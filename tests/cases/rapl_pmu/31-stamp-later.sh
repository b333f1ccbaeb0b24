# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a package that comes online after the module was loaded has no stamps,
# or one that is loaded without its stamps takes those of the others away.
# tier: slow
# kernels: 6.1 7
# smp: 6,sockets=3,cores=2
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=3,pkg0=100/0/12,pkg1=150/0/12,pkg2=200/0/12,ram_unit=16,absent=cores+gpu+psys,absent2=stamped+cores+gpu+psys,stamp=pkg
# append: maxcpus=2
# guest: pmu stamp
# tools: perf@newest

plan 9
sys=/sys/bus/event_source/devices/power

check "load" load_mod rapl_pmu
check "with one package online" holds $sys/cpumask 0
check "the next one comes" online 2 1
check "it is there" holds $sys/cpumask 0,2
check "with energy and time that belong together" stamp read 5000 150 power/energy-pkg@2 power/update-time@2
# The event is listed by now, and counts 0 where there is no stamp, as any other.
check "one without stamps comes" online 4 1
check "and counts energy, beside a time that stands" pmu truth 2 0.5 power/energy-pkg@4
stands() { perf@newest stat -x, -C 4 -e power/update-time/ -o /tmp/stat sleep 1; grep -q '^0\(\.00\)\?,ns' /tmp/stat || { cat /tmp/stat; return 1; }; }
check "which has no stamp to go by" stands
check "the others go on" stamp read 5000 100 power/energy-pkg@0 power/update-time@0
