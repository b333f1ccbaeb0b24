// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that touches ftrace, and every difference between its versions.
 *
 * Functions are found by name by ftrace itself (ftrace_set_filter): no symbol
 * lookup, no text poking, no kprobes, so lockdown has nothing to object to.
 * Either the function's entry calls a stub of ours (a direct call, where the
 * kernel has them), or a callback moves the instruction pointer. Both only send
 * the caller to our handler, which then runs in the function's place with its
 * arguments and returns to the caller: the original needs never be called,
 * which a tail call would break.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/stringify.h>

#include "hook.h"
#include "mpstate.h"
#include "view.h"
#include "compat.h"

/*
 * Kernels with DYNAMIC_FTRACE_WITH_ARGS (arm64: Linux 6.2, commit 26299b3f6ba2
 * "ftrace: arm64: move from REGS to ARGS") pass the arguments to every
 * callback and refuse SAVE_REGS; before, the registers had to be asked for.
 */
#ifdef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
#define NEED_ARGS 0
#else
#define NEED_ARGS FTRACE_OPS_FL_SAVE_REGS
#endif

/*
 * PERMANENT (Linux 5.5): kernel.ftrace_enabled=0 is refused while we are in.
 * For a redirection that keeps the promise made to userspace; for the VM watch
 * it keeps memory safe, see view.c.
 */
#define FLAGS_WATCH	(FTRACE_OPS_FL_PERMANENT | NEED_ARGS)
#define FLAGS_REDIRECT	(FLAGS_WATCH | FTRACE_OPS_FL_IPMODIFY)

/* Linux < 5.11: before commit d19ad0775dcd the callback got pt_regs itself. */
#ifdef HAVE_FTRACE_REGS
#define mpst_regs ftrace_regs
#else
#define mpst_regs pt_regs
#endif

#ifdef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
static __always_inline unsigned long get_argument(struct mpst_regs *regs, unsigned int n)
{
	return ftrace_regs_get_argument(regs, n);
}

static __always_inline void set_target(struct mpst_regs *regs, unsigned long target)
{
	ftrace_regs_set_instruction_pointer(regs, target);
}
#else
static __always_inline struct pt_regs *to_regs(struct mpst_regs *regs)
{
#ifdef HAVE_FTRACE_REGS
	return ftrace_get_regs(regs);
#else
	return regs;
#endif
}

static __always_inline unsigned long get_argument(struct mpst_regs *regs, unsigned int n)
{
	return to_regs(regs)->regs[n];
}

static __always_inline void set_target(struct mpst_regs *regs, unsigned long target)
{
	to_regs(regs)->pc = target;
}
#endif

/* Test builds name a function that does not exist, to see the refusal. */
#ifdef MPST_TEST_MISSING_FUNCTION
#define SET_FUNCTION "kvm_arch_vcpu_ioctl_set_mpstate_gone"
#else
#define SET_FUNCTION "kvm_arch_vcpu_ioctl_set_mpstate"
#endif

/*
 * The callbacks. They run in the caller's context with who knows what held and,
 * on some kernels, without preemption: on PREEMPT_RT even a spinlock would be
 * wrong here. Look at arguments, move the instruction pointer, nothing else;
 * the observers take one raw spinlock for the VM table.
 */
static void notrace redirect_get(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)get_argument(regs, 0);

	if (!mpst_leave_native(vcpu->kvm))
		set_target(regs, (unsigned long)mpst_ioctl_get);
}

static void notrace redirect_set(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)get_argument(regs, 0);

	if (!mpst_leave_native(vcpu->kvm))
		set_target(regs, (unsigned long)mpst_ioctl_set);
}

static void notrace redirect_check(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct mpst_regs *regs)
{
	if (get_argument(regs, 1) != KVM_CAP_MP_STATE)
		return;
	if (!mpst_leave_native((struct kvm *)get_argument(regs, 0)))
		set_target(regs, (unsigned long)mpst_check_extension);
}

static void notrace observe_get(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct mpst_regs *regs)
{
	mpst_seen_get((struct kvm_vcpu *)get_argument(regs, 0));
}

static void notrace observe_set(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct mpst_regs *regs)
{
	mpst_seen_set((struct kvm_vcpu *)get_argument(regs, 0),
		      (const struct kvm_mp_state *)get_argument(regs, 1));
}

static void notrace observe_check(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct mpst_regs *regs)
{
	if (get_argument(regs, 1) == KVM_CAP_MP_STATE)
		mpst_seen_capability((struct kvm *)get_argument(regs, 0));
}

static void notrace watch_destroy(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct mpst_regs *regs)
{
	mpst_forget_vm((struct kvm *)get_argument(regs, 0));
}

/*
 * Direct calls (arm64: Linux 6.4): the function's entry branches to a stub, not to
 * ftrace, which would save all arguments and restore them around a callback.
 * ftrace keeps a direct call and an IPMODIFY user off each other as it does with
 * two IPMODIFY users.
 *
 * A stub is entered with the function's arguments in x0 to x8, its return
 * address in x9 and its body's address in x30; x10 to x17 are free. With x9 put
 * back into x30 our handler is as if called in the function's place.
 *
 * The flags of such an ops are ftrace's: that the watch is PERMANENT keeps
 * ftrace switched on for these, too.
 */
#if defined(HAVE_FTRACE_DIRECT) && defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)
#define DEFINE_STUB(name, body)				\
	asm("	.pushsection .text, \"ax\", @progbits\n"	\
	    "	.balign	4\n"				\
	    "	.type	mpst_stub_" #name ", %function\n"	\
	    "mpst_stub_" #name ":\n"			\
	    "	hint	#34\n"	/* bti c */		\
	    body					\
	    "	.size	mpst_stub_" #name ", . - mpst_stub_" #name "\n" \
	    "	.popsection\n");				\
	asmlinkage void mpst_stub_##name(void)

DEFINE_STUB(get,
	    "	mov	x30, x9\n"
	    "	b	mpst_ioctl_get\n");

DEFINE_STUB(set,
	    "	mov	x30, x9\n"
	    "	b	mpst_ioctl_set\n");

/* Any other extension goes on into the function's body. */
DEFINE_STUB(check,
	    "	mov	x10, x30\n"
	    "	mov	x30, x9\n"
	    "	cmp	x1, #" __stringify(KVM_CAP_MP_STATE) "\n"
	    "	b.eq	mpst_check_extension\n"
	    "	ret	x10\n");

static int direct_start(struct ftrace_ops *ops, void (*stub)(void))
{
	return register_ftrace_direct(ops, (unsigned long)stub);
}

static int direct_stop(struct ftrace_ops *ops, void (*stub)(void))
{
	return unregister_ftrace_direct(ops, (unsigned long)stub, false);
}
#else
#define mpst_stub_get	NULL
#define mpst_stub_set	NULL
#define mpst_stub_check	NULL

static int direct_start(struct ftrace_ops *ops, void (*stub)(void))
{
	return -EOPNOTSUPP;
}

static int direct_stop(struct ftrace_ops *ops, void (*stub)(void))
{
	return 0;
}
#endif

/* How a function is hooked; one way for all of them. */
enum hook_way {
	WAY_DIRECT,	/* a direct call to the stub */
	WAY_CALLBACK,	/* a callback that redirects */
	WAY_OBSERVE,	/* a callback that only looks: mode=trace */
	NR_WAYS,
};

static const char *const way_status[NR_WAYS] = {
	[WAY_DIRECT] = "active direct",
	[WAY_CALLBACK] = "active callback",
	[WAY_OBSERVE] = "traced",
};

struct mpst_hook {
	const char *name;
	void (*stub)(void);	/* NULL where the kernel has no direct calls */
	struct ftrace_ops ops[NR_WAYS];
	const char *why;	/* not redirected, because */
};

#define HOOK_OPS(redirect, observe) {					\
	[WAY_CALLBACK] = { .func = (redirect), .flags = FLAGS_REDIRECT },	\
	[WAY_OBSERVE] = { .func = (observe), .flags = FLAGS_WATCH },	\
}

static struct mpst_hook hooks[] = {
	{
		.name = "kvm_arch_vcpu_ioctl_get_mpstate",
		.stub = mpst_stub_get,
		.ops = HOOK_OPS(redirect_get, observe_get),
	}, {
		.name = SET_FUNCTION,
		.stub = mpst_stub_set,
		.ops = HOOK_OPS(redirect_set, observe_set),
	}, {
		.name = "kvm_vm_ioctl_check_extension",
		.stub = mpst_stub_check,
		.ops = HOOK_OPS(redirect_check, observe_check),
	},
};

static const char destroy_function[] = "kvm_arch_destroy_vm";
static struct ftrace_ops destroy_ops = {
	.func = watch_destroy,
	.flags = FLAGS_WATCH,
};

/* Names the function in the filter and says so if ftrace does not know it. */
static int set_filter(struct ftrace_ops *ops, const char *name)
{
	/* ftrace cuts the string up: give it one of its own */
	unsigned char buf[64];
	int err;

	strscpy(buf, name, sizeof(buf));
	err = ftrace_set_filter(ops, buf, strlen(buf), 1);
	if (err == -EINVAL) {
		pr_err("%s is missing in this kernel or cannot be traced: nothing to hook, see available_filter_functions\n",
		       name);
		return -EOPNOTSUPP;
	}
	if (err)
		pr_err("ftrace does not accept %s: error %d\n", name, err);
	return err;
}

/* @stub: what a direct call goes to, NULL for an ops with a callback */
static int start_ops(struct ftrace_ops *ops, const char *name, void (*stub)(void))
{
	int err = set_filter(ops, name);

	if (err)
		return err;
	err = stub ? direct_start(ops, stub) : register_ftrace_function(ops);
	if (err)
		ftrace_set_filter(ops, NULL, 0, 1);
	return err;
}

static void stop_ops(struct ftrace_ops *ops, const char *name, void (*stub)(void))
{
	bool said = false;

	if (!(ops->flags & FTRACE_OPS_FL_ENABLED))
		return;
	/*
	 * Fails only after ftrace shut itself down over a bug of its own, with
	 * the calls still patched in. To go on would free text that is still
	 * called; a module that never leaves is the lesser evil.
	 */
	while (stub ? direct_stop(ops, stub) : unregister_ftrace_function(ops)) {
		if (!said)
			pr_err("ftrace does not let go of %s: staying in memory until reboot\n",
			       name);
		said = true;
		msleep(1000);
	}
	/* an empty filter owns no memory */
	ftrace_set_filter(ops, NULL, 0, 1);
}

int mpst_watch_start(void)
{
	int err = start_ops(&destroy_ops, destroy_function, NULL);

	/* no IPMODIFY here, so EBUSY is the answer to PERMANENT alone */
	if (err == -EBUSY) {
		pr_err("ftrace is switched off: sysctl kernel.ftrace_enabled=1, then load again\n");
		return -EOPNOTSUPP;
	}
	if (err && err != -EOPNOTSUPP)
		pr_err("ftrace cannot watch %s: error %d\n", destroy_function, err);
	return err;
}

void mpst_watch_stop(void)
{
	stop_ops(&destroy_ops, destroy_function, NULL);
	/* as (1) below: a callback never schedules of its own accord */
	synchronize_rcu_tasks();
}

/* All functions or none. */
static int start_way(enum hook_way way)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = start_ops(&hooks[i].ops[way], hooks[i].name,
				way == WAY_DIRECT ? hooks[i].stub : NULL);
		if (!err)
			continue;
		if (err == -EBUSY && way == WAY_CALLBACK)
			hooks[i].why = "another IPMODIFY user (a livepatch?) owns it";
		mpst_hook_stop();
		return err;
	}
	return 0;
}

/*
 * A host in protected mode has VMs whose calls are not ours, and only a callback
 * looks at whose call it is. Where somebody else has the direct call (BPF's
 * fentry), a callback may still go beside it.
 */
static int start_redirect(void)
{
	int err = -EBUSY;

	if (hooks[0].stub && !mpst_protected_mode())
		err = start_way(WAY_DIRECT);
	/* a missing function is missing either way, and was said */
	if (err && err != -EOPNOTSUPP)
		err = start_way(WAY_CALLBACK);
	return err;
}

static const char *busy_function(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].why)
			return hooks[i].name;
	return "a function";
}

int mpst_hook_start(enum mpst_mode *mode)
{
	int err;

	if (*mode == MPST_MODE_TRACE)
		return start_way(WAY_OBSERVE);

	err = start_redirect();
	if (!err) {
		*mode = MPST_MODE_HOOK;
		return 0;
	}
	if (err != -EBUSY)
		return err;
	if (*mode == MPST_MODE_HOOK) {
		pr_err("%s belongs to another IPMODIFY user (a livepatch?), see enabled_functions: remove that, or load with mode=trace\n",
		       busy_function());
		return err;
	}
	pr_warn("%s belongs to another IPMODIFY user (a livepatch?): mode=trace, the kernel's own handlers stay\n",
		busy_function());
	*mode = MPST_MODE_TRACE;
	return start_way(WAY_OBSERVE);
}

/*
 * Why no task is in our text afterwards. At any moment a task can be
 *
 * (1) in a callback, stub or trampoline, in GET or check_extension, or in SET
 *     before its count. It runs or was preempted there, in code that never
 *     schedules of its own accord.
 * (2) between SET's count up and count down. It may sleep there, on the state
 *     lock.
 * (3) behind the count down and before the return to KVM. As (1).
 *
 * unregister_ftrace_function() stops new entries to (1). The first
 * synchronize_rcu_tasks() ends (1): it returns when each task has passed a
 * voluntary switch or user mode since, hence has left (1), to go home or into
 * (2). A task asleep in (2) does not hold it up, so (2) is waited for by the
 * count, which nobody raises any more. The last task may then still be in (3):
 * the second synchronize_rcu_tasks() ends that. Without preemption (no
 * CONFIG_TASKS_RCU) that name is synchronize_rcu(), and every CPU's pass through
 * the scheduler or user mode proves the same, since (1) and (3) hold no
 * scheduling point.
 *
 * The count needs no barriers: a task that is in (2) after the first wait has
 * scheduled since it counted itself, and that switch is what the wait saw; what
 * a task wrote before its count down is complete after the second wait.
 *
 * That unregistering a dynamic ops waits likewise is ftrace's own business: we
 * need not rely on it.
 */
void mpst_hook_stop(void)
{
	int i, way;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		for (way = 0; way < NR_WAYS; way++)
			stop_ops(&hooks[i].ops[way], hooks[i].name,
				 way == WAY_DIRECT ? hooks[i].stub : NULL);
	synchronize_rcu_tasks();
	mpst_wait_idle();
	synchronize_rcu_tasks();
}

void mpst_hook_show(struct seq_file *m)
{
	int i, way;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		const char *status = "off";

		for (way = 0; way < NR_WAYS; way++)
			if (hooks[i].ops[way].flags & FTRACE_OPS_FL_ENABLED)
				status = way_status[way];
		seq_printf(m, "%s %s%s%s\n", hooks[i].name, status,
			   hooks[i].why ? " " : "",
			   hooks[i].why ? hooks[i].why : "");
	}
	seq_printf(m, "%s %s\n", destroy_function,
		   destroy_ops.flags & FTRACE_OPS_FL_ENABLED ? "traced" : "off");
}
