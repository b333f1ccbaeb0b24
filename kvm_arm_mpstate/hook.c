// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that registers with ftrace. main.c hands tables of hooks down.
 *
 * Functions are found by name by ftrace itself (ftrace_set_filter): no symbol
 * lookup, no text poking, no kprobes, so lockdown has nothing to object to. A
 * callback that redirects moves the instruction pointer to a handler, which then
 * runs in the function's place with its arguments and returns to the caller: the
 * original needs never be called, which a tail call would break.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "hook.h"
#include "compat.h"

atomic_t mpst_inside = ATOMIC_INIT(0);

static const void *filter_of(const struct mpst_hook *hook)
{
	return rcu_access_pointer(hook->ops.func_hash->filter_hash);
}

/*
 * An empty filter stands for every function of the kernel. ftrace leaves one, and
 * calls it success, where it had no memory for the entry (seen up to Linux 7.3):
 * no hook may start with what a filter is after it was emptied.
 */
static int set_filter(struct mpst_hook *hook)
{
	/* ftrace cuts the string up: give it one of its own */
	unsigned char buf[64];
	const void *empty;
	int err;

	err = ftrace_set_filter(&hook->ops, NULL, 0, 1);
	if (err)
		return err;
	empty = filter_of(hook);
	strscpy(buf, hook->name, sizeof(buf));
	err = ftrace_set_filter(&hook->ops, buf, strlen(buf), 1);
	if (!err && filter_of(hook) == empty)
		return -ENOMEM;
	return err;
}

static int start_hook(struct mpst_hook *hook)
{
	int err;

	hook->ops.func = hook->callback;
	/*
	 * PERMANENT (Linux 5.5): kernel.ftrace_enabled=0 is refused while we are
	 * in. For a redirection that keeps the promise made to userspace; for the
	 * watch on VMs that end it keeps memory safe, see vms.c.
	 */
	hook->ops.flags = FTRACE_OPS_FL_PERMANENT | MPST_NEED_ARGS | hook->flags;
	err = set_filter(hook);
	if (err == -EINVAL) {
		hook->why = "is missing in this kernel or cannot be traced";
		return -EOPNOTSUPP;
	}
	if (!err)
		err = register_ftrace_function(&hook->ops);
	if (!err)
		return 0;
	ftrace_set_filter(&hook->ops, NULL, 0, 1);
	if (err == -EBUSY && hook->flags & FTRACE_OPS_FL_IPMODIFY)
		hook->why = "belongs to another IPMODIFY user (a livepatch?)";
	else
		hook->why = "is refused by ftrace";
	return err;
}

static void stop_hook(struct mpst_hook *hook)
{
	bool said = false;

	if (!(hook->ops.flags & FTRACE_OPS_FL_ENABLED))
		return;
	/*
	 * Fails only after ftrace shut itself down over a bug of its own, with
	 * the calls still patched in. To go on would free text that is still
	 * called; a module that never leaves is the lesser evil.
	 */
	while (unregister_ftrace_function(&hook->ops)) {
		if (!said)
			pr_err("ftrace does not let go of %s: staying in memory until reboot\n",
			       hook->name);
		said = true;
		msleep(1000);
	}
	/* an empty filter owns no memory */
	ftrace_set_filter(&hook->ops, NULL, 0, 1);
}

/**
 * mpst_hooks_start - hook all functions of a table, or none
 * @hooks: the table, hooked from the first to the last
 * @n: its length
 *
 * Context: process, may sleep. After an error tasks may still be in callbacks:
 *	mpst_hooks_wait() before their text goes.
 * Return: 0, or an error with one hook's @why set: -EOPNOTSUPP if a function is
 *	missing; -EBUSY if another IPMODIFY user has it or, for a hook that only
 *	observes, if ftrace is switched off; else ftrace's.
 */
int mpst_hooks_start(struct mpst_hook *hooks, int n)
{
	int i, err;

	for (i = 0; i < n; i++) {
		err = start_hook(&hooks[i]);
		if (err) {
			mpst_hooks_stop(hooks, i);
			return err;
		}
	}
	return 0;
}

/**
 * mpst_hooks_stop - undo mpst_hooks_start(), from the last hook to the first
 * @hooks: a table, started or not
 * @n: its length
 *
 * Nobody enters a callback any more when it returns, but who is inside may still
 * be: see mpst_hooks_wait().
 *
 * Context: process, sleeps for a grace period of RCU-tasks a hook.
 */
void mpst_hooks_stop(struct mpst_hook *hooks, int n)
{
	while (n-- > 0)
		stop_hook(&hooks[n]);
}

/**
 * mpst_hooks_wait - wait until no task is in a callback or a handler
 *
 * All tables must have been stopped. Why no task is in our text afterwards: at
 * any moment a task can be
 *
 * (1) in a callback or trampoline, or in a handler outside of mpst_enter() and
 *     mpst_leave() and before the first. It runs or was preempted there, in code
 *     that never schedules of its own accord.
 * (2) between mpst_enter() and mpst_leave(). It may sleep there.
 * (3) behind mpst_leave() and before the return to KVM. As (1).
 *
 * mpst_hooks_stop() stops new entries to (1). The first synchronize_rcu_tasks()
 * ends (1): it returns when each task has passed a voluntary switch or user mode
 * since, hence has left (1), to go home or into (2). A task asleep in (2) does
 * not hold it up, so (2) is waited for by the count, which nobody raises any
 * more. The last task may then still be in (3): the second
 * synchronize_rcu_tasks() ends that. Without preemption (no CONFIG_TASKS_RCU)
 * that name is synchronize_rcu(), and every CPU's pass through the scheduler or
 * user mode proves the same, since (1) and (3) hold no scheduling point.
 *
 * The count needs no barriers: a task that is in (2) after the first wait has
 * scheduled since it counted itself, and that switch is what the wait saw; what
 * a task wrote before its count down is complete after the second wait.
 *
 * That unregistering a dynamic ops waits likewise is ftrace's own business: we
 * need not rely on it.
 *
 * Context: process, sleeps.
 */
void mpst_hooks_wait(void)
{
	unsigned int ms = 0;

	synchronize_rcu_tasks();
	while (atomic_read(&mpst_inside)) {
		if (++ms == 10000)
			pr_warn("still waiting for %d calls to end\n",
				atomic_read(&mpst_inside));
		usleep_range(500, 1000);
	}
	synchronize_rcu_tasks();
}

/**
 * mpst_hook_status - one word for debugfs: active (redirected), traced or off
 * @hook: one entry of a table
 */
const char *mpst_hook_status(const struct mpst_hook *hook)
{
	if (!(hook->ops.flags & FTRACE_OPS_FL_ENABLED))
		return "off";
	return hook->flags & FTRACE_OPS_FL_IPMODIFY ? "active" : "traced";
}
