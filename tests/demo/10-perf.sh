# SPDX-License-Identifier: GPL-2.0-only
# What `make demo` shows (guest time is instructions, so that a busy host does not
# come between perf and its clock); tests/demo/run prints the lines marked perf: and true:.
# If this fails, a newcomer's first look at the project is at wrong numbers.
# arch: x86_64
# kernels: 6.1
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90,pkg1=110.5/80/12/7/200
# icount: shift=0,sleep=off
# guest: rapltruth
# tools: perf

plan 4

shown() { sed 's/^/perf: /'; }

check "modprobe rapl_pmu" load_mod rapl_pmu
dmesg | sed -n 's/^\[[ 0-9.]*\] \(rapl_pmu: [RP].*\)/dmesg: \1/p'

perf list 2>/dev/null | grep 'power/' | shown

# The machine uses energy only while the workload runs, so that perf's own start
# and end are not in the way of comparing the joules to the last digit.
events=power/energy-pkg/,power/energy-cores/,power/energy-ram/
rapltruth stop
echo "perf: # perf stat -a --per-socket -e $events workload (5 s)"
perf stat -a --per-socket -e $events -o /tmp/stat rapltruth pulse 5 /tmp/truth
grep -v '^#' /tmp/stat | grep . | shown
sed 's/^/true: /' /tmp/truth
rapltruth go

judge() {
	awk 'FILENAME == "/tmp/truth" { truth["S" $1 "power/energy-" $2 "/"] = $3; next }
	/^S[0-9]/ {
		gsub(",", "", $3)
		want = truth[$1 $5]
		error = want ? ($3 / want - 1) * 100 : 100
		if (error > 0.5 || error < -0.5) { print $0 ", truth " want; bad = 1 }
		n++
	}
	END { exit bad || n != 6 }' /tmp/truth /tmp/stat
}
check "perf stat is within 0.5 % of the truth" judge

echo "perf: # perf stat -I 1000 -a --per-socket -e power/energy-pkg/ sleep 4"
perf stat -I 1000 -a --per-socket -e power/energy-pkg/ -o /tmp/interval sleep 4
grep -v '^#' /tmp/interval | grep . | shown
rows() { [ "$(grep -c energy-pkg /tmp/interval)" -ge 8 ]; }
check "perf stat -I prints every second" rows
check "modprobe -r rapl_pmu" unload_mod rapl_pmu
