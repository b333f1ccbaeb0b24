#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_tree.sh - rules of the source tree that a machine can check
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
n=0

# point NAME COMMAND...: what it prints is why it failed
point()
{
	local name=$1 out
	shift
	n=$((n + 1))
	if out=$("$@" 2>&1); then
		echo "ok $n $name"
	else
		echo "not ok $n $name"
		echo "${out//$'\n'/$'\n'# }" | sed '1s/^/# /'
	fi
}

# Kernel differences have their place: compat.h and, for ftrace, hook.c.
differences()
{
	! grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION|HAVE_[A-Z]' rapl_pmu/*.[ch] kvm_arm_mpstate/*.[ch] |
		grep -vE '^[^:]*/(compat\.h|hook\.c|[^/:]*\.mod\.c):'
}

spdx()
{
	local file bad=0
	while IFS= read -r file; do
		case $file in
		COPYING | *.md | *.svg | *.tsv | .gitattributes | .gitignore | .editorconfig | .shellcheckrc) continue ;;
		# files whose format has no comments
		scripts/deb/debian/copyright | *.docs | *.manpages | */source/format) continue ;;
		esac
		head -2 "$file" | grep -q SPDX-License-Identifier || { echo "$file has no SPDX line"; bad=1; }
	done < <(git ls-files 2>/dev/null)
	return $bad
}

sources_complete()
{
	local file bad=0
	while IFS= read -r file; do
		make -s --no-print-directory print-sources | grep -qx "$file" || { echo "$file is not in DKMS_SOURCES"; bad=1; }
	done < <(git ls-files rapl_pmu kvm_arm_mpstate Kbuild Makefile dkms.conf)
	return $bad
}

one_version()
{
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	[ -n "$version" ]
	! git grep -nF "\"$version\"" -- rapl_pmu kvm_arm_mpstate Kbuild Makefile
}

# evaluate KERNEL ARCH: what DKMS would make of dkms.conf
evaluate()
{
	(
		set +u
		# dkms.conf reads these
		# shellcheck disable=SC2034
		kernelver=$1 arch=$2 kernel_source_dir=/usr/src/linux
		# shellcheck source=/dev/null
		. ./dkms.conf
		if [[ $1 =~ $BUILD_EXCLUSIVE_KERNEL && $2 =~ $BUILD_EXCLUSIVE_ARCH ]]; then
			echo "${BUILT_MODULE_NAME[0]} ${AUTOINSTALL:-off}"
		else
			echo "excluded ${AUTOINSTALL:-off}"
		fi
	)
}

dkms_says()
{
	local got
	got=$(evaluate "$1" "$2")
	[ "$got" = "$3" ] || { echo "$1 $2: $got, expected $3"; return 1; }
}

# dkms autoinstall reads the file with nothing set and must survive that
dkms_bare()
{
	# shellcheck disable=SC2016	# for the inner shell
	env -i PATH="$PATH" bash -euc '. ./dkms.conf; [ "$PACKAGE_NAME" ]'
}

point "kernel differences stand in compat.h and hook.c only" differences
point "every file has an SPDX line" spdx
point "DKMS gets every file that a build needs" sources_complete
point "the version stands in dkms.conf only" one_version
for kernel in 5.10.0-40-amd64 5.15.3 6.1.0-56-amd64 6.12.117+deb13-amd64 7.3.4+deb13-amd64 7.3-rc4 10.1.0; do
	point "dkms.conf: x86_64 $kernel" dkms_says "$kernel" x86_64 "rapl_pmu yes"
	point "dkms.conf: aarch64 $kernel" dkms_says "$kernel" aarch64 "kvm_arm_mpstate yes"
done
for kernel in 4.19.0 5.4.0-1-amd64 5.9.16; do
	point "dkms.conf: $kernel is too old" dkms_says "$kernel" x86_64 "excluded yes"
done
for arch in riscv64 armv7l i686; do
	point "dkms.conf: $arch is left alone" dkms_says 6.1.0 "$arch" "excluded off"
done
point "dkms.conf: no variable set" dkms_bare
echo "1..$n"
