# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034	# sourced by tests/run.sh
# The arm64 machine: firmware leaves the kernel at EL2, so KVM works in the guest.
# Stock kernels have the 8250 on PCI built in; the only PL011 is the console.

default_cpu=cortex-a72
# which has no pages of 16 KiB
[[ ${line:-} != *-16k ]] || default_cpu=max,lpa2=off,pauth-impdef=on
default_smp=2
default_mem=1024
# as on x86-64
debug_mem=3072
console_tty=ttyAMA0
result_tty=ttyS0
machine_append=

clock_append() { :; }
machine_args=(-machine "virt,virtualization=on,gic-version=3")
console_args() { printf '%s\n' -serial "$1"; }
result_args() { printf '%s\n' -chardev "file,id=res,path=$1" -device pci-serial,chardev=res; }
