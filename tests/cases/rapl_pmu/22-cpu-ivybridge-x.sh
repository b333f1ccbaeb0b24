# SPDX-License-Identifier: GPL-2.0-only
# Ivy Bridge-EP: DRAM in the common unit.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=62
# model: vendor=intel,packages=1,unit=16,pkg0=130/95/40/20/100,absent=gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-16_J pkg=2^-16_J ram=2^-16_J
