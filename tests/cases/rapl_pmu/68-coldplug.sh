# SPDX-License-Identifier: GPL-2.0-only
# If this fails, two drivers that want "power" get into each other's way when udev
# asks for all that this machine has, or the wrong one comes. 68-coldplug.table has
# the machines.
# tier: @tier@
# timeout: 240
# cpu: @cpu@
# model: @model@
# guest: pmu
# intree: rapl intel_rapl_msr ?intel_rapl_tpmi
# files: scripts/modprobe.d/power-kmods.conf:usr/lib/modprobe.d/power-kmods.conf
# shellcheck disable=SC2043,SC2086	# the table's words stand for the columns

pmu=/sys/bus/event_source/devices/power
modprobe() { /sbin/modprobe "$@"; }

# Who serves power, "LINE:MODULE ..." by kernel line, the last word for all others
who()
{
	for word in @who@; do
		case $(uname -r) in "${word%:*}".*) break ;; esac
	done
	echo "${word#*:}"
}
# The module of the kernel that wants the name as well
rival=$(case $(who) in rapl_pmu | rapl) echo rapl ;; *) echo @rival@ ;; esac)
[ -n "$(modinfo -n "$rival" 2>/dev/null)" ] || skip_all "a kernel without $rival, which it would be about"

plan 13

aliases()
{
	find /sys/devices -name modalias -exec cat {} + | sort -u
}

# What the aliases lead to, in the order of modprobe
modules()
{
	aliases | while read -r alias; do
		modprobe -R "$alias" 2>/dev/null
	done | awk '!seen[$0]++'
}

clear_all()
{
	for mod in rapl_pmu rapl intel_rapl_tpmi intel_rapl_msr; do
		[ ! -e /sys/module/$mod ] || rmmod $mod || return 1
	done
	[ ! -e $pmu ] || { echo "power is still there"; return 1; }
}

# served_by MODULE: it owns power, or nobody does
served_by()
{
	case $1 in
	nobody) [ ! -e $pmu ] && [ ! -e /sys/module/rapl_pmu ] ;;
	*) [ -e $pmu ] && [ -e "/sys/module/$1" ] && { [ "$1" = rapl_pmu ] || [ ! -e /sys/module/rapl_pmu ]; } ;;
	esac && return
	echo "power: $(ls -d $pmu 2>/dev/null), modules: $(cd /sys/module && echo rapl* intel_rapl*)"
	return 1
}

plug()
{
	# shellcheck disable=SC2046	# words
	case $1 in
	aliases) modprobe -a -q -b $(aliases) ;;
	forward) for mod in $(modules); do modprobe -q -b "$mod"; done ;;
	backward) for mod in $(modules | sed '1!G;h;$!d'); do modprobe -q -b "$mod"; done ;;
	at_once) for mod in $(modules) $(modules); do modprobe -q -b "$mod" & done; wait ;;
	esac
	served_by "$(who)" && clear_all
}

quiet() { refuse_dmesg 'duplicate|Call Trace|BUG|Oops|WARNING'; }

diag "modules: $(modules | tr '\n' ' ')"
dmesg_mark
check "all aliases of the machine at once: $(who) serves power" plug aliases
check "one module after the other" plug forward
check "backward" plug backward
check "twice each, in parallel" plug at_once
check "no dump" quiet

# On request, whoever came by itself
dmesg_mark
check "on request" load_mod rapl_pmu
check "it serves power" served_by rapl_pmu
if [ "$(who)" = rapl_pmu ]; then
	check "no word of another driver" refuse_dmesg 'is otherwise served by'
else
	check "one line says who does otherwise, and what differs" \
		expect_dmesg "^rapl_pmu: PMU power of this processor is otherwise served by powercap's @rival@, which .*; that is kept out until 'rmmod rapl_pmu'"
fi
late() { modprobe -i $rival 2>/dev/null; [ ! -e /sys/module/$rival ] || { echo "$rival was loaded"; return 1; }; }
check "$rival, when it comes later, is kept out" late
check "one line says so" expect_dmesg "^rapl_pmu: the kernel's own $rival is kept out"
check "no dump" quiet
check "and the numbers are right" pmu truth 2 0.5 power/energy-pkg@0
check "unload" clear_all
