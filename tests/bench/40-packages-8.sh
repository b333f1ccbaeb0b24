# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. How cost grows with packages: 8.
# arch: x86_64
# tier: bench
# smp: 8,sockets=8,cores=1
# cpu: Skylake-Client
# model: vendor=intel,packages=8,pkg0=65/45/5/3/80
# icount: shift=0,sleep=off
# timeout: 900
# guest: bench
# files: tests/bench/lib.sh:/usr/lib/bench.sh tests/bench/packages.sh:/usr/lib/packages.sh
# tools: perf
# intree: rapl
. /lib/ktap.sh
. /usr/lib/bench.sh
. /usr/lib/packages.sh
measure_packages 8
