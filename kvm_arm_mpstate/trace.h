/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Power state as userspace sees and sets it. No
 * kernel up to 7.3 traces this. Names and fields are an interface: README.md
 * documents them. vm_pid is the process of the VMM, whose thread is the caller.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvm_arm_mpstate

#if !defined(KVM_ARM_MPSTATE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KVM_ARM_MPSTATE_TRACE_H

#include <linux/tracepoint.h>
#include <linux/kvm_host.h>

#ifndef MPST_SHOW_STATE
#define MPST_SHOW_STATE(state)			\
	__print_symbolic(state,			\
			 { 0, "RUNNABLE" },	\
			 { 3, "HALTED" },	\
			 { 5, "STOPPED" },	\
			 { 10, "SUSPENDED" },	\
			 { 0xffffffff, "unknown" })
#define MPST_SHOW_RESULT(result)		\
	__print_symbolic(result, { 0, "0" }, { -22, "-22" }, { 1, "unknown" })
#define MPST_SHOW_BY(by)			\
	__print_symbolic(by, { 0, "native" }, { 1, "module" })
#endif

/* by: 1 our handler answered, 0 seen on entry to another's (mode=trace) */
TRACE_EVENT(kvm_mp_state_get,
	TP_PROTO(struct kvm_vcpu *vcpu, unsigned int old, unsigned int new,
		 int result, bool by),
	TP_ARGS(vcpu, old, new, result, by),

	TP_STRUCT__entry(
		__field(int, vm_pid)
		__field(int, vcpu)
		__field(unsigned int, old)
		__field(unsigned int, new)
		__field(int, result)
		__field(unsigned int, by)
	),

	TP_fast_assign(
		__entry->vm_pid	= task_tgid_nr(current);
		__entry->vcpu	= vcpu->vcpu_id;
		__entry->old	= old;
		__entry->new	= new;
		__entry->result	= result;
		__entry->by	= by;
	),

	TP_printk("vm_pid=%d vcpu=%d old=%s new=%s result=%s by=%s",
		  __entry->vm_pid, __entry->vcpu,
		  MPST_SHOW_STATE(__entry->old), MPST_SHOW_STATE(__entry->new),
		  MPST_SHOW_RESULT(__entry->result), MPST_SHOW_BY(__entry->by))
);

TRACE_EVENT(kvm_mp_state_set,
	TP_PROTO(struct kvm_vcpu *vcpu, unsigned int old, unsigned int new,
		 int result, unsigned int asked, bool by),
	TP_ARGS(vcpu, old, new, result, asked, by),

	TP_STRUCT__entry(
		__field(int, vm_pid)
		__field(int, vcpu)
		__field(unsigned int, old)
		__field(unsigned int, new)
		__field(int, result)
		__field(unsigned int, asked)
		__field(unsigned int, by)
		__field(u64, pc)
	),

	TP_fast_assign(
		__entry->vm_pid	= task_tgid_nr(current);
		__entry->vcpu	= vcpu->vcpu_id;
		__entry->old	= old;
		__entry->new	= new;
		__entry->result	= result;
		__entry->asked	= asked;
		__entry->by	= by;
		__entry->pc	= vcpu_gp_regs(vcpu)->pc;
	),

	TP_printk("vm_pid=%d vcpu=%d old=%s new=%s result=%s asked=%u by=%s pc=0x%llx",
		  __entry->vm_pid, __entry->vcpu,
		  MPST_SHOW_STATE(__entry->old), MPST_SHOW_STATE(__entry->new),
		  MPST_SHOW_RESULT(__entry->result), __entry->asked,
		  MPST_SHOW_BY(__entry->by), __entry->pc)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
