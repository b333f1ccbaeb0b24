# SPDX-License-Identifier: GPL-2.0-only
# If this fails, Performance Co-Pilot does not show what the machine used, live or from an
# archive, with the configuration that the package has for it. update-time is listed meanwhile.
# In 91-pcp.table: of which Debian.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=106
# mem: 2560
# model: vendor=intel,packages=2,pkg0=80/40/12/0/0,pkg1=100/40/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg
# timeout: 600
# guest: rapltruth pcp_case
# tree: @tree@
# files: rapl_pmu/examples/pcp-perfevent.conf:srv/@tree@/etc/pcp/perfevent/perfevent.conf

plan 8
check "load" load_mod rapl_pmu

pcp=/srv/@tree@
. /usr/bin/pcp_case
start_pmcd
energy=perfevent.derived.energy_pkg.value
check "pmcd answers" wait_for 60 pcp_answers $energy

# joules: "CPU JOULES" of each
joules() { in_pcp pminfo -h localhost -f "$1" | sed -n 's/.*"cpu\([0-9]*\)"\] value \(.*\)/\1 \2/p'; }
# used METRIC DOMAIN: "WHAT READ TRUE" of both packages in 5 s
used()
{
	rapltruth stop
	joules "$1" >/tmp/before
	for p in 0 1; do rapltruth get $p "$2"; done >/tmp/true
	rapltruth go
	sleep 5
	rapltruth stop
	joules "$1" >/tmp/after
	for p in 0 1; do rapltruth get $p "$2"; done >>/tmp/true
	rapltruth go
	awk -v OFMT=%.6f -v domain="$2" '
	FILENAME == "/tmp/true" { truth[FNR - 1] = $1; next }
	FILENAME == "/tmp/before" { before[$1] = $2; next }
	{ print domain ($1 / 2), $2 - before[$1], truth[$1 / 2 + 2] - truth[$1 / 2] }' /tmp/true /tmp/before /tmp/after
}
version="PCP $(in_pcp pmval --version 2>&1 | sed 's/.* //'), Debian @debian@"
used $energy pkg >/tmp/pkg
agrees "energy-pkg, 0.5 %" 0.5 2 /tmp/pkg "$version"
used perfevent.derived.energy_ram.value ram >/tmp/ram
agrees "energy-ram, 0.5 %" 0.5 2 /tmp/ram "$version"
time_moves()
{
	t=perfevent.hwcounters.power.update_time.value
	joules $t >/tmp/before
	sleep 1
	joules $t >/tmp/after
	cat /tmp/before /tmp/after
	[ "$(wc -l </tmp/after)" -eq 2 ] && ! cmp -s /tmp/before /tmp/after
}
check "update-time moves" time_moves
# watts FILE: means over the lines of pmval, 80 and 100
watts()
{
	awk '$NF ~ /^[0-9.]+$/ && $(NF - 1) ~ /^[0-9.]+$/ { a += $(NF - 1); b += $NF; n++ }
	END { printf "%d lines, %.2f W, %.2f W\n", n, a / n, b / n; exit !(n > 5 && a / n > 79 && a / n < 81 && b / n > 99 && b / n < 101) }' "$1"
}
live()
{
	in_pcp pmval -h localhost -t 1 -s 8 $energy >/tmp/pmval
	watts /tmp/pmval || { cat /tmp/pmval; return 1; }
}
check "pmval prints watts" live
archive()
{
	printf 'log mandatory on once { hinv.ncpu }\nlog mandatory on 1 sec { %s }\n' $energy >$pcp/tmp/logger
	in_pcp pmlogger -h localhost -c /tmp/logger -t 1 -s 12 -l /tmp/pmlogger.log /tmp/archive || { cat $pcp/tmp/pmlogger.log; return 1; }
	in_pcp pmval -a /tmp/archive -t 1 $energy >/tmp/replayed
	watts /tmp/replayed || { cat /tmp/replayed; return 1; }
}
check "so does its archive" archive
killall pmcd
check "rmmod behind it" wait_for 10 unload_mod rapl_pmu
