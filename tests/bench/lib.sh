# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# lib.sh - what several benchmarks need in the guest: turns, traces, module files

# in_turns FUNCTION RIVAL...: what FUNCTION RIVAL prints, for each rival in turns (A B A B):
# what changes while the machine runs changes for all of them. The first turn warms up.
in_turns()
{
	turns_of=$1
	shift
	for turn in warm-up 1 2 3 4 5; do
		for rival; do
			"$turns_of" "$rival" >/tmp/turn || return
			[ "$turn" = warm-up ] || cat /tmp/turn
		done
	done
}

# measured COMMAND...: as check, but what it prints are the figures
measured() { if "$@"; then ok measured; else not_ok measured; fi; }

# group PMU: the five events of a package, for bench
group()
{
	for domain in pkg cores ram gpu psys; do
		echo "$1/energy-$domain@0"
	done
}

tracing=/sys/kernel/tracing

# ko_file MODULE: its file, unpacked
ko_file()
{
	ko_path=$(modinfo -n "$1") || return
	case $ko_path in
	*.xz) unxz -c "$ko_path" >"/tmp/$1.ko" && ko_path=/tmp/$1.ko ;;
	esac
	echo "$ko_path"
}

# timer_of MODULE: its timer's function
timer_of()
{
	case $1 in
	rapl) echo rapl_hrtimer_handle ;;
	*) echo rapl_timer ;;
	esac
}

# watch_timer FUNCTION COMMAND...: "calls mean_ns" of the function meanwhile.
# The graph tracer at depth 1 adds the same small amount to every call.
watch_timer()
{
	echo nop >$tracing/current_tracer
	echo >$tracing/trace
	echo "$1" >$tracing/set_graph_function || return
	echo 1 >$tracing/max_graph_depth
	echo function_graph >$tracing/current_tracer
	shift
	"$@"
	echo 0 >$tracing/tracing_on
	awk '/ us / { for (i = 1; i < NF; i++) if ($(i + 1) == "us") { n++; t += $i * 1000 } }
		END { printf "%d %.1f\n", n, n ? t / n : 0 }' $tracing/trace
	echo nop >$tracing/current_tracer
	echo >$tracing/set_graph_function
	echo 1 >$tracing/tracing_on
}

# slab_of MODULE [PARAMETERS]: bytes of slab its own code asks for while loading;
# leaves it loaded
slab_of()
{
	echo nop >$tracing/current_tracer
	echo >$tracing/trace
	for event in kmalloc kmalloc_node; do
		[ ! -e $tracing/events/kmem/$event ] || echo 1 >$tracing/events/kmem/$event/enable
	done
	modprobe "$@" || return
	for event in kmalloc kmalloc_node; do
		[ ! -e $tracing/events/kmem/$event ] || echo 0 >$tracing/events/kmem/$event/enable
	done
	awk -v module="[$1]" '
		/kmalloc(_node)?: call_site=/ && index($0, module) {
			match($0, /bytes_alloc=[0-9]+/)
			sum += substr($0, RSTART + 12, RLENGTH - 12)
		}
		END { print sum + 0 }' $tracing/trace
	echo >$tracing/trace
}
