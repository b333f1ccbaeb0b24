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
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/seq_file.h>

#include "hook.h"
#include "mpstate.h"
#include "vms.h"
#include "compat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static_assert((int)MPST_RUNNABLE == KVM_MP_STATE_RUNNABLE);
static_assert((int)MPST_HALTED == KVM_MP_STATE_HALTED);
static_assert((int)MPST_STOPPED == KVM_MP_STATE_STOPPED);
#ifdef KVM_MP_STATE_SUSPENDED
static_assert((int)MPST_SUSPENDED == KVM_MP_STATE_SUSPENDED);
#endif

struct mpst_rules mpst_rules;

/* What was answered since load; get and set by the state before and after. */
static struct {
	atomic_long_t get[MPST_SUSPENDED + 1];
	atomic_long_t set[MPST_SUSPENDED + 1];
	atomic_long_t refused;
	/* seen by mode=trace: what was answered is not known */
	atomic_long_t get_unknown;
	atomic_long_t set_unknown;
	atomic_long_t capability;
} counts;

static __always_inline void count_state(atomic_long_t *of, unsigned int state)
{
	/* the kernel has no other states, but an index is never taken on trust */
	if (state <= MPST_SUSPENDED)
		atomic_long_inc(&of[state]);
}

static __always_inline void count_step(const struct mpst_step *step)
{
	if (step->refused)
		atomic_long_inc(&counts.refused);
	else
		count_state(counts.set, step->state);
}

/*
 * Out of line, and behind a test of the static key: inlined, they have the
 * handlers save registers for a tracer that is hardly ever there. Between enter
 * and leave, because a tracer's probe may sleep (7.x on RT).
 */
static noinline void notrace trace_get(struct kvm_vcpu *vcpu, unsigned int state,
				       unsigned int answer, int result, bool ours)
{
	mpst_enter();
	trace_kvm_mp_state_get(vcpu, state, answer, result, ours);
	mpst_leave();
}

static noinline void notrace trace_set(struct kvm_vcpu *vcpu, unsigned int old,
				       unsigned int new, int result,
				       unsigned int asked, bool ours)
{
	mpst_enter();
	trace_kvm_mp_state_set(vcpu, old, new, result, asked, ours);
	mpst_leave();
}

/* Does not sleep but in a tracer: nothing else counts the tasks in here. */
static int ioctl_get(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state)
{
	unsigned int state = mpst_read_state(vcpu);

	mpst_note_vm(vcpu->kvm);
	count_state(counts.get, state);
	mp_state->mp_state = mpst_answer(&mpst_rules, state);
	if (trace_kvm_mp_state_get_enabled())
		trace_get(vcpu, state, mp_state->mp_state, 0, true);
	return 0;
}

static int ioctl_set(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state)
{
	struct mpst_step step;
	unsigned int old;
	int result;

	mpst_enter();
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
		trace_set(vcpu, old, step.state, result, mp_state->mp_state, true);
	mpst_leave();
	return result;
}

/* Does not sleep. Only reached for KVM_CAP_MP_STATE; @kvm is NULL when asked on /dev/kvm. */
static int check_extension(struct kvm *kvm, long ext)
{
	if (kvm)
		mpst_note_vm(kvm);
	atomic_long_inc(&counts.capability);
	return 1;
}

/* The handlers stand in for these; a changed prototype must not compile. */
static_assert(__same_type(ioctl_get, kvm_arch_vcpu_ioctl_get_mpstate));
static_assert(__same_type(ioctl_set, kvm_arch_vcpu_ioctl_set_mpstate));
static_assert(__same_type(check_extension, kvm_vm_ioctl_check_extension));

/*
 * The callbacks. They look at arguments and move the instruction pointer,
 * nothing else; the observers take one raw spinlock for the table of VMs.
 */

/**
 * mpst_redirect_get - KVM_GET_MP_STATE goes to ioctl_get()
 * @ip: ftrace's, as the next three
 * @parent_ip: where the function was called from
 * @ops: the hook's
 * @regs: the caller's registers
 *
 * Context: on entry to kvm_arch_vcpu_ioctl_get_mpstate(), vcpu->mutex held.
 */
void notrace mpst_redirect_get(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)mpst_argument(regs, 0);

	if (!mpst_leave_native(vcpu->kvm))
		mpst_redirect(regs, ioctl_get);
}

/* As mpst_redirect_get(), for KVM_SET_MP_STATE. */
void notrace mpst_redirect_set(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)mpst_argument(regs, 0);

	if (!mpst_leave_native(vcpu->kvm))
		mpst_redirect(regs, ioctl_set);
}

/* As mpst_redirect_get(), for KVM_CHECK_EXTENSION of KVM_CAP_MP_STATE alone. */
void notrace mpst_redirect_check(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct mpst_regs *regs)
{
	if (mpst_argument(regs, 1) != KVM_CAP_MP_STATE)
		return;
	if (!mpst_leave_native((struct kvm *)mpst_argument(regs, 0)))
		mpst_redirect(regs, check_extension);
}

/* mode=trace: another's handler is asked for KVM_GET_MP_STATE. */
void notrace mpst_observe_get(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)mpst_argument(regs, 0);

	mpst_note_vm(vcpu->kvm);
	atomic_long_inc(&counts.get_unknown);
	if (trace_kvm_mp_state_get_enabled())
		trace_get(vcpu, mpst_read_state(vcpu), MPST_UNKNOWN,
			  MPST_UNKNOWN_RESULT, false);
}

/* mode=trace: another's handler is asked for KVM_SET_MP_STATE. */
void notrace mpst_observe_set(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)mpst_argument(regs, 0);
	const struct kvm_mp_state *mp_state =
		(const struct kvm_mp_state *)mpst_argument(regs, 1);

	mpst_note_vm(vcpu->kvm);
	atomic_long_inc(&counts.set_unknown);
	if (trace_kvm_mp_state_set_enabled())
		trace_set(vcpu, mpst_read_state(vcpu), MPST_UNKNOWN,
			  MPST_UNKNOWN_RESULT, mp_state->mp_state, false);
}

/* mode=trace: who asked the kernel for KVM_CAP_MP_STATE. */
void notrace mpst_observe_check(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm *kvm = (struct kvm *)mpst_argument(regs, 0);

	if (mpst_argument(regs, 1) != KVM_CAP_MP_STATE)
		return;
	if (kvm)
		mpst_note_vm(kvm);
	atomic_long_inc(&counts.capability);
}

/**
 * mpst_counts_show - debugfs "counts": a line a state, rejections, calls whose
 *	result is not known, checks of the capability
 * @m: where it goes
 * @unused: the seq_file API's
 */
int mpst_counts_show(struct seq_file *m, void *unused)
{
	static const unsigned int states[] = {
		MPST_RUNNABLE, MPST_STOPPED, MPST_SUSPENDED,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		seq_printf(m, "get %s %ld\n", mpst_state_name(states[i]),
			   atomic_long_read(&counts.get[states[i]]));
	for (i = 0; i < ARRAY_SIZE(states); i++)
		seq_printf(m, "set %s %ld\n", mpst_state_name(states[i]),
			   atomic_long_read(&counts.set[states[i]]));
	seq_printf(m, "set rejected %ld\n", atomic_long_read(&counts.refused));
	seq_printf(m, "get unknown %ld\n", atomic_long_read(&counts.get_unknown));
	seq_printf(m, "set unknown %ld\n", atomic_long_read(&counts.set_unknown));
	seq_printf(m, "check_extension %ld\n",
		   atomic_long_read(&counts.capability));
	return 0;
}
