# SPDX-License-Identifier: GPL-2.0-only
# If this fails, whoever measures the cores of an AMD processor wakes each of them
# more than once a minute, or loses energy between wake-ups that are too rare.
# tier: slow
# timeout: 300
# smp: 8,sockets=1,cores=8
# cpu: EPYC
# model: vendor=amd,packages=1,pkg0=2000,core=240,start=0xf0000000
# icount: shift=0,sleep=off
# guest: pmu

plan 5
cores=$(for cpu in 0 1 2 3 4 5 6 7; do printf 'power_core/energy-core@%d ' $cpu; done)


check "load" load_mod rapl_pmu
check "watch the timer" trace_timer
# shellcheck disable=SC2086
check "joules of 8 cores at 240 W for 400 s, a wrap and a half" pmu truth 400 0.1 $cores
n=$(woken)
diag "$((n * 3600 / 400 / 8)) wake-ups per core and hour"
rate() { echo "woken up $n times"; [ "$n" -gt 0 ] && [ "$n" -le $((8 * 400 / 60)) ]; }
check "at most one wake-up a core and minute" rate
check "rmmod" unload_mod rapl_pmu
