# SPDX-License-Identifier: GPL-2.0-only
# How many processors each of the two knows, and one that mainline forgot.
# smp: 1
# cpu: Skylake-Client,family=6,model=167
# model: vendor=intel,packages=1,pkg0=125/95/5/15/200
# icount: shift=0,sleep=off

. /usr/bin/compare_case

plan 2
models() { modinfo -F alias "$1" | grep -c 'ven0000fam'; }
check "load" compare_load
compare_line "Intel models served, without being asked for" "$(models rapl)" "$(models rapl_pmu)"
ours() { pmu truth 10 0.5 mine/energy-pkg@0 >/tmp/ours; }
check "Rocket Lake counts" ours
theirs="does not load"
! compare_has power || theirs=counts
compare_line "Rocket Lake, package" "$theirs" "$(compare_cell /tmp/ours mine/energy-pkg@0)"
