# SPDX-License-Identifier: GPL-2.0-only
# If this fails, some attribute gets an answer that is not documented, or gets
# the kernel down.
# arch: x86_64
# tier: fast 7
# smp: 4,sockets=2,cores=2
# cpu: EPYC
# model: vendor=amd,packages=2,pkg0=100/40
# timeout: 480
# guest: pmu fuzz_case
. /usr/bin/fuzz_case

fuzz_case 10000
