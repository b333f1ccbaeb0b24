#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_dist.sh - make dist: the same files give the same archive, to the byte
# shellcheck disable=SC2317	# functions are called by point
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

unset SOURCE_DATE_EPOCH

# Two copies by git, as two people have them: other places, modes, owners, dates
clones()
{
	git init -q "$work/tree"
	tree_files | tar -cf - -T - | tar -C "$work/tree" -xf -
	git -C "$work/tree" add -A
	git -C "$work/tree" -c user.name=x -c user.email=x commit -q -m x
	(umask 022; git clone -q "$work/tree" "$work/one")
	(umask 077; git clone -q "$work/tree" "$work/two/deeper")
	find "$work/two" -exec touch -d 2001-01-01 {} +
	[ "$(id -u)" -ne 0 ] || chown 12345:12345 "$work/two/deeper/Makefile"
}

# dist TREE NAME: the archive of that tree
dist() { BUILD_DIR=$work/$2 "$1/scripts/dist" >/dev/null && cp "$work/$2"/dist/*.tar.gz "$work/$2.tar.gz"; }
same() { dist "$1" "$2" && cmp "$work/first.tar.gz" "$work/$2.tar.gz"; }
twice() { dist "$work/one" first && sleep 1 && same "$work/one" again; }
elsewhere() { (umask 077; export TZ=Asia/Tokyo LC_ALL=C.UTF-8; same "$work/two/deeper" second); }
list() { tar -tf "$work/$1.tar.gz" | sed 's,^[^/]*/,,' | sort; }
everything() { diff <(list first) <(tree_files | sort); }

# In the unpacked archive git knows nothing, and a build has left its files.
of_itself()
{
	tar -C "$work" -xf "$work/first.tar.gz" || return
	(cd "$work"/power-kmods-* && mkdir build && touch build/log modules.order Module.symvers \
		rapl_pmu/{main.o,rapl_pmu.ko,rapl_pmu.mod,rapl_pmu.mod.c,.main.o.cmd,.main.o.d,.module-common.o}) || return
	same "$work"/power-kmods-* third
}

# New files are in it, those that git ignores are not.
new_files()
{
	echo new >"$work/one/rapl_pmu/new.c"
	touch "$work/one/rapl_pmu/main.o"
	rm "$work/one/COPYING"
	dist "$work/one" changed || return
	diff <(printf '%s\n' '< COPYING' '> rapl_pmu/new.c') \
		<(diff <(list first) <(list changed) | grep '^[<>]')
}

sources() { make -s --no-print-directory -C "$1" print-sources; }
same_sources() { diff <(sources "$work"/power-kmods-*) <(sources .); }

point "two clones" clones
point "twice from one: the same" twice
point "from the other, under another umask and time zone: the same" elsewhere
point "it has every file of the tree" everything
point "from what was unpacked, after a build: the same" of_itself
point "a new file is in it, what git ignores is not" new_files
point "DKMS gets the same files from it" same_sources
finish
