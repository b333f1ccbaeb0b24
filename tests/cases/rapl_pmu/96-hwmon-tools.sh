# SPDX-License-Identifier: GPL-2.0-only
# If this fails, lm-sensors or Prometheus' node_exporter do not show the energies that
# hwmon=1 offers, or others than the machine used.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# mem: 1024
# model: vendor=intel,packages=2,pkg0=16.5/12.5/2/0/19,pkg1=18.5/14/3/0/20,absent=gpu
# guest: rapltruth
# tools: sensors prometheus-node-exporter

# From 1000 J on sensors rounds to 10 J: a machine that uses less while it boots, however slowly.
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
paste /tmp/truth.before /tmp/truth.after | awk -v OFMT=%.6f '{ print $1, $4 - $2 }' >/tmp/used
# grown NAME: "LABEL READ TRUE"
grown()
{
	awk -v OFMT=%.6f '
	FILENAME == "/tmp/used" { truth[$1] = $2; next }
	FILENAME ~ /before$/ { before[$1] = $2; next }
	{ print $1, $2 - before[$1], truth[$1] }' /tmp/used "/tmp/$1.before" "/tmp/$1.after" >"/tmp/$1"
}
grown sensors
grown exporter
agrees "lm-sensors" 0.5 8 /tmp/sensors "lm-sensors $(sensors --version | sed 's/.*version //'), hwmon=1, Debian 12"
agrees "node_exporter" 0.5 8 /tmp/exporter \
	"node_exporter $(prometheus-node-exporter --version 2>&1 | sed -n 's/^node_exporter, version \([^ ]*\).*/\1/p'), hwmon=1, Debian 12"
killall prometheus-node-exporter
check "rmmod" unload_mod rapl_pmu
