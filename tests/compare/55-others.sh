# SPDX-License-Identifier: GPL-2.0-only
# Others open and close events of the same PMU on the same CPU, a thousand a second.
# smp: 2
# cpu: Skylake-Client
# model: vendor=intel,packages=1,unit=16,pkg0=65/45/5/3/90,tick=0
# icount: shift=0,sleep=off

. /usr/bin/compare_case

plan 3
check "load" compare_load
rm -f /tmp/over
start /tmp/churn1 pmu churn power /tmp/over 9 0 1 &
start /tmp/churn2 pmu churn mine /tmp/over 9 0 1 &
(sleep 10; touch /tmp/over) &
check "both count" compare_count /tmp/over power/energy-pkg@0
often() { awk '$1 > 11000 { n++ } END { exit n != 2 }' /tmp/churn1 /tmp/churn2; }
both() { good /tmp/churn1 && good /tmp/churn2 && often; }
sleep 1
check "others are opened" both
diag "$(cat /tmp/churn1 /tmp/churn2)"
compare_row "while others open over 1000 events a second" power/energy-pkg@0
