# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# cpu_case - is this processor known, with the right events and the right units?
#
#	. /usr/bin/cpu_case
#	cpu_case DOMAIN=UNIT...		UNIT as the log has it, with _ for a blank
#
# The machine of the case burns what its `# model:` says.  Six test points.

. /lib/ktap.sh
. /lib/module.sh

cpu_sys=/sys/bus/event_source/devices/power

# The kernel's own alias for this machine must lead udev to the module.  (Not the shell's own modprobe.)
cpu_autoloads()
{
	/usr/sbin/modprobe -R "$(cat /sys/devices/system/cpu/modalias)" 2>/dev/null | grep -qx rapl_pmu && return
	echo "no alias of rapl_pmu fits $(cut -c1-60 /sys/devices/system/cpu/modalias)"
	return 1
}

cpu_events()
{
	for cpu_word in "$@"; do
		echo "energy-${cpu_word%=*}"
	done | sort >/tmp/want
	(cd $cpu_sys/events && ls) | grep -v '\.' | sort >/tmp/have
	cmp -s /tmp/want /tmp/have && return
	echo "events: $(tr '\n' ' ' </tmp/have), expected: $(tr '\n' ' ' </tmp/want)"
	return 1
}

cpu_units()
{
	for cpu_word in "$@"; do
		cpu_text=$(echo "${cpu_word#*=}" | tr _ ' ')
		dmesg_since | grep -qxF "rapl_pmu: power/energy-${cpu_word%=*}/ unit $cpu_text" && continue
		echo "no unit $cpu_text for ${cpu_word%=*}; the log has:"
		dmesg_since
		return 1
	done
}

cpu_case()
{
	plan 6
	diag "$(awk -F': ' '/^cpu family|^model\t/ { printf "%s ", $2 }' /proc/cpuinfo | head -c 20)"
	check "its alias autoloads the module" cpu_autoloads
	dmesg_mark
	check "load" load_mod rapl_pmu
	check "events: $*" cpu_events "$@"
	check "units" cpu_units "$@"
	cpu_list=
	for cpu_word in "$@"; do
		cpu_list="$cpu_list power/energy-${cpu_word%=*}@0"
	done
	# A unit that is off by one bit is off by half; 1 J and 10 s leave 0.05 %.
	# shellcheck disable=SC2086
	check "joules" pmu truth 10 0.1 $cpu_list
	check "rmmod" unload_mod rapl_pmu
	finish
}
