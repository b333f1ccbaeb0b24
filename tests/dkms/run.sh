#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - the real DKMS in real Debian trees: KTAP on stdout
#
# The kernels there are installed, but none of them runs: a module that DKMS built
# for the running kernel instead looks installed and fails after the next reboot.
# shellcheck disable=SC2317	# functions are called by part and check
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${here%/tests/dkms}
cache=${POWER_KMODS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/power-kmods}
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/view" "$work/out/installed"
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$here/tree.sh"
points=0
failures=0

usage()
{
	cat <<'USAGE'
usage: tests/dkms/run.sh [-p LINES | -m LINES | -c | -s | -d | -a]
  (no option)  Debian 12: add, build, install, remove by the file list; no root needed
  -p LINES     that, with an upgrade; the .deb on the releases of these kernel lines
               ("6.1 6.12"): install, upgrade, new kernel, purge; the .rpm there, by
               Debian's rpm; then boot what was installed, and run the suite on it (root)
  -a           all of this, on every release: 5.10 6.1 6.12 7 (root; slow)
  -c           build with clang for a kernel that clang built, boot that; no root needed
  -m LINES     on arm64, emulated program by program: make dkms-install, and the .deb
               as with -p, then the suite on what that built ("6.1 6.12"; root; slow)
  -s           a kernel that insists on signatures: refuses, and takes what make sign signed
  -d           make demo, as root with a container's default rights and as a user that
               has nothing yet, who downloads 200 MB (root)
  --tree LINE  only make the tree of that release, and print its path (root)
Environment: POWER_KMODS_CACHE DEBIAN_MIRROR DEBIAN_SECURITY_MIRROR
USAGE
}

# dkms, and what it needs beside its dependencies, here where nothing is "essential"
base=(dkms bash coreutils dash sed grep findutils mawk diffutils tar gzip util-linux debianutils
	base-files libc-bin openssl)

# part NAME COMMAND...: its points as they come, renumbered, behind its name. One
# that ends before its plan is done is a failed point.
part()
{
	local name=$1 line rc=0 want=0 seen=0 bad=0 start=$SECONDS
	shift
	while IFS= read -r line; do
		case $line in
		ok\ *|'not ok '*)
			points=$((points + 1))
			seen=$((seen + 1))
			case $line in not*) bad=$((bad + 1)) ;; esac
			sed -E "s/^((not )?ok) [0-9]+ /\1 $points $name: /" <<<"$line"
			;;
		1..*) want=${line#1..} ;;
		'# Totals'*|KTAP*) ;;
		'status '*) rc=${line#status } ;;
		*) echo "$line" ;;
		esac
	done < <("$@" 2>"$work/part.err" 9>&- || echo "status $?")
	if [ "$seen" -ne "$want" ] || [ "$want" -eq 0 ] || { [ "$rc" -ne 0 ] && [ $bad -eq 0 ]; }; then
		points=$((points + 1))
		bad=$((bad + 1))
		if [ "$rc" -eq 125 ]; then
			echo "not ok $points $name: no mount namespace here: run as root (a container's needs CAP_SYS_ADMIN: --privileged), or allow user namespaces (whichever there is: sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=9999 kernel.apparmor_restrict_unprivileged_userns=0)"
		else
			echo "not ok $points $name: ended with status $rc after $seen of $want points"
		fi
		tail -n 20 "$work/part.err" | sed 's/^/# /'
	fi
	failures=$((failures + bad))
	echo "# $name: $seen points, $((SECONDS - start)) s"
}

# fast_test [upgrade]: with that, from the version before, too
fast_test()
{
	local cloud
	apt_root 6.1
	cloud=${release/-amd64/-cloud-amd64}
	tree=$("$top/tests/lab/fetch" packages 6.1 x86_64 "${base[@]}" "linux-headers-$release" \
		"linux-headers-$cloud") || exit
	part "Debian 12" in_view "$tree" /bin/bash /src/tests/dkms/cycle.sh "$release" "$cloud" "$@"
	part "build probes" "$top/tests/dkms/probes.sh"
}

# build_debs: the package, the same elsewhere, and the version before: this tree under
# that number
build_debs()
{
	local name older
	older=$(sed -n 's/^power-kmods (\(.*\)) .*/\1/p' "$top/scripts/deb/debian/changelog" | sed -n 2p)
	[ -n "$older" ] || { echo "debian/changelog has no version to upgrade from"; return 1; }
	# Copies have no git user to take as the packager.
	[ -n "${DEBFULLNAME:-}" ] || DEBFULLNAME=$(git -C "$top" log -1 --format=%an)
	[ -n "${DEBEMAIL:-}" ] || DEBEMAIL=$(git -C "$top" log -1 --format=%ae)
	export DEBFULLNAME DEBEMAIL
	# Of copies: the tree may be worked on meanwhile.
	for name in one two/deeper three; do
		mkdir -p "$work/$name"
		if [ "$name" = one ]; then
			(cd "$top" && tar -cf - --exclude=./build --exclude=./.git .) | tar -C "$work/one" -xf -
		else
			cp -r "$work/one/." "$work/$name"
			rm -rf "${work:?}/$name/build"
		fi
	done
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$older\"/" "$work/three/dkms.conf"
	sed -i "/^power-kmods ($older)/,\$!d" "$work/three/scripts/deb/debian/changelog"
	for name in one two/deeper three; do
		(
			[ "$name" = one ] || { umask 077; export TZ=Asia/Tokyo LC_ALL=C; }
			BUILD_DIR=$work/$name/build "$work/$name/scripts/dist" deb
		) >/dev/null 2>>"$work/deb.log" || { cat "$work/deb.log"; return 1; }
	done
	cp "$work"/{one,three}/build/deb/*_all.deb "$work/out/"
}

same_deb() { cmp "$work"/{one,two/deeper}/build/deb/*_all.deb; }

# build_rpms: of the same trees; the second is the first packaged again, as release 2
build_rpms()
{
	local name
	sed -i 's/^Release: *1/Release: 2/' "$work"/two/deeper/scripts/rpm/*.spec.in
	for name in one two/deeper three; do
		BUILD_DIR=$work/$name/build "$work/$name/scripts/dist" rpm >/dev/null 2>"$work/rpm.log" ||
			{ cat "$work/rpm.log"; return 1; }
		cp "$work/$name"/build/rpm/*.rpm "$work/out/"
	done
}

# The files of the deb, but for where documentation lies
same_rpm()
{
	diff <(dpkg -c "$work"/one/build/deb/*_all.deb | sed -n 's,.* \./,/,p' | grep -vE '/$|/share/doc/' | sed 's/\.gz$//' | sort) \
		<(rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$work"/one/build/rpm/*.rpm | grep -v '^d' | sed 's,^[^/]*,,' |
			grep -vE '/share/(doc|licenses)/' | sed 's/\.gz$//' | sort)
}

lintian_ran() { grep -q 'lintian found nothing' "$work/deb.log" || { cat "$work/deb.log"; return 1; }; }

deb_points()
{
	# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
	. "$top/tests/lab/ktap.sh"
	plan 5
	check "make deb" build_debs
	check "a second build, elsewhere and under another umask and time zone, is the same to the byte" same_deb
	check "lintian has nothing to say" lintian_ran
	check "make rpm" build_rpms
	check "it has the same files" same_rpm
	finish
}

# The folder in which a tree hands out what is to be booted
clear_installed()
{
	rm -rf "$work/out/installed"
	mkdir "$work/out/installed"
}

# The package, built once. No package, nothing to test: 40 more failures would only
# hide the first.
package_built() { [ "$(compgen -G "$work/out/*_all.deb" | wc -l)" -eq 2 ]; }
build_package()
{
	package_built && return
	[ "$(id -u)" -eq 0 ] || die "whole releases need root: sudo tests/dkms/run.sh"
	"$top/tests/lab/setup" package
	part "package" deb_points
	package_built
}

package_test()
{
	local line
	build_package || return 0
	for line in "$@"; do
		full_tree "$line"
		clear_installed
		part "$line" in_view "$tree" /bin/bash /src/tests/dkms/package.sh "$first" "$second" rapl_pmu
		part "$line rpm" in_view "$tree" /bin/bash /src/tests/dkms/rpm.sh "$first" "$second" rapl_pmu
		part "$line booted" booted "$line" "$first"
		part "$line suite" suite "$line:x86_64" "$first" 'rapl_pmu/*'
	done
}

# guest_case CASE LINE ARGUMENT...: this folder's CASE in a machine of the lab, its points
# and, if it fails, why
guest_case()
{
	local rc=0
	"$top/tests/run.sh" --case "$here/$1.sh" -k "$2:x86_64" -o "$work/guest" "${@:3}" \
		>"$work/guest.tap" || rc=$?
	tr -d '\r' <"$work/guest/dkms.$1.$2.x86_64/result" | sed '/^exit/d' || true
	[ "$rc" -eq 0 ] || grep '^#' "$work/guest.tap"
	return "$rc"
}

# booted LINE RELEASE: the kernel with what was installed for it, as installed, and
# nothing that was built for it: $work/out/installed has the tree's own modules.dep,
# updates/dkms and the package's files.
booted()
{
	local kernel files=$work/booted
	kernel=$("$top/tests/lab/fetch" kernel "$1" x86_64) || return
	# which may be a little older or newer than the lab's
	[ "$(cat "$kernel/release")" = "$2" ] || {
		say "the tree has $2, the lab $(cat "$kernel/release")"
		die "run tests/lab/fetch --refresh kernel $1 x86_64, and remove the tree"
	}
	# usr/lib, since lib is a link in the guest
	rm -rf "$files"
	mkdir -p "$files/usr/lib/modules"
	cp -r "$work/out/installed/usr/." "$files/usr/" &&
		cp -r "$work/out/installed/lib/modules/$2" "$files/usr/lib/modules/" || return
	guest_case autoload "$1" --overlay "$files"
}

# signature LINE: a stock kernel that insists on signatures. module.sig_enforce=1 does
# what Secure Boot does to modules. The kernel trusts the keys of the firmware's
# variable "db" (Debian has it check modules against the platform keyring), and the
# ovmf package has variables with a test key enrolled and the key itself. On a PC the
# same is done by mokutil and the shim.
signature()
{
	local modules tree word key pin signed=$work/signed/usr/lib/signed
	apt_root "$1"
	FIRMWARE=$("$top/tests/lab/fetch" packages 6.1 x86_64 ovmf) || return
	export FIRMWARE
	modules=$("$top/tests/lab/build-module" "$1" x86_64) || return
	tree=$("$top/tests/lab/fetch" build "$1" x86_64) || return
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=a stranger/' \
		-keyout "$work/stranger.key" -out "$work/stranger.pem" 2>/dev/null || return
	for word in none stranger trusted; do
		mkdir -p "$signed/$word"
		cp "$modules/rapl_pmu.ko" "$signed/$word/"
		case $word in
		none) continue ;;
		stranger) key=$work/stranger pin= ;;
		trusted) key=$FIRMWARE/usr/share/ovmf/PkKek-1-snakeoil pin=snakeoil ;;
		esac
		# by the project's own script and the kernel's sign-file
		KBUILD_SIGN_PIN=$pin SIGN_KEY=$key.key SIGN_CERT=$key.pem \
			SIGN_FILE=$(find "$tree/usr/lib" -path '*/scripts/sign-file' | head -n 1) \
			"$top/scripts/sign" "$tree/usr/src/linux-headers-$release" \
			"$signed/$word/rapl_pmu.ko" >&2 || return
	done
	guest_case enforce "$1" --overlay "$work/signed"
}

# suite LINE:ARCH RELEASE CASES: the lab's tests on the modules that DKMS built there
suite()
{
	local mods=$work/mods.$1
	mkdir -p "$mods"
	find "$work/out/installed/lib/modules/$2" -path '*/updates/*' -name '*.ko*' -exec cp -t "$mods" {} +
	find "$mods" -name '*.xz' -exec unxz {} +
	MODULES=$mods "$top/tests/run.sh" --no-selftest -j 2 -k "$1" -t "$3" \
		-o "${BUILD_DIR:-$top/build}/dkms-suite"
}

clang_test()
{
	apt_root 6.1
	tree=$("$top/tests/lab/fetch" packages 6.1 x86_64 "${base[@]}" "linux-headers-$release" \
		clang-16 lld-16 llvm-16) || exit
	clear_installed
	part "clang" in_view "$tree" /bin/bash /src/tests/dkms/clang.sh "$release"
	part "clang booted" booted 6.1 "$release"
}

# demo_points: what a newcomer runs first, where it may do least. The user has an empty cache, so
# that everything is fetched with no rights, too.
demo_points()
{
	# shellcheck source-path=SCRIPTDIR source=../lab/ktap.sh
	. "$top/tests/lab/ktap.sh"
	local nobody=$work/nobody
	chmod 711 "$work"
	mkdir -p "$nobody/tree"
	tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$nobody/tree" -xf -
	chown -R 65534:65534 "$nobody"
	plan 2
	check "make demo as a container's root" demo_says_true as_container env BUILD_DIR="$work/demo" make -C "$top" demo
	check "make demo as nobody, with an empty cache" demo_says_true as_nobody env -u BUILD_DIR \
		HOME="$nobody" POWER_KMODS_CACHE="$nobody/cache" make -C "$nobody/tree" demo
	finish
}

# demo_says_true COMMAND...: it prints six counters beside their truth, and ends well
demo_says_true()
{
	local out
	out=$("$@" 2>&1) && [ "$(grep -c '^S[01] .* true .* J  [-+]0\.0' <<<"$out")" -eq 6 ] && return
	tail -n 20 <<<"$out"
	return 1
}

demo_test()
{
	[ "$(id -u)" -eq 0 ] || die "it takes root to give up rights: sudo tests/dkms/run.sh -d"
	"$top/tests/lab/setup" demo
	part "demo" demo_points
}

# arm_test LINE...: what an arm64 machine of that release does
arm_test()
{
	local line
	emulate_arm
	build_package || return 0
	for line in "$@"; do
		apt_root "$line" aarch64
		tree=$("$top/tests/lab/fetch" packages "$line" aarch64 "${base[@]}" gcc \
			"linux-headers-$release") || exit
		part "arm64 $line" in_view "$tree" /bin/bash /src/tests/dkms/foreign.sh "$release"
		full_tree "$line" aarch64
		clear_installed
		part "arm64 $line package" in_view "$tree" /bin/bash /src/tests/dkms/package.sh "$first" "$second" kvm_arm_mpstate
		part "arm64 $line suite" suite "$line:aarch64" "$first" 'kvm_arm_mpstate/*'
	done
}

end()
{
	echo "1..$points"
	[ $failures -eq 0 ]
	exit
}

value=${2:-}
case ${1:-} in
-p | -m | --tree)
	[ $# -eq 2 ] || die "$1 needs one value (see --help)" 2
	[ "$1" = --tree ] || echo "KTAP version 1"
	;;
-h | --help) ;;
'' | -a | -c | -d | -s) echo "KTAP version 1" ;;
*) die "unknown option '$1' (see --help)" 2 ;;
esac
# shellcheck disable=SC2086	# lists
case ${1:-} in
'') fast_test ;;
-p)
	fast_test upgrade
	package_test $value
	;;
-m) arm_test $value ;;
-c) clang_test ;;
-d) demo_test ;;
-s) part "signature" signature 6.1 ;;
-a)
	fast_test upgrade
	package_test 5.10 6.1 6.12 7
	arm_test 6.1 6.12
	clang_test
	part "signature" signature 6.1
	demo_test
	;;
--tree)
	full_tree "$value"
	echo "$tree"
	exit 0
	;;
*) usage; exit 0 ;;
esac
end
