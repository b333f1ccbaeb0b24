# SPDX-License-Identifier: GPL-2.0-only
# Skylake-SP, Cascade Lake: DRAM in 2^-16 J.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=85
# model: vendor=intel,packages=1,pkg0=205/150/60/20/100,ram_unit=16,absent=gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-16_J
