# SPDX-License-Identifier: GPL-2.0-only
# If this fails, energy is lost or negative where power times time is large, or
# the timer against it wakes the machine up for nothing.  Unit 2^-16 J, as AMD,
# Sandy Bridge and the DRAM of many Xeons have it.  The kernel's own driver on
# the same machine looks too seldom and takes large advances for negative.
# arch: x86_64
# tier: fast 6.1
# timeout: 600
# smp: 1
# cpu: Skylake-Client
# model: vendor=intel,packages=1,unit=16,pkg0=280/10000/120/1/1
# icount: shift=0,sleep=off
# guest: rapltruth watts_case
# tools: perf
# intree: rapl
. /usr/bin/watts_case

watts_case 400 '280 W at 2^-16 J' cores '10 kW at 2^-16 J'
