# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the joules are wrong: every domain, two packages that differ,
# whoever reads and however many do.
# tier: fast 7
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90,pkg1=110.5/80/12/7/200,high=0xdeadbeef
# icount: shift=0,sleep=off
# guest: pmu rapltruth
# tools: perf

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

pmu truth 4 0.5 live power/energy-pkg@0 power/energy-pkg@2 >/tmp/one 2>&1 &
one=$!
pmu truth 3 0.5 live read=0.2 power/energy-pkg@1 power/energy-pkg@2 >/tmp/two 2>&1
two=$?
wait $one
one=$?
shows() { cat "$2"; [ "$1" = 0 ]; }
check "two processes at once: the first" shows $one /tmp/one
check "two processes at once: the second" shows $two /tmp/two

# Real perf
perf list >/tmp/list 2>&1
listed() { [ "$(grep -c 'power/energy-[a-z]*/' /tmp/list)" = 5 ] || { grep power /tmp/list; return 1; }; }
check "perf list shows five events" listed
# Energy flows only while the workload lasts, not while perf starts and ends.
rapltruth stop
perf stat -x, -a --per-socket -e power/energy-pkg/,power/energy-ram/ -o /tmp/stat rapltruth pulse 4 /tmp/truth
perf_true() {
	awk -F'[, ]' '
	FILENAME == "/tmp/truth" { truth["S" $1 "power/energy-" $2 "/"] = $3; next }
	$1 ~ /^S[0-9]/ {
		want = truth[$1 $5]
		error = want ? ($3 / want - 1) * 100 : 100
		printf "%s %s %.2f J, truth %.3f J, error %+.3f %%\n", $1, $5, $3, want, error
		if (error > 0.1 || error < -0.1) bad = 1
		n++
	}
	END { exit bad || n != 4 }' /tmp/truth /tmp/stat || { cat /tmp/truth /tmp/stat; return 1; }
}
check "perf stat --per-socket" perf_true
rapltruth go
perf stat -x, -I 500 -a -e power/energy-pkg/ -o /tmp/interval sleep 3
intervals() {
	awk -F, '$4 == "power/energy-pkg/" {
		watts = $2 / ($1 - last)
		last = $1
		# perf prints the time after it has read the first of the two packages
		if (n++ && (watts < 172 || watts > 179)) { print $0 " " watts " W"; bad = 1 }
	} END { exit bad || n < 5 }' /tmp/interval || { cat /tmp/interval; return 1; }
}
check "perf stat -I 500: 175.5 W in each" intervals
unload_mod rapl_pmu
