#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Generated blocks of Markdown files: what is replaced, and what stays as it is.
set -euo pipefail

unit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${unit%/*/*}
# shellcheck source=../lab/ktap.sh
. "$top/tests/lab/ktap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests" "$work/doc"
ln -s "$top/tests/lab" "$work/tests/lab"
printf '%s\n' 'above' '<!-- a b: make x -->' 'old' 'older' '<!-- end of a b -->' 'below' >"$work/doc/a.md"
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
	holds doc/a.md 'above' '<!-- a b: make x -->' 'one \| & two' '<!-- end of a b -->' 'below'
}

plan 4
check "md-block: a block is replaced, by any text" replaced
check "md-block: no file has the block" block 'no *.md file' 'a' text
check "md-block: a block without an end is left alone" block 'no line' open text
check "md-block: no text" block 'stays as it is' 'a b' ''
finish
