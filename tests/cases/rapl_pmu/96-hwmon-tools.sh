# SPDX-License-Identifier: GPL-2.0-only
# If this fails, lm-sensors or Prometheus' node_exporter do not show the energies that
# hwmon=1 offers, or others than the machine used.
# tier: slow
# smp: 4,sockets=2,cores=2
# mem: 1024
# model: vendor=intel,packages=2,pkg0=65/45/5/0/90,pkg1=110.5/80/12/0/200,absent=gpu
# append: tsc_early_khz=1000000
# guest: rapltruth
# tools: sensors prometheus-node-exporter

plan 5
check "load" load_mod rapl_pmu hwmon=1
ifconfig lo up
prometheus-node-exporter --collector.disable-defaults --collector.hwmon >/tmp/exporter 2>&1 &
metrics() { wget -q -O /tmp/metrics http://127.0.0.1:9100/metrics; }
check "node_exporter answers" wait_for 60 metrics

# "LABEL JOULES" of all, as sensors and as node_exporter have them
by_sensors() { sensors 2>/dev/null | awk '/^Esocket.*J$/ { sub(/:/, "", $1); print $1, $2 * ($3 == "kJ" ? 1000 : 1) }'; }
by_exporter()
{
	metrics && awk -F'[{}",= ]+' '
	/^node_hwmon_energy_joule_total/ { joules[$5] = $NF }
	/^node_hwmon_sensor_label/ { label[$7] = $5 }
	END { for (sensor in joules) print label[sensor], joules[sensor] }' /tmp/metrics
}
words="Esocket0:0:pkg Esocket0_cores:0:cores Esocket0_dram:0:ram Esocket0_psys:0:psys \
	Esocket1:1:pkg Esocket1_cores:1:cores Esocket1_dram:1:ram Esocket1_psys:1:psys"
truth() { for word in $words; do n=${word#*:}; echo "${word%%:*} $(rapltruth get "${n%:*}" "${n#*:}")"; done; }
look()
{
	rapltruth stop
	sleep 0.1
	by_sensors >"/tmp/sensors.$1"
	by_exporter >"/tmp/exporter.$1"
	truth >"/tmp/truth.$1"
	rapltruth go
}
look before
sleep 5
look after
# grown NAME: by what was used, 0.5 %
grown()
{
	paste /tmp/truth.before /tmp/truth.after | awk '{ print $1, $4 - $2 }' >/tmp/used
	awk '
	FILENAME == "/tmp/used" { truth[$1] = $2; next }
	FILENAME ~ /before$/ { before[$1] = $2; next }
	{
		got = $2 - before[$1]
		printf "%s: %.3f J, truth %.3f J\n", $1, got, truth[$1]
		n += truth[$1] > 20 && got / truth[$1] < 1.005 && got / truth[$1] > 0.995
	}
	END { exit n != 8 }' /tmp/used "/tmp/$1.before" "/tmp/$1.after"
}
check "lm-sensors" grown sensors
check "node_exporter" grown exporter
killall prometheus-node-exporter
check "rmmod" unload_mod rapl_pmu
