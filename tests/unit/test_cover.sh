#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_cover.sh - what tests/cover reads out of object code, and says of what ran
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# One branch whose other side is a call of somebody else's function
cat >"$work/code.c" <<'C'
extern void other(int);
int bounded(int a)
{
	if (a > 7)
		other(a);
	return a + 1;
}
C
(cd "$work" && gcc -g -O2 -fno-inline -fcf-protection=none -c -o code.o code.c)

# whole: each byte of the section is in one instruction of the map, as it is or changed
whole()
{
	tests/cover/map "$work/code.o" >"$work/map"
	objcopy -O binary --only-section=.text "$work/code.o" "$work/text"
	od -An -v -tx1 -w1 "$work/text" | tr -d ' ' | awk '
		FILENAME == "-" { code[n++] = $1; next }
		$1 == "section" { size = $4; next }
		{
			if ($1 != sprintf("%x", at)) { print "a gap at " at; exit bad = 1 }
			for (i = 0; i < length($2) / 2; i++) {
				byte = substr($2, 2 * i + 1, 2)
				if (byte == "..")
					changed++
				else if (byte != code[at + i]) { print "wrong at " at + i; exit bad = 1 }
			}
			at += i
		}
		END { print changed " changed, " at " of " size; exit bad || at != size || changed != 4 }' - "$work/map"
}
point "the map has all code, and where the loader writes an address" whole
branch() { [ "$(awk 'NF == 3 && $1 != "section"' "$work/map" | wc -l)" = 1 ]; }
point "and the branch" branch

tests/cover/map -l "$work/code.o" | sed "s,$work/,/build/," >"$work/listing"
in_lines() { grep -q ' branch bounded /build/code.c:4 ' "$work/listing"; }
point "the listing has its line" in_lines

# ran SIDE...: all instructions up to the branch ran, and it went there
ran()
{
	awk -v sides="$*" '{ printf "%s %x%s\n", $1, $2, $3 == "branch" ? " " sides : "" } $3 == "branch" { exit }' "$work/listing" >"$work/run"
}
# said TOTALS [REASON]: of report.awk
said()
{
	printf '%s\n' "${2:-}" >"$work/reasons"
	rm -f "$work/missing.tsv"
	awk -v top="$work" -v module=m -v out="$work" -f tests/cover/hex.awk -f tests/cover/report.awk \
		"$work/reasons" "$work/listing" "$work/run" >"$work/totals" 2>"$work/words"
	cat "$work/totals" "$work/words"
	grep -qE "^$1\$" "$work/totals"
}
one_side() { ran on; said '[0-9]+ [0-9]+ 1 2 0 1' && grep -q 'bounded.code.c:4.never away.if (a > 7)' "$work/missing.tsv"; }
point "a side that nothing took is missing" one_side
both() { ran on away; said '[0-9]+ [0-9]+ 2 2 0 0' && [ ! -e "$work/missing.tsv" ]; }
point "with both, nothing is" both
never() { : >"$work/run"; said '0 [0-9]+ 0 2 0 2' && grep -q 'never there' "$work/missing.tsv"; }
point "both are where nothing ran" never
explained() { ran away; said '[0-9]+ [0-9]+ 1 2 1 0' $'m\tbounded\tif (a > 7)\tcannot be'; }
point "a reason is taken, by function and words" explained
other() { ran away; said '[0-9]+ [0-9]+ 1 2 0 1' $'m\tbounded\tif (a > 8)\tcannot be' && grep -q 'no branch needs the reason' "$work/words"; }
in_general() { explained_by $'m\t*\tif (a > 7)\tcannot be' 1 0 && explained_by $'m\tbou*\t*\tcannot be' 1 0; }
explained_by() { ran away; said "[0-9]+ [0-9]+ 1 2 $2 $3" "$1"; }
point "one for many functions" in_general
before() { explained_by $'m\tbounded\t{ | if (a > 7)\tcannot be' 1 0 && explained_by $'m\tbounded\t} | if (a > 7)\tcannot be' 0 1; }
point "one by the line before" before
not_tried()
{
	: >"$work/run"
	said '0 [0-9]+ 0 2 0 2' $'m\t*\tif (a > 7)\tcannot be' &&
		said '0 [0-9]+ 0 2 2 0' $'m\tbou*\tif (a > 7)\tcannot be'
}
point "for all, only where something got to" not_tried
point "not another's, and one that nobody needs is said" other

# Blocks: the function's start; behind the branch; where that leads; and, behind a jump and
# what aligns the next, what only a table can lead to. Not what is in front of a function.
by_hand()
{
	awk '{ print ".text", $1, $2, $3, "/build/code.c:4", $4, "-" }' >"$work/listing" <<-'L'
		0 pad f-0x8 -
		8 branch f 16
		12 plain f -
		16 end f -
		18 pad f -
		20 plain f -
	L
	printf '.text 8 on\n.text c\n.text 10\n' >"$work/run"
	said '3 4 1 2 0 1'
}
cp "$work/listing" "$work/listing.real"
point "blocks begin where the code can get to in any way" by_hand
mv "$work/listing.real" "$work/listing"

# line MARK TEXT: of the annotated source
line()
{
	awk -v top="$work" -f tests/cover/hex.awk -f tests/cover/source.awk "$work/listing" "$work/run" >"$work/source"
	cat "$work/source"
	grep -qxE " *$1 \| *$2" "$work/source"
}
ran on
point "the source says which line ran, and of how many sides" line 'run +1/2' '\sif \(a > 7\)'
point "which did not" line 'NOT +' '\s+other\(a\);'
point "and which has no code" line '' 'int bounded\(int a\)'

# Jumps that the linker leaves to the loader: to another's function, and to code of the
# section that was moved to its end as unlikely
cat >"$work/far.s" <<'S'
	.text
	.globl	f
	.type	f, @function
f:	je	other
	jne	rare
	jmp	rare
	.section .text.unlikely, "ax"
rare:	ret
S
far()
{
	as -o "$work/far.o" "$work/far.s"
	ld -r -o "$work/merged.o" -T <(echo 'SECTIONS { .text : { *(.text) *(.text.unlikely) } }') "$work/far.o"
	tests/cover/map "$work/merged.o" | tee "$work/map"
	tests/cover/map -l "$work/merged.o" | tee "$work/listing"
}
leads() { grep -qE "$1" "$work/map" && grep -qE "$2" "$work/listing"; }
point "jumps that the loader completes are read" far
point "one of them leads out of the section" leads '^0 0f84\.{8} out$' ' 0 branch .* out\b'
point "one to code that was moved" leads '^6 0f85\.{8} 11$' ' 6 branch .* 17\b'
point "one of them is no branch" leads '^c e9\.{8}$' ' 12 end .* 17\b'
finish
