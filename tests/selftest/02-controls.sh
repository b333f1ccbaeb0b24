# SPDX-License-Identifier: GPL-2.0-only
# Each guest of 02-controls.table must get its verdict.
# arch: @arch@
# timeout: @timeout@
# kmod: @kmod@
# break: @break@
# expect: @expect@

hang()
{
	while :; do
		sleep 1
	done
}

panic()
{
	echo 1 >/proc/sys/kernel/sysrq
	echo c >/proc/sysrq-trigger
}

@does@
