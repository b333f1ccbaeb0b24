// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns one function as a livepatch would: an ftrace user that may change the
 * instruction pointer (and does not), so that nobody else may. With direct=1 as
 * BPF's fentry: a direct call, which lets a livepatch come beside it.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

static char *function = "kvm_arch_vcpu_ioctl_set_mpstate";
module_param(function, charp, 0444);

static bool direct;
module_param(direct, bool, 0444);

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

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
/* straight on into the function */
asm("	.pushsection .text, \"ax\", @progbits\n"
    "	.type	rival_stub, %function\n"
    "rival_stub:\n"
    "	hint	#34\n"
    "	mov	x11, x30\n"
    "	mov	x30, x9\n"
    "	ret	x11\n"
    "	.size	rival_stub, . - rival_stub\n"
    "	.popsection\n");
void rival_stub(void);

static int let_share(struct ftrace_ops *ops, unsigned long ip, enum ftrace_ops_cmd cmd)
{
	return 0;
}

/* the third argument is there since 7.0 */
static struct ftrace_ops direct_ops = {
	.ops_func = (ftrace_ops_func_t)(void *)let_share,
};

static int direct_start(void)
{
	return register_ftrace_direct(&direct_ops, (unsigned long)rival_stub);
}

static void direct_stop(void)
{
	unregister_ftrace_direct(&direct_ops, (unsigned long)rival_stub, true);
}
#else
static struct ftrace_ops direct_ops;
static int direct_start(void) { return -EOPNOTSUPP; }
static void direct_stop(void) { }
#endif

static int __init rival_init(void)
{
	struct ftrace_ops *ops = direct ? &direct_ops : &rival_ops;
	unsigned char name[64];
	int err;

	strscpy(name, function, sizeof(name));
	err = ftrace_set_filter(ops, name, strlen(name), 1);
	if (!err)
		err = direct ? direct_start() : register_ftrace_function(ops);
	if (err)
		ftrace_set_filter(ops, NULL, 0, 1);
	return err;
}

static void __exit rival_exit(void)
{
	if (direct) {
		direct_stop();
		return;
	}
	unregister_ftrace_function(&rival_ops);
	ftrace_set_filter(&rival_ops, NULL, 0, 1);
}

module_init(rival_init);
module_exit(rival_exit);

MODULE_DESCRIPTION("Test: another IPMODIFY user of a function");
MODULE_LICENSE("GPL");
