/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_MPSTATE_H
#define KVM_ARM_MPSTATE_MPSTATE_H

#include "compat.h"

struct seq_file;

/* Set once, before anything is hooked. */
extern struct mpst_rules mpst_rules;

/* Callbacks that have the module's handlers answer. */
void mpst_redirect_get(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct mpst_regs *regs);
void mpst_redirect_set(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct mpst_regs *regs);
void mpst_redirect_check(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct mpst_regs *regs);

/* Callbacks of mode=trace, which only look. */
void mpst_observe_get(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct mpst_regs *regs);
void mpst_observe_set(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct mpst_regs *regs);
void mpst_observe_check(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct mpst_regs *regs);

int mpst_counts_show(struct seq_file *m, void *unused);

#endif
