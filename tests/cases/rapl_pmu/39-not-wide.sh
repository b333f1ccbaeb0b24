# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a counter that has 32 bits on a processor whose manual gives it 64
# loses energy for ever, and nobody is told.
# tier: slow
# smp: 2,sockets=1,cores=2
# cpu: EPYC,family=25,model=97
# model: vendor=amd,packages=1,pkg0=9000,core=240,start=0xffff0000
# icount: shift=0,sleep=off
# guest: pmu

plan 4
check "load" load_mod rapl_pmu
dmesg_mark
check "joules of 10 s over a wrap, read from the other CPU" pmu truth 10 0.1 read=0.5 from=1 power/energy-pkg@0
check "the log tells" expect_dmesg '^rapl_pmu: MSR 0xc001029b of package 0 has 32 bits, although'
check "joules of 100 s without a look: the timer runs" pmu truth 100 0.1 power/energy-pkg@0
