# SPDX-License-Identifier: GPL-2.0-only
# The energy of single cores, on a machine whose packages differ: one core in the
# first, two in the second.
# timeout: 300
# smp: 1,sockets=2,cores=2,threads=2,maxcpus=8
# cpu: EPYC
# qemu: -device EPYC-x86_64-cpu,socket-id=1,core-id=0,thread-id=0 -device EPYC-x86_64-cpu,socket-id=1,core-id=0,thread-id=1 -device EPYC-x86_64-cpu,socket-id=1,core-id=1,thread-id=0 -device EPYC-x86_64-cpu,socket-id=1,core-id=1,thread-id=1
# model: vendor=amd,packages=2,threads=2,pkg0=65/10/0/0/0,pkg1=180/90/0/0/0

. /usr/bin/compare_case

plan 2
opens() {
	n=0
	for cpu in 0 1 2 3 4; do
		[ "$(pmu open "$1" 1 cpu=$cpu 2>/dev/null)" != ok ] || n=$((n + 1))
	done
	echo "$n of 5"
}
check "load" compare_load
# shellcheck disable=SC2046	# words
check "ours count" pmu truth 3 0.5 $(for cpu in 0 1 2 3 4; do echo mine_core/energy-core@$cpu; done)
theirs="no power_core"
! compare_has power_core || theirs=$(opens power_core)
compare_line "AMD, CPUs whose core can be opened (packages of 1 and 2 cores)" "$theirs" "$(opens mine_core)"
