# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the example that measures short windows by stamped energy is not as
# exact as README says: the figures are of tests/bench/70-windows.sh.
# tier: slow
# smp: 1
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=1,pkg0=60/40/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg,jitter=icelake-sp
# icount: shift=0,sleep=off
# append: tsc_early_khz=1000000
# guest: window
# undebugged: the figures are of a kernel that reads twice within microseconds, this one may take a hundred

plan 7
check "load" load_mod rapl_pmu
# p99 US MOST: of 300 windows, in percent
p99()
{
	window windows 0 "$1" 300 250 stamped >/tmp/window
	cat /tmp/window
	awk -v most="$2" '{ for (i = 1; i < NF; i++) if ($i == "p99") { seen = 1; bad = $(i + 1) > most } } END { exit !seen || bad }' /tmp/window
}
check "200 us: 1 %" p99 200 1
check "2 ms: 0.1 %" p99 2000 0.1
check "5 ms: 0.1 %" p99 5000 0.1
check "10 ms: 0.1 %" p99 10000 0.1
example()
{
	window example 0 500 20 >/tmp/example
	cat /tmp/example
	awk '/^0[.][0-9]* J, [0-9.]* W$/ && $3 > 59 && $3 < 61 { n++ } END { exit n != 20 }' /tmp/example
}
check "the example by itself: 60 W" example
check "rmmod" unload_mod rapl_pmu
