# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the package does not decide which driver serves "power": the
# kernel's own comes first at boot, or a machine is left with none.
# tier: fast !6.1
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# guest: pmu
# intree: rapl
# files: scripts/modprobe.d/power-kmods.conf:usr/lib/modprobe.d/power-kmods.conf

# The guest's shell would take busybox's, which does not know "install".
modprobe() { /sbin/modprobe "$@"; }
depmod() { /sbin/depmod "$@"; }

conf=/usr/lib/modprobe.d/power-kmods.conf
own=/etc/modprobe.d/own.conf
updates=/lib/modules/$(uname -r)/updates

# The two drivers: "rapl_pmu", "rapl", both or none of them
loaded()
{
	got=
	[ ! -e /sys/module/rapl_pmu ] || got=rapl_pmu
	[ ! -e /sys/module/rapl ] || got="${got:+$got }rapl"
	[ "$got" = "$1" ] || { echo "loaded: '$got', expected '$1'"; return 1; }
}

clear_all()
{
	for mod in rapl_pmu rapl; do
		[ ! -e /sys/module/$mod ] || rmmod $mod
	done
	rm -f $own
	loaded ''
}

# What udev does at boot: each CPU's modalias, blacklists hold, several at a time
cold_plug()
{
	for file in /sys/devices/system/cpu/cpu*/uevent; do
		alias=$(sed -n 's/^MODALIAS=//p' "$file")
		[ -n "$alias" ] || { echo "$file has no MODALIAS"; return 1; }
		modprobe -a -q -b "$alias" &
	done
	wait
	loaded "$1"
}

quiet() { refuse_dmesg "duplicate filename|BUG|WARNING|kept out|belongs to"; }

[ -d /etc/modprobe.d ] || mkdir -p /etc/modprobe.d
plan 25
check "/sbin/modprobe is where the file says" [ -x /sbin/modprobe ]
dmesg_mark
check "boot: both are asked for, rapl_pmu comes" cold_plug rapl_pmu
check "it serves power" [ "$(pmu open power 2)" = ok ]
check "the log has no quarrel of the two" quiet
check "a second boot event changes nothing" cold_plug rapl_pmu
check "modprobe rapl is then content" modprobe rapl
check "and loads nothing" loaded rapl_pmu

clear_all
check "modprobe rapl_pmu" modprobe rapl_pmu
check "gives rapl_pmu" loaded rapl_pmu
clear_all
check "modprobe rapl" modprobe rapl
check "gives rapl_pmu, too" loaded rapl_pmu
clear_all
check "modprobe -i rapl" modprobe -i rapl
check "gives the kernel's own" loaded rapl
clear_all

echo 'blacklist rapl_pmu' >$own
check "blacklisted: boot gives the kernel's own" cold_plug rapl
clear_all
echo 'blacklist rapl' >$own
check "rapl blacklisted: boot gives rapl_pmu" cold_plug rapl_pmu
clear_all
echo 'options rapl_pmu pmu_name=mine' >$own
check "under another name: boot gives both" cold_plug 'rapl_pmu rapl'
check "the name is mine" [ -e /sys/bus/event_source/devices/mine ]
clear_all

mv "$updates" /tmp/
depmod -a
dmesg_mark
check "not built for this kernel: boot gives the kernel's own" cold_plug rapl
check "it serves power, too" [ "$(pmu open power 2)" = ok ]
clear_all
check "modprobe rapl gives it as well" modprobe rapl
check "and nothing else" loaded rapl
clear_all
mv /tmp/updates "$updates"
depmod -a

mv $conf /tmp
dmesg_mark
check "without the file: modprobe rapl is the distribution's again" modprobe rapl
check "and rapl_pmu stays out of it" loaded rapl
mv /tmp/power-kmods.conf $conf
check "perf's event still counts there" [ "$(pmu open power 2)" = ok ]
check "unload" clear_all
