# SPDX-License-Identifier: GPL-2.0-only
# If this fails, Silvermont, which counts 2^ESU uJ, is wrong: no power of two
# in joules, so no shift can do it. The kernel's rapl knows none of this kind.
# arch: x86_64
# tier: fast 6.1
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=55
# model: vendor=intel,packages=1,atom=1,unit=5,pkg0=6.5/4/1/1/9,absent=ram+gpu+psys
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^5_uJ pkg=2^5_uJ
