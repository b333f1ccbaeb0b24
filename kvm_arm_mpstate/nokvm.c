// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is built for a kernel that has nothing to hook, so that DKMS succeeds
 * there (a failed build leaves a kernel upgrade half done) and the reason is
 * said at load. Debian's 5.10 and 6.1 -rt kernels are such.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init mpst_init(void)
{
	if (!IS_ENABLED(CONFIG_KVM)) {
		pr_err("this kernel was built without KVM: nothing to hook\n");
		return -ENODEV;
	}
	pr_err("this kernel's ftrace cannot redirect functions (no DYNAMIC_FTRACE_WITH_ARGS or _REGS)\n");
	return -EOPNOTSUPP;
}

module_init(mpst_init);

MODULE_DESCRIPTION("KVM_{GET,SET}_MP_STATE for arm64 hosts by an ftrace hook");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMODS_VERSION);
