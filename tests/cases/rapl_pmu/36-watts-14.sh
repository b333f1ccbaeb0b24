# SPDX-License-Identifier: GPL-2.0-only
# If this fails, large machines are wrong: a package in units of 2^-14 J beside
# DRAM whose unit is 2^-16 J and not told by any register, as on Xeons from E5
# v3 to Ice Lake.  The kernel's own driver takes its timer from the package.
# arch: x86_64
# tier: slow
# timeout: 1200
# smp: 1
# cpu: Skylake-Client,family=6,model=63
# model: vendor=intel,packages=1,pkg0=500/10000/120/0/0,ram_unit=16,absent=gpu+psys
# icount: shift=0,sleep=off
# guest: rapltruth watts_case
# tools: perf
# intree: rapl
. /usr/bin/watts_case

watts_case 900 '500 W at 2^-14 J' ram '120 W of DRAM beside it'
