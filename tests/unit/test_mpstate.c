// SPDX-License-Identifier: GPL-2.0-only
/*
 * The power state rules of kvm_arm_mpstate/state.h against a table written down
 * from the interface: every layout, abi and suspended= with every old state and
 * the requests 0 to 40 and some huge ones. And psci_call.h against the function
 * numbers of the PSCI specification.
 */
#include <linux/types.h>

#include "tap.h"
#include "../../kvm_arm_mpstate/psci_call.h"
#include "../../kvm_arm_mpstate/state.h"

#define REFUSED 99u

/* state after SET of 0, 3, 5, 10 from any old state; anything else is refused */
struct row {
	const char *name;
	struct mpst_rules rules;
	unsigned int runnable, halted, stopped, suspended;
	unsigned int answer_off;	/* what GET says of a vCPU that is off */
};

static const struct row rows[] = {
	{ "power_off, abi=stopped, reject", { .knows_suspended = 0 }, 0, REFUSED, 5, REFUSED, 5 },
	{ "power_off, abi=stopped, runnable", { .suspended_runs = 1 }, 0, REFUSED, 5, 0, 5 },
	{ "power_off, abi=v2, reject", { .abi_v2 = 1 }, 0, 5, 5, REFUSED, 3 },
	{ "power_off, abi=v2, runnable", { .abi_v2 = 1, .suspended_runs = 1 }, 0, 5, 5, 0, 3 },
	{ "mp_state, abi=stopped, reject", { .knows_suspended = 1 }, 0, REFUSED, 5, 10, 5 },
	{ "mp_state, abi=stopped, runnable",
	  { .knows_suspended = 1, .suspended_runs = 1 }, 0, REFUSED, 5, 10, 5 },
	{ "mp_state, abi=v2, reject", { .knows_suspended = 1, .abi_v2 = 1 }, 0, 5, 5, 10, 3 },
	{ "mp_state, abi=v2, runnable",
	  { .knows_suspended = 1, .abi_v2 = 1, .suspended_runs = 1 }, 0, 5, 5, 10, 3 },
};

static const unsigned int huge[] = {
	0x80000000u, 0x80000005u, 0x10005u, 256, 261, 266, 0x7fffffffu, 0xffffffffu,
};

static unsigned int wanted(const struct row *row, unsigned int asked)
{
	switch (asked) {
	case 0:		return row->runnable;
	case 3:		return row->halted;
	case 5:		return row->stopped;
	case 10:	return row->suspended;
	}
	return REFUSED;
}

/* Number of requests that go wrong from @old. */
static unsigned int walk_requests(const struct row *row, unsigned int old)
{
	unsigned int n, bad = 0;

	for (n = 0; n < 41 + sizeof(huge) / sizeof(huge[0]); n++) {
		unsigned int asked = n < 41 ? n : huge[n - 41];
		unsigned int want = wanted(row, asked);
		struct mpst_step step = mpst_step(&row->rules, old, asked);
		enum mpst_request request = MPST_ASK_NOTHING;

		if (want == 5)
			request = MPST_ASK_SLEEP;
		else if (want == 10)
			request = MPST_ASK_SUSPEND;
		if (step.refused != (want == REFUSED) || step.request != request ||
		    step.state != (want == REFUSED ? old : want)) {
			printf("# %s: %u, asked %u: state %u refused %d request %d\n",
			       row->name, old, asked, step.state, step.refused,
			       step.request);
			bad++;
		}
	}
	return bad;
}

/* where a call has its arguments: register number, 0 none; narrow: 32 bits of it */
static const struct {
	unsigned int function, what, target, entry, context, narrow;
} calls[] = {
	{ 0x95c1ba5f, MPST_CPU_OFF, 0, 0, 0, 0 },
	{ 0x95c1ba60, MPST_CPU_ON, 1, 2, 3, 0 },
	{ 0x84000002, MPST_CPU_OFF, 0, 0, 0, 1 },
	{ 0x84000003, MPST_CPU_ON, 1, 2, 3, 1 },
	{ 0xc4000003, MPST_CPU_ON, 1, 2, 3, 0 },
	{ 0x84000008, MPST_SYSTEM_OFF, 0, 0, 0, 1 },
	{ 0x84000009, MPST_SYSTEM_RESET, 0, 0, 0, 1 },
	{ 0x8400000e, MPST_SYSTEM_SUSPEND, 0, 1, 2, 1 },
	{ 0xc400000e, MPST_SYSTEM_SUSPEND, 0, 1, 2, 0 },
	{ 0x84000012, MPST_SYSTEM_RESET2, 0, 0, 0, 1 },
	{ 0xc4000012, MPST_SYSTEM_RESET2, 0, 0, 0, 0 },
	{ 0x84000015, MPST_SYSTEM_OFF2, 0, 0, 0, 1 },
	{ 0xc4000015, MPST_SYSTEM_OFF2, 0, 0, 0, 0 },
};

static const unsigned int N_CALLS = sizeof(calls) / sizeof(calls[0]);

static unsigned long long in_register(unsigned int n, unsigned int narrow)
{
	static const unsigned long long x[] = {
		0, 0x1111111122222222, 0x3333333344444444, 0x5555555566666666,
	};

	return narrow ? x[n] & 0xffffffff : x[n];
}

static int takes(unsigned int function, struct mpst_psci_call *call)
{
	return mpst_psci_decode(function, in_register(1, 0), in_register(2, 0),
				in_register(3, 0), call);
}

static void test_psci(void)
{
	static const unsigned int families[] = {
		0x84000000, 0xc4000000, 0x95c1ba00, 0x80000000, 0xc6000000, 0,
	};
	struct mpst_psci_call call;
	unsigned int i, n, f, others = 0;

	for (i = 0; i < N_CALLS; i++) {
		n = calls[i].narrow;
		TEST(takes(calls[i].function, &call) && call.what == calls[i].what &&
		     call.target == in_register(calls[i].target, n) &&
		     call.entry == in_register(calls[i].entry, n) &&
		     call.context == in_register(calls[i].context, n),
		     "PSCI function %#x", calls[i].function);
	}
	for (f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
		for (n = 0; n < 0x10000; n++) {
			for (i = 0; i < N_CALLS; i++)
				if (calls[i].function == (families[f] | n))
					break;
			if (i == N_CALLS)
				others += takes(families[f] | n, &call);
		}
	}
	TEST(others == 0, "no other function is taken for one of these (%u)", others);
}

int main(void)
{
	test_psci();
	static const unsigned int olds[] = { 0, 5, 10 };
	unsigned int r, o;

	for (r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		const struct row *row = &rows[r];

		for (o = 0; o < 3; o++) {
			if (olds[o] == 10 && !row->rules.knows_suspended)
				continue;
			TEST(walk_requests(row, olds[o]) == 0,
			     "%s: every request from %u", row->name, olds[o]);
			TEST(mpst_answer(&row->rules, olds[o]) ==
			     (olds[o] == 5 ? row->answer_off : olds[o]),
			     "%s: GET of %u", row->name, olds[o]);
		}
	}
	return TEST_END();
}
