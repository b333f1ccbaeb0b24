#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Generated blocks of Markdown files, and what the bench says of a row.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

mkdir -p "$work/tests" "$work/doc"
ln -s "$top/tests/lab" "$work/tests/lab"
printf '%s\n' '<!-- a b: make x -->' 'old' 'older' '<!-- end of a b -->' 'below' >"$work/doc/a.md"
printf '%s\n' '<!-- open: make x -->' 'stays' >"$work/b.md"

# block WANT NAME TEXT: TEXT goes into block NAME; WANT is what is said
block()
{
	local out
	out=$(printf '%s' "$3" | "$work/tests/lab/md-block" "$2" 2>&1) || true
	[[ $out == *"$1"* ]] || { echo "no '$1' in: $out"; return 1; }
}

# holds FILE LINE...: these lines and no others
holds()
{
	local file=$1
	shift
	printf '%s\n' "$@" | diff - "$work/$file"
}

replaced()
{
	[ "$("$work/tests/lab/md-block" --print 'a b')" = $'old\nolder' ] || return 1
	block "'a b' written to doc/a.md" 'a b' $'one \\| & two\n' || return 1
	holds doc/a.md '<!-- a b: make x -->' 'one \| & two' '<!-- end of a b -->' 'below'
}

# judged VERDICT TARGET KERNEL OURS RIVAL: each of them "median lowest highest"
judged()
{
	local got
	printf 'heading\nt\twhat\tx86_64\tour\ttheir\t%s\t%s\n' "$2" "$3" >"$work/rows"
	# shellcheck disable=SC2086	# three words
	printf '%s\tx86_64\t%s\t%s\t%s\t%s\tcell\n' heading '' '' '' '' 7 our $4 7 their $5 >"$work/figures"
	got=$(awk -v kernels='6.1 7' -f "$top/tests/bench/rows.awk" "$work/rows" "$work/figures" | cut -f3,9 | sed 1d)
	[ "$got" = "7	$1" ] || { echo "'$got' for $*"; return 1; }
}

verdicts()
{
	while IFS='|' read -r want target kernel our their; do
		judged "$want" "$target" "$kernel" "$our" "$their" || return 1
	done
}

# The cost of a program less that of none, never below it, and the rates in order
tools()
{
	local hz what
	for hz in 1 100 1000; do
		for what in readings error zero executed own other isolated; do
			printf '7\tx86_64\ttools.nothing.%s.%s\t5\t5\t5\tcell\n' $hz $what
			printf '7\tx86_64\ttools.loop_perf.%s.%s\t%s\t0\t0\tcell\n' $hz $what $((hz + 3))
		done
	done >"$work/figures"
	awk -f "$top/tests/bench/tools.awk" "$work/figures" | sed -n 2,4p |
		diff <(printf 'rapl_pmu: a loop of read()\t%s\t%s\t+%s.0000 %%\t%s.0 %%\t%s.0\t%s\t%s\t%s\n' \
			1 4 4 4 0 0 0 0 100 103 103 103 98 98 98 98 1000 1003 1003 1003 998 998 998 998) - &&
		[ -z "$(grep -v loop_perf "$work/figures" | awk -f "$top/tests/bench/tools.awk")" ]
}

point "md-block: a block is replaced, by any text" replaced
point "md-block: no file has the block" block 'no *.md file' 'a' text
point "md-block: a block without an end is left alone" block 'no line' open text
point "md-block: no text" block 'stays as it is' 'a b' ''
# A tree with two tests of other programs: one on two kernels, a second program in it, and one
# that failed; the table has a row of a third
# shellcheck disable=SC2016	# Markdown's
tree()
{
	mkdir -p "$work/scripts" "$work/build/tests"
	cp scripts/readme-table "$work/scripts/"
	: >"$work/scripts/troubles.tsv"
	rm -rf "$work/doc" "$work/b.md"
	printf '%s\n' '<!-- tools: x -->' 'heading' '|---|' '| old | 12 | `91-x` | 7.3 |' '| P 1 | 13 | `93-x` | 7.3 |' \
		'| F 1 | 13 | `95-x` | 7.3 |' '<!-- end of tools -->' >"$work/tools.md"
	printf '%s\n' '<!-- tested kernels: x -->' '<!-- end of tested kernels -->' '<!-- compare: x -->' \
		'<!-- end of compare -->' '<!-- rows of compare: x -->' '<!-- end of rows of compare -->' \
		'<!-- real machines: x -->' '<!-- end of real machines -->' >"$work/rest.md"
	cell 93-x.6.1 'ok' 'P 1.2, Debian 13 (6.1.0-56-amd64): pkg0 100.00 100.0' 'P 1.2, Debian 13 (6.1.0-56-amd64): pkg1 50.5 50'
	cell 93-x.7 'ok' 'P 1.2, Debian 13 (7.3.4+deb13-amd64): pkg0 99.9 100' 'Q 5, hwmon=1, Debian 13 backports (7.3.4+deb13-amd64): pkg0 3 3.0'
	cell 95-x.7 'FAIL' 'F 1.3, Debian 13 (7.3.4+deb13-amd64): pkg0 1 2'
}

# cell NAME VERDICT LINE...
cell()
{
	local dir=$work/build/tests/rapl_pmu.$1.x86_64
	mkdir -p "$dir"
	echo "$2" >"$dir/verdict"
	shift 2
	printf '# read: %s\r\n' "$@" >"$dir/result"
}

# shellcheck disable=SC2016	# Markdown's
tools_rows()
{
	tree
	BUILD_DIR=$work/build "$work/scripts/readme-table" >"$work/words" 2>&1 || { cat "$work/words"; return 1; }
	holds tools.md '<!-- tools: x -->' '| program | Debian | test | Linux | read | used | worst counter |' \
		'|---|---|---|---|---:|---:|---:|' '| F 1 | 13 | `95-x` | 7.3 |' '| old | 12 | `91-x` | 7.3 |' \
		'| P 1.2 | 13 | `93-x` | 6.1 7.3 | 250.400 J | 250.000 J | +1.000 % |' \
		'| Q 5, hwmon=1 | 13 backports | `93-x` | 7.3 | 3.000 J | 3.000 J | +0.000 % |' '<!-- end of tools -->'
}

point "readme-table: what other programs read" tools_rows
point "bench: met, or missed, with no spread" verdicts <<'ROWS'
met|1.00||100 100 100|100 100 100
missed|<1.00||100 100 100|100 100 100
missed|1.01||102 102 102|100 100 100
met|=0||0 0 0|0 0 0
missed|=0||5 5 5|9 9 9
ROWS
point "bench: a spread of either that crosses the target is unsettled" verdicts <<'ROWS'
unsettled|1.00||97 97 120|100 100 100
unsettled|1.00||97 97 97|100 90 100
unsettled|1.00||110 95 110|100 100 100
met|1.00||97 95 99|100 100 130
missed|1.00||110 101 200|100 100 100
unsettled|=0||0 0 3|0 0 0
ROWS
point "bench: no target, or not on this kernel" verdicts <<'ROWS'
|-||200 100 300|100 100 100
|1.10|6.1|200 200 200|100 100 100
missed|1.10|7|200 200 200|100 100 100
ROWS
point "bench: what a program costs is more than nothing costs" tools
finish
