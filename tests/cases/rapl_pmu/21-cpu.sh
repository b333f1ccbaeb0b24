# SPDX-License-Identifier: GPL-2.0-only
# Is this processor known, with the right events in the right units? What is
# wrong if it fails says 21-cpu.table, row by row.
# tier: @tier@
# kernels: @kernels@
# timeout: 240
# smp: 1
# cpu: Skylake-Client,family=@family@,model=@model@
# model: vendor=intel,packages=1,pkg0=@watts@
# icount: shift=0,sleep=off
# guest: pmu

sys=/sys/bus/event_source/devices/power

# The kernel's own alias for this machine must lead udev to the module, but not where
# powercap serves it. (Not the shell's own modprobe.)
autoloads()
{
	want=yes
	# shellcheck disable=SC2043	# some words
	for line in @served@; do
		case $(uname -r) in "$line".*) want=no ;; esac
	done
	got=no
	! /usr/sbin/modprobe -R "$(cat /sys/devices/system/cpu/modalias)" 2>/dev/null | grep -qx rapl_pmu || got=yes
	[ $got = $want ] && return
	echo "alias of rapl_pmu for $(cut -c1-60 /sys/devices/system/cpu/modalias): $got, expected: $want"
	return 1
}

events()
{
	for word; do
		echo "energy-${word%=*}"
	done | sort >/tmp/want
	(cd $sys/events && ls) | grep -v '\.' | sort >/tmp/have
	cmp -s /tmp/want /tmp/have && return
	echo "events: $(tr '\n' ' ' </tmp/have), expected: $(tr '\n' ' ' </tmp/want)"
	return 1
}

units()
{
	for word; do
		text=$(echo "${word#*=}" | tr _ ' ')
		dmesg_since | grep -qxF "rapl_pmu: power/energy-${word%=*}/ unit $text" && continue
		echo "no unit $text for ${word%=*}; the log has:"
		dmesg_since
		return 1
	done
}

# In full: pkg=2^-14_J, as the log has it with _ for a blank
unit=2^-14
want=
list=
# shellcheck disable=SC2043	# some words
for word in @units@; do
	case $word in
	*:) unit=${word%:}; continue ;;
	*=*) ;;
	*) word=$word=$unit ;;
	esac
	case $word in *_*) ;; *) word=${word}_J ;; esac
	want="$want $word"
	list="$list power/energy-${word%=*}@0"
done

plan 6
diag "$(awk -F': ' '/^cpu family|^model\t/ { printf "%s ", $2 }' /proc/cpuinfo | head -c 20)"
check "its alias autoloads the module, or powercap serves it" autoloads
dmesg_mark
check "load" load_mod rapl_pmu
# shellcheck disable=SC2086	# words
{
	check "events:$want" events $want
	check "units" units $want
	# A unit that is off by one bit is off by half; 1 J and 10 s leave 0.05 %.
	check "joules" pmu truth 10 0.1 $list
}
check "rmmod" unload_mod rapl_pmu
