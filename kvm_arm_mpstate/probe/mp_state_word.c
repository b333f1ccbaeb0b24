// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kvm_host.h>

u32 *probe(struct kvm_vcpu *vcpu);

u32 *probe(struct kvm_vcpu *vcpu)
{
	return &vcpu->arch.mp_state.mp_state;
}
