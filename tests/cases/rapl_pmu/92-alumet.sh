# SPDX-License-Identifier: GPL-2.0-only
# If this fails, ALUMET, which ends at an event energy-* that it does not know, does not
# run on the PMU, or adds up other joules than the machine used. update-time is listed meanwhile.
# tier: slow
# smp: 4,sockets=2,cores=2
# cpu: Skylake-Client,family=6,model=106
# mem: 1024
# model: vendor=intel,packages=2,pkg0=80/40/12/0/0,pkg1=100/40/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg
# append: tsc_early_khz=1000000
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
# 0.5 %: package, dram and pp0 of both packages
sums()
{
	awk -F'[; ]' '
	BEGIN { name["pkg"] = "package"; name["ram"] = "dram"; name["cores"] = "pp0" }
	FILENAME == "/tmp/truth" {
		if ($2 in name)
			truth[name[$2] " " $1] = $3
		next
	}
	$1 == "rapl_consumed_energy_J" { joules[$8 " " $5] += $3 }
	END {
		for (i in truth) {
			printf "%s: %.3f J, truth %.3f J\n", i, joules[i], truth[i]
			n += truth[i] > 10 && joules[i] / truth[i] < 1.005 && joules[i] / truth[i] > 0.995
		}
		exit n != 6
	}' /tmp/truth $csv
}
check "package, dram and pp0 of both packages, 0.5 %" sums
check "rmmod" unload_mod rapl_pmu
