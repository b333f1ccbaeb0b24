# SPDX-License-Identifier: GPL-2.0-only
# Rocket Lake: forgotten by the kernel's rapl up to 7.3.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=167
# model: vendor=intel,packages=1,pkg0=125/95/5/15/200
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-14_J gpu=2^-14_J psys=2^-14_J
