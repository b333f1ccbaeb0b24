#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - the real DKMS in real Debian trees: KTAP on stdout
#
# The kernels there are installed, but none of them runs: a module that DKMS built
# for the running kernel instead looks installed and fails after the next reboot.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${here%/tests/dkms}
cache=${POWER_KMODS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/power-kmods}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/view"
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$here/tree.sh"

usage()
{
	cat <<'USAGE'
usage: tests/dkms/run.sh
  (no option)  Debian 12: add, build, install, remove by the file list; no root needed
Environment: POWER_KMODS_CACHE DEBIAN_MIRROR DEBIAN_SECURITY_MIRROR
USAGE
}

# What dkms needs beside its dependencies, here where nothing is "essential"
base=(bash coreutils dash sed grep findutils mawk diffutils tar gzip util-linux debianutils
	base-files libc-bin openssl)

fast_test()
{
	local cloud rc=0
	apt_root 6.1
	cloud=${release/-amd64/-cloud-amd64}
	plain_tree "${base[@]}" dkms "linux-headers-$release" "linux-headers-$cloud"
	in_view "$tree" /bin/bash /src/tests/dkms/cycle.sh "$release" "$cloud" || rc=$?
	[ $rc -ne 125 ] ||
		die "no mount namespace here: run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1)"
	return $rc
}

case ${1:-} in
'') fast_test ;;
-h|--help) usage ;;
*) say "unknown option '$1'"; usage >&2; exit 2 ;;
esac
