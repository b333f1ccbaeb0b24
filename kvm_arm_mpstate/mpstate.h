/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_MPSTATE_H
#define KVM_ARM_MPSTATE_MPSTATE_H

#include <linux/atomic.h>
#include <linux/kvm_host.h>

#include "state.h"

/* What was answered since load; get and set by the state before and after. */
struct mpst_counts {
	atomic_long_t get[MPST_SUSPENDED + 1];
	atomic_long_t set[MPST_SUSPENDED + 1];
	atomic_long_t refused;
	atomic_long_t capability;
};

extern struct mpst_counts mpst_counts;
extern struct mpst_rules mpst_rules;

/* The handlers, with the prototypes of the functions they stand in for. */
int mpst_ioctl_get(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state);
int mpst_ioctl_set(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state);
int mpst_check_extension(struct kvm *kvm, long ext);

/* What mode=trace does on entry to the kernel's own functions. */
void mpst_seen_get(struct kvm_vcpu *vcpu);
void mpst_seen_set(struct kvm_vcpu *vcpu, const struct kvm_mp_state *mp_state);
void mpst_seen_capability(struct kvm *kvm);

/* Sleep until no task is between count up and count down of a SET. */
void mpst_wait_idle(void);

#endif
