# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the host's view of its VMs is wrong, or holds on to dead ones.
# tier: fast 6.1
# guest: mpstate
# timeout: 480

plan_kvm 21

view=/sys/kernel/debug/kvm_arm_mpstate
row() { grep -qxE "$1" $view/vms || { cat $view/vms; return 1; }; }
count() { grep -qxE "$1" $view/counts || { cat $view/counts; return 1; }; }
# nothing but the heading, not even a VM without vCPUs
no_vms() { ! grep -qv '^# \(VMs seen\|vm_pid vcpu\)' $view/vms || { cat $view/vms; return 1; }; }
held() { grep -q '^hold: pid' /tmp/hold; }
# begin VMM...: in the background; goes on when its VM is there, of process $pid
begin()
{
	# not the line of the one before
	: >/tmp/hold
	"$@" >/tmp/hold &
	wait_for 60 held
	pid=$(sed -n 's/^hold: pid //p' /tmp/hold)
}

check "load" load_mod kvm_arm_mpstate
check "no VM was seen yet" no_vms
begin mpstate hold /tmp/let-go
check "a VM of three" held
check "vcpu 0 is on, its thread is one of the process" row "$pid 0 [0-9]+ runnable none -"
is_thread() { [ -d "/proc/$pid/task/$(sed -n "s/^$pid 0 \([0-9]*\) .*/\1/p" $view/vms)" ]; }
check "which is there" is_thread
check "vcpu 1 is off and has none" row "$pid 1 - stopped none -"
check "vcpu 2 has a CPU_ON to act upon" row "$pid 2 - runnable pending 0x40000000"
said() { grep -qi '^# VMs seen since load, by an MP_STATE or a PSCI call' $view/vms; }
check "the file says which VMs are in it" said
check "two GETs of a vCPU that is on" count "get runnable 2"
check "one of a vCPU that is off" count "get stopped 1"
mpstate once 4 >/dev/null
check "a rejected SET is counted" count "set rejected 1"
touch /tmp/let-go
wait
check "the VM is forgotten when it ends" no_vms
begin mpstate hold /tmp/never
kill -9 $!
wait
check "also when its VMM is killed" wait_for 20 no_vms
check "unload" unload_mod kvm_arm_mpstate

rm -f /tmp/let-go
begin mpstate guest /tmp/let-go
check "load under a VM" load_mod kvm_arm_mpstate
check "which has not been seen" no_vms
touch /tmp/let-go
check "until its guest asks for something" wait_for 60 row "$pid 1 - runnable pending 0x40000000"
kill -9 $!
wait

rm -f /tmp/let-go
mpstate crowd 4200 /tmp/let-go >/tmp/crowd 2>&1 &
ready() { grep -q '^crowd: 4200' /tmp/crowd; }
crowd() { wait_for 300 ready || { cat /tmp/crowd; return 1; }; [ "$(grep -c 'no vcpus' $view/vms)" = 4096 ] || { tail -n 3 $view/vms; return 1; }; }
check "of 4200 VMs 4096 have room" crowd
short() { grep -q '^# there were more than 4096 at a time: not all are here$' $view/vms; }
check "and the file says so" short
touch /tmp/let-go
wait
rm -f /tmp/let-go
begin mpstate hold /tmp/let-go
check "when they have gone, a new one is there, under its own pid" row "$pid 0 [0-9]+ runnable none -"
touch /tmp/let-go
wait
check "unload" unload_mod kvm_arm_mpstate
