# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# tree.sh - Debian trees to try DKMS in, and throw-away views of them
#
# sourced by run.sh, which sets $top, $cache and $work, and for its rights by probes.sh
# shellcheck disable=SC2034,SC2154

say() { printf 'dkms: %s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-1}"; }

# apt_root LINE [ARCH]: $root, the private apt root that tests/lab/fetch keeps for that
# kernel line, and $release, the kernel that the lab boots of it
apt_root()
{
	local suites answer
	suites=$(awk -v l="$1" -v a="${2:-x86_64}" '!/^#/ && $1 == l && $2 == a { print $3 }' "$top/tests/kernels.list")
	[ -n "$suites" ] || die "tests/kernels.list has no line $1 for ${2:-x86_64}" 2
	answer=$("$top/tests/lab/fetch" kernel "$1" "${2:-x86_64}") || exit 1
	release=$(cat "$answer/release")
	root=$cache/apt/${suites//,/+}
	[ -e "$root/apt.conf" ] || die "tests/lab/fetch left no $root/apt.conf: its layout has changed"
}

apt_get() { apt-get -q -y -c "$root/apt.conf" "$@"; }

# newest_only TREE: what an older list of packages made is of no use any more
newest_only()
{
	local old
	for old in "${1%-*}"-*; do
		case $old in "$1"|*.lock) ;; *) rm -rf --one-file-system "$old" ;; esac
	done
}

# emulate_arm: this kernel starts arm64 programs by qemu-user. Needs root.
emulate_arm()
{
	local misc=/proc/sys/fs/binfmt_misc
	[ "$(id -u)" -eq 0 ] || die "arm64 programs need root to be registered: run sudo tests/dkms/run.sh"
	"$top/tests/lab/setup" arm64
	[ -e $misc/register ] || mount -t binfmt_misc binfmt_misc $misc || die "this kernel has no binfmt_misc"
	[ -e $misc/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >$misc/register ||
		die "qemu-aarch64 could not be registered"
}

# as_container COMMAND...: with what root has in a container by Docker's default. It may change
# its root and make devices, not mount.
rights=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap
as_container() { setpriv --bounding-set "-all,+${rights//,/,+}" --inh-caps=-all "$@"; }

# as_nobody COMMAND...: a user, without any rights
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$@"; }

# The other kernel of each release: small, and its own ABI name
other_flavour=cloud

# full_tree LINE [ARCH]: $tree, the release as mmdebstrap installs it: its dkms, two
# kernels with headers ($first, $second), the second one's packages kept for a kernel
# upgrade. Needs root, and emulate_arm for aarch64.
full_tree()
{
	local list tmp key suite file=() darch=amd64 kind=full-$1
	[ "${2:-x86_64}" = x86_64 ] || { darch=arm64; kind=full-arm64.$1; }
	apt_root "$1" "${2:-x86_64}"
	[ "$(id -u)" -eq 0 ] || die "trees of whole releases need root: run sudo tests/dkms/run.sh, or leave out -a and -k"
	command -v mmdebstrap >/dev/null || die "mmdebstrap is missing: run apt install mmdebstrap"
	first=$release
	second=${release/-$darch/-$other_flavour-$darch}
	# openssl: without it DKMS does not sign, and does not fail either.
	list=(dkms openssl rpm "linux-image-$first" "linux-headers-$first" "linux-image-$second" "linux-headers-$second")
	key=$( { apt_get -o "APT::Architecture=$darch" install --print-uris "${list[@]}" 2>/dev/null | sed -n "s/^'\([^']*\)'.*/\1/p" | sort
		echo 2; } | sha256sum | cut -c1-8)
	tree=$cache/dkms/$kind-$key
	[ ! -e "$tree" ] || return 0
	mkdir -p "$cache/dkms"
	exec 8>"$cache/dkms/${tree##*/}.lock"
	flock 8
	[ ! -e "$tree" ] || { exec 8>&-; return 0; }
	tmp=$tree.tmp
	rm -rf --one-file-system "$tmp"
	# The release is the first suite; the others come with it in the list.
	suite=$(sed -n '1s/^deb [^]]*\] [^ ]* \([^ ]*\) .*/\1/p' "$root/etc/apt/sources.list")
	sed "s/arch=amd64,arm64/arch=$darch/" "$root/etc/apt/sources.list" >"$work/sources.list"
	say "installing $suite with $first and $second ($([ $darch = amd64 ] && echo 'one to three' || echo 'five to ten') minutes) ..."
	[ "$1" != 7 ] || file=(--aptopt='APT::Default-Release "trixie-backports"')
	# Nobody boots the initramfs of this tree, and making one takes a minute.
	# shellcheck disable=SC2016	# for mmdebstrap's shell
	unshare -m mmdebstrap --quiet --variant=minbase --architectures=$darch "${file[@]}" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
		--dpkgopt='path-exclude=/etc/kernel/postinst.d/initramfs-tools' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--skip=cleanup/apt,check/empty --include="$(IFS=,; echo "${list[*]}")" \
		--customize-hook='chroot "$1" apt-get -q -y -d install --reinstall '"linux-image-$second linux-headers-$second" \
		--customize-hook='mkdir -p "$1/src"' \
		"$suite" "$tmp" "$work/sources.list" >"$work/mmdebstrap.log" 2>&1 || {
			cp "$work/mmdebstrap.log" "$cache/dkms/mmdebstrap-$kind.log"
			tail -n 5 "$work/mmdebstrap.log" >&2
			rm -rf --one-file-system "$tmp"
			die "mmdebstrap failed: see $cache/dkms/mmdebstrap-$kind.log"
		}
	mv "$tmp" "$tree"
	newest_only "$tree"
	exec 8>&-
}

# in_view TREE COMMAND...: runs it in a chroot over the tree; what it writes is gone
# afterwards, but for /out, which is $work/out. The checkout is /src there,
# read-only. As a user: in a user namespace of one's own.
in_view()
{
	local flags=(-m) tree=$1
	shift
	[ "$(id -u)" -eq 0 ] || flags=(-r -m)
	unshare "${flags[@]}" true || return 125
	# shellcheck disable=SC2016	# for the inner shell
	unshare "${flags[@]}" /bin/sh -c '
		tree=$1 view=$2 src=$3 out=$4
		shift 4
		mount -t tmpfs tmpfs "$view" && mkdir "$view/upper" "$view/work" "$view/root" &&
		mount -t overlay overlay -o "lowerdir=$tree,upperdir=$view/upper,workdir=$view/work" "$view/root" || exit 125
		root=$view/root
		mkdir -p "$root/out" "$root/src" &&
		mount --rbind /dev "$root/dev" && mount --rbind /proc "$root/proc" &&
		mount --bind "$out" "$root/out" &&
		mount --bind "$src" "$root/src" && mount -o remount,bind,ro "$root/src" || exit 125
		exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C chroot "$root" "$@"' \
		sh "$tree" "$work/view" "$top" "$work/out" "$@"
}
