# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the joules are wrong: every domain, two packages that differ,
# whoever reads and however many do.
# arch: x86_64
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90,pkg1=110.5/80/12/7/200,high=0xdeadbeef
# guest: pmu
# tools: perf
. /lib/ktap.sh
. /lib/module.sh

plan 10
load_mod rapl_pmu

all="power/energy-cores power/energy-pkg power/energy-ram power/energy-gpu power/energy-psys"
on() { for event in $all; do printf '%s@%s ' "$event" "$1"; done; }

# shellcheck disable=SC2046
check "every domain of both packages, 5 s" pmu truth 5 0.5 $(on 0) $(on 2)
# shellcheck disable=SC2046
check "as a group, opened on another CPU of the package" pmu truth 3 0.5 group $(on 3)
check "read ten times a second" pmu truth 3 0.5 read=0.1 power/energy-pkg@0 power/energy-ram@2
check "read from the other CPU of the package" pmu truth 3 0.5 read=0.1 from=3 power/energy-pkg@2 power/energy-cores@2
check "read from the other package" pmu truth 3 0.5 read=0.1 from=0 power/energy-pkg@2 power/energy-cores@2

pmu truth 4 0.5 power/energy-pkg@0 power/energy-pkg@2 >/tmp/one 2>&1 &
one=$!
pmu truth 3 0.5 read=0.2 power/energy-pkg@1 power/energy-pkg@2 >/tmp/two 2>&1
two=$?
check "two processes at once: the first" wait $one
check "two processes at once: the second" [ $two = 0 ]

# Real perf: joules printed for the time that it prints beside them.
perf list >/tmp/list 2>&1
listed() { [ "$(grep -c 'power/energy-[a-z]*/' /tmp/list)" = 5 ] || { grep power /tmp/list; return 1; }; }
check "perf list shows five events" listed
perf stat -x, -a --per-socket -e power/energy-pkg/,power/energy-ram/ -e duration_time -o /tmp/stat sleep 4
perf_true() {
	awk -F, -v p0=65 -v p1=110.5 -v r0=5 -v r1=12 '
	$6 == "duration_time" { seconds = $4 / 1e9 }
	$6 == "power/energy-pkg/" { got[$1 "p"] = $4 }
	$6 == "power/energy-ram/" { got[$1 "r"] = $4 }
	function judge(name, watts) {
		error = (got[name] / (watts * seconds) - 1) * 100
		printf "%s %.2f J, truth %.2f J, error %+.3f %%\n", name, got[name], watts * seconds, error
		if (error > 0.5 || error < -0.5) bad = 1
	}
	END {
		if (!seconds) { print "no duration_time"; exit 1 }
		judge("S0p", p0); judge("S1p", p1); judge("S0r", r0); judge("S1r", r1)
		exit bad
	}' /tmp/stat || { cat /tmp/stat; return 1; }
}
check "perf stat --per-socket" perf_true
perf stat -x, -I 500 -a -e power/energy-pkg/ -o /tmp/interval sleep 3
intervals() {
	awk -F, '$4 == "power/energy-pkg/" { n++; if ($2 < 80 || $2 > 96) { print; bad = 1 } } END { exit bad || n < 5 }' /tmp/interval ||
		{ cat /tmp/interval; return 1; }
}
check "perf stat -I 500: 87.75 J each" intervals
unload_mod rapl_pmu
finish
