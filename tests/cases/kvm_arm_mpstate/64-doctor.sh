# SPDX-License-Identifier: GPL-2.0-only
# If this fails, rapl-doctor overlooks what keeps the hooks from working.
# tier: slow
# kernels: 6.1
# timeout: 180
# guest: doctor_case
# files: scripts/doctor:usr/bin/rapl-doctor scripts/troubles.tsv:usr/share/power-kmods/troubles.tsv

. /usr/bin/doctor_case

says() { rapl-doctor | grep -qE -- "$1" || { rapl-doctor; return 1; }; }

plan 8
mkdir -p "/lib/modules/$(uname -r)/build"
touch "/lib/modules/$(uname -r)/build/Makefile"
check "not loaded" finds notloaded 'modprobe kvm_arm_mpstate'
check "its command mends it" modprobe kvm_arm_mpstate
check "no problem" well
check "it shows the hooks" says '^ +kvm_arch_vcpu_ioctl_set_mpstate active'
check "unload" unload_mod kvm_arm_mpstate
echo 0 >/proc/sys/kernel/ftrace_enabled
check "ftrace is off" finds ftraceoff 'sysctl kernel.ftrace_enabled=1'
echo 1 >/proc/sys/kernel/ftrace_enabled
mv /dev/kvm /dev/kvm.off
check "no KVM" finds nokvm 'dmesg'
mv /dev/kvm.off /dev/kvm
rm "/lib/modules/$(uname -r)/updates/kvm_arm_mpstate.ko"
/sbin/depmod
check "not built, and no dkms here" finds nodkms 'apt install dkms linux-headers-arm64'
