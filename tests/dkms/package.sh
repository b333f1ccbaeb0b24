#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# package.sh - the Debian package in a release: install, upgrade, new kernel, purge
#
# runs in the chroot, the checkout is /src, the packages lie in /out:
# package.sh FIRST SECOND MODULE
# shellcheck disable=SC2317	# functions are called by check
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
. /src/tests/lab/ktap.sh
# shellcheck source-path=SCRIPTDIR source=seen.sh
. /src/tests/dkms/seen.sh

first=$1
second=$2
module=$3
export DEBIAN_FRONTEND=noninteractive

apt_get() { apt-get -q -y -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root -o DPkg::Path="$PATH" --no-install-recommends "$@"; }

# Debian 11's DKMS does not sign yet.
signed_by_dkms()
{
	dpkg --compare-versions "$(dpkg-query -W -f '${Version}' dkms)" ge 3 || return 0
	modinfo -F signer "$(module_path "$first")" | grep -q 'DKMS' && [ -e /var/lib/dkms/mok.pub ] && return
	modinfo "$(module_path "$first")"
	return 1
}

# Debian 11's DKMS ends with 0 all the same.
autoinstall_fails()
{
	local out rc=0
	out=$(dkms autoinstall -k "$first" 2>&1) || rc=$?
	grep -q 'Bad return status' <<<"$out" && { [ "$rc" -ne 0 ] || dpkg --compare-versions "$(dpkg-query -W -f '${Version}' dkms)" lt 3; } && return
	echo "status $rc: $out"
	return 1
}

# What the boot test takes: the tree's own index of modules, ours, and the driver it competes with
hand_out()
{
	local files=() kernel
	for kernel in "$first" "$second"; do
		mapfile -t -O ${#files[@]} files < <(cd / && find "lib/modules/$kernel" -name 'modules.*' -o -path '*/updates/*' -name '*.ko*' \
			-o -name 'rapl.ko*' -o -name 'msr.ko*')
	done
	(cd / && cp --parents -t /out/installed "${files[@]}" usr/bin/rapl-doctor usr/share/power-kmods/troubles.tsv \
		"usr/src/$name-$new/rapl_pmu/cpu_models.h" usr/lib/modprobe.d/power-kmods.conf)
}

# as_machine NAME COMMAND...: with a uname that says it is that machine. In its own
# place: Debian 11's DKMS does not look at /usr/local.
as_machine()
{
	local file rc=0
	file=$(readlink -f /bin/uname)
	mv "$file" "$file.real"
	printf '#!/bin/sh\ncase $* in -m) echo %s ;; *) exec %s.real "$@" ;; esac\n' "$1" "$file" >"$file"
	chmod +x "$file"
	shift
	"$@" || rc=$?
	mv "$file.real" "$file"
	return "$rc"
}

kernel_hooks() { run-parts --verbose --exit-on-error --arg="$1" /etc/kernel/postinst.d; }

foreign_install()
{
	as_machine "$1" apt_get install "/out/${name}-dkms_${new}_all.deb" && as_machine "$1" kernel_hooks "$first" &&
		as_machine "$1" dkms autoinstall -k "$first" && no_module "$first"
}

plan 22
list_files >/tmp/before
check "apt install ./${name}-dkms_${old}_all.deb" apt_get install "/out/${name}-dkms_${old}_all.deb"
check "$first has version $old" has_module "$first" "$old"
check "$second has version $old" has_module "$second" "$old"
check "DKMS signed it with the key that mokutil gets to enroll" signed_by_dkms

check "upgrade to $new" apt_get install "/out/${name}-dkms_${new}_all.deb"
check "$first has version $new" has_module "$first" "$new"
check "$second has version $new" has_module "$second" "$new"
check "nothing is left of $old" only_version "$new"
check "its files for the boot test" hand_out

check "remove $second" apt_get purge "linux-image-$second" "linux-headers-$second"
check "its module is gone with it" no_module "$second"
check "install $second anew: its hooks run DKMS" apt_get install "linux-image-$second" "linux-headers-$second"
check "$second has version $new by autoinstall" has_module "$second" "$new"
check "dkms autoinstall has nothing left to do" dkms autoinstall -k "$first"

echo '#error broken on purpose' >>"/usr/src/$name-$new/$module/main.c"
dkms uninstall "$name/$new" -k "$first" >/dev/null 2>&1
rm -rf "/var/lib/dkms/$name/$new/$first"
check "a source that does not compile: autoinstall says so" autoinstall_fails
check "apt can still remove the package" apt_get remove $name-dkms
check "apt purge" apt_get purge $name-dkms
check "nothing is left" traces
list_files >/tmp/after
check "no file more, none less" diff /tmp/before /tmp/after

for machine in riscv64 armv7l; do
	check "on $machine: install, a new kernel's hooks and autoinstall end with 0" foreign_install $machine
	apt_get purge $name-dkms >/dev/null 2>&1
done
check "nothing is left after that" traces
finish
