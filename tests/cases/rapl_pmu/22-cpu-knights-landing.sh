# SPDX-License-Identifier: GPL-2.0-only
# Xeon Phi: no cores even where the MSR answers, DRAM in 2^-16 J.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=87
# model: vendor=intel,packages=1,pkg0=230/100/60/20/100,ram_unit=16,absent=gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case pkg=2^-14_J ram=2^-16_J
