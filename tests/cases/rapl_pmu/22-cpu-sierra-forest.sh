# SPDX-License-Identifier: GPL-2.0-only
# Sierra Forest: by MSR where the kernel wants TPMI, the platform in the
# common unit.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=175
# model: vendor=intel,packages=1,pkg0=330/250/60/20/700,absent=gpu
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case pkg=2^-14_J ram=2^-14_J psys=2^-14_J
