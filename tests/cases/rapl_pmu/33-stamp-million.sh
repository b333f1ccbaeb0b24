# SPDX-License-Identifier: GPL-2.0-only
# If this fails, one group in a million has an energy that is not of the time beside it.
# tier: long
# smp: 2
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=1,pkg0=100/80/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg,tick=20000,jitter=4000:45000
# icount: shift=0,sleep=off
# guest: stamp
# timeout: 600

plan 3
check "load" load_mod rapl_pmu
check "a million groups" stamp read 1000000 100 power/energy-pkg@0 power/update-time@0
check "rmmod" unload_mod rapl_pmu
