# SPDX-License-Identifier: GPL-2.0-only
# Suspend to RAM resets the counters; no energy is used meanwhile.
# timeout: 600
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90,s3=reset,start=0x30000000
# qemu: -global PIIX4_PM.disable_s3=0
# guest: pmu rapltruth compare_case

. /usr/bin/compare_case

plan 2
check "load" compare_load
rm -f /tmp/over
(
	sleep 3
	rapltruth stop
	to_sleep
	rapltruth go
	sleep 3
	touch /tmp/over
) &
check "both count" compare_count /tmp/over power/energy-pkg@0
compare_row "suspend to RAM that resets the counters" power/energy-pkg@0
