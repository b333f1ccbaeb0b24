#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# rpm.sh - the rpm's scriptlets with the real DKMS: install, upgrade, erase
#
# runs in the chroot, the checkout is /src, the packages lie in /out:
# rpm.sh FIRST SECOND MODULE
# It is Debian's rpm, with an empty database, and so without dependencies.
# shellcheck disable=SC2317	# functions are called by check
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
. /src/tests/lab/ktap.sh
# shellcheck source-path=SCRIPTDIR source=seen.sh
. /src/tests/dkms/seen.sh

first=$1
second=$2
# shellcheck disable=SC2034	# for seen.sh
module=$3

# Debian's wanted to be told that this is meant, until 4.20, which does not know the option.
force=--force-debian
rpm $force --version >/dev/null 2>&1 || force=
rpm_run() { rpm $force --dbpath /tmp/rpmdb "$@"; }

# says_nothing COMMAND...: rpm ends with 0 when a scriptlet failed, and only says so
says_nothing()
{
	local out rc=0
	out=$("$@" 2>&1) || rc=$?
	[ "$rc" -eq 0 ] && ! grep -iE 'error|fail|warning' <<<"$out" && return
	echo "status $rc: $out"
	return 1
}

plan 15
list_files >/tmp/before
check "rpm -i $name-dkms-$old-1" says_nothing rpm_run --nodeps -i "/out/$name-dkms-$old-1.noarch.rpm"
check "$first has version $old" has_module "$first" "$old"
check "$second has version $old" has_module "$second" "$old"

check "rpm -U to $new" says_nothing rpm_run --nodeps -U "/out/$name-dkms-$new-1.noarch.rpm"
check "$first has version $new" has_module "$first" "$new"
check "$second has version $new" has_module "$second" "$new"
check "nothing is left of $old" only_version "$new"

check "rpm -U to $new-2: the same version, packaged again" \
	says_nothing rpm_run --nodeps -U "/out/$name-dkms-$new-2.noarch.rpm"
check "$first still has it" has_module "$first" "$new"
check "$second still has it" has_module "$second" "$new"
check "rpm has one of them" [ "$(rpm_run -qa)" = "$name-dkms-$new-2.noarch" ]

check "rpm -e" says_nothing rpm_run --nodeps -e "$name-dkms"
check "nothing is left" traces
list_files >/tmp/after
check "no file more, none less" diff /tmp/before /tmp/after
check "rpm has none" [ -z "$(rpm_run -qa)" ]
finish
