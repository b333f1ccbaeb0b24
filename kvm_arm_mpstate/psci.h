/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_PSCI_H
#define KVM_ARM_MPSTATE_PSCI_H

#include "compat.h"

/* Callbacks that only look. */
void mpst_observe_psci(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct mpst_regs *regs);
void mpst_observe_reset(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct mpst_regs *regs);

#endif
