# SPDX-License-Identifier: GPL-2.0-only
# If this fails, energy and the time of its update do not belong together: what comes
# of one by the other is not the power of the machine, which is constant here.
# tier: fast 7
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=2,pkg0=100/80/12/0/0,pkg1=150/80/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg,stamp_start=0xffffff00,tick=20000,jitter=4000:45000
# icount: shift=0,sleep=off
# guest: pmu stamp rapltruth
# tools: perf@newest perf@new perf

plan 24
sys=/sys/bus/event_source/devices/power
pkg=power/energy-pkg
time=power/update-time

dmesg_mark
check "load" load_mod rapl_pmu
check "the log has its unit" expect_dmesg '^rapl_pmu: power/update-time/ unit 10 ns$'
check "code" holds $sys/events/update-time event=0x10
check "unit" holds $sys/events/update-time.unit ns
check "scale" holds $sys/events/update-time.scale 10
code() { [ "$(pmu open power "$1")" = "$2" ] || { pmu open power "$1"; return 1; }; }
check "0x10 opens" code 0x10 ok
check "6, its place in our table, does not" code 6 EINVAL

check "group" stamp read 20000 100 $pkg@0 $time@0
check "opened the other way round, on the other package" stamp read 20000 150 $time@3 $pkg@3
check "among others, behind another one" stamp read 20000 100 power/energy-ram@1 $pkg@1 power/energy-cores@1 $time@1
check "behind a software event" stamp read 20000 100 clock $pkg@0 $time@0
check "on and off" stamp windows 5000 100 $pkg@0 $time@0
check "on and off, the other way round" stamp windows 5000 150 $time@2 $pkg@2
check "in samples" stamp samples 3 1000 100 clock $pkg@0 $time@0
check "in samples, the other way round" stamp samples 3 1000 150 clock $time@2 $pkg@2

# Each by itself
check "time and energy one by one" pmu truth 3 0.1 $time@0 $pkg@0 $time@2 $pkg@2
check "two wraps of 42.9 s while nobody looks" pmu truth 100 0.01 $time@0 $pkg@2 $time@2
group_by() { stamp read 100 100 every=1 $pkg@0 $time@0; }
check "and as a group" group_by

# Energy over time as real perf has it, which adds the packages up
perf_true()
{
	"$1" stat -x, -a --per-socket -e "{$pkg/,$time/}" -o /tmp/stat sleep 2 || return 1
	awk -F, '
	$4 == "Joules" { joules[$1] = $3 }
	$4 == "ns" { ns[$1] = $3 }
	END {
		for (s in ns) {
			watts = joules[s] / ns[s] * 1e9
			want = s == "S0" ? 100 : 150
			printf "%s %s J in %s ns: %.3f W\n", s, joules[s], ns[s], watts
			if (watts < want - 0.01 || watts > want + 0.01)
				bad = 1
			n++
		}
		exit bad || n != 2
	}' /tmp/stat || { cat /tmp/stat; return 1; }
}
check "perf stat of Linux 6.1" perf_true perf
check "perf stat of Linux 6.12" perf_true perf@new
check "perf stat of Linux 7" perf_true perf@newest

# CPUs of the package come and go; the counters are set back, announced to nobody.
start /tmp/read stamp read /tmp/over 150 every=0.01 $pkg@2 $time@2 &
sleep 1
check "CPUs off and on" pmu storm 20 31 pause=0.1 keep=2 keep=3
rapltruth reset
sleep 1
touch /tmp/over
check "meanwhile, and over a reset" good /tmp/read
diag "$(cat /tmp/read)"
check "rmmod" unload_mod rapl_pmu
