/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_VIEW_H
#define KVM_ARM_MPSTATE_VIEW_H

struct kvm;

int mpst_view_init(void);
void mpst_view_exit(void);

/* The debugfs files, once what they show is there. @mode is shown in "hooks". */
void mpst_view_publish(const char *mode);
void mpst_view_withdraw(void);

/* Safe in an ftrace callback. */
void mpst_note_vm(struct kvm *kvm);
void mpst_forget_vm(struct kvm *kvm);

#endif
