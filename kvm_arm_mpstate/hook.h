/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of functions to hook, and the way out again. What the callbacks do is
 * not known here.
 */
#ifndef KVM_ARM_MPSTATE_HOOK_H
#define KVM_ARM_MPSTATE_HOOK_H

#include <linux/atomic.h>
#include <linux/ftrace.h>

/* Flags of a hook: only look, or move the instruction pointer. */
#define MPST_OBSERVE	0
#define MPST_REDIRECT	FTRACE_OPS_FL_IPMODIFY

/**
 * struct mpst_hook - a function of the kernel and what runs on entry to it
 * @name: the function, as in available_filter_functions
 * @callback: runs in the caller's context with who knows what held and, on some
 *	kernels, without preemption: on PREEMPT_RT even a spinlock would be wrong
 *	there. It must be notrace.
 * @flags: MPST_OBSERVE or MPST_REDIRECT
 * @why: why it could not be had, or NULL; set by mpst_hooks_start()
 * @ops: hook.c's own
 */
struct mpst_hook {
	const char *name;
	ftrace_func_t callback;
	unsigned long flags;
	const char *why;
	struct ftrace_ops ops;
};

/* @function is the name in the kernel, @func what runs on entry to it. */
#define MPST_HOOK(function, func, what) {	\
	.name = #function,		\
	.callback = (func),			\
	.flags = (what),			\
}

int mpst_hooks_start(struct mpst_hook *hooks, int n);
void mpst_hooks_stop(struct mpst_hook *hooks, int n);
void mpst_hooks_wait(void);
const char *mpst_hook_status(const struct mpst_hook *hook);

/*
 * Tasks in code that may sleep, between mpst_enter() and mpst_leave(). They do
 * not hold RCU-tasks up, which is why mpst_hooks_wait() counts them; it also
 * says why no barriers are needed.
 */
extern atomic_t mpst_inside;

static inline void mpst_enter(void)
{
	atomic_inc(&mpst_inside);
}

static inline void mpst_leave(void)
{
	atomic_dec(&mpst_inside);
}

#endif
