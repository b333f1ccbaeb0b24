# SPDX-License-Identifier: GPL-2.0-only
# If this fails, loading and unloading leaves something behind.
# tier: fast 6.1
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# timeout: 180
# guest: pmu

plan 5
# SLUB counts the free objects of each CPU's own slab as used; shrinking hands
# them back first. RCU has to be through with what was freed.
slab() {
	sleep 2
	echo 2 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/kmalloc-* /sys/kernel/slab/kernfs_node_cache; do
		echo 1 >"$cache/shrink"
	done
	awk '/^kmalloc-|^kernfs_node_cache/ { used += $2 * $4 } END { print used }' /proc/slabinfo
}
percpu() { awk '/^Percpu/ { print $2 }' /proc/meminfo; }
devices() { find /sys/devices/power* /sys/bus/event_source/devices /sys/module/rapl_pmu 2>/dev/null | sort; }
cycle() { modprobe rapl_pmu && modprobe -r rapl_pmu; }

# What is made once and kept (caches of the module loader) is made here.
i=0; while [ $i -lt 5 ]; do cycle || break; i=$((i + 1)); done
devices >/tmp/before
slab_before=$(slab)
percpu_before=$(percpu)
dmesg_mark
cycles() { i=0; while [ $i -lt 100 ]; do cycle || return 1; i=$((i + 1)); done; }
check "100 times modprobe and modprobe -r" cycles
devices >/tmp/after
check "sysfs is as before" cmp /tmp/before /tmp/after
# An instance and its PMU take more than 1 kB: a leak of either shows.
grown=$(($(slab) - slab_before))
diag "slab grew by $grown bytes, percpu by $(($(percpu) - percpu_before)) kB"
check "slab did not grow by 100 times 200 bytes" [ $grown -lt 20480 ]
check "percpu memory did not grow" [ $(($(percpu) - percpu_before)) -lt 64 ]
quiet() { ! dmesg_since | grep -vE '^rapl_pmu: |drop_caches: 2'; }
check "the log has nothing but our own lines" quiet
