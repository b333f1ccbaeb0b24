/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_VMS_H
#define KVM_ARM_MPSTATE_VMS_H

#include "compat.h"

struct seq_file;

int mpst_vms_init(void);
void mpst_vms_exit(void);
int mpst_vms_show(struct seq_file *m, void *unused);

/*
 * The VM noted last, so that a VMM's row of calls costs one comparison each. If
 * it is the caller's VM its note is still there: the VM is alive, so it was not
 * forgotten, and forgetting a VM clears this before its memory is used again.
 */
extern struct kvm *mpst_last_noted;

void mpst_note_other_vm(struct kvm *kvm);
void mpst_watch_destroy(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct mpst_regs *regs);

static __always_inline void mpst_note_vm(struct kvm *kvm)
{
	if (READ_ONCE(mpst_last_noted) != kvm)
		mpst_note_other_vm(kvm);
}

#endif
