#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The verdict is a pure function of files: the golden cases of verdicts.txt.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
# shellcheck source=tests/lab/vm.sh
. tests/lab/vm.sh

# Each case becomes a folder with the files of a cell and its own verdict, args, contains.
awk -v work="$work" '
	function path(name) { return dir "/" (name == "console" ? "console.log" : name) }
	function close_case(name) {
		for (name in good)
			if (!(name in told)) {
				printf "%s", good[name] >path(name)
				close(path(name))
			}
		split("", told)
	}
	/^#/ { next }
	/^[^ ]/ {
		close_case()
		print >(work "/titles")
		dir = work "/" substr($1, 1, length($1) - 1)
		system("mkdir " dir)
		cases++
		next
	}
	$1 == "no" { told[$2]; next }
	{
		name = $1 == "then" ? "console" : $1
		text = substr($0, 12)
		gsub(" / ", "\n", text)
		gsub(/\\r/, "\r", text)
		text = text == "" ? "" : text "\n"
		if (cases == 1 && name ~ /^(status|console|result)$/)
			good[name] = good[name] text
		if ($1 == "then" && !(name in told))
			text = start text
		else if (cases == 1 && name == "console" && !start)
			start = text
		told[name]
		printf "%s", text >path(name)
	}
	END { close_case() }' "tests/unit/verdicts.txt"

# run_case DIR: 0 if the verdict is the expected one
run_case()
{
	local dir=$1 line extra='' must='' deny=tests/lab/splat.deny verdict
	[ ! -e "$dir/deny" ] || deny=$dir/deny
	if [ -e "$dir/args" ]; then
		extra=$(sed -n 's/^splat: //p' "$dir/args")
		must=$(grep -x must "$dir/args" || true)
		! grep -qx 'no deny list' "$dir/args" || deny=$dir/nowhere
	fi
	verdict=$(judge_cell "$dir" "$deny" "tests/lab/splat.allow" "$extra" "$must")
	diff "$dir/verdict" <(head -n 1 <<<"$verdict") || return
	[ ! -e "$dir/contains" ] || while IFS= read -r line; do
		grep -qF -- "$line" <<<"$verdict" || { echo "not in the verdict: $line"; echo "got: $verdict"; return 1; }
	done <"$dir/contains"
}

# Every regex of the lists must be one, or it would switch off the whole scan.
valid_regexes()
{
	local regex rc
	while IFS= read -r regex; do
		rc=0
		grep -qE -- "$regex" /dev/null || rc=$?
		[ $rc -le 1 ] || { echo "no regex: $regex"; return 1; }
	done < <(strip_list "$1")
}

# spoilt WORDS LINE...: a boot whose console has these lines is said to be spoilt by WORDS
spoilt()
{
	local want=$1 got
	shift
	rm -rf "${work:?}/boot"
	mkdir "$work/boot"
	[ $# -eq 0 ] || printf '[    0.036000] %s\n' "$@" >"$work/boot/console.log"
	got=$(spoilt_boot "$work/boot" || true)
	[ "$got" = "$want" ] || { echo "expected: '$want', got: '$got'"; return 1; }
}
started='Linux version 6.1.0'
init='Run /init as init process'

mapfile -t titles <"$work/titles"
for title in "${titles[@]}"; do
	point "$title" run_case "$work/${title%%:*}"
done
point "splat.deny has only valid regexes" valid_regexes "tests/lab/splat.deny"
point "splat.allow has only valid regexes" valid_regexes "tests/lab/splat.allow"
point "a boot that got to userspace is not spoilt" spoilt '' "$started" "$init"
point "one that did not is" spoilt 'did not boot' "$started"
point "no kernel, no second try" spoilt ''
finish
