# SPDX-License-Identifier: GPL-2.0-only
# If this fails, suspend to disk (S4) invents energy or loses what was counted before:
# the machine that it wakes up in has counters that started anew. The kernel's own
# driver runs beside it.
# tier: slow
# kernels: 6.1 7
# timeout: 300
# boots: 2
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# guest: rapltruth compare_case
# tools: perf
# intree: rapl virtio_pci virtio_blk

. /usr/bin/compare_case

# Both boots begin here. No energy is used but in the two pulses.
modprobe virtio_pci
modprobe virtio_blk
wait_for 10 test -b /dev/vda
rapltruth stop
# The second one ends here: what the first one left on the disk goes on below.
cat /sys/class/block/vda/dev >/sys/power/resume 2>/dev/null

plan 6
check "both drivers" compare_load
mkswap /dev/vda >/dev/null && swapon /dev/vda
counting mine/energy-pkg/,mine/energy-cores/,power/energy-pkg/
sleep 2
rapltruth pulse 5 /tmp/before
to_disk()
{
	echo shutdown >/sys/power/disk
	dmesg_mark
	sync
	echo disk >/sys/power/state && expect_dmesg 'PM: hibernation: (Image restored|hibernation exit)|PM: hibernation exit'
}
check "to disk, and back in another boot" to_disk
rapltruth stop
rapltruth pulse 5 /tmp/after
touch /tmp/over
wait

# cell EVENT: what was counted of what was used, and the error
cell()
{
	awk -F'[, ]' -v event="$1" '
		FILENAME != "/tmp/stat" { if ("/energy-" $2 "/" == substr(event, index(event, "/"))) want += $3; next }
		$0 ~ event { printf "%.3f of %.3f J, %+.3f %%\n", $1, want, ($1 / want - 1) * 100 }' /tmp/before /tmp/after /tmp/stat
}
right() { cell "$1" | awk '{ exit !($5 < 0.1 && $5 > -0.1) }' || { cell "$1"; return 1; }; }
diag "$(cell mine/energy-pkg/), $(cell mine/energy-cores/)"
check "the package is exact" right mine/energy-pkg/
check "the cores are exact" right mine/energy-cores/
compare_line "suspend to disk, counters anew" "$(cell power/energy-pkg/)" "$(cell mine/energy-pkg/)"
check "no word of a reset" refuse_dmesg 'was reset'
check "rmmod" unload_mod rapl_pmu
