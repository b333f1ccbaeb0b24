# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a processor whose counters are 64 bits wide (Zen 4, Zen 5) is woken
# up for wraps that there are not, or energy is cut to 32 bits.
# tier: @tier@
# kernels: @kernels@
# smp: 2,sockets=1,cores=2
# cpu: @cpu@
# model: vendor=amd,packages=1,pkg0=9000,core=240,wide=1,high=1,start=0xffff0000
# icount: shift=0,sleep=off
# guest: pmu

plan 5

none() { n=$(woken); echo "woken up $n times"; [ "$n" = 0 ]; }

dmesg_mark
check "load" load_mod rapl_pmu
check "the log says so" expect_dmesg '^rapl_pmu: RAPL PMU detected, .* 64 bits wide'
check "watch the timer" trace_timer
# 9 kW wrap 2^32 units of 2^-16 J every 7.3 s.
check "joules of 300 s without a look" pmu truth 300 0.1 power/energy-pkg@0 power/energy-pkg@1 power_core/energy-core@0 power_core/energy-core@1
check "no wake-up" none
