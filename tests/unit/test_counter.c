// SPDX-License-Identifier: GPL-2.0-only
/*
 * rapl_pmu/counter.c with an MSR and a clock of our own: readers, the timer,
 * resets and rebasing at once.  Energy is known to the unit.
 *
 * Races end the program with a report where gcc has ThreadSanitizer.
 */
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "host.h"
#include "tap.h"
#include "../../rapl_pmu/counter.c"

#define READERS		3
#define SECONDS		3
#define MSR		0x611
#define STAMPED_MSR	0x612

/*
 * The machine: time in steps of 100 us in the upper half, the MSR in the lower,
 * so that at no moment one is without the other.  And what it used since
 * start().
 */
static u64 machine, truth, upper;

/* An MSR with a stamp beside it: time of the last advance() in steps of 10 ns */
static u64 stamp;
static unsigned int times_narrowed;
static bool absent, over;
static struct rapl_counter counter;

#define STEP_NS		100000ULL
#define UNITS_A_STEP	65536		/* 10 kW, 2^-16 J */

static __thread u64 seed;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void advance(u32 units, u64 steps);

/* Steps at the most power while an answer is on its way, once */
static unsigned int meanwhile;

/* Another CPU starts the first event while an answer is on its way, once: from here */
static bool begins;
static u64 begun;

/* Now and then it is a long way from the MSR to who asked for it. */
int rdmsrq_safe(u32 address, u64 *value)
{
	unsigned int steps = meanwhile;

	if ((address != MSR && address != STAMPED_MSR) || READ_ONCE(absent))
		return -1;
	if (address == STAMPED_MSR) {
		*value = stamp << 32 | (u32)machine;
		return 0;
	}
	*value = upper + (u32)READ_ONCE(machine);
	if (steps) {
		meanwhile = 0;
		advance(steps * UNITS_A_STEP, steps);
	}
	if (begins) {
		begins = false;
		begun = rapl_counter_begin(&counter, ktime_get_boot_fast_ns());
	}
	if (seed && rnd() % 16 == 0)
		sched_yield();
	return 0;
}

u64 ktime_get_boot_fast_ns(void)
{
	return (READ_ONCE(machine) >> 32) * STEP_NS;
}

static void set_msr(u32 value)
{
	WRITE_ONCE(machine, machine >> 32 << 32 | value);
}

/* At most what RAPL_MAX_WATTS burns. */
static void advance(u32 units, u64 steps)
{
	u64 now = (machine >> 32) + steps;

	stamp += steps * STEP_NS / RAPL_STAMP_NS;
	WRITE_ONCE(truth, truth + units);
	WRITE_ONCE(machine, now << 32 | (u32)(machine + units));
}

static void narrowed(struct rapl_counter *c)
{
	times_narrowed += c == &counter;
}

static void start_as(unsigned int exp, u64 high, u32 msr, u64 mask)
{
	counter = (struct rapl_counter){ .narrowed = narrowed };
	rapl_counter_init(&counter, MSR, (struct rapl_unit){ exp, false, RAPL_MAX_WATTS }, mask);
	upper = high;
	machine = 10ULL << 32 | msr;
	truth = 0;
	rapl_counter_rebase(&counter, ktime_get_boot_fast_ns());
}

static void start(unsigned int exp, u32 msr)
{
	start_as(exp, 0xdead00000000, msr, RAPL_NARROW);
}

/* ---- one thread -------------------------------------------------------- */

static void test_alone(void)
{
	start(16, 0xfffffff0);
	TEST(rapl_counter_update(&counter) == 0, "nothing yet");
	advance(0x20, 1);
	TEST(rapl_counter_update(&counter) == 0x20, "over a wrap of the MSR");
	advance(0xf0000000, 100000);
	TEST(rapl_counter_update(&counter) == truth,
	     "nearly a wrap in 10 s is believed with the clock");

	set_msr(0x80000000);
	TEST(rapl_counter_update(&counter) == truth && counter.resets == 1,
	     "a reset is noticed and adds nothing");
	advance(100, 1);
	TEST(rapl_counter_update(&counter) == truth, "and it goes on from there");

	absent = true;
	advance(1000, 1);
	TEST(rapl_counter_update(&counter) == truth - 1000, "an MSR that does not answer");
	absent = false;
	TEST(rapl_counter_update(&counter) == truth, "and that answers again");

	set_msr(0x12345678);
	TEST(rapl_counter_rebase(&counter, ktime_get_boot_fast_ns()) == truth &&
	     rapl_counter_update(&counter) == truth && counter.resets == 1,
	     "rebase: whatever the MSR did meanwhile is nobody's");
}

/*
 * Found by tests/prove/rapl_pmu.pml: who looked before the first event started, and writes
 * down what he saw after that, must not give it what was used before.
 */
static void test_begin(void)
{
	start(16, 0xfffffff0);
	advance(1000, 1);
	begins = true;
	rapl_counter_update(&counter);
	TEST(rapl_counter_update(&counter) == begun, "a reader from before the start adds nothing");
	advance(50, 1);
	TEST(rapl_counter_update(&counter) == begun + 50 && !counter.resets, "and it counts from there");
	advance(0x70000000, 1);
	begins = true;
	rapl_counter_update(&counter);
	TEST(rapl_counter_update(&counter) == begun && !counter.resets, "nor does one who saw more than can be");
	advance(7, 1);
	absent = true;
	begun = rapl_counter_begin(&counter, ktime_get_boot_fast_ns());
	absent = false;
	TEST(rapl_counter_update(&counter) - begun == 7, "where the MSR does not answer it begins at the last look");
}

/* The CPU is taken away with the MSR's value in hand: what came then is no reset. */
static void test_held_up(void)
{
	start(16, 0);
	advance(0x60000000, 30000);
	meanwhile = 20000;
	rapl_counter_judge(&counter);
	TEST(rapl_counter_update(&counter) == truth && !counter.resets,
	     "held up for 2 s of 10 kW behind the MSR");
	start(16, 0);
	meanwhile = 20000;
	rapl_counter_tick(&counter);
	TEST(rapl_counter_update(&counter) == truth && !counter.resets,
	     "and in the timer");
}

/* Sapphire Rapids' platform counts whole joules: 20 kJ are few units. */
static void test_coarse(void)
{
	start(0, 20000);
	set_msr(0);
	TEST(rapl_counter_update(&counter) == 0 && counter.resets == 1,
	     "a reset by 20 kJ is noticed where a unit is 1 J");
	advance(100, 100000);
	TEST(rapl_counter_update(&counter) == truth, "and it goes on from there");
}

/* A reset by less than an early sample may lack is told from one by its length. */
static void test_small(void)
{
	start(16, 5U << 16);
	set_msr(1U << 16);
	TEST(rapl_counter_update(&counter) == 0 && !counter.resets,
	     "4 J back: read early");
	advance(0, 9000);
	TEST(rapl_counter_update(&counter) == 0 && !counter.resets,
	     "and 0.9 s later, too");
	advance(0, 2000);
	TEST(rapl_counter_update(&counter) == 0 && counter.resets == 1,
	     "but not for more than a second: it was reset");
	advance(100, 1);
	TEST(rapl_counter_update(&counter) == truth, "and it goes on from there");

	set_msr(machine - 50);
	rapl_counter_update(&counter);
	set_msr(machine + 50);
	advance(1000, 20000);
	TEST(rapl_counter_update(&counter) == truth, "time goes by");
	set_msr(machine - 50);
	TEST(rapl_counter_update(&counter) == truth && counter.resets == 1,
	     "an early sample is a new one when the count went on in between");
}

/* AMD's Zen 4 and 5: no wrap, and nobody looks for a day. */
static void test_wide(void)
{
	unsigned int i;

	start_as(16, 5ULL << 32, 0xfffffff0, RAPL_WIDE);
	for (i = 0; i < 100; i++) {
		advance(0xffffffff, 100000);
		upper += 1ULL << 32;
	}
	TEST(rapl_counter_update(&counter) == truth, "100 wraps of 32 bits at one look");
	TEST(!times_narrowed && !counter.resets, "which is nothing special");

	start_as(16, 0, 0xfffffff0, RAPL_WIDE);
	advance(100, 1);
	TEST(rapl_counter_update(&counter) == truth, "said to be wide and is not: the wrap counts");
	TEST(times_narrowed == 1, "and that is told once");
	advance(0xfffffff0, 100000);
	rapl_counter_update(&counter);
	advance(0xfffffff0, 100000);
	TEST(rapl_counter_update(&counter) == truth && times_narrowed == 1,
	     "from then on it has 32 bits");
}

/* ---- with a stamp ------------------------------------------------------ */

static struct rapl_stamped stamped;
static u64 first_stamp;

static void start_stamped(u32 msr, u32 time)
{
	start(16, msr);
	counter.msr = STAMPED_MSR;
	stamped = (struct rapl_stamped){ 0 };
	stamp = first_stamp = time;
	rapl_stamped_rebase(&counter, &stamped, ktime_get_boot_fast_ns());
}

/* Count and stamp by one reading: are they those of the last update? */
static bool both_true(void)
{
	bool good = rapl_stamped_update(&counter, &stamped) &&
		    (u64)atomic64_read(&counter.units) == truth &&
		    stamped.steps == stamp - first_stamp;

	if (!good)
		printf("# %lld units of %llu, %llu steps of %llu\n",
		       (long long)atomic64_read(&counter.units), (unsigned long long)truth,
		       (unsigned long long)stamped.steps,
		       (unsigned long long)(stamp - first_stamp));
	return good;
}

static void test_stamped(void)
{
	const u64 second = RAPL_NSEC_PER_SEC / STEP_NS;
	u64 steps;

	start_stamped(0xfffffff0, 0xffffff00);
	TEST(both_true(), "stamped: nothing yet");
	advance(0x20, 1);
	TEST(both_true(), "stamped: both over their wraps");
	advance(300U << 16, second);
	rapl_stamped_tick(&counter, &stamped);
	TEST(both_true(), "stamped: a tick");
	advance(20U << 16, 205 * second);
	TEST(both_true() && !counter.resets, "stamped: 205 s without a look, over five wraps more");
	advance(0, 0);
	TEST(both_true(), "stamped: no update since");

	/* Time goes by and nothing is updated; then all at once. */
	machine += 30 * second << 32;
	TEST(both_true(), "stamped: 30 s without an update");
	stamp += 30 * second * STEP_NS / RAPL_STAMP_NS;
	advance(3U << 16, 10);
	TEST(both_true() && !counter.resets, "stamped: which then comes");

	absent = true;
	advance(1000, 1);
	TEST(!both_true(), "stamped: an MSR that does not answer");
	absent = false;
	TEST(both_true(), "stamped: and that answers again");

	raw_spin_lock(&counter.lock);
	TEST(!rapl_stamped_update(&counter, &stamped),
	     "stamped: not while another one is at it, as in an NMI");
	raw_spin_unlock(&counter.lock);

	/* Set back, both. What was used since the last look nobody knows. */
	steps = stamped.steps;
	set_msr(100);
	stamp = 500;
	TEST(rapl_stamped_update(&counter, &stamped) && counter.resets == 1 &&
	     (u64)atomic64_read(&counter.units) == truth && stamped.steps == steps,
	     "stamped: a reset is noticed and adds neither energy nor time");
	first_stamp = stamp - steps;
	advance(100, 20);
	TEST(both_true(), "stamped: and it goes on from there");

	/* By the energy alone it might be one that went on. */
	stamp += 20 * second * STEP_NS / RAPL_STAMP_NS;
	set_msr(machine + 50);
	TEST(rapl_stamped_update(&counter, &stamped) && counter.resets == 2 &&
	     (u64)atomic64_read(&counter.units) == truth,
	     "stamped: 20 s in no time are a reset");

	first_stamp = stamp - stamped.steps;
	stamp -= 10;
	set_msr(machine - 5);
	steps = stamped.steps;
	TEST(rapl_stamped_update(&counter, &stamped) && counter.resets == 2 &&
	     stamped.steps == steps, "stamped: read early, nothing happened");
	stamp += 10;
	set_msr(machine + 5);
	TEST(both_true(), "stamped: and then not");

	set_msr(12345);
	stamp = 1;
	rapl_stamped_rebase(&counter, &stamped, ktime_get_boot_fast_ns());
	first_stamp = stamp - stamped.steps;
	advance(7, 1);
	TEST(both_true() && counter.resets == 2, "stamped: rebase");
}

/* ---- what is energy and what is not ------------------------------------ */

/* Power for a time, with the timer, and a look every so many steps if any */
static void run(u32 watts, u64 steps, u64 every)
{
	const u64 tick = rapl_timer_ns(counter.unit) / STEP_NS;
	const u64 begun = machine >> 32, end = begun + steps;
	u64 now, used = 0;

	/* 1 ms, as hardware */
	for (now = begun + 10; now <= end; now += 10) {
		u64 all = (u64)watts * (now - begun) * UNITS_A_STEP / RAPL_MAX_WATTS;

		advance(all - used, 10);
		used = all;
		if (now % tick < 10)
			rapl_counter_tick(&counter);
		else if (every && now % every < 10)
			rapl_counter_update(&counter);
	}
}

#define SECOND	(RAPL_NSEC_PER_SEC / STEP_NS)

/* As QEMU: what was used in a second comes at its end. */
static void test_feed(void)
{
	unsigned int i, bad = 0;
	u32 watts;

	for (watts = 100; watts <= 9900; watts += 700) {
		start(16, rnd());
		for (i = 0; i < 20; i++) {
			run(0, SECOND, SECOND / 50);
			advance(watts << 16, 0);
		}
		bad += rapl_counter_update(&counter) != truth;
	}
	TEST(!bad, "a feed once a second, read 50 times: %u of 15 powers are wrong", bad);
}

static void test_resets(void)
{
	unsigned int i, invented = 0, n = 1000;
	s64 most = 0;

	for (i = 0; i < n; i++) {
		u32 watts = 10 + rnd() % 290;
		s64 beyond;

		start(16, rnd());
		run(watts, 4 * SECOND + rnd() % (2 * SECOND), 0);
		set_msr(0);
		run(watts, 2 * SECOND, 0);
		beyond = rapl_counter_update(&counter) - truth;
		invented += beyond > 0;
		if (beyond > most)
			most = beyond;
	}
	printf("# %u of %u resets taken for energy, the worst for %lld J\n",
	       invented, n, (long long)most >> 16);
	TEST(invented <= n / 25, "few resets at 10 to 300 W are taken for energy");
	TEST(most >> 16 <= 4 * 300 * 264 / 100, "and then for no more than four times that power");
}

/* A wrap is none, whatever the power before. */
static void test_wraps(void)
{
	unsigned int i, bad = 0, n = 300;

	for (i = 0; i < n; i++) {
		u32 watts = rnd() % (RAPL_MAX_WATTS / 4);

		start(16, rnd());
		run(watts, 4 * SECOND, rnd() % SECOND);
		run(watts < 100 ? 400 : 4 * watts, 20 * SECOND, 0);
		run(rnd() % 2 ? 0 : watts, 5 * SECOND, 0);
		bad += rapl_counter_update(&counter) != truth;
	}
	TEST(!bad, "no energy is lost where power rises to four times: %u of %u", bad, n);
}

/* ---- many threads ------------------------------------------------------ */

static struct tally {
	unsigned long reads, back, beyond;
} tally[READERS + 1];

static void look(struct tally *t, u64 *last)
{
	u64 units = rapl_counter_update(&counter);

	WRITE_ONCE(t->reads, t->reads + 1);
	t->back += units < *last;
	t->beyond += units > READ_ONCE(truth);
	*last = units;
}

/* An event, on now and then: what it counted, and what its windows had */
static unsigned long mark = RAPL_MARK_STOPPED;
static u64 counted, windows;

static void read_event(void)
{
	unsigned long now = rapl_counter_update(&counter), from;

	if (rapl_mark_move(&mark, now, &from))
		__atomic_fetch_add(&counted, now - from, __ATOMIC_SEQ_CST);
}

static void switch_event(bool on)
{
	static u64 since;
	unsigned long now = rapl_counter_update(&counter), from;

	if (on) {
		since = now;
		WRITE_ONCE(mark, now);
		return;
	}
	if (rapl_mark_stop(&mark, now, &from))
		__atomic_fetch_add(&counted, now - from, __ATOMIC_SEQ_CST);
	windows += now - since;
}

static void test_marks(void)
{
	unsigned long at = RAPL_MARK_STOPPED, from;

	TEST(!rapl_mark_move(&at, 10, &from), "an event that is off counts nothing");
	at = 10;
	TEST(rapl_mark_move(&at, 20, &from) && from == 10, "what came since it is on");
	TEST(!rapl_mark_move(&at, 15, &from), "nothing for who was overtaken");
	TEST(rapl_mark_stop(&at, 30, &from) && from == 20, "up to where it is stopped");
	TEST(!rapl_mark_move(&at, 40, &from), "and nothing from then on");
}

static void *reader(void *arg)
{
	u64 last = 0;

	seed = (unsigned long)arg;
	while (!READ_ONCE(over)) {
		look(arg, &last);
		read_event();
	}
	return NULL;
}

/* The timer */
static void *ticker(void *arg)
{
	u64 last = 0;

	seed = (unsigned long)arg;
	while (!READ_ONCE(over)) {
		rapl_counter_tick(&counter);
		look(arg, &last);
		sched_yield();
	}
	return NULL;
}

static u64 seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Threads that see nothing would be waited for until the end of days. */
#define WAIT_UNTIL(condition) do {					\
	u64 since = seconds();						\
									\
	while (!(condition)) {						\
		sched_yield();						\
		if (seconds() > since + 10) {				\
			TEST(condition, "10 s without " #condition);	\
			exit(TEST_END());				\
		}							\
	}								\
} while (0)

/* Nobody can know what was used between the last look and a reset. */
static void wait_seen(void)
{
	WAIT_UNTIL((u64)atomic64_read(&counter.units) >= READ_ONCE(truth));
}

/*
 * Our time is faster than a thread that the host has put to sleep: nobody may
 * bring a stamp from long ago any more, and the timer has brought a new one.
 */
static void wait_fresh(void)
{
	unsigned long reads;
	int i;

	/* The timer, which is the first, last. */
	for (i = READERS; i >= 0; i--) {
		reads = READ_ONCE(tally[i].reads);
		WAIT_UNTIL(READ_ONCE(tally[i].reads) >= reads + 2);
	}
}

/* Set back by more than an early sample goes, up to half the range. */
static void set_back(unsigned long *announced)
{
	u64 by = (10U << 16) + 1 + (rnd() & (rnd() % 2 ? 0xffffff : 0x7fffffff));
	unsigned int resets;

	wait_seen();
	wait_fresh();
	resets = READ_ONCE(counter.resets);
	set_msr(machine - by);
	if (rnd() % 4 == 0) {
		/* S3: nobody looked in between, or somebody did */
		rapl_counter_rebase(&counter, ktime_get_boot_fast_ns());
		++*announced;
		return;
	}
	WAIT_UNTIL(READ_ONCE(counter.resets) != resets);
}

static void test_threads(void)
{
	unsigned long steps = 0, set_backs = 0, announced = 0, back = 0, beyond = 0;
	pthread_t thread[READERS + 1];
	unsigned int i;
	u64 reads = 0, end;

	start(16, 0xffff0000);
	seed = 0x9e3779b97f4a7c15;
	for (i = 0; i <= READERS; i++)
		if (pthread_create(&thread[i], NULL, i ? reader : ticker, &tally[i]))
			exit(2);

	end = seconds() + SECONDS;
	do {
		u64 r = rnd(), units = r >> 32;

		/*
		 * A step of a millisecond, now and then one of seconds.  The
		 * timer comes at least once in a wrap time.
		 */
		if (r % 64)
			units %= 655360;
		else
			wait_seen();
		advance(units, units / UNITS_A_STEP + 1);
		if (r % 64 == 0)
			wait_seen();
		if (r % 256 == 1) {
			set_back(&announced);
			set_backs++;
		}
		if (r % 8 == 2)
			switch_event(READ_ONCE(mark) == RAPL_MARK_STOPPED);
		steps++;
	} while (seconds() < end);

	WRITE_ONCE(over, true);
	for (i = 0; i <= READERS; i++) {
		pthread_join(thread[i], NULL);
		reads += tally[i].reads;
		back += tally[i].back;
		beyond += tally[i].beyond;
	}
	printf("# %lu steps, %llu reads, %lu resets (%lu announced), %llu units\n",
	       steps, (unsigned long long)reads, set_backs, announced,
	       (unsigned long long)truth);
	TEST(set_backs && steps > 1000 && reads > 1000, "threads were busy");
	TEST(!back, "the count went back %lu times", back);
	TEST(!beyond, "it was beyond the truth %lu times", beyond);
	TEST(rapl_counter_update(&counter) == truth, "it ends at the truth");
	if (mark != RAPL_MARK_STOPPED)
		switch_event(false);
	TEST(counted == windows, "an event counts its windows, apart by %lld",
	     (long long)(counted - windows));
}

int main(void)
{
	test_alone();
	test_begin();
	test_coarse();
	test_held_up();
	test_small();
	test_wide();
	test_stamped();
	seed = 1;
	test_feed();
	test_resets();
	test_wraps();
	test_marks();
	test_threads();
#ifdef __SANITIZE_THREAD__
	TEST(1, "ThreadSanitizer watched");
#else
	TEST(1, "data races # SKIP no ThreadSanitizer: apt install libtsan2");
#endif
	return TEST_END();
}
