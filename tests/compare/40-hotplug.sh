# SPDX-License-Identifier: GPL-2.0-only
# CPUs go off and on while events count.
# timeout: 600
# smp: 6,sockets=2,cores=3
# model: vendor=intel,packages=2,unit=16,pkg0=65/45/5/3/90,pkg1=210.5/180/12/7/300
# icount: shift=0,sleep=off

. /usr/bin/compare_case

plan 3
check "load" compare_load
rm -f /tmp/over
(sleep 1; pmu storm 60 40 pause=0.2 1 2 keep=3 keep=4 keep=5 >/tmp/storm; touch /tmp/over) &
check "both count" compare_count /tmp/over power/energy-pkg@0 power/energy-pkg@3
diag "$(cat /tmp/storm)"
compare_row "CPUs off and on for 60 rounds, first package" power/energy-pkg@0
compare_row "CPUs off and on for 60 rounds, second package" power/energy-pkg@3

# Opened where turbostat and perf -C open it: not on the CPU in charge.
rm -f /tmp/over
(sleep 1; echo 0 >/sys/devices/system/cpu/cpu4/online; sleep 5; touch /tmp/over; sleep 1; echo 1 >/sys/devices/system/cpu/cpu4/online) &
check "opened on another CPU" compare_count /tmp/over power/energy-pkg@4
compare_row "opened on a CPU that then goes offline" power/energy-pkg@4
