# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the host's view of its VMs is wrong, or holds on to dead ones.
# arch: aarch64
# tier: fast 6.1
# guest: mpstate
. /lib/ktap.sh
. /lib/module.sh
[ -e /dev/kvm ] || skip_all "this kernel has no KVM"

plan 12

view=/sys/kernel/debug/kvm_arm_mpstate
row() { grep -qxE "$1" $view/vms || { cat $view/vms; return 1; }; }
count() { grep -qxE "$1" $view/counts || { cat $view/counts; return 1; }; }
# nothing but the heading, not even a VM without vCPUs
no_vms() { [ "$(wc -l <$view/vms)" = 1 ] || { cat $view/vms; return 1; }; }
held() { grep -q '^hold: pid' /tmp/hold; }

check "load" load_mod kvm_arm_mpstate
check "no VM was seen yet" no_vms
mpstate hold /tmp/let-go >/tmp/hold &
check "a VM of three" wait_for 60 held
pid=$(sed -n 's/^hold: pid //p' /tmp/hold)
check "vcpu 0 is on" row "$pid 0 runnable none -"
check "vcpu 1 is off" row "$pid 1 stopped none -"
check "vcpu 2 has a CPU_ON to act upon" row "$pid 2 runnable pending 0x40000000"
check "two GETs of a vCPU that is on" count "get runnable 2"
check "one of a vCPU that is off" count "get stopped 1"
mpstate once 4 >/dev/null
check "a rejected SET is counted" count "set rejected 1"
touch /tmp/let-go
wait
check "the VM is forgotten when it ends" no_vms
mpstate hold /tmp/never >/tmp/hold &
wait_for 60 held
pid=$(sed -n 's/^hold: pid //p' /tmp/hold)
kill -9 $!
wait
check "also when its VMM is killed" wait_for 20 no_vms
check "unload" unload_mod kvm_arm_mpstate
finish
