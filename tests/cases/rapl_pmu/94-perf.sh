# SPDX-License-Identifier: GPL-2.0-only
# If this fails, one of Debian's versions of perf does not know the PMU on this kernel, or
# prints other joules than the machine used.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# model: vendor=intel,packages=2,pkg0=65/45/5/3/90,pkg1=110.5/80/12/7/200
# icount: shift=0,sleep=off
# mem: 1024
# guest: rapltruth
# tools: perf_5.10@old perf@newest perf@new perf

plan 6
check "load" load_mod rapl_pmu
# Energy flows only while the workload lasts, not while perf starts and ends.
rapltruth stop
# by PERF DEBIAN: every event, of both packages
by()
{
	rm -f /tmp/stat /tmp/truth
	"$1" stat -x, -a --per-socket -e power/energy-pkg/,power/energy-cores/,power/energy-ram/,power/energy-gpu/,power/energy-psys/ \
		-o /tmp/stat rapltruth pulse 4 /tmp/truth
	awk -F'[, ]' '
	FILENAME == "/tmp/truth" { truth["S" $1 "power/energy-" $2 "/"] = $3; next }
	$1 ~ /^S[0-9]/ { what = $1 $5; sub(/^S/, "", $1); split($5, word, "[-/]"); print word[3] $1, $3, truth[what] }' \
		/tmp/truth /tmp/stat >/tmp/joules
	[ -s /tmp/joules ] || diag "$(cat /tmp/stat)"
	version=$("$1" --version | sed 's/.* //')
	echo "$version" >>/tmp/versions
	agrees "perf of Debian $2" 0.5 10 /tmp/joules "perf $version, Debian $2"
}
by perf_5.10 11
by perf 12
by perf@new 13
by perf@newest "13 backports"
four() { [ "$(sort -u /tmp/versions | wc -l)" = 4 ] || { cat /tmp/versions; return 1; }; }
check "four versions" four
