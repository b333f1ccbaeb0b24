# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# tree.sh - Debian trees to try DKMS in, and throw-away views of them
#
# sourced by run.sh, which sets $top, $cache and $work
# shellcheck disable=SC2034,SC2154

say() { printf 'dkms: %s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-1}"; }

# apt_root LINE: $root, the private apt root that scripts/fetch keeps for that
# kernel line, and $release, the newest kernel in it
apt_root()
{
	local suites answer
	suites=$(awk -v l="$1" '!/^#/ && $1 == l && $2 == "x86_64" { print $3 }' "$top/tests/kernels.list")
	[ -n "$suites" ] || die "tests/kernels.list has no line $1 for x86_64" 2
	answer=$("$top/scripts/fetch" resolve "$1" x86_64) || exit 1
	release=${answer%% *}
	root=$cache/apt/${suites//,/+}
	[ -e "$root/apt.conf" ] || die "scripts/fetch left no $root/apt.conf: its layout has changed"
}

apt_get() { apt-get -q -y -c "$root/apt.conf" "$@"; }

# plain_tree PKG...: $tree, with these packages and all they need unpacked but not
# configured. Needs neither root nor anything but apt and dpkg on this machine.
plain_tree()
{
	local key tmp d deb list
	list=$(apt_get install --print-uris "$@" 2>"$work/solve.log" | sed -n "s/^'\([^']*\)'.*/\1/p" | sort)
	[ -n "$list" ] || { tail -n 5 "$work/solve.log" >&2; die "apt cannot resolve: $*"; }
	key=$( { echo "$list"; declare -f plain_tree; } | sha256sum | cut -c1-8)
	tree=$cache/dkms/plain-$key
	[ ! -e "$tree" ] || return 0
	mkdir -p "$cache/dkms"
	exec 8>"$cache/dkms/lock"
	flock 8
	[ ! -e "$tree" ] || return 0
	tmp=$tree.tmp
	rm -rf "$tmp" "$tmp.debs"
	mkdir -p "$tmp"/{usr/{bin,sbin,lib,lib64},etc,tmp,proc,dev,sys,src,root,run,var/tmp} "$tmp.debs/partial"
	for d in bin sbin lib lib64; do
		ln -s "usr/$d" "$tmp/$d"
	done
	say "downloading $(wc -l <<<"$list") packages: dkms, compiler, headers ..."
	apt_get -o Dir::Cache::archives="$tmp.debs" install -d "$@" >"$work/download.log" 2>&1 ||
		{ tail -n 5 "$work/download.log" >&2; die "download failed"; }
	say "unpacking them ..."
	for deb in "$tmp.debs"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -C "$tmp" --keep-directory-symlink --no-same-owner -xpf - ||
			die "cannot unpack ${deb##*/}"
	done
	# What maintainer scripts and alternatives would have linked
	ln -sf dash "$tmp/usr/bin/sh"
	ln -sf mawk "$tmp/usr/bin/awk"
	[ -e "$tmp/usr/bin/which" ] || ln -sf which.debianutils "$tmp/usr/bin/which"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$tmp/etc/passwd"
	echo 'root:x:0:' >"$tmp/etc/group"
	chmod 1777 "$tmp/tmp" "$tmp/var/tmp"
	rm -rf "$tmp.debs" "$tmp"/usr/share/{doc,man,locale,info}
	mv "$tmp" "$tree"
}

# in_view TREE COMMAND...: runs it in a chroot over the tree; what it writes is gone
# afterwards. The checkout is /src there, read-only. As a user: in a user
# namespace of one's own.
in_view()
{
	local flags=(-m) tree=$1
	shift
	[ "$(id -u)" -eq 0 ] || flags=(-r -m)
	# shellcheck disable=SC2016	# for the inner shell
	unshare "${flags[@]}" /bin/sh -c '
		tree=$1 view=$2 src=$3
		shift 3
		mount -t tmpfs tmpfs "$view" && mkdir "$view/upper" "$view/work" "$view/root" &&
		mount -t overlay overlay -o "lowerdir=$tree,upperdir=$view/upper,workdir=$view/work" "$view/root" || exit 125
		root=$view/root
		mount --rbind /dev "$root/dev" && mount --rbind /proc "$root/proc" &&
		mount --bind "$src" "$root/src" && mount -o remount,bind,ro "$root/src" || exit 125
		exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C chroot "$root" "$@"' \
		sh "$tree" "$work/view" "$top" "$@"
}
