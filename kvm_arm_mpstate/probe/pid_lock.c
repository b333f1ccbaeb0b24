// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kvm_host.h>

rwlock_t *probe(struct kvm_vcpu *vcpu);

rwlock_t *probe(struct kvm_vcpu *vcpu)
{
	return &vcpu->pid_lock;
}
