# SPDX-License-Identifier: GPL-2.0-only
# Units that differ from those of the predecessors.
# smp: 1
# cpu: Skylake-Client,family=6,model=143
# model: vendor=intel,packages=1,pkg0=350/250/45/20/2000,psys_unit=0,absent=gpu
# icount: shift=0,sleep=off

. /usr/bin/compare_case

plan 2
check "load" compare_load
check "both count" compare_count 10 power/energy-ram@0 power/energy-psys@0
compare_row "Sapphire Rapids, DRAM" power/energy-ram@0
compare_row "Sapphire Rapids, platform" power/energy-psys@0
