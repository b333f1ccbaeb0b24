/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_VIEW_H
#define KVM_ARM_MPSTATE_VIEW_H

#include <linux/compiler.h>

struct kvm;

int mpst_view_init(void);
void mpst_view_exit(void);

/* The debugfs files, once what they show is there. @mode is shown in "hooks". */
void mpst_view_publish(const char *mode);
void mpst_view_withdraw(void);

/*
 * The VM noted last, so that a VMM's row of calls costs one comparison each. If
 * it is the caller's VM its note is still there: the VM is alive, so it was not
 * forgotten, and forgetting a VM clears this before its memory is used again.
 */
extern struct kvm *mpst_last_noted;

/* These are safe in an ftrace callback. */
void mpst_note_other_vm(struct kvm *kvm);
void mpst_forget_vm(struct kvm *kvm);

static __always_inline void mpst_note_vm(struct kvm *kvm)
{
	if (READ_ONCE(mpst_last_noted) != kvm)
		mpst_note_other_vm(kvm);
}

#endif
