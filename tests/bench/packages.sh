# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# packages.sh - the common part of the cases that differ in packages only

measure_all()
{
	bench module "module.$1.mine" "$(ko_file rapl_pmu)" rapl_pmu pmu_name=mine || return
	bench module "module.$1.power" "$(ko_file rapl)" rapl || return
	echo "value slab.$1.mine $(slab_of rapl_pmu pmu_name=mine)"
	echo "value slab.$1.power $(slab_of rapl)"
	for pmu in mine power; do
		bench step "tick.$1.$pmu" 10 40 perf stat -a -e "$pmu/energy-pkg/,$pmu/energy-ram/" \
			-I 100 --interval-count @ || return
	done
}

measure_packages()
{
	plan 1
	if measure_all "$1"; then ok "measured"; else not_ok "measured"; fi
	finish
}
