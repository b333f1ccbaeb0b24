// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kvm_host.h>

bool probe(struct kvm *kvm);

bool probe(struct kvm *kvm)
{
	return kvm_vm_is_protected(kvm);
}
