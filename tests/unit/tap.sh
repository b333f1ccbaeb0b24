# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# tap.sh - for the unit tests in bash, which run in the tree's top: points, their plan, a
# folder $work that goes with the test, the files of the tree
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
points=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# point NAME COMMAND...: what it prints is why it failed
point()
{
	local name=$1 out
	shift
	points=$((points + 1))
	if out=$("$@" 2>&1); then
		echo "ok $points $name"
	else
		echo "not ok $points $name"
		echo "${out//$'\n'/$'\n'# }" | sed '1s/^/# /'
	fi
}

finish() { echo "1..$points"; }

# All but what git ignores; in a released archive all that is there
tree_files()
{
	local file
	{ git ls-files --cached --others --exclude-standard 2>/dev/null ||
		find . -path ./build -prune -o -type f -printf '%P\n'; } |
		while IFS= read -r file; do
			[ ! -e "$file" ] || echo "$file"
		done
}

# version_of DKMS.CONF
version_of() { sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$1"; }
