# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. How cost grows with packages.
# arch: x86_64
# tier: bench
# smp: @n@,sockets=@n@,cores=1
# cpu: Skylake-Client
# model: vendor=intel,packages=@n@,pkg0=65/45/5/3/80
# icount: shift=0,sleep=off
# timeout: 900
# guest: bench
# files: tests/bench/lib.sh:/usr/lib/bench.sh
# tools: perf
# intree: rapl
# shellcheck disable=SC2317
. /lib/ktap.sh
. /usr/lib/bench.sh

measure()
{
	bench module "module.@n@.mine" "$(ko_file rapl_pmu)" rapl_pmu pmu_name=mine || return
	bench module "module.@n@.power" "$(ko_file rapl)" rapl || return
	echo "value slab.@n@.mine $(slab_of rapl_pmu pmu_name=mine)"
	echo "value slab.@n@.power $(slab_of rapl)"
	for pmu in mine power; do
		bench step "tick.@n@.$pmu" 10 40 perf stat -a -e "$pmu/energy-pkg/,$pmu/energy-ram/" \
			-I 100 --interval-count @ || return
	done
}

plan 1
if measure; then ok "measured"; else not_ok "measured"; fi
finish
