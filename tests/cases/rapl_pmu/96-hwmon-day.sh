# SPDX-License-Identifier: GPL-2.0-only
# If this fails, hwmon loses energy while nobody reads it: a day at 10 kW, a wrap of
# the counter each 6.6 s.
# tier: long
# timeout: 3600
# smp: 1
# model: vendor=intel,packages=1,unit=16,pkg0=10000/300/120/1/1
# icount: shift=0,sleep=off
# append: tsc_early_khz=1000000 tsc=reliable nowatchdog
# guest: rapltruth

plan 3
check "load" load_mod rapl_pmu hwmon=1
for name in /sys/class/hwmon/*/name; do
	[ "$(cat "$name")" != rapl_pmu ] || dir=${name%/name}
done
for label in "$dir"/energy*_label; do
	[ "$(cat "$label")" != Esocket0 ] || file=${label%_label}_input
done
look() { echo "$(cat "$file") $(rapltruth get 0 pkg)"; }
day()
{
	rapltruth stop
	sleep 0.1
	look >/tmp/before
	rapltruth go
	sleep 86400
	rapltruth stop
	sleep 0.1
	look >/tmp/after
	rapltruth go
	paste /tmp/before /tmp/after | awk '{
		got = ($3 - $1) / 1000000
		want = $4 - $2
		printf "%.6f J, truth %.6f J\n", got, want
		exit !(want > 863000000 && got - want < 0.001 && want - got < 0.001)
	}'
}
check "13000 wraps" day
check "rmmod" unload_mod rapl_pmu
