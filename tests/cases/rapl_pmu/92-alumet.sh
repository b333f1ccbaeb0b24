# SPDX-License-Identifier: GPL-2.0-only
# If this fails, ALUMET, which ends at an event energy-* that it does not know, does not
# run on the PMU, or adds up other joules than the machine used. update-time is listed meanwhile.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=106
# mem: 1024
# model: vendor=intel,packages=2,pkg0=80/40/12/0/0,pkg1=100/40/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg
# timeout: 600
# guest: rapltruth
# tree: alumet

plan 6
check "load" load_mod rapl_pmu
listed() { [ -e /sys/bus/event_source/devices/power/events/update-time ]; }
check "update-time is listed" listed
open_tree alumet

# Energy flows only while ALUMET looks.
rapltruth stop
chroot /srv/alumet /usr/lib/alumet/bin/alumet-agent --plugins rapl,csv \
	--config-override 'plugins.rapl.poll_interval="100ms"' \
	--config-override 'plugins.csv.output_path="/tmp/out.csv"' run >/tmp/alumet 2>&1 &
csv=/srv/alumet/tmp/out.csv
looks() { [ "$(grep -c ';package;' $csv)" -gt 4 ]; }
check "it looks ten times a second" wait_for 60 looks
rapltruth pulse 5 /tmp/truth
sleep 1
kill -INT $!
wait $!
ended() { [ "$1" = 0 ] || { tail -n 5 /tmp/alumet; return 1; }; }
check "and ends well" ended $?
awk -F'[; ]' -v OFMT=%.6f '
BEGIN { name["pkg"] = "package"; name["ram"] = "dram"; name["cores"] = "pp0" }
FILENAME == "/tmp/truth" {
	if ($2 in name)
		truth[$1] = truth[$1] "\n" $2 " " name[$2] " " $3
	next
}
$1 == "rapl_consumed_energy_J" { joules[$8 " " $5] += $3 }
END {
	for (p in truth) {
		lines = split(truth[p], line, "\n")
		for (i = 2; i <= lines; i++) {
			split(line[i], word, " ")
			print word[1] p, joules[word[2] " " p] + 0, word[3]
		}
	}
}' /tmp/truth $csv >/tmp/sums
version=$(chroot /srv/alumet /usr/lib/alumet/bin/alumet-agent --version 2>/dev/null | sed -n 's/^alumet-agent \([^ ]*\).*/\1/p')
agrees "package, dram and pp0 of both packages, 0.5 %" 0.5 6 /tmp/sums "ALUMET $version, Debian sid"
check "rmmod" unload_mod rapl_pmu
