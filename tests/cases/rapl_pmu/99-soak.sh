# SPDX-License-Identifier: GPL-2.0-only
# If this fails, hours of PCP, ALUMET and turbostat side by side do not add up to what was
# used. A CPU goes off and on each minute, the counters wrap every few minutes, and the machine
# with one package sleeps in the middle, which resets them. (perf ends the events of a package of
# which no CPU is left, as a sleep does to a second one.)
# tier: long
# kernels: 7
# smp: @smp@
# cpu: Skylake-Client,family=6,model=106
# mem: 3072
# model: vendor=intel,unit=16,packages=@packages@,pkg0=150/80/20@pkg1@,ram_unit=16,absent=gpu+psys,s3=reset
# qemu: @qemu@
# icount: shift=0,sleep=off
# append: tsc_early_khz=1000000
# timeout: 3600
# guest: rapltruth pcp_case
# tools: turbostat@newest mawk
# tree: pcp13 alumet
# files: rapl_pmu/examples/pcp-perfevent.conf:srv/pcp13/etc/pcp/perfevent/perfevent.conf

packages=@packages@
minutes=@minutes@
sleeps=@sleep@
plan $((8 + sleeps))
awk() { /usr/bin/mawk "$@"; }
cpus=/sys/devices/system/cpu

rapltruth stop
check "load" load_mod rapl_pmu
pcp=/srv/pcp13
open_tree alumet
. /usr/bin/pcp_case
start_pmcd
energy=perfevent.derived.energy_pkg.value
check "pmcd answers" wait_for 60 pcp_answers $energy
printf 'log mandatory on once { hinv.ncpu }\nlog mandatory on 10 sec { %s }\n' $energy >$pcp/tmp/logger
in_pcp pmlogger -h localhost -c /tmp/logger -l /tmp/pmlogger.log /tmp/archive &
logger=$!
csv=/srv/alumet/tmp/out.csv
chroot /srv/alumet /usr/lib/alumet/bin/alumet-agent --plugins rapl,csv \
	--config-override 'plugins.rapl.poll_interval="1s"' \
	--config-override 'plugins.csv.output_path="/tmp/out.csv"' run >/tmp/alumet 2>&1 &
alumet=$!
turbostat --no-msr --quiet --show Package,PkgWatt --interval 10 --out /tmp/turbostat 2>/tmp/words &
turbostat=$!
look() { [ "$(grep -c ';package;' $csv)" -gt 2 ] && [ "$(grep -c . /tmp/turbostat)" -gt 3 ]; }
check "all of them look" wait_for 60 look
sleep 15	# the archive has its first counts

used() { for p in $(seq 0 $((packages - 1))); do rapltruth get "$p" pkg; done; }
used >/tmp/begin
rapltruth go
away=1
slept=0
for minute in $(seq $minutes); do
	sleep 55
	echo 0 >$cpus/cpu$away/online || break
	sleep 5
	echo 1 >$cpus/cpu$away/online || break
	away=$((away % 3 + 1))
	[ "$sleeps $minute" = "1 $((minutes / 2))" ] || continue
	# What is used around the sleep no counter has.
	rapltruth stop
	to_sleep && slept=1
	rapltruth go
done
rapltruth stop
check "a CPU went off and on each minute" [ "$minute" = $minutes ]
[ $sleeps = 0 ] || check "the machine slept" [ $slept = 1 ]
sleep 30
used >/tmp/end

killall pmlogger
kill -INT $alumet $turbostat
wait $logger $alumet $turbostat
# reads NAME: "PACKAGE JOULES" of standard input beside the truth
reads()
{
	awk -v OFMT=%.6f -v packages=$packages '
	FILENAME == "/tmp/begin" { truth[FNR - 1] -= $1; next }
	FILENAME == "/tmp/end" { truth[FNR - 1] += $1; next }
	{ sum[$1] += $2 }
	END { for (p = 0; p < packages; p++) print "pkg" p, sum[p] + 0, truth[p] }' /tmp/begin /tmp/end - >"/tmp/read.$1"
}
# The counters from the archive, a column a package behind the time: the first and the last count
in_pcp pmval -a /tmp/archive -r -f 6 -w 20 $energy >/tmp/pmval 2>/tmp/words.pmval
awk -v packages=$packages '$1 ~ /^[0-9:.]+$/ && NF == packages + 1 && $NF ~ /^[0-9.]+$/ {
	for (p = 0; p < packages; p++) {
		now[p] = $(p + 2)
		if (!seen[p]++)
			first[p] = now[p]
	}
}
END { for (p = 0; p < packages; p++) printf "%d %.6f\n", p, now[p] - first[p] }' /tmp/pmval | reads pcp
awk -F'[; ]' '$1 == "rapl_consumed_energy_J" && $8 == "package" { print $5, $3 }' $csv | reads alumet
diag "$(tail -n 3 /tmp/words /tmp/alumet /tmp/words.pmval; grep -m 1 -A 5 '^[0-9].* ' /tmp/pmval; head -n 12 /tmp/turbostat)"
version="PCP $(in_pcp pmval --version 2>&1 | sed 's/.* //'), Debian 13"
agrees "PCP's archive, 0.1 %" 0.1 $packages /tmp/read.pcp "$version"
version=$(chroot /srv/alumet /usr/lib/alumet/bin/alumet-agent --version 2>/dev/null | sed -n 's/^alumet-agent \([^ ]*\).*/\1/p')
agrees "ALUMET, 0.1 %" 0.1 $packages /tmp/read.alumet "ALUMET $version, Debian sid"
# turbostat begins anew when it finds a CPU gone or come, and has no line for the time until then.
# Of the others that see energy three may have it for a part of their time: begin, sleep, and end.
# A line a package is behind the sum of all; one package has no number, a second core no watts.
watts()
{
	awk -v packages=$packages -v intervals=$((minutes * 6)) '
	/PkgWatt/ { first = 1; next }
	first { first = 0; next }
	NF == packages && $NF > 0 && (NF == 1 || $1 ~ /^[01]$/) {
		p = NF == 1 ? 0 : $1
		lines[p]++
		error = $NF / (p ? 210.5 : 150) - 1
		part[p] += error > 0.005 || error < -0.005
	}
	END {
		for (p = 0; p < packages; p++) {
			printf "package %d: %d of %d lines, %d of them not within 0.5 %%\n", p, lines[p], intervals, part[p]
			bad += lines[p] < intervals / 2 || part[p] > 3
		}
		exit bad
	}' /tmp/turbostat
}
check "turbostat's lines, 0.5 %" watts
diag "$(watts)"
killall pmcd
check "rmmod" wait_for 10 unload_mod rapl_pmu
