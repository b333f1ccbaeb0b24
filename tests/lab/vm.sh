# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# vm.sh - read a case's header, run one virtual machine, judge what it left behind

# --- the header of a case ---------------------------------------------------

case_keys="arch kernels tier timeout smp cpu mem model qemu append icount intree tools tree guest files"
case_keys="$case_keys kmod feedback image firmware module mutation splat boots undebugged expect break"

# header_lines FILE: its leading comments, behind them those that its suite has for all cases
header_lines()
{
	local suite=${1%/*}/suite
	[ -e "$suite" ] || suite=
	awk 'FNR == 1 { header = 1 } !/^#/ { header = 0 } header' "$1" ${suite:+"$suite"}
}

# case_field FILE KEY [DEFAULT]: the text after "# KEY:" in them. It is asked for dozens of times
# a cell, so no process is started for it.
case_field()
{
	local file line
	for file in "$1" "${1%/*}/suite"; do
		[ -e "$file" ] || continue
		while IFS= read -r line && [[ $line == '#'* ]]; do
			if [[ $line =~ ^'#'[[:blank:]]+"$2":([[:blank:]]+(.*))?$ ]]; then
				printf '%s\n' "${BASH_REMATCH[2]}"
				return
			fi
		done <"$file"
	done
	printf '%s\n' "${3:-}"
}

# all_headers FILE...: all of theirs, a line each: FILE, key and text with tabs between; what is
# wrong has the key !. A key is told from prose by standing alone before its colon.
all_headers()
{
	local file suite list=()
	for file; do
		suite=${file%/*}/suite
		list+=("whose=$file" "$file")
		[ ! -e "$suite" ] || list+=("$suite")
	done
	awk -v OFS='\t' -v keys=" $case_keys " -v known="$case_keys" '
		function no_arch() { if (last && !((last, "arch") in seen)) print last, "!", "no \047# arch:\047 line" }
		FNR == 1 { header = 1 }
		whose != last { no_arch(); last = whose }
		!/^#/ { header = 0 }
		header && match($0, /^#[ \t]*[a-z]+:([ \t]|$)/) {
			key = substr($0, 1, RLENGTH)
			gsub(/[#: \t]/, "", key)
			if (!index(keys, " " key " ")) {
				print whose, "!", "unknown header \047" key ":\047 (known: " known ")"
			} else if (!((whose, key) in seen)) {
				seen[whose, key]
				sub(/^#[ \t]*[^:]*:[ \t]*/, "")
				print whose, key, $0
			}
		}
		END { no_arch() }' "${list[@]}"
}

# expand_table BODY DIR: for each row of BODY.table a case file in DIR, made of BODY.sh with
# the row's words for @COLUMN@. A header that is left without a value goes. BODY.host goes
# with each, and what the suite says. Prints their names.
expand_table()
{
	local name names
	mkdir -p "$2"
	names=$(awk -v dir="$2" '
		function bad(why) { print FILENAME ":" FNR ": " why >"/dev/stderr"; exit 1 }
		NR == FNR { body[++n] = $0; next }
		/^#/ || !NF { next }
		{
			row = row $0
			if (sub(/[ \t]*\\$/, "", row))
				next
			sub(/[ \t]*$/, "", row)
			fields = split(row, cell, /[ \t]*\|[ \t]*/)
			row = ""
		}
		!columns { columns = split($0, column, /[ \t]*\|[ \t]*/); next }
		fields != columns { bad(fields " fields for " columns " columns") }
		seen[cell[1]]++ { bad("a second row " cell[1]) }
		{
			file = dir "/" cell[1] ".sh"
			for (i = 1; i <= n; i++) {
				line = body[i]
				for (c = 1; c <= columns; c++)
					while (at = index(line, "@" column[c] "@"))
						line = substr(line, 1, at - 1) cell[c] substr(line, at + length(column[c]) + 2)
				if (line !~ /^# [a-z]+: *$/)
					print line >file
			}
			close(file)
			print cell[1]
		}' "$1.sh" "$1.table") || return
	[ ! -e "${1%/*}/suite" ] || ln -sf "${1%/*}/suite" "$2/suite"
	for name in $names; do
		[ ! -e "$1.host" ] || ln -sf "$1.host" "$2/$name.host"
		echo "$2/$name.sh"
	done
}

# --- running ----------------------------------------------------------------

# A kernel that is alive gets to its init in a tenth of this.
boot_limit=${BOOT_TIMEOUT:-90}

# reached_init DIR: did the kernel get to userspace?
reached_init() { grep -aqs 'as init process' "$1/console.log"; }

# spoilt_boot DIR: did the emulator fail the kernel before any module was loaded? Says how.
# Emulated CPUs are at times not brought up.
spoilt_boot()
{
	grep -aqs 'Linux version' "$1/console.log" && ! reached_init "$1" || return 1
	echo "did not boot"
}

# run_vm DIR SECONDS COMMAND...: leaves DIR/status with the exit status, 124 for a
# timeout, 137 for one that had to be killed. A panic ends it at once: the kernel
# resets by itself (panic=-1), but one that died too early to do so would not.
run_vm()
{
	local dir=$1 limit=$2 pid rc=0 seen=0 turn=0 never begin=$SECONDS
	shift 2
	setpriv --pdeathsig=TERM timeout -k 1s --foreground "$limit" "$@" \
		</dev/null >"$dir/qemu.log" 2>&1 &
	pid=$!
	# Nobody writes to this pipe. Waiting for it starts no process, as sleep would, five times a
	# second for each machine.
	exec {never}<> <(:)
	while kill -0 "$pid" 2>/dev/null; do
		read -rt 0.2 -u "$never" || true
		# $$ is the runner, also in a cell's subshell: killed, it cannot end its machines.
		kill -0 $$ 2>/dev/null || kill "$pid" 2>/dev/null || true
		if [ $((SECONDS - begin)) -ge "$boot_limit" ] && ! reached_init "$dir"; then
			kill "$pid" 2>/dev/null || true
			rc=124
			break
		fi
		turn=$(((turn + 1) % 5))
		if [ $turn -eq 0 ] && grep -qs 'Kernel panic - not syncing' "$dir/console.log"; then
			seen=$((seen + 1))
			[ $seen -ne 3 ] || kill "$pid" 2>/dev/null || true
		fi
	done
	exec {never}>&-
	# ended for not booting: the same as out of time
	if [ $rc -eq 124 ]; then
		wait "$pid" || true
	else
		wait "$pid" || rc=$?
	fi
	echo $rc >"$dir/status"
}

# --- the verdict ------------------------------------------------------------

# Comments and blank lines out of a list of regexes
strip_list() { grep -vE '^[[:space:]]*(#|$)' "$1"; }

# splat_lines CONSOLE DENY ALLOW EXTRA: offending lines as "number:text".
# The guest's own output comes through /dev/kmsg marked with "| ".
splat_lines()
{
	local deny allow rc=0
	deny=$(strip_list "$2" 2>/dev/null) || return 2
	allow=$(strip_list "$3" 2>/dev/null; [ -z "$4" ] || printf '%s\n' "$4")
	grep -aqE "$deny" /dev/null || [ $? -eq 1 ] || return 2
	grep -anE "$deny" "$1" |
		grep -avE '^[0-9]+:(\[[ 0-9.]+\])?(\[ *[TC][0-9]+\])? ?\| ' |
		if [ -n "$allow" ]; then grep -avE "$allow"; else cat; fi || rc=$?
	[ $rc -le 1 ]
}

# stream_state FILE NEED_EXIT: one word (ok skip fail lost) and why
stream_state()
{
	awk -v need="$2" '
	{ sub(/\r$/, "") }
	!NF { next }
	closed { late = 1 }
	/^1\.\.[0-9]+/ { plans++; plan = substr($0, 4) + 0; if (/# *SKIP/) all = 1; next }
	/^(not )?ok [0-9]+/ {
		n++; bad = ($1 == "not"); num = (bad ? $3 : $2) + 0
		if (num != n) order = num
		last = $0
		if (bad) { fail++; if (first == "") first = $0 }
		else if (/# *SKIP/) skip++
		next
	}
	/^exit [0-9]+$/ { closed = 1; code = $2; next }
	END {
		at = last == "" ? "no test had finished" : "last was: " last
		if (!plans) print "lost no plan line; " at
		else if (need && !closed) print "lost no exit line, " n + 0 " of " plan " results; " at
		else if (fail) print "fail " fail " of " plan ": " first
		else if (plans > 1) print "lost more than one plan line"
		else if (n < plan) print "lost " n + 0 " of " plan " results; " at
		else if (n > plan) print "lost " n " results for a plan of " plan
		else if (order) print "lost results are out of order at " order
		else if (late) print "lost something was written after the exit line"
		else if (closed && code != 0) print "fail all points passed but the case exited with " code
		else if (plan == 0 && !all) print "lost a plan of 0 without a SKIP"
		else if (skip == plan) print "skip " (plan ? "every point was skipped" : "does not apply here")
		else print "ok " n - skip " passed, " skip + 0 " skipped"
	}' "$1" 2>/dev/null || echo "lost no result file"
}

# judge_cell DIR DENY ALLOW [EXTRA] [must]: the verdict, a pure function of files.
# Prints the verdict word and a reason on the first line, details below. DIR has
# status, console.log, result and, if there was a host part, host.
# Words: ok SKIP FAIL SPLAT PANIC TIMEOUT LOST, NO_BOOT and BROKEN_CHECK.
judge_cell()
{
	local dir=$1 deny=$2 allow=$3 extra=${4:-} must=${5:-}
	local status splats guest host line word
	status=$(cat "$dir/status" 2>/dev/null || echo none)

	if ! splats=$(splat_lines "$dir/console.log" "$deny" "$allow" "$extra" 2>/dev/null); then
		if [ -r "$dir/console.log" ]; then
			echo "BROKEN_CHECK no usable regex in ${deny##*/}: nothing would be noticed"
			return
		fi
	fi
	if ! grep -aqs 'Linux version' "$dir/console.log"; then
		echo "NO_BOOT the kernel said nothing (qemu status $status)"
		tail -n 5 "$dir/qemu.log" 2>/dev/null || true
		return
	fi
	if grep -aqs 'Kernel panic - not syncing' "$dir/console.log"; then
		echo "PANIC $(grep -a -m1 -o 'Kernel panic - not syncing.*' "$dir/console.log")"
		grep -a -B30 -m1 'Kernel panic - not syncing' "$dir/console.log"
		return
	fi
	guest=$(stream_state "$dir/result" need)
	case $status in
	124|137)
		echo "TIMEOUT ${guest#* }"
		return
		;;
	esac
	host=$([ ! -e "$dir/host" ] || stream_state "$dir/host" need)
	word=$guest
	case ${guest%% *}:${host%% *} in
	ok:fail | ok:lost | skip:fail | skip:lost) word="${host%% *} host part: ${host#* }" ;;
	ok:ok | skip:ok) word=$host ;;
	esac
	case $word in
	lost\ *) echo "LOST ${word#* } (qemu status $status)" ;;
	fail\ *)
		echo "FAIL ${word#* }"
		show_failures "$dir"
		;;
	*)
		if [ -n "$splats" ]; then
			line=${splats%%:*}
			echo "SPLAT $(head -n 1 <<<"${splats#*:}")"
			sed -n "$line,$((line + 30))p" "$dir/console.log"
		elif [ "${word%% *}" = ok ]; then
			echo "$word"
		elif [ "$must" = must ]; then
			echo "FAIL ${word#* }, but this kernel must run it"
		else
			echo "SKIP $(sed -n 's/.*# *SKIP *//p' "$dir/result" | head -n 1)"
		fi
		return
		;;
	esac
	[ -z "$splats" ] || { echo "and the kernel complained:"; head -n 3 <<<"$splats"; }
}

# The failed points with what the case said about them
show_failures()
{
	local f
	for f in "$1/result" "$1/host"; do
		[ -e "$f" ] || continue
		awk '{ sub(/\r$/, "") } /^not ok / { show = 1; print; next } /^# Totals/ { show = 0 } /^#/ && show { print; next } { show = 0 }' "$f"
	done
}

# count_points FILE...: "passed failed skipped" over all result lines
count_points()
{
	cat "$@" 2>/dev/null | awk '
		/^not ok [0-9]/ { f++; next }
		/^ok [0-9].*# *SKIP/ { s++; next }
		/^ok [0-9]/ { p++ }
		END { print p + 0, f + 0, s + 0 }'
}
