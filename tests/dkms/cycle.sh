#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cycle.sh - from the packaged file list to an installed module and back, in a tree
#
# runs in the chroot, the checkout is /src: cycle.sh RELEASE RELEASE [upgrade]
# shellcheck disable=SC2317	# functions are called by check
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
. /src/tests/lab/ktap.sh
# shellcheck source-path=SCRIPTDIR source=seen.sh
. /src/tests/dkms/seen.sh

first=$1
second=$2
upgrade=$([ "${3:-}" = upgrade ] && echo 1 || echo 0)
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' /src/dkms.conf)
source_dir=/usr/src/$name-$version
module=rapl_pmu

# All files below the places that DKMS and we write to
list_files() { find /usr/src /var/lib/dkms /lib/modules/ /etc | sort; }

not_running() { [ "$(uname -r)" != "$1" ] || { echo "$1 is the running kernel"; return 1; }; }

same_files()
{
	diff <(make -s --no-print-directory -C /src print-sources | sort) <(cd "$source_dir" && find . -type f | sed 's,^\./,,' | sort)
}

# status_is KERNEL WORD: what dkms says about us for that kernel ("" = nothing)
status_is()
{
	local line
	line=$(dkms status "$name/$version" -k "$1")
	case $line in
	*"$2"*) [ -n "$2" ] || [ -z "$line" ] ;;
	*) false ;;
	esac || { echo "dkms status: '$line', expected '$2'"; return 1; }
}

vermagic_right()
{
	local got
	got=$(modinfo -F vermagic "$(module_path "$1")") || return 1
	[ "${got%% *}" = "$1" ] || { echo "vermagic '$got', expected $1"; return 1; }
}

version_right() { [ "$(modinfo -F version "$(module_path "$1")")" = "$version" ]; }

# depmod ran: modprobe of that kernel finds ours, and a CPU's modalias does too
finds_ours()
{
	local alias got
	case $module in
	rapl_pmu) alias='cpu:type:x86,ven0000fam0006mod005E:feature:,0000' ;;
	*) alias=$module ;;
	esac
	got=$(modprobe -S "$1" --show-depends "$module") || return 1
	case $got in
	"insmod /lib/modules/$1/updates/dkms/$module.ko"*) ;;
	*) echo "modprobe $module: $got"; return 1 ;;
	esac
	got=$(modprobe -S "$1" --resolve-alias "$alias") || return 1
	grep -qx "$module" <<<"$got" || { echo "$alias resolves to '$got'"; return 1; }
}

# fails_with STATUS REGEX COMMAND...: and what it says is that, in one line
fails_with()
{
	local want=$1 regex=$2 out rc=0
	shift 2
	out=$("$@" 2>&1) || rc=$?
	[ "$rc" -eq "$want" ] || { echo "status $rc, expected $want: $out"; return 1; }
	grep -qE "$regex" <<<"$out" || { echo "no line like '$regex': $out"; return 1; }
}

make_src() { make -C /src --no-print-directory "$@"; }

unchanged()
{
	list_files | grep -v '^/var/lib/dkms/mok\.' >/tmp/after	# the key is DKMS's own
	diff /tmp/before /tmp/after
}

# The version before: this tree under that number
make_older()
{
	mkdir /tmp/older
	(cd /src && { echo scripts; make_src -s print-sources; } | tar -cf - -T -) | tar -C /tmp/older -xf - &&
		sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$old\"/" /tmp/older/dkms.conf &&
		make -C /tmp/older --no-print-directory dkms-install KERNELRELEASE="$first" && only_version "$old"
}

plan $((upgrade ? 33 : 27))
# As if the kernels were installed: the tree has their headers only.
for kernel in "$first" "$second"; do
	touch "/lib/modules/$kernel"/modules.{order,builtin,builtin.modinfo}
	depmod "$kernel"
done
list_files >/tmp/before
check "$first does not run here" not_running "$first"
check "$second does not run here" not_running "$second"

# RHEL's, which hands modules of one kernel on to others: it only says it was called.
printf '#!/bin/sh\ncat >>/tmp/weak\n' >/sbin/weak-modules
chmod 755 /sbin/weak-modules

check "copy the sources" make_src dkms-source
check "they are the files of the list and nothing else" same_files
check "dkms add" dkms add "$name/$version"
check "status: added" status_is "$first" "added"
check "dkms build for $first" dkms build "$name/$version" -k "$first"
check "status: built" status_is "$first" ": built"
check "dkms install" dkms install "$name/$version" -k "$first"
check "status: installed" status_is "$first" ": installed"
check "weak-modules does not get it" [ ! -e /tmp/weak ]
rm /sbin/weak-modules
check "vermagic is $first" vermagic_right "$first"
check "modinfo says version $version" version_right "$first"
check "modprobe and modalias find it in updates/dkms" finds_ours "$first"

check "make dkms-install KERNELRELEASE=$second" make_src dkms-install KERNELRELEASE="$second"
check "vermagic is $second" vermagic_right "$second"
check "modprobe and modalias find it there, too" finds_ours "$second"
check "modprobe is told to ask for it first" cmp "/src/scripts/modprobe.d/$name.conf" "/etc/modprobe.d/$name.conf"
check "make dkms-install again" make_src dkms-install KERNELRELEASE="$second"
check "$first still has its module" vermagic_right "$first"

check "no headers: one line that names the package" \
	fails_with 2 'No kernel headers for 6\.1\.99-none: .*apt install linux-headers-6\.1\.99-none' \
	make -s -C /src --no-print-directory dkms-install KERNELRELEASE=6.1.99-none
# dkms removes what it built of a broken source, and must say that it failed.
echo '#error broken on purpose' >>"$source_dir/rapl_pmu/main.c"
check "a source that does not compile: status and first error" \
	fails_with 1 'rapl_pmu/main.c:.*broken on purpose' /src/scripts/dkms-install "$name" "$version" "$second"
check "$first keeps its module through that" vermagic_right "$first"
mv /usr/sbin/dkms /usr/sbin/dkms.off
check "no dkms: one line that names the package" \
	fails_with 2 'apt install dkms' make -s -C /src --no-print-directory dkms-install KERNELRELEASE="$second"
mv /usr/sbin/dkms.off /usr/sbin/dkms

if [ "$upgrade" -eq 1 ]; then
	check "make dkms-uninstall, before an upgrade" make_src dkms-uninstall
	check "make dkms-install of $old for $first" make_older
	check "make dkms-install of $version over it, for $second" make_src dkms-install KERNELRELEASE="$second"
	check "$second has version $version" has_module "$second" "$version"
	check "$first, too" has_module "$first" "$version"
	check "nothing is left of $old" only_version "$version"
fi

check "make dkms-uninstall" make_src dkms-uninstall
check "dkms knows us no more" status_is "$first" ""
check "nothing is left" unchanged
finish
