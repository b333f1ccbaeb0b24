# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the platform of Sapphire Rapids, in whole joules, or its
# DRAM, in the common unit unlike its predecessors, is wrong. Linux 5.10 does
# not know this model, its nearest relatives read DRAM four times too low.
# arch: x86_64
# tier: fast 7
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=6,model=143
# model: vendor=intel,packages=1,pkg0=350/250/45/20/2000,psys_unit=0,absent=gpu
# icount: shift=0,sleep=off
# guest: pmu cpu_case
. /usr/bin/cpu_case

cpu_case cores=2^-14_J pkg=2^-14_J ram=2^-14_J psys=1_J
