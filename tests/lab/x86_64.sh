# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034	# sourced by tests/run.sh
# The x86-64 machine. i440fx: it has the S3 that the suspend cases need.

default_cpu=Skylake-Client
default_smp=2
default_mem=512
# KASAN takes an eighth, and what the others note is no less
debug_mem=1024
console_tty=ttyS0
result_tty=ttyS1
# TCG is too slow for the IO-APIC's timer check. Mitigations cost time, print WARNINGs
# about what TCG lacks and protect nothing here.
machine_append="no_timer_check mitigations=off"

# The emulator shows the host's own time stamp counter (only -icount has another, which no busy
# host disturbs). A kernel that is told its rate need not measure it, which a host that lets the
# emulator wait meanwhile makes wrong by up to 13 times. Nor is there anything to watch: all CPUs
# see one counter, and a watchdog that the host holds up reports the HPET's own delay.
clock_append() { [ "$1$2" != tcg ] || [ -z "${tsc_khz:-}" ] || echo " tsc_early_khz=$tsc_khz tsc=reliable"; }

machine_args=(-machine pc)
console_args() { printf '%s\n' -serial "$1"; }
result_args() { printf '%s\n' -chardev "file,id=res,path=$1" -serial chardev:res; }

# firmware_machine DIR: UEFI with Secure Boot on and the test key of Debian's ovmf enrolled
firmware_machine()
{
	cp "$FIRMWARE/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd" "$1/vars.fd"
	machine_args=(-machine q35
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$FIRMWARE/usr/share/OVMF/OVMF_CODE_4M.fd"
		-drive "if=pflash,unit=1,format=raw,file=$1/vars.fd")
}
