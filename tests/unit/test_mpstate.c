// SPDX-License-Identifier: GPL-2.0-only
/*
 * The power state rules of kvm_arm_mpstate/state.h against a table written down
 * from the interface: every layout, abi and suspended= with every old state and
 * the requests 0 to 40 and some huge ones.
 */
#include <linux/types.h>

#include "tap.h"
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
	{ "power_off, abi=stopped, reject",
	  { .knows_suspended = 0 }, 0, REFUSED, 5, REFUSED, 5 },
	{ "power_off, abi=stopped, runnable",
	  { .suspended_runs = 1 }, 0, REFUSED, 5, 0, 5 },
	{ "power_off, abi=v2, reject",
	  { .abi_v2 = 1 }, 0, 5, 5, REFUSED, 3 },
	{ "power_off, abi=v2, runnable",
	  { .abi_v2 = 1, .suspended_runs = 1 }, 0, 5, 5, 0, 3 },
	{ "mp_state, abi=stopped, reject",
	  { .knows_suspended = 1 }, 0, REFUSED, 5, 10, 5 },
	{ "mp_state, abi=stopped, runnable",
	  { .knows_suspended = 1, .suspended_runs = 1 }, 0, REFUSED, 5, 10, 5 },
	{ "mp_state, abi=v2, reject",
	  { .knows_suspended = 1, .abi_v2 = 1 }, 0, 5, 5, 10, 3 },
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

int main(void)
{
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
