/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of KVM_GET_MP_STATE and KVM_SET_MP_STATE, and nothing else: no
 * locks, no vCPU, no kernel calls. The same header compiles in the host's unit
 * tests, which walk every (layout, abi, old state, request).
 *
 * Power states are named by the UAPI numbers throughout; whether the kernel
 * keeps them in a bool or in a word is compat.h's business.
 */
#ifndef KVM_ARM_MPSTATE_STATE_H
#define KVM_ARM_MPSTATE_STATE_H

/* enum values of linux/kvm.h, which on 5.10 lacks the last (mpstate.c checks them) */
enum mpst_state {
	MPST_RUNNABLE	= 0,
	MPST_HALTED	= 3,
	MPST_STOPPED	= 5,
	MPST_SUSPENDED	= 10,
};

/* In events, of a call that another's handler answered: state and result. */
#define MPST_UNKNOWN		0xffffffffu
#define MPST_UNKNOWN_RESULT	1	/* neither 0 nor an errno */

/* What an accepted SET must ask of the vCPU before it may enter the guest again. */
enum mpst_request {
	MPST_ASK_NOTHING,
	MPST_ASK_SLEEP,
	MPST_ASK_SUSPEND,
};

struct mpst_rules {
	unsigned char knows_suspended;	/* the kernel can do SYSTEM_SUSPEND (5.19) */
	unsigned char abi_v2;		/* off is called HALTED, as first posted */
	unsigned char suspended_runs;	/* where unknown: take SUSPENDED for RUNNABLE */
};

struct mpst_step {
	unsigned int state;		/* state after the call */
	enum mpst_request request;
	unsigned char refused;		/* -EINVAL, state and requests untouched */
};

static inline const char *mpst_state_name(unsigned int state)
{
	switch (state) {
	case MPST_RUNNABLE:
		return "runnable";
	case MPST_STOPPED:
		return "stopped";
	case MPST_SUSPENDED:
		return "suspended";
	}
	return "unknown";
}

/* The answer of GET for a vCPU in @state. */
static inline unsigned int mpst_answer(const struct mpst_rules *rules,
				       unsigned int state)
{
	if (state == MPST_STOPPED && rules->abi_v2)
		return MPST_HALTED;
	return state;
}

/* What SET of @asked does to a vCPU in @old. */
static inline struct mpst_step mpst_step(const struct mpst_rules *rules,
					 unsigned int old, unsigned int asked)
{
	struct mpst_step step = { .state = old, .request = MPST_ASK_NOTHING };

	if (asked == MPST_HALTED && rules->abi_v2)
		asked = MPST_STOPPED;
	if (asked == MPST_SUSPENDED && !rules->knows_suspended &&
	    rules->suspended_runs)
		asked = MPST_RUNNABLE;

	switch (asked) {
	case MPST_RUNNABLE:
		step.state = MPST_RUNNABLE;
		break;
	case MPST_STOPPED:
		step.state = MPST_STOPPED;
		step.request = MPST_ASK_SLEEP;
		break;
	case MPST_SUSPENDED:
		step.refused = !rules->knows_suspended;
		if (step.refused)
			break;
		step.state = MPST_SUSPENDED;
		step.request = MPST_ASK_SUSPEND;
		break;
	default:
		step.refused = 1;
	}
	return step;
}

#endif
