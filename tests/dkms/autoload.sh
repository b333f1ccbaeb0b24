# SPDX-License-Identifier: GPL-2.0-only
# If this fails, what apt installs is not what comes up after a boot.
# arch: x86_64
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# timeout: 400
# guest: pmu
# tools: perf
# module: none

modprobe() { /sbin/modprobe "$@"; }
release=$(uname -r)
loaded() { [ -e "/sys/module/$1" ]; }

# As udev does at boot, by the CPUs' modalias; never by name
cold_plug()
{
	for file in /sys/devices/system/cpu/cpu*/uevent; do
		modprobe -a -q -b "$(sed -n 's/^MODALIAS=//p' "$file")"
	done
	loaded rapl_pmu
}

from_dkms()
{
	path=$(/sbin/modinfo -F filename rapl_pmu)
	case $path in
	"/lib/modules/$release/updates/dkms/rapl_pmu.ko"*) [ "$(find /lib/modules -name 'rapl_pmu.ko*' | wc -l)" = 1 ] ;;
	*) echo "$path"; return 1 ;;
	esac
}

well()
{
	mkdir -p "/lib/modules/$release/build"
	touch "/lib/modules/$release/build/Makefile"
	version=$(cd /usr/src && echo power-kmods-*)
	printf '#!/bin/sh\necho "power-kmods/%s, %s, x86_64: installed"\n' "${version#power-kmods-}" "$release" >/usr/bin/dkms
	chmod +x /usr/bin/dkms
	rapl-doctor || rapl-doctor
}

perf_counts() { perf stat -a -e power/energy-pkg/ sleep 1 2>&1 | tee /tmp/perf | grep -q 'Joules power/energy-pkg/' || { cat /tmp/perf; return 1; }; }
not_rapl() { ! loaded rapl; }

plan 7
check "the module lies in updates/dkms, and nowhere else" from_dkms
check "the CPUs' modalias loads it" cold_plug
check "the kernel's own rapl stays away" not_rapl
check "the log says what was found" sh -c 'dmesg | grep "rapl_pmu: RAPL PMU detected"'
check "energy is the machine's" pmu truth 2 0.5 power/energy-pkg@0 power/energy-cores@0 power/energy-ram@0
check "perf counts it" perf_counts
check "rapl-doctor finds no problem" well
