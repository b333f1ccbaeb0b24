# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. How cost grows with packages.
# smp: @n@,sockets=@n@,cores=1
# model: vendor=intel,packages=@n@,pkg0=65/45/5/3/80
# tools: perf
# intree: rapl

. /usr/lib/bench.sh

life()
{
	case $1 in
	mine) bench module "module.@n@.mine" "$(ko_file rapl_pmu)" rapl_pmu pmu_name=mine ;;
	power) bench module "module.@n@.power" "$(ko_file rapl)" rapl ;;
	esac
}

tick()
{
	bench step "tick.@n@.$1" 10 40 perf stat -a -e "$1/energy-pkg/,$1/energy-ram/" \
		-I 100 --interval-count @
}

measure_all()
{
	in_turns life mine power || return
	echo "value slab.@n@.mine $(slab_of rapl_pmu pmu_name=mine)"
	echo "value slab.@n@.power $(slab_of rapl)"
	in_turns tick mine power
}

plan 1
measured measure_all
