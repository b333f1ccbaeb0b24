# SPDX-License-Identifier: GPL-2.0-only
# If this fails, DRAM of the Xeon E5 v3 is not read in its own unit of 2^-16
# J: its register of units does not tell it.
# arch: x86_64
# tier: fast 7
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=63
# model: vendor=intel,packages=1,pkg0=120/80/35/20/300,ram_unit=16,absent=gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-16_J
