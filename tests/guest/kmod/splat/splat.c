// SPDX-License-Identifier: GPL-2.0-only
/*
 * splat - misbehave on demand, so that the runner can be seen to notice
 *
 * how=warn: a WARN; how=oops: a write to address 0; how=lockup: a loop with
 * interrupts on and preemption off, which the soft lockup watchdog must find.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/string.h>

static char *how = "warn";
module_param(how, charp, 0444);
MODULE_PARM_DESC(how, "warn (default), oops or lockup");

static int __init splat_init(void)
{
	if (!strcmp(how, "warn")) {
		WARN(1, "splat: a warning on purpose\n");
	} else if (!strcmp(how, "oops")) {
		WRITE_ONCE(*(volatile int *)NULL, 0);
	} else if (!strcmp(how, "lockup")) {
		preempt_disable();
		for (;;)
			cpu_relax();
	} else {
		pr_err("unknown how=%s\n", how);
		return -EINVAL;
	}
	return 0;
}
module_init(splat_init);

static void __exit splat_exit(void)
{
}
module_exit(splat_exit);

MODULE_DESCRIPTION("misbehaves on demand");
MODULE_LICENSE("GPL");
