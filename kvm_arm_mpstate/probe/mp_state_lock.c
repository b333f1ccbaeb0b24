// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kvm_host.h>

spinlock_t *probe(struct kvm_vcpu *vcpu);

spinlock_t *probe(struct kvm_vcpu *vcpu)
{
	return &vcpu->arch.mp_state_lock;
}
