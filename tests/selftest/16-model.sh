#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The RAPL machine in this QEMU: if a register does not read what was used there, no joule
# that a test sees means anything. Under -icount it needs most of QEMU's inside.
# arch: x86_64
# smp: 2
# model: vendor=intel,packages=1,unit=14,pkg0=100/10/5
# icount: shift=0,sleep=off
# guest: rapltruth
# intree: msr
# expect: ok

counter()
{
	dd if=/dev/cpu/1/msr bs=8 count=1 iflag=skip_bytes skip=$((0x611)) 2>/dev/null | od -An -tu4 |
		awk '{ print $1 }'
}

# The pulse's truth is a line "0 pkg JOULES SECONDS".
agrees()
{
	awk -v units=$((after - before)) '$2 == "pkg" {
		printf "read %.4f J of %.4f J\n", units / 16384, $3
		error = units / 16384 - $3
		good = error < 0.01 && error > -0.01 && $3 > 199 && $3 < 201
	} END { exit !good }' /tmp/truth
}

plan 3
check "a driver for registers" load_mod msr
rapltruth stop
before=$(counter)
check "100 W for two seconds" rapltruth pulse 2 /tmp/truth
after=$(counter)
check "are what the register has counted" agrees
