# SPDX-License-Identifier: GPL-2.0-only
# If this fails, suspend to RAM, which sets energy and stamp back, leaves energy that does
# not belong to the time beside it.
# tier: slow
# timeout: 300
# smp: 2
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=1,pkg0=100/80/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg,stamp_start=0xffff0000,s3=reset
# qemu: -global PIIX4_PM.disable_s3=0
# guest: stamp

plan 5
check "load" load_mod rapl_pmu
start /tmp/read stamp read /tmp/over 100 every=0.02 power/energy-pkg@0 power/update-time@0 &
sleep 2
check "sleep and wake up" to_sleep
# over the timer's next look, which would tell of a reset
sleep 12
touch /tmp/over
check "energy over time is the power, before and after" good /tmp/read
diag "$(cat /tmp/read)"
check "no reset is told of that was announced" refuse_dmesg 'was reset or jumped'
check "rmmod" unload_mod rapl_pmu
