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

struct ftrace_regs;	/* before 5.11 there is none */

static void notrace __maybe_unused keep_target(unsigned long ip, unsigned long parent_ip,
					       struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

static void notrace __maybe_unused keep_target_old(unsigned long ip, unsigned long parent_ip,
						   struct ftrace_ops *ops, struct pt_regs *regs)
{
}

static struct ftrace_ops rival_ops = {
	/* of the very type that the kernel calls it by: kCFI looks */
	.func = __builtin_choose_expr(__same_type(ftrace_func_t, &keep_target_old),
				      keep_target_old, keep_target),
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
