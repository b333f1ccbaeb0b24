#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# boot.sh - boot a kernel with what the package installed for it, as installed
#
# usage: boot.sh LINE RELEASE DIR
# DIR has lib/modules/RELEASE with that tree's own modules.dep and updates/dkms, and
# the package's files. The lab's guest gets exactly these and nothing that was
# built for it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${here%/tests/dkms}
build=${BUILD_DIR:-$top/build}
line=$1
release=$2
installed=$3
case_file=$here/autoload.sh
# shellcheck source-path=SCRIPTDIR source=../lab/vm.sh
. "$top/tests/lab/vm.sh"

die() { printf 'boot: %s\n' "$1" >&2; exit "${2:-1}"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The kernel of the tree, which may be a little older or newer than the lab's
kernel=$("$top/tests/lab/fetch" kernel "$line" x86_64)
[ "$(cat "$kernel/release")" = "$release" ] ||
	die "the tree has $release, the lab $(cat "$kernel/release"): run tests/lab/fetch --refresh kernel $line x86_64, and remove the tree"
qemu=$("$top/tests/lab/fetch" qemu x86_64)
mkdir -p "$build/model"
make -s -C "$top/tests/model" O="$build/model" >&2
"$top/tests/lab/mkinitramfs" "$line" x86_64 -o "$work/initramfs" -c "$case_file"
# Over the lab's modules go the tree's: usr/lib, since lib is a link in the guest.
mkdir -p "$work/files/usr"
cp -r "$installed/usr/." "$work/files/usr/"
mkdir -p "$work/files/usr/lib/modules"
cp -r "$installed/lib/modules/$release" "$work/files/usr/lib/modules/"
(cd "$work/files" && find . -mindepth 1 -print0 | sort -z |
	cpio --null --quiet --create --format=newc --owner=0:0) >>"$work/initramfs"

# shellcheck source-path=SCRIPTDIR source=../lab/x86_64.sh
. "$top/tests/lab/x86_64.sh"
mapfile -t args < <(console_args "file:$work/console.log"; result_args "$work/result")
# shellcheck disable=SC2154	# from the machine
run_vm "$work" "$(case_field "$case_file" timeout 120)" "$qemu" "${machine_args[@]}" -accel tcg \
	-cpu "$(case_field "$case_file" cpu)" -smp 2 -m 512 -nodefaults -display none -no-reboot -monitor none \
	-plugin "$build/model/librapl.so,$(case_field "$case_file" model),truth=$work/truth.log" \
	-kernel "$kernel/vmlinuz" -initrd "$work/initramfs" "${args[@]}" \
	-append "console=$console_tty res=$result_tty panic=-1 oops=panic softlockup_panic=1 printk.devkmsg=on $machine_append"
verdict=$(judge_cell "$work" "$top/tests/lab/splat.deny" "$top/tests/lab/splat.allow")
tr -d '\r' <"$work/result" | grep -v '^exit' || true
case $verdict in
ok*) ;;
*)
	printf '%s\n' "$verdict" | sed 's/^/# /'
	exit 1
	;;
esac
