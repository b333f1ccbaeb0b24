# SPDX-License-Identifier: GPL-2.0-only
# The PMU that Linux 7 has in its powercap driver for two processors, read as perf
# stat -a does: on each CPU of its cpumask, added up.
# kernels: 7
# smp: 4
# cpu: Skylake-Client,family=6,model=204
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# icount: shift=0,sleep=off
# guest: pmu rapltruth compare_case
# tools: perf
# intree: intel_rapl_msr

. /usr/bin/compare_case

plan 3
check "powercap" load_mod intel_rapl_msr
check "load" load_mod rapl_pmu pmu_name=mine
rapltruth stop
perf stat -x, -a -e mine/energy-pkg/,power/energy-pkg/ -o /tmp/stat rapltruth pulse 10 /tmp/truth
rapltruth go
cell() { awk -F'[, ]' -v event="$1/energy-pkg/" '
	FILENAME == "/tmp/truth" { if ($2 == "pkg") want += $3; next }
	$0 ~ event { printf "%.3f of %.3f J, %+.3f %%\n", $1, want, ($1 / want - 1) * 100 }' /tmp/truth /tmp/stat; }
right() { cell mine | awk '{ exit !($5 < 0.5 && $5 > -0.5) }' || { cell mine; return 1; }; }
check "ours is right" right
diag "$(cat /tmp/truth /tmp/stat)"
compare_line "Panther Lake, \`perf stat -a\` (powercap's PMU), 4 CPUs" "$(cell power)" "$(cell mine)"
