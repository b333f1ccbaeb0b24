#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - build the host's unit tests and run them all: TAP on stdout
#
# A test is test_*.c (its sibling in the comment names what it needs, a line
# " * flags: ..." what gcc is to be told) or test_*.sh next to this file; the RAPL
# model brings its own.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${BUILD_DIR:-$top/build}/unit
cflags=(-std=gnu11 -O2 -Wall -Wextra -Werror -fsanitize=undefined
	-fno-sanitize-recover=undefined -I"$top/tests/unit")
points=0
failures=0

mkdir -p "$out"

# run_test NAME COMMAND...: its points, renumbered, behind its name
run_test()
{
	local name=$1 status=0 line
	shift
	"$@" >"$out/$name.tap" 2>"$out/$name.err" || status=$?
	while IFS= read -r line; do
		case $line in
		ok\ * | 'not ok '*)
			points=$((points + 1))
			case $line in not*) failures=$((failures + 1)) ;; esac
			sed -E "s/^((not )?ok) [0-9]+( - )?/\1 $points $name: /" <<<"$line"
			;;
		'#'*) echo "$line" ;;
		esac
	done <"$out/$name.tap"
	if ! grep -q '^1\.\.[1-9]' "$out/$name.tap" || { [ $status -ne 0 ] && ! grep -q '^not ok' "$out/$name.tap"; }; then
		points=$((points + 1))
		failures=$((failures + 1))
		echo "not ok $points $name: ended with status $status before its plan was done"
		sed 's/^/# /' "$out/$name.err"
	fi
}

# has_tsan: gcc finds ThreadSanitizer, and it runs here
has_tsan()
{
	echo 'int main(void) { return 0; }' | gcc -fsanitize=thread -x c -o "$out/tsan" - 2>/dev/null &&
		"$out/tsan" 2>/dev/null
}

echo "TAP version 13"
for file in "$top"/tests/unit/test_*.c; do
	name=$(basename "$file" .c)
	read -ra flags < <(sed -n 's/^ \* flags: //p' "$file"; echo)
	if [[ ${flags[*]} == *-fsanitize=thread* ]] && ! has_tsan; then
		read -ra flags <<<"${flags[*]/-fsanitize=thread}"
		points=$((points + 1))
		echo "ok $points $name: data races # SKIP no ThreadSanitizer: apt install libtsan2"
	fi
	gcc "${cflags[@]}" ${flags[@]+"${flags[@]}"} "$file" -o "$out/$name"
	args=()
	[ "$name" != test_cpu_table ] || args=("$top/tests/unit/cpu_models.tsv")
	run_test "$name" "$out/$name" "${args[@]}"
done
for file in "$top"/tests/unit/test_*.sh; do
	[ -e "$file" ] || continue
	run_test "$(basename "$file" .sh)" bash "$file"
done
make -s -C "$top/tests/model" O="$out/model" all >"$out/model.log" 2>&1 || { cat "$out/model.log" >&2; exit 1; }
run_test model make -s -C "$top/tests/model" O="$out/model" test
echo "1..$points"
[ $failures -eq 0 ]
