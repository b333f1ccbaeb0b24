// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns one function as a livepatch would: an ftrace user that may change the
 * instruction pointer (and does not), so that nobody else may.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

static char *function = "kvm_arch_vcpu_ioctl_set_mpstate";
module_param(function, charp, 0444);

/* the last argument is pt_regs or ftrace_regs by kernel, and not looked at */
static void notrace keep_target(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, void *regs)
{
}

static struct ftrace_ops rival_ops = {
	.func = (ftrace_func_t)(void *)keep_target,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT
#ifndef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
		| FTRACE_OPS_FL_SAVE_REGS
#endif
};

static int __init rival_init(void)
{
	unsigned char name[64];
	int err;

	strscpy(name, function, sizeof(name));
	err = ftrace_set_filter(&rival_ops, name, strlen(name), 1);
	if (!err)
		err = register_ftrace_function(&rival_ops);
	if (err)
		ftrace_set_filter(&rival_ops, NULL, 0, 1);
	return err;
}

static void __exit rival_exit(void)
{
	unregister_ftrace_function(&rival_ops);
	ftrace_set_filter(&rival_ops, NULL, 0, 1);
}

module_init(rival_init);
module_exit(rival_exit);

MODULE_DESCRIPTION("Test: another IPMODIFY user of a function");
MODULE_LICENSE("GPL");
