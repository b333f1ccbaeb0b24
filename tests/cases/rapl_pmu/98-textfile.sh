# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the joules that energy-textfile writes for Prometheus are not those that
# were used, are counted twice, or do not outlive a restart, a lost file or CPU hotplug.
# tier: slow
# kernels: 6.1 7
# smp: 4,sockets=2,cores=2
# mem: 1024
# icount: shift=0,sleep=off
# model: vendor=intel,packages=2,pkg0=65/45/5/0/90,pkg1=110.5/80/12/0/200,absent=gpu
# append: tsc_early_khz=1000000
# timeout: 400
# guest: rapltruth
# tools: perf mawk prometheus-node-exporter
# files: scripts/energy-textfile:usr/bin/energy-textfile

plan 14
export AWK=/usr/bin/mawk
cpus=/sys/devices/system/cpu
file=/tmp/node/rapl.prom
mkdir /tmp/node
said() { "$@" 2>/tmp/words; rc=$?; cat /tmp/words; }
without() { said energy-textfile $file; [ $rc = 1 ] && grep -q 'no PMU power: modprobe rapl_pmu' /tmp/words; }
check "without the module it says what to do" without
check "load" load_mod rapl_pmu
other() { said energy-textfile -e energy-ion $file; [ $rc = 1 ] && grep -q "has no event 'energy-ion'" /tmp/words; }
check "an event that is not there" other

rapltruth stop
start() { energy-textfile -i 1 $file 2>/tmp/words & pid=$!; }
stop() { kill $pid; wait $pid; }
joules() { sed -n "s/^rapl_energy_joules_total{package=\"$1\",domain=\"$2\"} //p" $file; }
# two_more: two more readings of all packages
reading() { stat -c %i $file; }
two_more()
{
	i=0
	while [ $i -lt 2 ]; do
		last=$(reading)
		later() { [ "$(reading)" != "$last" ]; }
		wait_for 10 later || return 1
		i=$((i + 1))
	done
}
# pulse: seconds of use between two readings, added to what has been used so far
pulse()
{
	rapltruth pulse "$1" /tmp/pulse
	cat /tmp/pulse >>/tmp/used
	two_more
}
# is_true PACKAGE...: within 0.01 J, of each domain, over all pulses
is_true()
{
	for p; do
		for d in pkg cores ram psys; do
			awk -v p="$p" -v d=$d -v got="$(joules "$p" $d)" '
				$1 == p && $2 == d { want += $3 }
				END { printf "%d %s: %.6f J, truth %.6f J\n", p, d, got, want; exit !(want > 5 && got - want < 0.01 && want - got < 0.01) }' \
				/tmp/used || return 1
		done
	done
}
start
check "a file" wait_for 20 test -s $file
two_more
pulse 5
check "has what was used" is_true 0 1
rm $file
wait_for 5 test -e $file
check "a file that was removed comes back whole" is_true 0 1
stop
ended=$?
check "it ends" [ $ended = 0 ]
start
two_more
pulse 5
check "and goes on where it was" is_true 0 1
away() { echo 0 >$cpus/cpu2/online && pulse 3 && echo 1 >$cpus/cpu2/online; }
check "while a CPU in charge is off" away
check "nothing is lost" is_true 0 1
# Its domains stand still in the file, and go on.
package_off()
{
	echo 0 >$cpus/cpu2/online
	echo 0 >$cpus/cpu3/online
	two_more && two_more
	before=$(joules 1 pkg)
	rapltruth pulse 3 /tmp/pulse
	grep '^0 ' /tmp/pulse >>/tmp/used
	two_more
	[ "$(joules 1 pkg)" = "$before" ] || { echo "$before, then $(joules 1 pkg)"; return 1; }
	echo 1 >$cpus/cpu2/online
	echo 1 >$cpus/cpu3/online
	two_more && two_more && pulse 3
}
check "a package goes and comes" package_off
check "what was measured is there, once" is_true 0 1
for p in 0 1; do
	for d in pkg cores ram psys; do
		echo "$d$p $(joules $p $d) $(awk -v OFMT=%.6f -v p=$p -v d=$d '$1 == p && $2 == d { want += $3 } END { print want }' /tmp/used)"
	done
done >/tmp/joules
ifconfig lo up
prometheus-node-exporter --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory=/tmp/node >/tmp/exporter 2>&1 &
served()
{
	wget -q -O - http://127.0.0.1:9100/metrics >/tmp/metrics || return 1
	awk -v want="$(joules 1 pkg)" '/^rapl_energy_joules_total.*pkg.*package="1"/ { got = $NF } END { print got, want; exit !(got == want) }' /tmp/metrics
}
check "node_exporter serves it" wait_for 60 served
agrees "within 0.01 %" 0.01 8 /tmp/joules \
	"node_exporter $(prometheus-node-exporter --version 2>&1 | sed -n 's/^node_exporter, version \([^ ]*\).*/\1/p'), energy-textfile, Debian 12"
stop
killall prometheus-node-exporter
