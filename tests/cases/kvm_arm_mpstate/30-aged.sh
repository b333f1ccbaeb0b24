# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not supply what a host before Linux 4.1 lacks.
# arch: aarch64
# image: aged
# guest: mpstate
# timeout: 180
. /lib/ktap.sh
. /lib/module.sh
[ -e /dev/kvm ] || skip_all "this kernel has no KVM"

plan 15

check "without the module: EINVAL, no capability" mpstate absent
mpstate extensions >/tmp/extensions.aged
check "load" load_mod kvm_arm_mpstate
check "the capability is there" mpstate cap
others() { mpstate extensions | diff /tmp/extensions.aged - | grep '^[-+<>]' | grep -vE '^(---|\+\+\+)|^[-+<>] ?14 [01] [01]$'; }
no_others() { ! others; }
check "no other extension answers differently" no_others
check "every SET from every state" mpstate table
check "SET powers on what never ran, and off what ran" mpstate power
check "SET STOPPED takes a running vCPU out of the guest" mpstate stop
check "a vCPU in WFI is RUNNABLE" mpstate wfi
check "save: four vCPUs, one powered off again" mpstate save /tmp/saved
check "restore in a fresh process, CPU_ON, reset" mpstate restore /tmp/saved
check "SET RUNNABLE against PSCI CPU_ON" mpstate race 20
# The capability must not outlive the handlers.
mpstate leaving /tmp/over >/tmp/leaving &
running() { grep -q '^leaving: running' /tmp/leaving; }
wait_for 20 running
check "unload while a VMM asks" unload_mod kvm_arm_mpstate
sleep 0.5
touch /tmp/over
truth() { grep -q 'as expected' /tmp/leaving || { cat /tmp/leaving; return 1; }; }
wait
check "it was never told 1 by a host that has no handlers" truth
check "and the host lacks it again" mpstate absent
v2() { load_mod kvm_arm_mpstate abi=v2 && mpstate -2 table && mpstate -2 cap; }
check "abi=v2" v2
finish
