# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# verify.sh - what rapl-doctor --verify measures, as a record that verify.awk judges
#
# usage: verify.sh SECONDS MODPROBE	(called by rapl-doctor)
#        verify.sh sample FOLDER SECONDS	(called under perf stat, so that the two measure at once)
#
# Each counter in four ways: by rapl_pmu, by its register, by powercap and by the kernel's
# own rapl, which have the same seconds of idle and of busy CPUs. What had to be loaded or
# renamed for that is put back at the end, however that comes.
set -u
export LC_ALL=C

pmus=/sys/bus/event_source/devices
cpus=/sys/devices/system/cpu

die() { echo "rapl-doctor: $1" >&2; exit "${2:-1}"; }
say() { printf 'rapl-doctor: %s\n' "$1" >&2; }

# burst CPU NUMBER READINGS: the register over and over, as binary
burst() { dd if="/dev/cpu/$1/msr" bs=8 count="$3" iflag=skip_bytes skip=$(($2)) 2>/dev/null; }

# sixteen hex digits a line
hex() { od -A n -v -t x8 -w8 | tr -d ' '; }

# --- under perf --------------------------------------------------------------

zones() { for zone in /sys/class/powercap/intel-rapl:*; do [ ! -r "$zone/energy_uj" ] || echo "$zone"; done; }

# All registers and zones, once, in the order of the record's lines "reg" and "zone".
sample()
{
	read -r now rest </proc/uptime
	echo "registers $now"
	# Each with its time: a shell that waits for busy CPUs comes to the last one late.
	{
		while read -r _ cpu _ number; do
			read -r now rest </proc/uptime
			echo "at $now" >&3
			burst "$cpu" "$number" 1
		done <"$1/registers" | hex
	} 3>&1
	read -r now rest </proc/uptime
	echo "zones $now"
	while read -r zone; do
		read -r now rest </proc/uptime
		read -r rest <"$zone/energy_uj" && printf 'at %s\n%s\n' "$now" "$rest"
	done <"$1/zones"
}

samples()
{
	read -r now rest </proc/uptime
	end=$((${now%.*} + $2))
	once=
	while :; do
		sample "$1"
		read -r now rest </proc/uptime
		# Two at least: on a slow machine with all CPUs busy one takes longer than that.
		[ -z "$once" ] || [ "${now%.*}" -lt "$end" ] || break
		once=1
		sleep 0.25 2>/dev/null || sleep 1
	done >"$1/samples"
}

if [ "$1" = sample ]; then
	samples "$2" "$3"
	exit
fi

# --- modules: loaded for the while -------------------------------------------

seconds=$1
modprobe=$2
here=$(dirname "$0")
work=$(mktemp -d) || die 'no room for a temporary folder: set TMPDIR to one that can be written'
undo=
load=

clean_up()
{
	trap '' INT TERM HUP
	stop_load
	sh -c "$undo" >/dev/null 2>&1 || say "could not put the modules back: run modprobe -r rapl_pmu; modprobe rapl_pmu"
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

parameter() { cat "/sys/module/rapl_pmu/parameters/$1" 2>/dev/null; }
refs() { cat "/sys/module/$1/refcnt" 2>/dev/null || echo 0; }

# add MODULE ARGUMENT...: loaded now, taken out at the end, last one first
add()
{
	[ ! -e "/sys/module/$1" ] || return 0
	"$modprobe" -q -i "$@" 2>/dev/null && [ -e "/sys/module/$1" ] || return 1
	undo="$modprobe -r $1; $undo"
}

# rapl_pmu beside the kernel's own driver, whose name is fixed. Not with hwmon=1: its
# counters would begin at 0 again. Nor while somebody measures.
get_pmus()
{
	pmu=$(parameter pmu_name)
	if [ "$pmu" = power ] && [ "$(refs rapl_pmu)" = 0 ] && [ "$(parameter hwmon)" = N ]; then
		"$modprobe" -r rapl_pmu
		undo="$modprobe -i rapl_pmu probe=$probe; $undo"
		pmu=
	fi
	[ "$pmu" = power ] || add rapl
	if [ -z "$pmu" ]; then
		pmu=power
		[ ! -e $pmus/power ] || pmu=rapl_verify
		add rapl_pmu "pmu_name=$pmu" "probe=$probe" ||
			die "rapl_pmu cannot be loaded: rapl-doctor says why"
	fi
	[ "$pmu" != power ] || [ -e /sys/module/rapl ] || [ "$(refs rapl_pmu)" = 0 ] ||
		say "rapl_pmu is in use: the kernel's own driver is not looked at"
	theirs=
	[ "$pmu" = power ] || [ ! -e $pmus/power ] || theirs=power
}

get_others()
{
	[ -e /dev/cpu/0/msr ] || add msr || die "the registers cannot be read: modprobe msr fails"
	[ -n "$(zones)" ] || add intel_rapl_msr || true
}

# --- what there is -----------------------------------------------------------

# "0-3,8" as words
listed()
{
	tr ',' '\n' <"$1" | while IFS=- read -r first last; do
		last=${last:-$first}
		while [ "$first" -le "$last" ]; do
			echo "$first"
			first=$((first + 1))
		done
	done
}

topology() { cat "$cpus/cpu$1/topology/$2" 2>/dev/null || echo 0; }
cpu_field() { sed -n "s/^$1[[:space:]]*: //p" /proc/cpuinfo | head -n 1; }

note_machine()
{
	echo "cpu $vendor $(cpu_field 'cpu family') $(cpu_field model) $(cpu_field stepping) $(cpu_field 'model name')"
	if grep -qE '^flags.* hypervisor( |$)' /proc/cpuinfo; then echo 'machine virtual'; else echo 'machine real'; fi
	echo "kernel $(uname -r)"
	echo "module $(cat /sys/module/rapl_pmu/version 2>/dev/null)"
	echo "pmu $pmu ${theirs:--}"
	for cpu in $(listed $cpus/online); do
		echo "online $cpu $(topology "$cpu" physical_package_id) $(topology "$cpu" die_id)"
	done
}

# once CPU NUMBER: its value, or nothing
once() { burst "$1" "$2" 1 | hex; }

# The registers that answer: all counters where they are read, and what tells about them
note_registers()
{
	case $vendor in
	AuthenticAMD|HygonGenuine)
		beside='unit=0xc0010299'
		counters='energy-pkg=0xc001029b'
		;;
	*)
		beside='unit=0x606 limit=0x610 info=0x614 ram-info=0x61c filter=0xbc'
		counters='energy-pkg=0x611 energy-cores=0x639 energy-ram=0x619 energy-gpu=0x641 energy-psys=0x64d stamped=0x612'
		;;
	esac
	: >"$work/registers"
	for cpu in $mask; do
		for reg in $beside; do
			value=$(once "$cpu" "${reg#*=}")
			[ -z "$value" ] || echo "value $cpu ${reg%=*} $value"
		done
		for reg in $counters; do
			[ -z "$(once "$cpu" "${reg#*=}")" ] || echo "reg $cpu ${reg%=*} ${reg#*=}" >>"$work/registers"
		done
	done
	# a core for each package is enough
	for cpu in $core_mask; do
		case " $mask " in *" $cpu "*) echo "reg $cpu energy-core 0xc001029a" >>"$work/registers" ;; esac
	done
	[ -s "$work/registers" ] || die "no register of energy answers here: rapl-doctor says what is missing"
	cat "$work/registers"
	zones >"$work/zones"
	while read -r zone; do
		top=${zone##*/}
		top=${top#intel-rapl:}
		echo "zone $(cat "$zone/max_energy_range_uj") $(cat "$zone/name") $(cat "/sys/class/powercap/intel-rapl:${top%%:*}/name")"
	done <"$work/zones"
}

# answers EVENT: whether its register is there in each package
answers()
{
	for cpu in $mask; do
		grep -q "^reg $cpu $1 " "$work/registers" || return 1
	done
}

# events PMU [FILTER]: what it counts, as perf wants it
events()
{
	for event in "$pmus/$1"/events/energy-*; do
		name=${event##*/}
		case $name in *.*|*'*') continue ;; esac
		! "${2:-true}" "$name" || printf ',%s/%s/' "$1" "$name"
	done
}
# The kernel's own driver looks at one package only whether a register answers, and where it
# then does not, reading it leaves a stack dump in the log: not asked for.
get_events()
{
	events=$(events "$pmu")$(events "${pmu}_core")$([ -z "$theirs" ] || events "$theirs" answers)
	events=${events#,}
}

# --- measuring ---------------------------------------------------------------

start_load()
{
	kindly=
	! command -v nice >/dev/null || kindly='nice -n 19'
	for _ in $(listed $cpus/online); do
		$kindly timeout $((seconds + 60)) sh -c 'while :; do :; done' &
		load="$load $!"
	done
}
stop_load()
{
	# shellcheck disable=SC2086	# words
	[ -z "$load" ] || { kill $load; wait $load; } 2>/dev/null
	load=
}

# phase NAME
phase()
{
	echo "phase $1"
	perf stat -a -A -x, -o "$work/perf" -e "$events" -- sh "$0" sample "$work" $((seconds / 2)) 2>"$work/err" ||
		die "perf stat failed: $(tail -n 1 "$work/err")"
	cat "$work/samples"
	# CPU0,123.45,Joules,power/energy-pkg/,30001234567,100.00,,
	sed -n "s|^CPU\([0-9]*\),\([0-9.]*\),Joules,\([^/]*\)/\([^/]*\)/,\([0-9]*\),.*|perf \1 \3 \4 \2 \5|p" "$work/perf"
}

# updates: readings in a row without a gap for a second or so, and how often so many had the
# same value
updates()
{
	cpu=${mask%% *}
	number=$(sed -n "s/^reg $cpu energy-pkg //p" "$work/registers")
	[ -n "$number" ] || return 0
	pin=
	! command -v taskset >/dev/null || pin="taskset -c $cpu"
	blocks=8
	while :; do
		read -r before rest </proc/uptime
		# GNU dd tells the time that it took: "... bytes (131 kB, 128 KiB) copied, 0.00643 s, ..."
		took=$($pin dd if="/dev/cpu/$cpu/msr" of="$work/burst" bs=32768 count=$blocks iflag=skip_bytes \
			skip=$((number)) 2>&1 | sed -n 's/.* copied, \([0-9.e-]*\) s.*/\1/p')
		read -r now rest </proc/uptime
		took=$(${AWK:-awk} -v from="$before" -v to="$now" -v dd="$took" 'BEGIN { print dd ? dd : to - from }')
		if [ "${took%.*}" != 0 ] || [ $blocks -ge 1024 ]; then
			break
		fi
		blocks=$((blocks * 2))
	done
	echo "burst $((blocks * 4096)) $took"
	# The first and the last run of equal readings are cut off.
	hex <"$work/burst" | uniq -c | sed '1d; $d' | while read -r same rest; do
		echo "$same"
	done | sort -n | uniq -c | while read -r times same; do
		echo "same $same $times"
	done
}

command -v perf >/dev/null || die '--verify measures by perf: apt install linux-perf'
vendor=$(cpu_field vendor_id)
probe=N
[ "$(parameter probe)" != Y ] || probe=Y
get_pmus
get_others
mask=$(listed "$pmus/$pmu/cpumask" | tr '\n' ' ')
mask=${mask% }
core_mask=
[ ! -e "$pmus/${pmu}_core" ] || core_mask=$(listed "$pmus/${pmu}_core/cpumask" | tr '\n' ' ')

{
	note_machine
	note_registers
	get_events
	say "$((seconds / 2)) s without load"
	phase idle
	say "$((seconds / 2)) s with all CPUs busy"
	start_load
	sleep 1
	phase busy
	stop_load
	say 'how often the counter moves'
	updates
} >"$work/record"
[ -z "${VERIFY_RECORD:-}" ] || cp "$work/record" "$VERIFY_RECORD"

# The name of the machine may be in that of a kernel of its own.
${AWK:-awk} -f "$here/verify.awk" -v seconds=$((seconds / 2)) -v host="$(uname -n)" "$work/record"
