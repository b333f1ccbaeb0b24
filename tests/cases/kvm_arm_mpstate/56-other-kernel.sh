# SPDX-License-Identifier: GPL-2.0-only
# If this fails, a module that was built for another kernel writes into running
# vCPUs at wrong offsets.
# tier: fast 6.1
# guest: mpstate
# kmod: mpstate_elsewhere
# splat: (disagrees about version of|Unknown) symbol kvm_put_kvm

plan_kvm 6

release=$(uname -r | sed 's/[+.]/\\&/g')
ours=/lib/modules/$(uname -r)/updates/kvm_arm_mpstate.ko
mpstate transcript >/tmp/transcript.native

dmesg_mark
check "built for another release: ENOEXEC" refuse_load mpstate_elsewhere "invalid module format"
check "the line says for which, and what to do" expect_dmesg \
	"^mpstate_elsewhere: built for Linux 5.10.0-elsewhere, but this is $release: .*dkms install"
# busybox asks twice
one_line() { [ "$(dmesg_since | grep -v taint | grep mpstate_elsewhere: | sort -u | wc -l)" = 1 ] || { dmesg_since; return 1; }; }
check "it is the only one" one_line
check "nothing is hooked" no_hooks
check "the kernel's handlers answer" same

# The same release, another layout: where the kernel compares types (MODVERSIONS)
# one of those that the module names has struct kvm_vcpu in it. Its entry in
# __versions is a checksum in eight bytes, four of them 0, and the name.
other_checksum()
{
	cp "$ours" /tmp/other.ko
	strings -t d "$ours" | grep ' kvm_put_kvm$' | while read -r at _; do
		# shellcheck disable=SC2046	# words on purpose
		set -- $(dd if="$ours" bs=1 skip=$((at - 8)) count=8 2>/dev/null | od -An -tx1)
		[ "$5$6$7$8" = 00000000 ] || continue
		[ "$1$2$3$4" != 00000000 ] || continue
		printf X | dd of=/tmp/other.ko bs=1 seek=$((at - 8)) conv=notrunc 2>/dev/null
	done
	! cmp -s "$ours" /tmp/other.ko || { echo "no checksum of kvm_put_kvm"; return 1; }
	dmesg_mark
	! insmod /tmp/other.ko || { rmmod kvm_arm_mpstate; echo "it was loaded"; return 1; }
	expect_dmesg 'kvm_arm_mpstate: disagrees about version of symbol kvm_put_kvm'
}
case $(modinfo -F vermagic "$ours") in
*modversions*) check "same release, another layout of vCPUs: refused" other_checksum ;;
*) skip "same release, another layout of vCPUs: refused" "this kernel compares no types" ;;
esac
