# SPDX-License-Identifier: GPL-2.0-only
# If this fails, Intel processors of families other than 6 are not found. No
# kernel up to 7.3 has a PMU for Nova Lake.
# arch: x86_64
# tier: fast 6.1
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=18,model=1
# model: vendor=intel,packages=1,pkg0=125.5/90/6/12/180
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-14_J gpu=2^-14_J psys=2^-14_J
