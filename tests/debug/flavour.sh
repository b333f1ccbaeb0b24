# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# flavour.sh - the kernels that Debian has no flavour of, and the options they are built with

flavour_dir=$(dirname "${BASH_SOURCE[0]}")

# built_here LINE: whether this folder has options for its flavour
built_here() { [[ $1 == *-* && -e $flavour_dir/${1#*-}.config ]]; }

# flavour_options LINE ARCH: what the kernel's .config must have; all else is left out
flavour_options()
{
	local flavour=${1#*-} of
	cat "$flavour_dir"/{base,"$2","$flavour"}.config
	for of in "$flavour-$2" "$1"; do
		[ ! -e "$flavour_dir/$of.config" ] || cat "$flavour_dir/$of.config"
	done
}
