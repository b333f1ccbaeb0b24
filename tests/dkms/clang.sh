#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# clang.sh - headers of a kernel that clang built: DKMS must take clang by itself
#
# runs in the chroot, the checkout is /src: clang.sh RELEASE
# Debian has no such kernel, so the headers are told that they are of one; gcc is
# there as well and would be taken by a Makefile that does not look. Places to trace
# are not recorded: clang leaves calls there, the gcc kernel that boots wants NOPs.
# shellcheck disable=SC2317	# functions are called by check
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
. /src/tests/lab/ktap.sh

release=$1
headers=/usr/src/linux-headers-$release
module=/lib/modules/$release/updates/dkms/rapl_pmu.ko
tools=$(echo /usr/lib/llvm-*/bin)
clang=$("$tools/clang" -dumpversion | cut -d. -f1)0000

pretend_clang()
{
	local file
	for file in .config include/config/auto.conf; do
		sed -i 's/^CONFIG_CC_IS_GCC=y/CONFIG_CC_IS_CLANG=y/; s/^CONFIG_GCC_VERSION=.*/CONFIG_GCC_VERSION=0/
			s/^CONFIG_CLANG_VERSION=.*/CONFIG_CLANG_VERSION='"$clang"'/; s/^CONFIG_LD_IS_BFD=y/CONFIG_LD_IS_LLD=y/
			s/^CONFIG_AS_IS_GNU=y/CONFIG_AS_IS_LLVM=y/; s/^CONFIG_GCC_PLUGIN.*//
			s/-Wimplicit-fallthrough=5/-Wimplicit-fallthrough/; s/^CONFIG_FTRACE_MCOUNT_USE_CC=y//' "$headers/$file" || return 1
	done
	sed -i 's/^#define CONFIG_CC_IS_GCC 1/#define CONFIG_CC_IS_CLANG 1/; s/^#define CONFIG_GCC_VERSION .*/#define CONFIG_GCC_VERSION 0/
		s/^#define CONFIG_CLANG_VERSION .*/#define CONFIG_CLANG_VERSION '"$clang"'/; s/^#define CONFIG_GCC_PLUGIN.*//
		s/^#define CONFIG_FTRACE_MCOUNT_USE_CC 1//' \
		"$headers/include/generated/autoconf.h"
	# LLVM=1 takes them by their plain names.
	mkdir -p /usr/local/bin
	ln -s "$tools"/* /usr/local/bin/
	grep -q '^CONFIG_CC_IS_CLANG=y' "$headers/.config"
}

built_by() { grep -aq "$1" "$module" || { readelf -p .comment "$module"; return 1; }; }
not_by_gcc() { ! readelf -p .comment "$module" | grep GCC; }
vermagic_right() { [ "$(modinfo -F vermagic "$module" | cut -d' ' -f1)" = "$release" ]; }

hand_out()
{
	local dir=/out/installed/usr sources
	sources=$(cd /usr/src && echo power-kmods-*)
	mkdir -p "/out/installed/lib/modules" "$dir"/{bin,share/power-kmods,lib/modprobe.d,"src/$sources/rapl_pmu"}
	cp -r "/lib/modules/$release" /out/installed/lib/modules/
	rm -f "/out/installed/lib/modules/$release/build" "/out/installed/lib/modules/$release/source"
	rm -f "/out/installed/lib/modules/$release"/modules.{order,builtin,builtin.modinfo,builtin.bin}
	cp /src/scripts/doctor "$dir/bin/rapl-doctor"
	cp /src/scripts/troubles.tsv "$dir/share/power-kmods/"
	cp /src/scripts/modprobe.d/power-kmods.conf "$dir/lib/modprobe.d/"
	cp /src/rapl_pmu/cpu_models.h "$dir/src/$sources/rapl_pmu/"
}

plan 6
touch "/lib/modules/$release"/modules.{order,builtin,builtin.modinfo}
check "headers of a kernel that clang built" pretend_clang
check "make dkms-install" make -C /src --no-print-directory dkms-install KERNELRELEASE="$release"
check "the module is clang's" built_by 'clang version'
check "and not gcc's" not_by_gcc
check "vermagic is $release" vermagic_right
check "its files for the boot test" hand_out
finish
