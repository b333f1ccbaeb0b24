#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - break the modules on purpose: does the test that guards it notice?
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
out=${BUILD_DIR:-$top/build}/mutations
kernel=
jobs=1

usage()
{
	cat <<'USAGE'
usage: tests/mutations/run.sh [-k LINE] [-j N] [NAME...]
       tests/mutations/run.sh -l | --check | --apply DIR NAME...
  -k LINE      on this kernel line instead of the one named in the list
  -j N         so many at a time (default 1)
  -l           list them: name, case, kernel line, what the case must do
  --check      does each apply, and is its case one that runs there?
  --apply DIR NAME...   make DIR a copy of this checkout that has these faults
One KTAP line for each mutation (default: all), with the test that noticed it.
Exit: 0 all were noticed, 1 one was not, 2 wrong arguments

MODULE.list describes each by a few lines:
    [NAME] CASE on LINE            the case fails on that kernel; or
    [NAME] CASE on LINE passes     it does not: the control beside a fault
    [NAME] unit/TEST               a unit test of the host fails
    [NAME] prove/PROPERTY          a property of tests/prove does not hold
    FILE  COMMAND                  sed -E COMMAND, which must change FILE
CASE and FILE are MODULE's own, or have a slash and are those of tests/cases and
of the checkout.
USAGE
}

say() { printf 'mutations: %s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-2}"; }

# read_lists heads | commands NAME: "name case line must" or "file command", with tabs
read_lists()
{
	awk -v what="$1" -v want="${2:-}" -v OFS='\t' '
		function own(name) { return name ~ "/" ? name : module "/" name }
		FNR == 1 { module = FILENAME; gsub(/.*\/|\.list$/, "", module) }
		/^#/ || !NF { next }
		/^\[/ {
			name = substr($1, 2, length($1) - 2)
			if (what == "heads")
				print name, own($2), $3 == "on" ? $4 : "-", $5 == "passes" ? $5 : "fails"
			next
		}
		what == "commands" && name == want {
			file = own($1)
			sub(/^[^ ]+ +/, "")
			print file, $0
		}' "$here"/*.list
}

# apply DIR NAME: its commands on the files in DIR; what is not there comes from here
apply()
{
	local file command known=0
	while IFS=$'\t' read -r file command; do
		known=1
		[ -e "$1/$file" ] || install -D "$top/$file" "$1/$file" || return
		cp -p "$1/$file" "$1/$file.before"
		sed -E -i "$command" "$1/$file" || return
		! cmp -s "$1/$file.before" "$1/$file" ||
			{ say "$2 changes nothing in $file: $command"; return 1; }
		rm "$1/$file.before"
	done < <(read_lists commands "$2")
	[ $known -eq 1 ] || { say "there is no mutation '$2' (-l lists them)"; return 1; }
}

# apply_all DIR NAME...
apply_all()
{
	local dir=$1 name
	shift
	mkdir -p "$dir"
	tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$dir" -xf -
	for name; do
		apply "$dir" "$name" || { rm -rf "$dir"; exit 2; }
	done
}

# check_all: without a run; 1 if something is wrong, which is said
check_all()
{
	local dir name test line bad=0 cells tests lines
	dir=$(mktemp -d)
	mapfile -t tests < <(read_lists heads | cut -f 2 | sort -u)
	mapfile -t lines < <(read_lists heads | cut -f 3 | grep -v '^-' | sort -u)
	cells=$("$top/tests/run.sh" --no-selftest -T all -l -k "${lines[*]}" -t "${tests[*]}") || return
	while IFS=$'\t' read -r name test line _; do
		apply "$dir/$name" "$name" || bad=1
		case $test in
		unit/*) compgen -G "$top/tests/$test.*" >/dev/null ;;
		prove/*) "$top/tests/prove/run" -l | grep -xF "${test#prove/}" >/dev/null ;;
		*) grep -q "^$test $line " <<<"$cells" ;;
		esac || { say "$name: there is no case $test on $line"; bad=1; }
	done < <(read_lists heads)
	rm -rf "$dir"
	return $bad
}

# one NAME: its line, in one piece; what was printed meanwhile stays in a log
one()
{
	local name test line must rc=0 dir=$out/$1 seen
	IFS=$'\t' read -r name test line must < <(read_lists heads | grep "^$1	")
	rm -rf "$dir"
	mkdir -p "$dir"
	case $test in
	unit/*)
		line=
		"$0" --apply "$dir/tree" "$name" >"$dir/log" 2>&1 &&
			make -s -C "$dir/tree/tests/unit" O="$dir" TESTS="${test#unit/}" >>"$dir/log" 2>&1 || rc=$?
		seen=$(grep -m 1 '^not ok' "$dir/log" || true)
		rm -rf "$dir/tree"
		;;
	prove/*)
		line=
		"$0" --apply "$dir/tree" "$name" >"$dir/log" 2>&1 &&
			BUILD_DIR=$dir "$dir/tree/tests/prove/run" "${test#prove/}" >>"$dir/log" 2>&1 || rc=$?
		seen=$(grep -m 1 '^not ok.*FAILURE' "$dir/log" || true)
		rm -rf "$dir/tree"
		;;
	*)
		line=${kernel:-$line}
		"$top/tests/run.sh" --no-selftest -T all -k "$line" -t "$test" -m "$name" -o "$dir" \
			>"$dir/log" 2>&1 </dev/null || rc=$?
		# A machine that could not run has noticed nothing.
		seen=$(sed -nE 's/^# ((FAIL|PANIC|SPLAT|TIMEOUT|LOST) .*)/\1/p' "$dir/log" | head -n 1)
		;;
	esac
	case $must:$rc:$seen in
	fails:1:?*) printf 'ok %s # %s%s: %s\n' "$name" "$test" "${line:+ on $line}" "$seen" ;;
	fails:2:'not ok'*) printf 'ok %s # %s: %s\n' "$name" "$test" "$seen" ;;
	passes:0:) printf 'ok %s # %s on %s passes, as it should\n' "$name" "$test" "$line" ;;
	*)
		printf 'not ok %s # %s%s ended with %s%s\n# see %s\n' "$name" "$test" "${line:+ on $line}" \
			$rc "${seen:+: $seen}" "$dir/log"
		return 1
		;;
	esac
}

main()
{
	local names=() known line n=0 bad=0
	while [ $# -gt 0 ]; do
		case $1 in
		-h|--help) usage; return ;;
		-l) read_lists heads; return ;;
		-[kj])
			[ $# -ge 2 ] || die "$1 needs a value (see --help)"
			if [ "$1" = -k ]; then kernel=$2; else jobs=$2; fi
			shift
			;;
		--check) check_all; return ;;
		--apply)
			[ $# -ge 3 ] || die "--apply needs a folder and names (see --help)"
			apply_all "${@:2}"
			return
			;;
		--one) one "$2"; return ;;
		-*) die "unknown option '$1' (see --help)" ;;
		*) names+=("$1") ;;
		esac
		shift
	done
	case $jobs in ''|*[!0-9]*|0) die "-j takes a number from 1, not '$jobs'" ;; esac
	known=$(read_lists heads | cut -f 1)
	[ ${#names[@]} -gt 0 ] || mapfile -t names <<<"$known"
	for line in "${names[@]}"; do
		grep -qxF -- "$line" <<<"$known" || die "there is no mutation '$line' (-l lists them)"
	done
	echo "KTAP version 1"
	echo "1..${#names[@]}"
	while IFS= read -r line; do
		case $line in
		ok\ *) n=$((n + 1)) line="ok $n ${line#ok }" ;;
		not\ ok\ *) n=$((n + 1)) bad=$((bad + 1)) line="not ok $n ${line#not ok }" ;;
		esac
		printf '%s\n' "$line"
	done < <(printf '%s\n' "${names[@]}" |
		xargs -P "$jobs" -I NAME "$here/run.sh" ${kernel:+-k "$kernel"} --one NAME)
	echo "# Totals: pass:$((n - bad)) fail:$bad skip:0"
	[ $bad -eq 0 ] && [ $n -eq ${#names[@]} ]
}

main "$@"; exit
