// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handlers of KVM_GET_MP_STATE, KVM_SET_MP_STATE and of KVM_CAP_MP_STATE.
 *
 * KVM calls the first two with vcpu->mutex held, so the vCPU's own thread is
 * not in KVM_RUN meanwhile: nobody waits on its wait queue and it is on no CPU.
 * That is why a SET needs the request bit, which the next KVM_RUN honours
 * before it enters the guest, but no kick: there is nothing to interrupt, and
 * 7.3 exports no kvm_vcpu_kick(). What runs at the same time is a PSCI CPU_ON
 * of another vCPU; compat.h has the lock against that.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/printk.h>

#include "mpstate.h"
#include "view.h"
#include "compat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static_assert((int)MPST_RUNNABLE == KVM_MP_STATE_RUNNABLE);
static_assert((int)MPST_HALTED == KVM_MP_STATE_HALTED);
static_assert((int)MPST_STOPPED == KVM_MP_STATE_STOPPED);
#ifdef KVM_MP_STATE_SUSPENDED
static_assert((int)MPST_SUSPENDED == KVM_MP_STATE_SUSPENDED);
#endif

struct mpst_counts mpst_counts;
struct mpst_rules mpst_rules;

/* The kernel's own rules, for what mode=trace expects it to do. */
static const struct mpst_rules native_rules = {
	.knows_suspended = MPST_KNOWS_SUSPENDED,
};

/*
 * Tasks that may be asleep in a handler: only SET may sleep, on the state lock (a
 * mutex on old kernels, a sleeping spinlock on PREEMPT_RT). A sleeping task does
 * not hold RCU-tasks up, hence the count; the others need none. hook.c has the
 * whole argument, and why no barriers are needed here.
 */
static atomic_t inflight = ATOMIC_INIT(0);

void mpst_wait_idle(void)
{
	unsigned int ms = 0;

	while (atomic_read(&inflight)) {
		if (++ms == 10000)
			pr_warn("still waiting for %d calls to end\n",
				atomic_read(&inflight));
		usleep_range(500, 1000);
	}
}

static __always_inline void count_state(atomic_long_t *counts, unsigned int state)
{
	/* the kernel has no other states, but an index is never taken on trust */
	if (state <= MPST_SUSPENDED)
		atomic_long_inc(&counts[state]);
}

static __always_inline void count_step(const struct mpst_step *step)
{
	if (step->refused)
		atomic_long_inc(&mpst_counts.refused);
	else
		count_state(mpst_counts.set, step->state);
}

/*
 * Out of line, and behind a test of the static key: inlined, they have the
 * handlers save registers for a tracer that is hardly ever there.
 */
static noinline void trace_get(struct kvm_vcpu *vcpu, unsigned int state,
			       unsigned int answer)
{
	trace_kvm_mp_state_get(vcpu, state, answer, 0, true);
}

static noinline void trace_set(struct kvm_vcpu *vcpu, unsigned int old,
			       unsigned int new, int result, unsigned int asked)
{
	trace_kvm_mp_state_set(vcpu, old, new, result, asked, true);
}

/* Does not sleep: nothing counts the tasks in here. */
int mpst_ioctl_get(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state)
{
	unsigned int state = mpst_read_state(vcpu);

	mpst_note_vm(vcpu->kvm);
	count_state(mpst_counts.get, state);
	mp_state->mp_state = mpst_answer(&mpst_rules, state);
	if (trace_kvm_mp_state_get_enabled())
		trace_get(vcpu, state, mp_state->mp_state);
	return 0;
}

int mpst_ioctl_set(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state)
{
	struct mpst_step step;
	unsigned int old;
	int result;

	atomic_inc(&inflight);
	mpst_note_vm(vcpu->kvm);

	mpst_lock_state(vcpu);
	old = mpst_read_state(vcpu);
	step = mpst_step(&mpst_rules, old, mp_state->mp_state);
	if (!step.refused) {
		mpst_write_state(vcpu, step.state);
		if (step.request == MPST_ASK_SLEEP)
			kvm_make_request(KVM_REQ_SLEEP, vcpu);
		else if (step.request == MPST_ASK_SUSPEND)
			mpst_ask_suspend(vcpu);
	}
	mpst_unlock_state(vcpu);

	result = step.refused ? -EINVAL : 0;
	count_step(&step);
	if (trace_kvm_mp_state_set_enabled())
		trace_set(vcpu, old, step.state, result, mp_state->mp_state);
	atomic_dec(&inflight);
	return result;
}

/* Does not sleep. Only reached for KVM_CAP_MP_STATE; @kvm is NULL when asked on /dev/kvm. */
int mpst_check_extension(struct kvm *kvm, long ext)
{
	if (kvm)
		mpst_note_vm(kvm);
	atomic_long_inc(&mpst_counts.capability);
	return 1;
}

/*
 * The kernel's own function has not run yet: what follows is what its rules
 * make of the call, with the state as it is now.
 */
void notrace mpst_seen_get(struct kvm_vcpu *vcpu)
{
	unsigned int state = mpst_read_state(vcpu);

	mpst_note_vm(vcpu->kvm);
	count_state(mpst_counts.get, state);
	trace_kvm_mp_state_get(vcpu, state, mpst_answer(&native_rules, state),
			       0, false);
}

void notrace mpst_seen_set(struct kvm_vcpu *vcpu,
			   const struct kvm_mp_state *mp_state)
{
	unsigned int old = mpst_read_state(vcpu);
	struct mpst_step step = mpst_step(&native_rules, old,
					  mp_state->mp_state);

	mpst_note_vm(vcpu->kvm);
	count_step(&step);
	trace_kvm_mp_state_set(vcpu, old, step.state,
			       step.refused ? -EINVAL : 0,
			       mp_state->mp_state, false);
}

void notrace mpst_seen_capability(struct kvm *kvm)
{
	if (kvm)
		mpst_note_vm(kvm);
	atomic_long_inc(&mpst_counts.capability);
}
