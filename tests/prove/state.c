// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests/prove/run has CBMC calculate for every input: the rules of
 * kvm_arm_mpstate/state.h.
 */
#include "prove.h"
#include "state.h"

static struct mpst_rules any_rules(void)
{
	struct mpst_rules rules = {
		.knows_suspended = nondet_u8(),
		.abi_v2 = nondet_u8(),
		.suspended_runs = nondet_u8(),
	};

	return rules;
}

void step(void)
{
	struct mpst_rules rules = any_rules();
	unsigned int old = nondet_u32(), asked = nondet_u32();
	struct mpst_step step = mpst_step(&rules, old, asked);

	if (step.refused) {
		PROVE(step.state == old && step.request == MPST_ASK_NOTHING,
		      "what is refused changes nothing");
		PROVE(asked != MPST_RUNNABLE && asked != MPST_STOPPED,
		      "on and off are never refused");
		return;
	}
	PROVE(step.state == MPST_RUNNABLE || step.state == MPST_STOPPED ||
	      step.state == MPST_SUSPENDED, "a state that a vCPU can have");
	PROVE(step.state != MPST_SUSPENDED || rules.knows_suspended,
	      "suspended only where the kernel can wake it up");
	PROVE(step.request == (step.state == MPST_STOPPED ? MPST_ASK_SLEEP :
			       step.state == MPST_SUSPENDED ? MPST_ASK_SUSPEND :
			       MPST_ASK_NOTHING), "asks for what the state needs");
}

void answer(void)
{
	struct mpst_rules rules = any_rules();
	unsigned int old = nondet_u32(), asked = nondet_u32(), got;
	struct mpst_step step = mpst_step(&rules, old, asked);

	ASSUME(!step.refused);
	got = mpst_answer(&rules, step.state);
	PROVE(got == asked ||
	      (asked == MPST_SUSPENDED && rules.suspended_runs && got == MPST_RUNNABLE) ||
	      (asked == MPST_STOPPED && rules.abi_v2 && got == MPST_HALTED),
	      "GET says what SET was given");
	PROVE(mpst_step(&rules, step.state, got).state == step.state &&
	      !mpst_step(&rules, step.state, got).refused,
	      "what GET says can be SET, and is the same state: a saved VM comes back");
}
