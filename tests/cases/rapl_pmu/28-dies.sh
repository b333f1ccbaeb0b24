# SPDX-License-Identifier: GPL-2.0-only
# If this fails, processors of several dies (Cascade Lake AP) lose
# the energy of all dies but one, or have that of one several times.
# tier: slow
# smp: 8,sockets=2,dies=2,cores=2
# cpu: Skylake-Client,family=6,model=85,level=0x20
# model: vendor=intel,packages=4,pkg0=110/0/12,pkg1=70/0/6,pkg2=50/0/9,pkg3=30/0/3,ram_unit=16,absent=cores+gpu+psys
# timeout: 240
# guest: pmu rapltruth
# tools: perf

# level: QEMU 11 ends at a CPUID leaf that it does not know if the last one is 1Fh, that of dies.
plan 18
sys=/sys/bus/event_source/devices/power

dies() { cat /sys/devices/system/cpu/cpu*/topology/die_cpus_list | sort -u | tr '\n' ' '; }
four() { [ "$(dies)" = "0-1 2-3 4-5 6-7 " ] || { dies; return 1; }; }
check "the kernel sees four dies" four
dmesg_mark
check "load" load_mod rapl_pmu hwmon=1
check "cpumask has one CPU a die" holds $sys/cpumask 0,2,4,6

all="power/energy-pkg@0 power/energy-pkg@2 power/energy-pkg@4 power/energy-pkg@6"
ram="power/energy-ram@0 power/energy-ram@2 power/energy-ram@4 power/energy-ram@6"
# shellcheck disable=SC2086	# words
check "each die has its own" pmu truth 3 0.5 $all $ram
check "opened on the other CPU of the die" pmu truth 2 0.5 power/energy-pkg@1 power/energy-pkg@3 power/energy-pkg@5 power/energy-pkg@7
# On another die an rdmsr would have that one's.
for cpu in 1 0 4; do
	check "die 1, read on CPU $cpu" pmu truth 2 0.5 read=0.1 from=$cpu power/energy-pkg@2 power/energy-ram@3
done

# near WHAT GOT WANT
near() { awk -v g="$2" -v w="$3" 'BEGIN { print "'"$1"'", g, "J, truth", w; exit !(w > 1 && g > w * 0.999 && g < w * 1.001) }'; }
rapltruth stop
perf stat -x, -a --per-die -e power/energy-pkg/ -o /tmp/die rapltruth pulse 3 /tmp/truth
per_die() {
	awk -F'[, ]' '
	FILENAME == "/tmp/truth" { if ($2 == "pkg") truth[$1] = $3; next }
	/^S[0-9]/ {
		want = truth[n++]
		print $0, "truth", want
		if ($3 < want * 0.999 || $3 > want * 1.001 || want < 1) bad = 1
	}
	END { exit bad || n != 4 }' /tmp/truth /tmp/die
}
check "perf stat --per-die" per_die
perf stat -x, -a --per-socket -e power/energy-pkg/ -o /tmp/socket rapltruth pulse 3 /tmp/truth
per_socket() {
	for socket in 0 1; do
		near "socket $socket" "$(awk -F, -v s=S$socket '$1 == s { print $3 }' /tmp/socket)" \
			"$(awk -v s=$socket '$2 == "pkg" && int($1 / 2) == s { j += $3 } END { print j }' /tmp/truth)" || return 1
	done
}
check "perf stat --per-socket: its two dies, each once" per_socket
perf stat -x, -a -e power/energy-pkg/ -o /tmp/sum rapltruth pulse 3 /tmp/truth
sum() { near "all" "$(awk -F, '/energy-pkg/ { print $1 }' /tmp/sum)" "$(awk '$2 == "pkg" { j += $3 } END { print j }' /tmp/truth)"; }
check "perf stat -a: all four, each once" sum

for name in /sys/class/hwmon/*/name; do
	[ "$(cat "$name")" != rapl_pmu ] || dir=${name%/name}
done
labels() {
	[ "$(cat "$dir"/energy*_label | sort | tr '\n' ' ')" = "Esocket0 Esocket0_die1 Esocket0_die1_dram Esocket0_dram Esocket1 Esocket1_die1 Esocket1_die1_dram Esocket1_dram " ] ||
		{ cat "$dir"/energy*_label; return 1; }
}
check "hwmon has each die" labels
of() { for f in "$dir"/energy*_label; do [ "$(cat "$f")" != "$1" ] || cat "${f%_label}_input"; done; }
# What was used before the counters' last update
sleep 0.1
for label in Esocket0 Esocket0_die1 Esocket1 Esocket1_die1; do of $label; done >/tmp/hwmon.0
rapltruth pulse 3 /tmp/truth
sleep 0.1
for label in Esocket0 Esocket0_die1 Esocket1 Esocket1_die1; do of $label; done >/tmp/hwmon.1
sensors() {
	for die in 1 2 3 4; do
		near "sensor of die $die" "$(($(sed -n ${die}p /tmp/hwmon.1) - $(sed -n ${die}p /tmp/hwmon.0)))e-6" \
			"$(awk '$2 == "pkg" { print $3 }' /tmp/truth | sed -n ${die}p)" || return 1
	done
}
check "hwmon's energy is that of its die" sensors
rapltruth go

online 2 0
check "the other CPU of the die takes over" holds $sys/cpumask 0,3-4,6
check "its energy" pmu truth 2 0.5 power/energy-pkg@3
online 3 0
check "no CPU of the die is left" holds $sys/cpumask 0,4,6
check "the other die of its package does not have its energy" pmu truth 2 0.5 power/energy-pkg@0 power/energy-pkg@6
for cpu in 2 3; do online "$cpu" 1; done
check "it is back" pmu truth 2 0.5 power/energy-pkg@2 power/energy-pkg@0
unload_mod rapl_pmu
