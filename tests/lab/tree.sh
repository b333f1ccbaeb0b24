# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# tree.sh - run what a tree of the cache has

# of_tree TREE PROGRAM: fills the array `program`, to run that here, with the tree's own libraries
of_tree()
{
	# shellcheck disable=SC2034	# the caller's
	program=("$1/lib64/ld-linux-x86-64.so.2" --library-path
		"$1/lib/x86_64-linux-gnu:$1/usr/lib/x86_64-linux-gnu:$1/usr/lib" "$1/usr/bin/$2")
}

# in_tree TREE WORK COMMAND...: with WORK as /build, the same path in every build. 125: it cannot
# be done here. Files in $over lie over those of the same names in the tree's folder $over_at
# meanwhile.
over=
over_at=
in_tree()
{
	local rc=0
	in_namespace "$@" 2>/dev/null || rc=$?
	# A container's root may not mount, but change its root. nobody may do either.
	[ $rc -eq 125 ] && [ "$(id -u)" -eq 0 ] || return $rc
	in_plain_tree "$@"
}

# In a mount namespace of its own, so that neither mounts nor files are left behind
in_namespace()
{
	local flags=(-m)
	[ "$(id -u)" -eq 0 ] || flags=(-r -m)
	unshare "${flags[@]}" true || return 125
	# shellcheck disable=SC2016	# for the inner shell
	unshare "${flags[@]}" /bin/sh -c '
		over=$1 over_at=$2 tree=$3 work=$4
		shift 4
		mount --rbind /dev "$tree/dev" && mount --rbind /proc "$tree/proc" &&
		mount --bind "$work" "$tree/build" || exit 125
		[ -z "$over" ] || (cd "$over" && find . -type f) | while read -r file; do
			mount --bind "$over/$file" "$tree/$over_at/$file" || exit 125
		done || exit 125
		exec env -i PATH=/usr/sbin:/usr/bin HOME=/tmp LC_ALL=C chroot "$tree" "$@" 2>&1' sh "$over" "$over_at" "$@"
}

# Without mounts: files are copied to and fro, so one at a time in a tree. What lies over others
# does so in a copy by links, so that one that is killed leaves the tree as it was.
in_plain_tree()
{
	local tree=$1 work=$2 root=$1 rc=0
	shift 2
	(
		flock 7
		[ -e "$tree/dev/null" ] || mknod -m 666 "$tree/dev/null" c 1 3 || exit 125
		if [ -n "$over" ]; then
			trap 'rm -rf --one-file-system "$work.tree"' EXIT
			trap 'exit 130' INT TERM
			cp -al "$tree" "$work.tree" 2>/dev/null ||
				{ rm -rf "$work.tree"; cp -a "$tree" "$work.tree"; } || exit 1
			root=$work.tree
			cp -r --remove-destination "$over/." "$root/$over_at/" || exit 1
		fi
		# What an earlier one that was killed left
		find "$root/build" -mindepth 1 -delete
		cp -a "$work/." "$root/build/"
		env -i PATH=/usr/sbin:/usr/bin HOME=/tmp LC_ALL=C chroot "$root" "$@" || rc=$?
		cp -a "$root/build/." "$work/"
		find "$root/build" -mindepth 1 -delete
		exit $rc
	) 7>"$tree.lock"
}
