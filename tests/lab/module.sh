# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# module.sh - load and unload modules and look at what the kernel said (guest only)
#
# All of these return a status and print why on failure: use them with check.

# wait_for SECONDS COMMAND...: until the command succeeds; longer on a kernel that is slower
wait_for()
{
	wait_left=$(($1 * 10 * ${LAB_SLOWER:-1}))
	shift
	until "$@"; do
		wait_left=$((wait_left - 1))
		[ $wait_left -gt 0 ] || return 1
		sleep 0.1
	done
}

is_live() { [ "$(cat "/sys/module/$1/initstate" 2>/dev/null)" = live ]; }
is_gone() { [ ! -e "/sys/module/$1" ]; }
is_idle() { [ "$(cat "/sys/module/$1/refcnt" 2>/dev/null)" = 0 ]; }

# load_mod NAME [parameters]
load_mod()
{
	modprobe "$@" || return 1
	wait_for 10 is_live "$1" || { echo "$1 is loaded but not live"; return 1; }
}

# unload_mod NAME: waits until it is idle, then until it is gone
unload_mod()
{
	wait_for 10 is_idle "$1" || { echo "$1: refcnt $(cat "/sys/module/$1/refcnt" 2>&1)"; return 1; }
	modprobe -r "$1" || return 1
	wait_for 10 is_gone "$1" || { echo "$1 is still in /sys/module"; return 1; }
}

# refuse_load NAME ERRNO_TEXT [parameters]: must fail, for the reason given
refuse_load()
{
	refuse_name=$1
	refuse_text=$2
	shift 2
	if refuse_out=$(modprobe "$refuse_name" "$@" 2>&1); then
		echo "$refuse_name was loaded, expected: $refuse_text"
		modprobe -r "$refuse_name"
		return 1
	fi
	case $refuse_out in
	*"$refuse_text"*) return 0 ;;
	esac
	echo "refused, but not with '$refuse_text': $refuse_out"
	return 1
}

# A canary in the log: what follows it belongs to the step under test.
dmesg_mark()
{
	dmesg_id=$(cut -d' ' -f1 /proc/uptime).$$
	echo "$dmesg_id" >/tmp/dmesg.mark
	echo "canary $dmesg_id" >/dev/kmsg
}

# Kernel messages since the mark, without time stamps and without the test's own lines
dmesg_since()
{
	dmesg_id=$(cat /tmp/dmesg.mark)
	dmesg | sed 's/^<[0-9]*>//; s/^\[ *[0-9.]*\] //' |
		awk -v mark="canary $dmesg_id" 'seen && !/^\| / { print } $0 == mark { seen = 1 }'
}

since_has() { dmesg_since | grep -qE -- "$1"; }

# expect_dmesg REGEX: a line since the mark matches
expect_dmesg()
{
	wait_for 3 since_has "$1" && return 0
	echo "no line like '$1' since the mark; the log has:"
	dmesg_since
	return 1
}

# refuse_dmesg REGEX: no line since the mark matches
refuse_dmesg()
{
	since_has "$1" || return 0
	echo "unexpected in the log:"
	dmesg_since | grep -E -- "$1"
	return 1
}

# holds FILE TEXT: and nothing else
holds() { [ "$(cat "$1")" = "$2" ] || { echo "$1 holds $(cat "$1"), expected $2"; return 1; }; }

# open_tree SET: what lies in /srv/SET by "# tree:", ready for chroot
open_tree()
{
	mount -t proc proc "/srv/$1/proc"
	mount -t sysfs sys "/srv/$1/sys"
	mount -t devtmpfs dev "/srv/$1/dev"
	echo root:x:0:0:root:/root:/bin/sh >"/srv/$1/etc/passwd"
	echo root:x:0: >"/srv/$1/etc/group"
	echo 127.0.0.1 localhost >"/srv/$1/etc/hosts"
	ifconfig lo up
}

# to_sleep: suspend to RAM, and wake up by the clock; the log has what came since
to_sleep()
{
	dmesg_mark
	# Real time: too little, and it is over before a slow machine sleeps.
	echo 0 >/sys/class/rtc/rtc0/wakealarm
	echo +15 >/sys/class/rtc/rtc0/wakealarm || return 1
	echo mem >/sys/power/state || return 1
	expect_dmesg 'ACPI: (PM: )?Waking up from system sleep state S3'
}

# trace_timer: rapl_pmu's only, which other timers of the machine would drown
trace_timer()
{
	timer_at=$(awk '$3 == "rapl_timer" && $4 == "[rapl_pmu]" { print "0x" $1 }' /proc/kallsyms)
	timer_event=/sys/kernel/tracing/events/timer/hrtimer_expire_entry
	echo "function == $timer_at" >$timer_event/filter && echo 1 >$timer_event/enable
}
woken() { grep -c 'hrtimer_expire_entry.*rapl_timer' /sys/kernel/tracing/trace; }

# start FILE COMMAND...: its output goes into the file, and its status beside it
start()
{
	start_file=$1
	shift
	rm -f "$start_file.status"
	"$@" >"$start_file" 2>&1
	echo $? >"$start_file.status"
}

# good FILE: what was started with it, in the background, ends with 0
good()
{
	wait_for 20 test -e "$1.status" || { cat "$1"; echo "it hangs"; return 1; }
	cat "$1"
	[ "$(cat "$1.status")" = 0 ]
}

# refuse_exists NAME [PARAMETER...]: insmod says that another has the place, where modprobe would say nothing
refuse_exists()
{
	[ -e /tmp/insmod ] || ln -s "$(command -v kmod)" /tmp/insmod
	refuse_what=$1
	shift
	refuse_out=$(/tmp/insmod "$(modinfo -n "$refuse_what")" "$@" 2>&1) && { echo "$refuse_what was loaded"; return 1; }
	# Newer kernels pass EEXIST from a module's init on as EBUSY for that reason.
	case $refuse_out in *'File exists'* | *'Device or resource busy'*) return 0 ;; esac
	echo "$refuse_out"
	return 1
}

# faults FUNCTION...: what the guest's program fault counts as able to fail: each allocation,
# and these functions, which then return ENOMEM, or NULL if the kernel lists them as those
# that return a pointer. Without a stack in the log for each.
fail_dirs="/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc /sys/kernel/debug/fail_function"
faults()
{
	for fault_dir in $fail_dirs; do
		echo 0 >"$fault_dir/verbose" || return 1
		[ ! -e "$fault_dir/ignore-gfp-wait" ] || echo N >"$fault_dir/ignore-gfp-wait"
	done
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
	load_mod injectable || return 1
	for fault_name; do
		echo "$fault_name" >"$fault_dir/inject" || return 1
		# what returns NULL does so from the beginning
		grep -q "^${fault_name}[[:space:]]NULL$" /sys/kernel/debug/error_injection/list ||
			printf '%#x' -12 >"$fault_dir/$fault_name/retval" || return 1
	done
}

# faults_under module NAME | function NAME | anything: only where that is among the callers
faults_under()
{
	case $1 in
	module) fault_range=$(awk -v m="$2" '$1 == m { print $2 }' /proc/modules)
		fault_from=$(cat "/sys/module/$2/sections/.text") || return 1
		fault_to=$(printf '%#x' $((fault_from + fault_range))) ;;
	function) fault_range=$(awk -v f="$2" 'at && $1 != at { print "0x" at, "0x" $1; exit } $3 == f { at = $1 }' /proc/kallsyms)
		fault_from=${fault_range% *}
		fault_to=${fault_range#* } ;;
	*) fault_from=0 fault_to=0xffffffffffffffff ;;
	esac
	for fault_dir in $fail_dirs; do
		echo "$fault_from" >"$fault_dir/require-start" &&
			echo "$fault_to" >"$fault_dir/require-end" || return 1
	done
}

# swept NAME COMMAND...: as check, and what the program said in the end
swept()
{
	check "$@"
	# shellcheck disable=SC2154	# ktap.sh's
	diag "$(echo "$ktap_out" | tail -n 1)"
}
