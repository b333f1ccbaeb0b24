/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Power state as userspace sees and sets it, and what the guest does to it. No
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
/* perf and trace-cmd know no negative numbers here: 0xffffffea is -EINVAL. */
#define MPST_SHOW_RESULT(result)		\
	__print_symbolic((u32)(result),		\
			 { 0, "0" },		\
			 { 0xffffffea, "-22" },	\
			 { 1, "unknown" })
#define MPST_SHOW_BY(by)			\
	__print_symbolic(by, { 0, "native" }, { 1, "module" })
#define MPST_SHOW_CALL(call)			\
	__print_symbolic(call,			\
			 { 0x02, "CPU_OFF" },	\
			 { 0x03, "CPU_ON" },	\
			 { 0x08, "SYSTEM_OFF" },	\
			 { 0x09, "SYSTEM_RESET" },	\
			 { 0x0e, "SYSTEM_SUSPEND" },	\
			 { 0x12, "SYSTEM_RESET2" },	\
			 { 0x15, "SYSTEM_OFF2" })
#define MPST_SHOW_CAUSE(cause)			\
	__print_symbolic(cause, { 0, "INIT" }, { 1, "CPU_ON" })
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

/* What the guest asked; the answer is not known yet. */
TRACE_EVENT(psci_call,
	TP_PROTO(struct kvm_vcpu *vcpu, u32 function, unsigned int call,
		 u64 target, u64 start, u64 context),
	TP_ARGS(vcpu, function, call, target, start, context),

	TP_STRUCT__entry(
		__field(int, vm_pid)
		__field(int, vcpu)
		__field(unsigned int, call)
		__field(u32, function)
		__field(u64, target)
		__field(u64, entry)
		__field(u64, context)
	),

	TP_fast_assign(
		__entry->vm_pid	= task_tgid_nr(current);
		__entry->vcpu	= vcpu->vcpu_id;
		__entry->call	= call;
		__entry->function = function;
		__entry->target	= target;
		__entry->entry	= start;
		__entry->context = context;
	),

	TP_printk("vm_pid=%d vcpu=%d call=%s function=0x%x target=0x%llx entry=0x%llx context=0x%llx",
		  __entry->vm_pid, __entry->vcpu, MPST_SHOW_CALL(__entry->call),
		  __entry->function, __entry->target, __entry->entry,
		  __entry->context)
);

/* pc: what is lost with the other registers; ran: has it been in KVM_RUN? */
TRACE_EVENT(vcpu_reset,
	TP_PROTO(struct kvm_vcpu *vcpu, bool cause, u64 start, u64 context,
		 u64 pc, bool ran),
	TP_ARGS(vcpu, cause, start, context, pc, ran),

	TP_STRUCT__entry(
		__field(int, vm_pid)
		__field(int, vcpu)
		__field(unsigned int, cause)
		__field(unsigned int, ran)
		__field(u64, entry)
		__field(u64, context)
		__field(u64, pc)
	),

	TP_fast_assign(
		__entry->vm_pid	= task_tgid_nr(current);
		__entry->vcpu	= vcpu->vcpu_id;
		__entry->cause	= cause;
		__entry->ran	= ran;
		__entry->entry	= start;
		__entry->context = context;
		__entry->pc	= pc;
	),

	TP_printk("vm_pid=%d vcpu=%d cause=%s entry=0x%llx context=0x%llx pc=0x%llx ran=%u",
		  __entry->vm_pid, __entry->vcpu, MPST_SHOW_CAUSE(__entry->cause),
		  __entry->entry, __entry->context, __entry->pc, __entry->ran)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
