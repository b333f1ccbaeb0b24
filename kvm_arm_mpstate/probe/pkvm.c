// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kvm_host.h>

void *probe(struct kvm *kvm);

void *probe(struct kvm *kvm)
{
	return &kvm->arch.pkvm;
}
