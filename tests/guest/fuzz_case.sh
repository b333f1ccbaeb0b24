# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# fuzz_case - random attributes for both PMUs
#
#	. /usr/bin/fuzz_case
#	fuzz_case CALLS

. /lib/ktap.sh
. /lib/module.sh

idle() { wait_for 5 is_idle rapl_pmu; }

fuzz_case()
{
	plan 5
	load_mod rapl_pmu
	# shellcheck disable=SC3045	# busybox has it
	ulimit -n 256
	check "$1 calls, both PMUs" pmu fuzz "$1" 1 power power_core
	check "$1 calls, the cores alone" pmu fuzz "$1" 2 power_core
	check "energy is right after that" pmu truth 2 1 power/energy-pkg@0 power_core/energy-core@3
	check "nothing holds the module" idle
	check "rmmod" unload_mod rapl_pmu
	finish
}
