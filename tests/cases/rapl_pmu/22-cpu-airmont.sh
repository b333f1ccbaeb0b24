# SPDX-License-Identifier: GPL-2.0-only
# Airmont counts 2^ESU uJ; turbostat thinks it has no RAPL.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=76
# model: vendor=intel,packages=1,atom=1,unit=3,pkg0=4/2.5/1/1/9,absent=ram+gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^3_uJ pkg=2^3_uJ
