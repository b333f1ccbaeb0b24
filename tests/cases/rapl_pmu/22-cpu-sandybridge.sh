# SPDX-License-Identifier: GPL-2.0-only
# Sandy Bridge: the first with RAPL, unit 2^-16 J, no DRAM even where the MSR
# answers.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=42
# model: vendor=intel,packages=1,unit=16,pkg0=95/60/8/20/100
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-16_J pkg=2^-16_J gpu=2^-16_J
