# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034	# sourced by tests/run.sh
# The x86-64 machine. i440fx: it has the S3 that the suspend cases need.

default_cpu=Skylake-Client
default_smp=2
default_mem=512
console_tty=ttyS0
result_tty=ttyS1
# TCG is too slow for the IO-APIC's timer check. Mitigations cost time, print WARNINGs
# about what TCG lacks and protect nothing here.
machine_append="no_timer_check mitigations=off"

machine_args=(-machine pc)
console_args() { printf '%s\n' -serial "$1"; }
result_args() { printf '%s\n' -chardev "file,id=res,path=$1" -serial chardev:res; }
