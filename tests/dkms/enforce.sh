# SPDX-License-Identifier: GPL-2.0-only
# If this fails, what the README says about Secure Boot is wrong.
# arch: x86_64
# model: vendor=intel,packages=1,pkg0=65/45/5/3/90
# timeout: 400
# append: module.sig_enforce=1
# firmware: secure-boot
# mem: 1024
# guest: pmu
# intree: ?efivarfs
# module: none
# files: scripts/doctor:usr/bin/rapl-doctor scripts/troubles.tsv:usr/share/power-kmods/troubles.tsv

modprobe() { /sbin/modprobe "$@"; }
updates=/lib/modules/$(uname -r)/updates

use_module()
{
	mkdir -p "$updates"
	cp "/usr/lib/signed/$1/rapl_pmu.ko" "$updates/"
	/sbin/depmod
}

refused()
{
	out=$(modprobe rapl_pmu 2>&1) && { echo "it was loaded"; return 1; }
	echo "$out" | grep -q 'Key was rejected by service\|Required key not available' || { echo "$out"; return 1; }
}

doctor_says()
{
	out=$(rapl-doctor)
	echo "$out" | grep -q '\[unsigned\]' && echo "$out" | grep -q 'mokutil --import /var/lib/dkms/mok.pub' && return
	echo "$out"
	return 1
}

enforced() { [ "$(cat /sys/module/module/parameters/sig_enforce)" = Y ]; }
enrolled() { grep -qi 'keyring.*\.platform' /proc/keys; dmesg | grep 'Loaded X.509 cert' | grep -qiv 'debian'; }

plan 10
check "this kernel insists on signatures" enforced
check "it took the firmware's key into a keyring" enrolled
diag "$(dmesg | grep -i 'x\.\?509' | sed 's/^\[[^]]*\] //')"
use_module none
check "unsigned: refused with the message of the README" refused
check "rapl-doctor knows why" doctor_says
use_module stranger
check "signed by a stranger: refused, too" refused
check "rapl-doctor knows why" doctor_says
use_module trusted
check "modinfo names the signer" sh -c '/sbin/modinfo -F signer rapl_pmu | grep -qi snake'
check "signed by a key of the firmware: loaded" load_mod rapl_pmu
check "it counts" pmu truth 1 1 power/energy-pkg@0
check "rapl-doctor has nothing to say about signatures" sh -c '! rapl-doctor | grep "\[unsigned\]"'
