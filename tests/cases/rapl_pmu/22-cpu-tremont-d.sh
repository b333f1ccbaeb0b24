# SPDX-License-Identifier: GPL-2.0-only
# Tremont-D: nothing but the package. The kernel's rapl does not know it.
# arch: x86_64
# tier: slow
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=134
# model: vendor=intel,packages=1,pkg0=25/15/4/1/9
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case pkg=2^-14_J
