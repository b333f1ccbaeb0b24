#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_links.sh - what the documents point to is there: links, anchors, paths, targets
# shellcheck disable=SC2317	# functions are called by point
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

mapfile -t documents < <(tree_files | grep '\.md$')
mapfile -t files < <(tree_files)

# parts FILE: its links and headings, the words of `spans`, and each line of its code
parts()
{
	awk '
	/^```/ { fence = !fence; next }
	fence || /^(    |\t)/ { sub(/^[ \t]+/, ""); print "code\t" $0; next }
	/^#+ / { text = $0; sub(/^#+ /, "", text); print "heading\t" text }
	{
		line = $0
		while (match(line, /`[^`]+`/)) {
			print "span\t" substr(line, RSTART + 1, RLENGTH - 2)
			line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
		}
		while (match(line, /\]\([^)]+\)/)) {
			print "link\t" substr(line, RSTART + 2, RLENGTH - 3)
			line = substr(line, RSTART + RLENGTH)
		}
	}' "$1"
}

# anchors FILE: as the forges make them of headings
anchors()
{
	parts "$1" | sed -n 's/^heading\t//p' | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

link_there()
{
	local dir=$1 target=$2 path anchor=
	case $target in
	https://*) return ;;
	*:*) return 1 ;;
	*'#'*) anchor=${target#*#} ;;
	esac
	path=${target%%#*}
	path=${path:+$dir/$path}
	path=${path:-$3}
	[ -f "$path" ] || return 1
	[ -z "$anchor" ] || grep -qxF -- "$anchor" <(anchors "$path")
}

# path_there DIR WORD: seen from the top or from there, or a case of the lab; a name
# without a folder lies anywhere. NAME and its like stand for any.
path_there()
{
	local word file
	word=$(sed -E 's/NN-verb|NAME|ARCH|SUITE|CASE/*/g; s,^\./,,' <<<"$2")
	# shellcheck disable=SC2086	# patterns
	for file in $word $1/$word tests/cases/$word tests/cases/$word.sh; do
		[ ! -e "$file" ] || return 0
	done
	[[ $word != */* ]] && grep -qxF -- "$word" <(printf '%s\n' "${files[@]##*/}")
}

# words KIND TEXT: those that look like paths of this tree. Among others, what begins with
# one of its folders; a span of one word also if it has the ending of a source file, or a
# folder that is not that of an event.
words()
{
	local source='^[^/ ][^ ]*\.(sh|c|h|\[ch\]|md|tsv|list|deny|allow|conf|in|host|yml|case|sed|svg)$'
	local folder='^[a-z_.]+/[A-Za-z0-9_.*/-]*$'
	local ours='^(\./)?(scripts|tests|rapl_pmu|kvm_arm_mpstate|\.github|\.ci)/'
	if [ "$1" = span ] && [[ $2 =~ $source || ($2 =~ $folder && $2 != power*) ]]; then
		echo "$2"
	else
		tr -s ' ,;:"=()'"'" '\n' <<<"$2" | grep -E "$ours" || true
	fi
}

target_there() { grep -qE "^([a-z -]+ )?$1( [a-z -]+)?:" Makefile; }

complete()
{
	local file=$1 dir kind text word bad=0
	dir=$(dirname "$file")
	while IFS=$'\t' read -r kind text; do
		case $kind in
		link)
			link_there "$dir" "$text" "$file" || { echo "$file: link to $text leads nowhere"; bad=1; }
			;;
		code | span)
			while IFS= read -r word; do
				path_there "$dir" "$word" || { echo "$file: there is no $word"; bad=1; }
			done < <(words "$kind" "$text")
			if [[ $text =~ ^(sudo\ )?make\ ([a-z][a-z-]*) ]] && ! target_there "${BASH_REMATCH[2]}"; then
				echo "$file: the Makefile has no ${BASH_REMATCH[2]}"
				bad=1
			fi
			;;
		esac
	done < <(parts "$file")
	return $bad
}

sixty_seconds()
{
	wc -l <README.md
	[ "$(wc -l <README.md)" -le 120 ] && grep -qE '^    [a-z]' <(head -n 24 README.md)
}

point "there are documents" [ ${#documents[@]} -ge 6 ]
for file in "${documents[@]}"; do
	point "$file" complete "$file"
done
point "README.md: 120 lines at most, a command among the first 24" sixty_seconds
finish
