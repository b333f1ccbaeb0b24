// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the nth call of a kernel function fail, or each (nth=0): it returns error,
 * after a sleep of delay ms if any.  Another one may be held up by stall_ms.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static char *function;
module_param(function, charp, 0444);

static int nth = 1;
module_param(nth, int, 0444);

static int error = -12;
module_param(error, int, 0444);

static int delay;
module_param(delay, int, 0444);

static char *stall;
module_param(stall, charp, 0444);

static int stall_ms = 1000;
module_param(stall_ms, int, 0444);

static atomic_t calls;

/* In the place of the function, with its stack: where that may sleep, this may. */
static noinline long fault_return(void)
{
	if (delay)
		msleep(delay);
	return error;
}

static int fault_pre(struct kprobe *probe, struct pt_regs *regs)
{
	int call = atomic_inc_return(&calls);

	if (nth && call != nth)
		return 0;
	pr_info("%s: call %d returns %d\n", function, call, error);
	regs->ip = (unsigned long)fault_return;
	return 1;
}
NOKPROBE_SYMBOL(fault_pre);

/*
 * That there is one keeps the kernel from optimizing the probe into a jump, which
 * it does some milliseconds later and which goes on with the function, whatever ip is.
 */
static void fault_post(struct kprobe *probe, struct pt_regs *regs,
		       unsigned long flags)
{
}
NOKPROBE_SYMBOL(fault_post);

static int stall_pre(struct kprobe *probe, struct pt_regs *regs)
{
	mdelay(stall_ms);
	return 0;
}
NOKPROBE_SYMBOL(stall_pre);

static struct kprobe fault = {
	.pre_handler = fault_pre,
	.post_handler = fault_post,
};
static struct kprobe stalled = { .pre_handler = stall_pre };

static int __init fault_init(void)
{
	int err;

	fault.symbol_name = function;
	err = register_kprobe(&fault);
	if (err || !stall)
		return err;
	stalled.symbol_name = stall;
	err = register_kprobe(&stalled);
	if (err)
		unregister_kprobe(&fault);
	return err;
}

static void __exit fault_exit(void)
{
	if (stall)
		unregister_kprobe(&stalled);
	unregister_kprobe(&fault);
}

module_init(fault_init);
module_exit(fault_exit);

MODULE_DESCRIPTION("Test: a function that fails");
MODULE_LICENSE("GPL");
