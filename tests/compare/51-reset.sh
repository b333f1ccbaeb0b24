# SPDX-License-Identifier: GPL-2.0-only
# The counters are reset and nobody says so, 6 kJ before they would wrap; no energy is
# used meanwhile.
# smp: 1
# cpu: Skylake-Client
# model: vendor=intel,packages=1,unit=16,pkg0=65/45/5/3/90,start=0xe8000000
# icount: shift=0,sleep=off
# guest: pmu rapltruth compare_case

. /usr/bin/compare_case

plan 2
check "load" compare_load
rm -f /tmp/over
(
	sleep 5
	rapltruth stop
	sleep 2
	rapltruth reset
	sleep 4
	rapltruth go
	sleep 5
	touch /tmp/over
) &
check "both count" compare_count /tmp/over power/energy-pkg@0
compare_row "a reset that nobody announced" power/energy-pkg@0
