# SPDX-License-Identifier: GPL-2.0-only
# Avoton is a Silvermont and yet counts 2^-ESU J.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=77
# model: vendor=intel,packages=1,pkg0=20/14/1/1/9,absent=ram+gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J
