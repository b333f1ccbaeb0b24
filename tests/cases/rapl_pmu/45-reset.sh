# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a counter that firmware sets back shows up as energy: here
# 32 kJ at once, beside some 260 J.
# arch: x86_64
# smp: 1
# cpu: Skylake-Client
# model: vendor=intel,packages=1,unit=16,pkg0=65/45/5/3/90,start=0x80000000
# icount: shift=0,sleep=off
# guest: pmu rapltruth
. /lib/ktap.sh
. /lib/module.sh

plan 3
load_mod rapl_pmu
dmesg_mark
pmu truth 6 0.5 live read=0.2 power/energy-pkg@0 power/energy-cores@0 >/tmp/out 2>&1 &
reader=$!
sleep 2
# No energy is used from before the reset until it is noticed, so that what was
# counted must be all of it.
rapltruth stop
sleep 0.5
rapltruth reset
sleep 0.5
rapltruth go
wait $reader
status=$?
exact() { cat /tmp/out; [ $status = 0 ]; }
check "energy goes on from the value before" exact
check "and the log has it" expect_dmesg '^rapl_pmu: MSR 0x611 of package 0 was reset'
check "for each counter" expect_dmesg '^rapl_pmu: MSR 0x639 of package 0 was reset'
finish
