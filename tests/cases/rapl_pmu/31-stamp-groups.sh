# SPDX-License-Identifier: GPL-2.0-only
# If this fails, what else is in a group keeps energy and the time of its update from
# being read together.
# tier: slow
# kernels: 6.1 7
# timeout: 240
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=2,pkg0=100/80/12/0/0,pkg1=150/80/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg,stamp_start=0xffffff00,tick=20000,jitter=4000:45000
# icount: shift=0,sleep=off
# guest: pmu stamp

plan 7
pkg=power/energy-pkg
time=power/update-time
cores=power/energy-cores@0
ram=power/energy-ram@0

check "load" load_mod rapl_pmu
check "behind events of two kinds that are not read with it" stamp read 5000 100 clock $cores clock $ram $pkg@0 $time@0
check "and they behind it" stamp read 5000 100 clock $pkg@0 $time@0 $cores clock
check "beside one that is switched off" stamp read 5000 100 clock off:$pkg@0 $pkg@0 $time@0
check "beside a time that is" stamp windows 1000 150 clock off:$time@2 $pkg@2 $time@2
check "a group that has no time" pmu truth 1 0.1 group read=0.1 $pkg@0 $cores $ram
check "rmmod" unload_mod rapl_pmu
