/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the kernels differ. HAVE_* come from probe/ (Kbuild): stable kernels
 * backport, so version numbers do not tell.
 */
#ifndef KVM_ARM_MPSTATE_COMPAT_H
#define KVM_ARM_MPSTATE_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kvm_host.h>
#include <linux/rcupdate.h>

#include "state.h"

/*
 * mpst_hooks_wait() rests on this: a kernel that preempts has a flavour of RCU
 * that waits until every task has left the code it was preempted in.
 */
#if defined(CONFIG_PREEMPTION) && !defined(CONFIG_TASKS_RCU)
#error "kvm_arm_mpstate needs CONFIG_TASKS_RCU on a preemptible kernel"
#endif

/*
 * Linux < 5.19: before commit b171f9bbb130 ("KVM: arm64: Track vCPU power
 * state using MP state values") a bool said "off".
 */
#ifdef HAVE_MP_STATE_WORD
#define MPST_LAYOUT_STATE "mp_state"

static inline unsigned int mpst_read_state(struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->arch.mp_state.mp_state);
}

static inline void mpst_write_state(struct kvm_vcpu *vcpu, unsigned int state)
{
	WRITE_ONCE(vcpu->arch.mp_state.mp_state, state);
}
#else
#define MPST_LAYOUT_STATE "power_off"

static inline unsigned int mpst_read_state(struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->arch.power_off) ? MPST_STOPPED : MPST_RUNNABLE;
}

static inline void mpst_write_state(struct kvm_vcpu *vcpu, unsigned int state)
{
	WRITE_ONCE(vcpu->arch.power_off, state == MPST_STOPPED);
}
#endif

/*
 * Linux < 6.4 (stable < 6.1.28): before commit 0acc7239c20a ("KVM: arm64:
 * Avoid vcpu->mutex v. kvm->lock inversion in CPU_ON") PSCI CPU_ON of another
 * vCPU was serialised by kvm->lock. Without a lock, a SET RUNNABLE between
 * CPU_ON's test of "off" and its reset request would let the vCPU run from its
 * old registers and be reset under way. kvm->lock inside vcpu->mutex is those
 * kernels' own order: CPU_ON takes it so, and so does KVM_ARM_VCPU_INIT. A
 * guest can make us wait for a CPU_ON in progress, which is a few stores, but
 * cannot hold it. While a SET waits, it has vcpu->mutex, and userspace's access to
 * a register of the vgic, which tries for every vCPU's, gets EBUSY: as from any
 * ioctl on a vCPU that is under way.
 */
#ifdef HAVE_MP_STATE_LOCK
#define MPST_LAYOUT_LOCK "mp_state_lock"

static inline void mpst_lock_state(struct kvm_vcpu *vcpu)
{
	spin_lock(&vcpu->arch.mp_state_lock);
}

static inline void mpst_unlock_state(struct kvm_vcpu *vcpu)
{
	spin_unlock(&vcpu->arch.mp_state_lock);
}
#else
#define MPST_LAYOUT_LOCK "kvm->lock"

static inline void mpst_lock_state(struct kvm_vcpu *vcpu)
{
	mutex_lock(&vcpu->kvm->lock);
}

static inline void mpst_unlock_state(struct kvm_vcpu *vcpu)
{
	mutex_unlock(&vcpu->kvm->lock);
}
#endif

/*
 * Linux < 5.19: before commit 7b33a09d036f ("KVM: arm64: Add support for
 * userspace to suspend a vCPU")
 */
#ifdef HAVE_REQ_SUSPEND
#define MPST_KNOWS_SUSPENDED 1
static inline void mpst_ask_suspend(struct kvm_vcpu *vcpu)
{
	kvm_make_request(KVM_REQ_SUSPEND, vcpu);
}
#else
#define MPST_KNOWS_SUSPENDED 0
static inline void mpst_ask_suspend(struct kvm_vcpu *vcpu) { }
#endif

/*
 * A protected VM's vCPU state belongs to the hypervisor (pKVM): its calls are
 * left to the kernel. Linux < 5.18 or so has no such VMs.
 */
#if defined(HAVE_PKVM) && !defined(HAVE_VM_IS_PROTECTED)
#error "this kernel has protected VMs, but how to tell them is not where it was looked for"
#endif

#ifdef HAVE_VM_IS_PROTECTED
static inline bool mpst_leave_native(struct kvm *kvm)
{
	return kvm && kvm_vm_is_protected(kvm);
}
#else
static inline bool mpst_leave_native(struct kvm *kvm)
{
	return false;
}
#endif

/*
 * The thread that was last in KVM_RUN, 0 if none was. Where there is a lock (Linux
 * 6.13 or so) RCU protects vcpu->pid no longer.
 */
#ifdef HAVE_PID_LOCK
static inline pid_t mpst_vcpu_thread(struct kvm_vcpu *vcpu)
{
	pid_t nr;

	read_lock(&vcpu->pid_lock);
	nr = pid_nr(vcpu->pid);
	read_unlock(&vcpu->pid_lock);
	return nr;
}

static inline bool mpst_has_run(struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->pid);
}
#else
static inline pid_t mpst_vcpu_thread(struct kvm_vcpu *vcpu)
{
	pid_t nr;

	rcu_read_lock();
	nr = pid_nr(rcu_dereference(vcpu->pid));
	rcu_read_unlock();
	return nr;
}

static inline bool mpst_has_run(struct kvm_vcpu *vcpu)
{
	return rcu_access_pointer(vcpu->pid);
}
#endif

/* Linux < 5.11: before commit d19ad0775dcd the callback got pt_regs itself. */
#ifdef HAVE_FTRACE_REGS
#define mpst_regs ftrace_regs
#else
#define mpst_regs pt_regs
#endif

/*
 * Kernels with DYNAMIC_FTRACE_WITH_ARGS (arm64: Linux 6.2, commit 26299b3f6ba2
 * "ftrace: arm64: move from REGS to ARGS") pass the arguments to every
 * callback and refuse SAVE_REGS; before, the registers had to be asked for.
 */
#ifdef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
#define MPST_NEED_ARGS 0

static __always_inline unsigned long mpst_argument(struct mpst_regs *regs, unsigned int n)
{
	return ftrace_regs_get_argument(regs, n);
}

static __always_inline void mpst_redirect(struct mpst_regs *regs, void *target)
{
	ftrace_regs_set_instruction_pointer(regs, (unsigned long)target);
}
#else
#define MPST_NEED_ARGS FTRACE_OPS_FL_SAVE_REGS

static __always_inline struct pt_regs *mpst_pt_regs(struct mpst_regs *regs)
{
#ifdef HAVE_FTRACE_REGS
	return ftrace_get_regs(regs);
#else
	return regs;
#endif
}

static __always_inline unsigned long mpst_argument(struct mpst_regs *regs, unsigned int n)
{
	return mpst_pt_regs(regs)->regs[n];
}

static __always_inline void mpst_redirect(struct mpst_regs *regs, void *target)
{
	mpst_pt_regs(regs)->pc = (unsigned long)target;
}
#endif

#endif
