#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# foreign.sh - DKMS on an arm64 machine, emulated program by program
#
# runs in an arm64 chroot, the checkout is /src: foreign.sh RELEASE
# shellcheck disable=SC2317	# functions are called by check
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
. /src/tests/lab/ktap.sh

release=$1
name=power-kmods
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' /src/dkms.conf)
updates=/lib/modules/$release/updates/dkms

is_arm() { [ "$(uname -m)" = aarch64 ] || uname -m; }
status_is() { dkms status 2>/dev/null | grep "^$name" | grep -F ", $release, aarch64" | grep -q "$1" || { dkms status; return 1; }; }
module_right()
{
	local ko
	ko=$(find "$updates" -name 'kvm_arm_mpstate.ko*')
	[ "$(modinfo -F vermagic "$ko" | cut -d' ' -f1) $(modinfo -F version "$ko")" = "$release $version" ] || { modinfo "$ko"; return 1; }
}
only_ours() { [ -z "$(find "$updates" -name '*rapl*')" ]; }
nothing_left() { ! dkms status 2>/dev/null | grep "^$name" && [ -z "$(find /var/lib/dkms /usr/src /lib/modules -name '*mpstate*' -o -name "$name*")" ]; }

plan 8
touch "/lib/modules/$release"/modules.{order,builtin,builtin.modinfo}
check "this is arm64" is_arm
check "make dkms-install" make -C /src --no-print-directory dkms-install KERNELRELEASE="$release"
check "status: installed" status_is ': installed'
check "kvm_arm_mpstate, version and vermagic" module_right
check "and nothing of the other architecture" only_ours
check "dkms autoinstall: nothing to do, and says so with 0" dkms autoinstall -k "$release"
check "make dkms-uninstall" make -C /src --no-print-directory dkms-uninstall
check "nothing is left" nothing_left
finish
