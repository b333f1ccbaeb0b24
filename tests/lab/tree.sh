# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# tree.sh - run what a tree of the cache has

# in_tree TREE WORK COMMAND...: with WORK as /build in a mount namespace of its own: the same
# path in every build, and neither mounts nor files are left behind. 125: no such namespace here.
# Files in $over lie over those of the same names in the tree's folder $over_at meanwhile.
over=
over_at=
in_tree()
{
	local flags=(-m)
	[ "$(id -u)" -eq 0 ] || flags=(-r -m)
	# shellcheck disable=SC2016	# for the inner shell
	unshare "${flags[@]}" /bin/sh -c '
		over=$1 over_at=$2 tree=$3 work=$4
		shift 4
		mount --rbind /dev "$tree/dev" && mount --rbind /proc "$tree/proc" &&
		mount --bind "$work" "$tree/build" || exit 125
		[ -z "$over" ] || (cd "$over" && find . -type f) | while read -r file; do
			mount --bind "$over/$file" "$tree/$over_at/$file" || exit 125
		done || exit 125
		exec env -i PATH=/usr/sbin:/usr/bin HOME=/tmp LC_ALL=C chroot "$tree" "$@"' sh "$over" "$over_at" "$@"
}
