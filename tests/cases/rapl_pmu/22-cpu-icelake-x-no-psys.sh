# SPDX-License-Identifier: GPL-2.0-only
# Ice Lake-SP whose platform counter stays at 0: only one source of three has
# it, so it is not shown.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=1,pkg0=270/200/50/20/0,ram_unit=16,absent=gpu
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-16_J
