# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seen.sh - what a package has left in a release: its files, its modules, what DKMS says
#
# sourced by cycle.sh, package.sh and rpm.sh, which set $module
# shellcheck disable=SC2034,SC2154

name=power-kmods
# This version, and the one before
{ read -r new; read -r old; } < <(sed -n 's/^power-kmods (\(.*\)) .*/\1/p' /src/scripts/deb/debian/changelog)

# Where packages and DKMS write, without what belongs to others: dpkg's and apt's
# own records, the signing key of DKMS, caches.
list_files()
{
	find /etc /usr /boot /lib/modules/ /var/lib -xdev -not -type d |
		grep -vE '^/var/lib/(dpkg|apt)/|^/var/lib/dkms/(mok|dkms_dbversion)|^/etc/ld.so.cache|^/var/lib/initramfs-tools|/modules\.[a-z.]+$' | sort
}

# modules.dep and the like are rewritten: what counts is what they say about us.
traces()
{
	local found
	found=$(grep -rlE "rapl_pmu|kvm_arm_mpstate" /lib/modules/*/modules.{dep,alias,order} 2>/dev/null
		find / -xdev \( -name '*power-kmods*' -o -name '*rapl_pmu*' -o -name 'rapl-doctor*' -o -name 'mpstate-report*' -o -name 'energy-profile*' -o -name 'energy-textfile*' -o -name '*kvm_arm_mpstate*' \) \
			-not -path '/src/*' -not -path '/out/*' -not -path '/proc/*' 2>/dev/null)
	[ -z "$found" ] || { echo "left: $found"; return 1; }
}

module_path() { find "/lib/modules/$1/updates/dkms" -name "$module.ko*" 2>/dev/null; }

# has_module KERNEL VERSION: as installed, found by modprobe, for that kernel
has_module()
{
	local path got
	path=$(module_path "$1")
	[ -n "$path" ] || { dkms status; echo "no module for $1"; return 1; }
	got="$(modinfo -F version "$path") $(modinfo -F vermagic "$path" | cut -d' ' -f1)"
	[ "$got" = "$2 $1" ] || { echo "$path: version and kernel '$got', expected '$2 $1'"; return 1; }
	modprobe -S "$1" --show-depends "$module" | grep -q "^insmod $path" || { modprobe -S "$1" --show-depends "$module"; return 1; }
	dkms status 2>/dev/null | grep -F ", $1, " | grep -E "^${name}[,/] ?$2, .*: installed" >/dev/null || { dkms status; return 1; }
}

no_module() { [ -z "$(module_path "$1")" ] || { module_path "$1"; return 1; }; }
# only_version VERSION: its sources alone, and DKMS has nothing else, listed or not
only_version()
{
	local got
	got=$(echo "/usr/src/$name"-* "/var/lib/dkms/$name"/[0-9]*)
	[ "$got" = "/usr/src/$name-$1 /var/lib/dkms/$name/$1" ] || { echo "there are $got"; return 1; }
	! dkms status 2>/dev/null | grep "^$name" | grep -vE "^${name}[,/] ?${1}[,:]"
}
