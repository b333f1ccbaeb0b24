# SPDX-License-Identifier: GPL-2.0-only
# Granite Rapids: by MSR where the kernel wants TPMI, the platform in whole
# joules.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=173
# model: vendor=intel,packages=1,pkg0=500/350/80/20/3000,psys_unit=0,absent=gpu
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case pkg=2^-14_J ram=2^-14_J psys=1_J
