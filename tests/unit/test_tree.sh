#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_tree.sh - rules of the source tree that a machine can check
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

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
		COPYING | *.md | *.svg | *.tsv | .gitignore | .editorconfig | .shellcheckrc) continue ;;
		# files whose format has no comments
		scripts/deb/debian/copyright | scripts/deb/debian/changelog | *.docs | *.manpages | */source/format) continue ;;
		esac
		head -2 "$file" | grep -q SPDX-License-Identifier || { echo "$file has no SPDX line"; bad=1; }
	done < <(tree_files)
	return $bad
}

sources_complete()
{
	local file bad=0
	while IFS= read -r file; do
		make -s --no-print-directory print-sources | grep -qx "$file" || { echo "$file is not in DKMS_SOURCES"; bad=1; }
	done < <(tree_files | grep -xE 'rapl_pmu/.*|kvm_arm_mpstate/.*|Kbuild|Makefile|dkms\.conf' | grep -v '\.md$\|^rapl_pmu/examples/')
	return $bad
}

# Which of two drivers serves power is in modprobe.d: whoever installs without DKMS needs
# it, too, and uninstall takes it back.
installs_conf()
{
	local conf=/etc/modprobe.d/power-kmods.conf
	# Not piped: grep -q would end make before it is done.
	grep -q "install .*/dest$conf" <<<"$(make -n install KDIR=/nonexistent DESTDIR=/dest 2>&1)" &&
		grep -q "rm .*/dest$conf" <<<"$(make -n uninstall DESTDIR=/dest)"
}

# spellings VERSION FILE...: the lines that have it, also inside of a path or a package's
# name; not as a part of another number. What has a version of its own is left out: a
# licence, a file format.
spellings()
{
	local version=${1//./\\.}
	shift
	grep -HnIE "(^|[^0-9.])$version(\$|[^0-9.]|\.(\$|[^0-9]))" "$@" |
		sed -E 's/GPL-[0-9.]+//g; s/xml version="[0-9.]+"//g' |
		grep -E "^[^:]*:[0-9]+:(.*[^0-9.])?$version(\$|[^0-9.]|\.(\$|[^0-9]))"
}

one_version()
{
	local version files
	version=$(version_of dkms.conf)
	mapfile -t files < <(tree_files | grep -vxE 'dkms\.conf|scripts/deb/debian/changelog')
	if [ -z "$version" ] || [ "$(spellings "$version" dkms.conf | wc -l)" -ne 1 ]; then
		echo "dkms.conf does not state the version once"
		return 1
	fi
	! spellings "$version" "${files[@]}"
}

# Its format wants the version there.
changelog_agrees()
{
	local got
	got=$(sed -n '1s/^power-kmods (\([^)]*\)) .*/\1/p' scripts/deb/debian/changelog)
	[ "$got" = "$(version_of dkms.conf)" ] || { echo "debian/changelog begins with '$got'"; return 1; }
}

# sees YES|NO TEXT: is TEXT taken for the version 31.41?
sees()
{
	local got=no
	! printf '%s\n' "$2" | spellings 31.41 - >/dev/null || got=yes
	[ "$got" = "$1" ]
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
point "make install brings modprobe.d's file, uninstall takes it" installs_conf
point "the version stands in dkms.conf only" one_version
point "debian/changelog has the same version" changelog_agrees
while read -r answer text; do
	point "taken for the version 31.41: $text: $answer" sees "$answer" "$text"
done <<'TEXTS'
yes MODULE_VERSION("31.41");
yes version=${version:-31.41}
yes gsub(/VERSION/, "31.41")
yes Version: 31.41
yes /usr/src/power-kmods-31.41/rapl_pmu/cpu_models.h
yes dkms remove power-kmods/31.41 --all
yes power-kmods-dkms_31.41_all.deb
yes power-kmods-31.41.tar.gz
yes git tag v31.41
yes This is version 31.41.
no Linux 6.31.41-56-amd64
no QEMU 131.41
no version 31.41.1
no a ratio of 31.415
no SPDX-License-Identifier: GPL-31.41-only
no <?xml version="31.41" encoding="utf-8"?>
TEXTS
for kernel in 5.10.0-40-amd64 5.15.3 6.31.41-56-amd64 6.12.117+deb13-amd64 7.3.4+deb13-amd64 7.3-rc4 10.1.0; do
	point "dkms.conf: x86_64 $kernel" dkms_says "$kernel" x86_64 "rapl_pmu yes"
	point "dkms.conf: aarch64 $kernel" dkms_says "$kernel" aarch64 "kvm_arm_mpstate yes"
done
for kernel in 4.18.0 4.19.0-el8 5.3.18; do
	point "dkms.conf: $kernel is too old" dkms_says "$kernel" x86_64 "excluded yes"
done
for kernel in 4.18.0-553.el8_10.x86_64 5.4.0-216-generic 5.9.16; do
	point "dkms.conf: $kernel is let in" dkms_says "$kernel" x86_64 "rapl_pmu yes"
	point "dkms.conf: $kernel is too old for arm64" dkms_says "$kernel" aarch64 "excluded yes"
done
for arch in riscv64 armv7l i686; do
	point "dkms.conf: $arch is left alone" dkms_says 6.1.0 "$arch" "excluded off"
done
point "dkms.conf: no variable set" dkms_bare
point "all mutations apply, and their cases run where they say" tests/mutations/run.sh --check
finish
