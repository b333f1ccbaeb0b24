#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# signature.sh - a stock kernel that insists on signatures: KTAP on stdout
#
# usage: signature.sh [LINE]
# module.sig_enforce=1 does what Secure Boot does to modules. The kernel trusts the
# keys of the firmware's variable "db" (Debian has it check modules against the
# platform keyring), and the ovmf package has variables with a test key enrolled
# and the key itself. On a PC the same is done by mokutil and the shim.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${here%/tests/dkms}
cache=${POWER_KMODS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/power-kmods}
build=${BUILD_DIR:-$top/build}
line=${1:-6.1}
case_file=$here/enforce.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$here/tree.sh"
# shellcheck source-path=SCRIPTDIR source=../lab/vm.sh
. "$top/tests/lab/vm.sh"

# $firmware: Debian 12's ovmf, unpacked
fetch_firmware()
{
	local version
	apt_root 6.1
	version=$(apt-cache -c "$root/apt.conf" show --no-all-versions ovmf | sed -n 's/^Version: //p')
	firmware=$cache/dkms/ovmf-${version//[:~]/_}
	[ ! -e "$firmware" ] || return 0
	say "downloading firmware ..."
	mkdir -p "$work/ovmf"
	(cd "$work" && apt_get download ovmf >"$work/download.log" 2>&1) || { tail -n 3 "$work/download.log" >&2; die "download failed"; }
	dpkg-deb -x "$work"/ovmf_*.deb "$work/ovmf"
	mkdir -p "$cache/dkms"
	mv -T "$work/ovmf" "$firmware"
}

# sign_with KEY CERT DIR: by the project's own script and the kernel's sign-file
sign_with()
{
	SIGN_KEY=$1 SIGN_CERT=$2 SIGN_FILE=$(find "$tree/usr/lib" -path '*/scripts/sign-file' | head -n 1) \
		"$top/scripts/sign" "$tree/usr/src/linux-headers-$release" "$3/rapl_pmu.ko" >&2
}

main()
{
	local qemu modules args verdict snakeoil
	fetch_firmware
	kernel=$("$top/tests/lab/fetch" kernel "$line" x86_64)
	release=$(cat "$kernel/release")
	tree=$("$top/tests/lab/fetch" build "$line" x86_64)
	qemu=$("$top/tests/lab/fetch" qemu x86_64)
	modules=$("$top/tests/lab/build-module" "$line" x86_64)
	mkdir -p "$build/model" "$work"/files/usr/lib/signed/{none,stranger,trusted}
	make -s -C "$top/tests/model" O="$build/model" >&2
	snakeoil=$firmware/usr/share/ovmf/PkKek-1-snakeoil
	for word in none stranger trusted; do
		cp "$modules/rapl_pmu.ko" "$work/files/usr/lib/signed/$word/"
	done
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=a stranger/' \
		-keyout "$work/stranger.key" -out "$work/stranger.pem" 2>/dev/null
	sign_with "$work/stranger.key" "$work/stranger.pem" "$work/files/usr/lib/signed/stranger"
	KBUILD_SIGN_PIN=snakeoil sign_with "$snakeoil.key" "$snakeoil.pem" "$work/files/usr/lib/signed/trusted"

	"$top/tests/lab/mkinitramfs" "$line" x86_64 -o "$work/initramfs" -c "$case_file"
	(cd "$work/files" && find . -mindepth 1 -print0 | sort -z |
		cpio --null --quiet --create --format=newc --owner=0:0) >>"$work/initramfs"
	cp "$firmware/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd" "$work/vars.fd"

	# shellcheck source-path=SCRIPTDIR source=../lab/x86_64.sh
	. "$top/tests/lab/x86_64.sh"
	mapfile -t args < <(console_args "file:$work/console.log"; result_args "$work/result")
	# shellcheck disable=SC2154	# from the machine
	run_vm "$work" "$(case_field "$case_file" timeout 120)" "$qemu" -machine q35 -accel tcg \
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$firmware/usr/share/OVMF/OVMF_CODE_4M.fd" \
		-drive "if=pflash,unit=1,format=raw,file=$work/vars.fd" \
		-cpu "$(case_field "$case_file" cpu)" -smp 2 -m 1024 -nodefaults -display none -no-reboot -monitor none \
		-plugin "$build/model/librapl.so,$(case_field "$case_file" model),truth=$work/truth.log" \
		-kernel "$kernel/vmlinuz" -initrd "$work/initramfs" "${args[@]}" \
		-append "console=$console_tty res=$result_tty panic=-1 oops=panic printk.devkmsg=on $machine_append $(case_field "$case_file" append)"
	verdict=$(judge_cell "$work" "$top/tests/lab/splat.deny" "$top/tests/lab/splat.allow")
	# The firmware writes its screen to every serial port first.
	tr -d '\r' <"$work/result" | sed '1,/KTAP version/d; /^exit/d'
	case $verdict in
	ok*) ;;
	*)
		printf '%s\n' "$verdict" | sed 's/^/# /'
		tail -n 5 "$work/console.log" | tr -d '\r' | sed 's/^/# /'
		exit 1
		;;
	esac
}

main
