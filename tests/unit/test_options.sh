#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_options.sh - what people call answers --help, and refuses what it does not know
#
# Nothing may have happened by then: a script that begins its work instead of
# answering is ended after a few seconds.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

export BUILD_DIR=$work/build POWER_KMODS_CACHE=$work/cache

commands()
{
	find scripts tests/{run.sh,lab,mutations,dkms/run.sh,aged,bench,compare,demo,fleet,cover} -type f \
		-perm -u+x -printf '%p\n' | grep -vxE 'scripts/deb/debian/rules' | sort
}

# call STATUS ARGUMENT...: output in $work/out and $work/err
call()
{
	local want=$1 got=0
	shift
	rm -rf "${work:?}"/*
	timeout -k 1 5 "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
	if [ $got -ne "$want" ]; then
		echo "$*: status $got, expected $want"
		head -n 5 "$work/out" "$work/err"
		return 1
	fi
	if [ -e "$BUILD_DIR" ] || [ -e "$POWER_KMODS_CACHE" ]; then
		echo "$* began to work"
		return 1
	fi
}

helps()
{
	local option
	for option in --help -h; do
		call 0 "$1" $option || return 1
		if [ -s "$work/err" ] ||
		   ! grep -qE "^usage: ($1|rapl-doctor|mpstate-report|energy-profile|energy-textfile)( |\$)" <(head -n 1 "$work/out"); then
			echo "$1 $option: no usage: line on stdout, or something on stderr"
			head -n 5 "$work/out" "$work/err"
			return 1
		fi
	done
}

# refuses ARGUMENT COMMAND...: status 2, one line that names it and where to look
refuses()
{
	local argument=$1
	shift
	call 2 "$@" "$argument" || return 1
	if [ -s "$work/out" ] || [ "$(wc -l <"$work/err")" -ne 1 ] ||
	   ! grep -qF -- "'$argument'" "$work/err" || ! grep -qF -- --help "$work/err"; then
		echo "$* $argument: not one line on stderr that names the argument and --help:"
		head -n 5 "$work/out" "$work/err"
		return 1
	fi
}

while IFS= read -r command; do
	point "$command --help" helps "$command"
	for argument in --nonsense -Z; do
		point "$command $argument" refuses $argument "$command"
	done
	# These take a word, a name or a file.
	case $command in
	scripts/sign | scripts/dkms-install | scripts/readme-table | tests/lab/* | tests/mutations/* | tests/aged/*) ;;
	*) point "$command nonsense" refuses nonsense "$command" ;;
	esac
done < <(commands)
for word in deb rpm; do
	for argument in --nonsense -Z nonsense; do
		point "scripts/dist $word $argument" refuses $argument scripts/dist $word
	done
done
for argument in nonsense 9 3601 -Z; do
	point "scripts/doctor --verify $argument" refuses $argument scripts/doctor --verify
done
point "all of them" [ "$points" -ge 70 ]
finish
