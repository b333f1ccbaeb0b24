// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest asks of PSCI, and which vCPU acted on it.
 *
 * On entry to kvm_psci_call() the question is in the guest's registers; what KVM
 * answers is not known there, so no event says it. That a CPU_ON had its effect
 * is seen when the target resets itself, on entry to kvm_reset_vcpu().
 */
#include <linux/build_bug.h>
#include <linux/kvm_host.h>
#include <uapi/linux/psci.h>
#include <asm/kvm_emulate.h>

#include "hook.h"
#include "psci.h"
#include "psci_call.h"
#include "vms.h"
#include "trace.h"

static_assert(MPST_PSCI_32 + MPST_CPU_OFF == PSCI_0_2_FN_CPU_OFF);
static_assert(MPST_PSCI_32 + MPST_CPU_ON == PSCI_0_2_FN_CPU_ON);
static_assert(MPST_PSCI_64 + MPST_CPU_ON == PSCI_0_2_FN64_CPU_ON);
static_assert(MPST_PSCI_32 + MPST_SYSTEM_OFF == PSCI_0_2_FN_SYSTEM_OFF);
static_assert(MPST_PSCI_32 + MPST_SYSTEM_RESET == PSCI_0_2_FN_SYSTEM_RESET);
static_assert(MPST_PSCI_64 + MPST_SYSTEM_SUSPEND == PSCI_1_0_FN64_SYSTEM_SUSPEND);
static_assert(MPST_PSCI_0_1 == KVM_PSCI_FN_BASE);
static_assert(MPST_PSCI_0_1 + 1 == KVM_PSCI_FN_CPU_OFF);
static_assert(MPST_PSCI_0_1 + 2 == KVM_PSCI_FN_CPU_ON);

/* Between enter and leave, because a tracer's probe may sleep (7.x on RT). */
static noinline void notrace trace_call(struct kvm_vcpu *vcpu, u32 function,
					const struct mpst_psci_call *call)
{
	mpst_enter();
	trace_psci_call(vcpu, function, call->what, call->target, call->entry,
			call->context);
	mpst_leave();
}

static noinline void notrace trace_reset(struct kvm_vcpu *vcpu, bool on)
{
	mpst_enter();
	trace_vcpu_reset(vcpu, on,
			 on ? READ_ONCE(vcpu->arch.reset_state.pc) : 0,
			 on ? READ_ONCE(vcpu->arch.reset_state.r0) : 0,
			 *vcpu_pc(vcpu), mpst_has_run(vcpu));
	mpst_leave();
}

/**
 * mpst_observe_psci - event psci_call
 * @ip: ftrace's, as the next three
 * @parent_ip: where the function was called from
 * @ops: the hook's
 * @regs: the caller's registers
 *
 * Context: on entry to kvm_psci_call(), in the vCPU's thread.
 */
void notrace mpst_observe_psci(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)mpst_argument(regs, 0);
	struct mpst_psci_call call;
	u32 function;

	if (mpst_leave_native(vcpu->kvm))
		return;
	function = vcpu_get_reg(vcpu, 0);
	if (!mpst_psci_decode(function, vcpu_get_reg(vcpu, 1), vcpu_get_reg(vcpu, 2),
			      vcpu_get_reg(vcpu, 3), &call))
		return;
	mpst_note_vm(vcpu->kvm);
	if (trace_psci_call_enabled())
		trace_call(vcpu, function, &call);
}

/*
 * As mpst_observe_psci(), event vcpu_reset: on entry to kvm_reset_vcpu(), for
 * CPU_ON in the target's own thread, for KVM_ARM_VCPU_INIT in that of the VMM.
 */
void notrace mpst_observe_reset(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)mpst_argument(regs, 0);
	bool on;

	if (mpst_leave_native(vcpu->kvm))
		return;
	on = READ_ONCE(vcpu->arch.reset_state.reset);
	if (on)
		mpst_note_vm(vcpu->kvm);
	if (trace_vcpu_reset_enabled())
		trace_reset(vcpu, on);
}
