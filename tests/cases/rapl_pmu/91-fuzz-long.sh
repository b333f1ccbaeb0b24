# SPDX-License-Identifier: GPL-2.0-only
# If this fails, some attribute gets an answer that is not documented, or gets
# the kernel down.
# arch: x86_64
# smp: 4,sockets=2,cores=2
# cpu: EPYC
# model: vendor=amd,packages=2,pkg0=100/40
# tier: fast 5.10-rt 6.1-rt 6.12-rt 7-rt
# timeout: 900
# guest: pmu fuzz_case
. /usr/bin/fuzz_case

fuzz_case 100000
