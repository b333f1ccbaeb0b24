# SPDX-License-Identifier: GPL-2.0-only
# One machine of `make fleet`: PCP's pmproxy answers the Prometheus on the host, which must
# have got as many joules in the end as were used here. No energy is used before the first
# sample and after the last. What the machine used, second by second, goes to the console.
# kernels: @kernel@
# smp: @smp@
# cpu: @cpu@
# mem: 2560
# model: @model@
# qemu: -netdev user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:@port@-:44322 -device virtio-net-pci,netdev=net0
# boots: @boots@
# timeout: 1500
# guest: rapltruth pcp_case
# intree: virtio_pci virtio_net ?virtio_blk
# tree: pcp
# files: rapl_pmu/examples/pcp-perfevent.conf:srv/pcp/etc/pcp/perfevent/perfevent.conf

. /usr/bin/pcp_case

happens=@happens@
packages='@packages@'
seconds=@seconds@
cpus=/sys/devices/system/cpu
say() { echo "fleet: $*" >/dev/kmsg; }
# The time of day in hundredths: only once is it asked for, and then goes with the uptime.
booted=$(awk -v now="$(date +%s)" '{ print now - $1 }' /proc/uptime)
now() { awk -v at="$booted" '{ printf "%.2f", at + $1 }' /proc/uptime; }
used()
{
	[ $happens != guest ] || return 0
	for p in $packages; do rapltruth get "$p" pkg; done | tr '\n' ' '
}
for m in virtio_pci virtio_net virtio_blk; do modprobe $m; done
# A machine that comes back is one whose disk says since when it is to run.
began=
[ $happens != reboot ] || began=$(tr -d '\0' </dev/vda | head -n 1)
[ $happens = guest ] || [ -n "$began" ] || rapltruth stop
[ -z "$began" ] || say "boot 2"

[ $happens = guest ] || modprobe rapl_pmu
start_pmcd
hostname $happens
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
wait_for 120 pcp_answers perfevent.hwcounters
start_pmproxy
serves() { wget -q -O - "http://127.0.0.1:44322/metrics?names=perfevent" | grep -q cpu0; }
served=$(wait_for 60 serves && echo yes)

if [ -z "$began" ]; then
	# three samples of the host's, while all stands still
	sleep 20
	began=$(date +%s)
	say "truth $(now) $(used)"
	[ $happens = guest ] || rapltruth go
fi
events=0
while t=$(($(date +%s) - began)); [ $t -lt $seconds ]; do
	case $happens:$((t * 100 / seconds)):$events in
	network:2?:0)
		events=1
		say "event the network is lost"
		ip link set eth0 down
		down=$t
		;;
	network:*:1)
		if [ $((t - down)) -ge 120 ]; then
			ip link set eth0 up
			events=2
			say "event it is back"
		fi
		;;
	reboot:4?:0)
		echo "$began" >/dev/vda
		sync
		say "event reboot"
		say "truth $(now) $(used)"
		reboot -f
		;;
	hotplug:[2-8]?:*)
		# Each CPU but the first, and with it the one that reads the second package
		[ $events != 0 ] || say "event CPUs begin to go off and on"
		echo $((events % 2)) >$cpus/cpu$((events / 2 % 3 + 1))/online
		events=$((events + 1))
		;;
	esac
	sleep 2
	say "truth $(now) $(used)"
done
if [ $happens != guest ]; then
	rapltruth stop
	say "truth $(now) $(used)"
fi
sleep 20

plan 3
check "PCP answered" [ "$served" = yes ]
if [ $happens = guest ]; then
	nothing() { ! in_pcp pminfo -h localhost perfevent.derived 2>/dev/null | grep energy; }
	check "and has no energy" nothing
	ok "no module to take out"
else
	energy() { in_pcp pminfo -h localhost -f perfevent.derived.energy_pkg.value | grep 'inst'; }
	check "with energy" energy
	killall pmproxy pmcd
	check "rmmod behind it" wait_for 10 unload_mod rapl_pmu
fi
