# SPDX-License-Identifier: GPL-2.0-only
# Goldmont: an Atom with the common unit.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=92
# model: vendor=intel,packages=1,pkg0=10/6/1.5/2/9,absent=psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-14_J gpu=2^-14_J
