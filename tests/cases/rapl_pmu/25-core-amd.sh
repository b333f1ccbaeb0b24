# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the energy of AMD's cores is missing, doubled by hyperthreading
# or does not add up.
# tier: fast 6.1
# timeout: 480
# smp: 8,sockets=2,cores=2,threads=2
# cpu: EPYC
# model: vendor=amd,packages=2,threads=2,pkg0=100/21/0/0/0,pkg1=200/63.5/0/0/0,high=0x1234
# icount: shift=0,sleep=off
# guest: pmu rapltruth
# tools: perf

plan 19

sys=/sys/bus/event_source/devices
same() { [ "$(pmu same "$1" "$2")" = "$3" ]; }
core=power_core/energy-core

dmesg_mark
check "load" load_mod rapl_pmu
check "the log has both PMUs" expect_dmesg '^rapl_pmu: power_core/energy-core/ unit 2\^-16 J'
only_pkg() { (cd $sys/power/events && echo *) | grep -qx 'energy-pkg energy-pkg.scale energy-pkg.unit'; }
check "power has energy-pkg and nothing else" only_pkg
core_files() {
	holds $sys/power_core/events/energy-core event=0x01 &&
		holds $sys/power_core/events/energy-core.unit Joules &&
		holds $sys/power_core/events/energy-core.scale 2.3283064365386962890625e-10 &&
		holds $sys/power_core/format/event config:0-7
}
check "power_core has energy-core" core_files
check "cpumask of power: a CPU a package" holds $sys/power/cpumask 0,4
check "cpumask of power_core: a CPU a core" holds $sys/power_core/cpumask 0,2,4,6
other_types() { [ "$(cat $sys/power/type)" != "$(cat $sys/power_core/type)" ]; }
check "the types differ" other_types
check "siblings open the same counter" same $core@0 $core@1 ok
check "another core is another counter" same $core@0 $core@2 EINVAL
check "more than one event: EINVAL" [ "$(pmu open power_core 2)" = EINVAL ]

check "joules of packages and of every thread's core" \
	pmu truth 5 0.5 power/energy-pkg@0 power/energy-pkg@5 \
	$core@0 $core@1 $core@2 $core@3 $core@4 $core@5 $core@6 $core@7

# The cores add up to what the model says of the cores of each package.
rapltruth stop
perf stat -x, -a -A -e power_core/energy-core/,power/energy-pkg/ -o /tmp/stat rapltruth pulse 5 /tmp/truth
rapltruth go
adds_up()
{
	awk -F'[, ]' '
	FILENAME == "/tmp/truth" { truth[$1 $2] = $3; next }
	/energy-core/ { sub("CPU", "", $1); sum[$1 < 4 ? 0 : 1] += $2; n++ }
	END {
		for (p = 0; p < 2; p++) {
			want = truth[p "cores"]
			error = want ? (sum[p] / want - 1) * 100 : 100
			printf "package %d: cores %.3f J, truth %.3f J, error %+.3f %%\n", p, sum[p], want, error
			if (error > 0.1 || error < -0.1) bad = 1
		}
		exit bad || n != 4
	}' /tmp/truth /tmp/stat || { cat /tmp/truth /tmp/stat; return 1; }
}
check "perf stat -A: the cores add up, package by package" adds_up

# perf 6.1 crashes by itself with --per-core on newer kernels.
rapltruth stop
perf stat -x, -a --per-core -e power_core/energy-core/ -o /tmp/stat rapltruth pulse 2 /tmp/truth 2>/tmp/err
status=$?
rapltruth go
per_core()
{
	awk -F'[, ]' '
	FILENAME == "/tmp/truth" { if ($2 == "cores") truth += $3; next }
	/^S.*energy-core/ { sum += $3; n++ }
	END {
		printf "%d cores, %.3f J, truth %.3f J\n", n, sum, truth
		exit n != 4 || sum / truth > 1.001 || sum / truth < 0.999
	}' /tmp/truth /tmp/stat || { cat /tmp/stat; return 1; }
}
if [ $status -ge 128 ]; then
	skip "perf stat --per-core" "perf $(perf --version | cut -d' ' -f3) crashes on this kernel (status $status)"
else
	check "perf stat --per-core" per_core
fi

# CPUs that go: the sibling takes over, then nobody is left
online 2 0
check "sibling takes over" holds $sys/power_core/cpumask 0,3-4,6
check "and counts" pmu truth 2 0.5 $core@3 $core@0
online 3 0
check "a core that is offline is not in the cpumask" holds $sys/power_core/cpumask 0,4,6
check "and cannot be opened" [ "$(pmu open power_core 1 cpu=3)" = ENODEV ]
online 3 1
online 2 1
check "back again" pmu truth 2 0.5 $core@2 $core@3 power/energy-pkg@2
check "rmmod" unload_mod rapl_pmu
