/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One energy MSR as a count of 64 bits that never goes back.
 */
#ifndef RAPL_PMU_COUNTER_H
#define RAPL_PMU_COUNTER_H

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "compat.h"
#endif

#include "energy.h"	/* outside the kernel: tests/unit/host.h */

/**
 * struct rapl_counter - one energy MSR
 * @units:    extended count; in the bits of @mask it is the MSR less @base
 * @base:     MSR value that stands for 0 in @units; moves only when the MSR was
 *            reset or nobody was counting
 * @mask:     the bits that count, %RAPL_NARROW or %RAPL_WIDE
 * @msr:      its address
 * @free:     rapl_free_units() of @unit
 * @unit:     what it counts
 * @stamp:    boot time in ns at which @units was right; earlier is safe, since
 *            the longer an advance may have taken, the more of it is believed
 * @lock:     held by who moves @base or changes @mask
 * @narrowed: called when one that is %RAPL_WIDE turns out not to be, in any
 *            context
 * @behind:   boot time in ns at which the MSR was first seen a little behind
 *            @units
 * @behind_at: @units then
 * @resets:   how often the MSR was found set back
 * @pace:     rapl_pace() of the last interval of the timer
 * @tick:     boot time in ns after the last tick, 0 if there was none since
 *            rebasing
 * @ticked:   @units then
 */
struct rapl_counter {
	atomic64_t units;
	u64 base;
	u64 mask;
	u32 msr;
	u32 free;
	struct rapl_unit unit;
	u64 stamp;
	raw_spinlock_t lock;
	void (*narrowed)(struct rapl_counter *c);
	u64 behind;
	u64 behind_at;
	unsigned int resets;
	u64 pace;
	u64 tick;
	u64 ticked;
};

/**
 * rapl_counter_raw() - read the MSR
 * @c:   counter; on this CPU the MSR must be its own
 * @raw: where the value goes; an upper half that is reserved was seen to hold
 *       garbage, and is cut off
 *
 * Context: any, NMI too.
 * Return: false if the MSR does not answer.
 */
static inline bool rapl_counter_raw(const struct rapl_counter *c, u64 *raw)
{
	u64 value;

	if (rdmsrq_safe(c->msr, &value))
		return false;
	*raw = value & READ_ONCE(c->mask);
	return true;
}

/**
 * struct rapl_stamped - what a counter has beside whose MSR holds a stamp, too
 * @raw:   the MSR at the last look: energy in the lower half, in the upper one
 *         the time of its update
 * @steps: extended stamp then
 *
 * Both halves count only together: who looks holds the counter's lock, and
 * neither base nor compare-and-exchange are used.
 */
struct rapl_stamped {
	u64 raw;
	u64 steps;
};

void rapl_counter_init(struct rapl_counter *c, u32 msr, struct rapl_unit unit,
		       u64 mask);
u64 rapl_counter_judge(struct rapl_counter *c);
u64 rapl_counter_rebase(struct rapl_counter *c, u64 now);
u64 rapl_counter_begin(struct rapl_counter *c, u64 now);
void rapl_counter_tick(struct rapl_counter *c);
bool rapl_stamped_update(struct rapl_counter *c, struct rapl_stamped *s);
void rapl_stamped_rebase(struct rapl_counter *c, struct rapl_stamped *s,
			 u64 now);
void rapl_stamped_tick(struct rapl_counter *c, struct rapl_stamped *s);

/**
 * rapl_counter_update() - bring the extended count up to date
 * @c: counter; on this CPU the MSR must be its own
 *
 * Context: interrupts off, any other, NMI too; any number of CPUs at once.
 * Return: the extended count.  Where the MSR does not answer, or was reset just
 *         now, that is the count of the last look.
 */
static inline u64 rapl_counter_update(struct rapl_counter *c)
{
	s64 units = atomic64_read(&c->units), next;
	u64 base, msr, ahead;

	/* The order of rapl_counter_look() */
	barrier();
	base = READ_ONCE(c->base);
	if (rdmsrq_safe(c->msr, &msr))
		return units;

	/* What is not in the mask is cut off here, too. */
	next = rapl_extend(units, msr - base, READ_ONCE(c->mask));
	ahead = next - units;
	if (!ahead)
		return units;
	/* Too far to be believed at once, or another CPU was here first. */
	if (ahead > c->free ||
	    !atomic64_try_cmpxchg(&c->units, &units, next))
		return rapl_counter_judge(c);
	return next;
}

/* The mark of an event that is stopped: no count is beyond it. */
#define RAPL_MARK_STOPPED	((unsigned long)S64_MAX)

/**
 * rapl_mark_move() - claim what a counter did since the mark
 * @mark: extended count up to which an event has counted
 * @now:  extended count now
 * @from: where the mark was
 *
 * Two readers may get here at once.  Whoever moves the mark counts the way that
 * it moved, and nobody counts while the mark is %RAPL_MARK_STOPPED.
 *
 * Context: any, NMI too; any number of CPUs at once.
 * Return: true if the caller has to count from @from to @now.
 */
static inline bool rapl_mark_move(unsigned long *mark, unsigned long now,
				  unsigned long *from)
{
	*from = READ_ONCE(*mark);
	do {
		/* Another one came later and was first, or it is stopped. */
		if ((long)(now - *from) <= 0)
			return false;
	} while (!try_cmpxchg(mark, from, now));
	return true;
}

/**
 * rapl_mark_stop() - claim what is left, and let nobody claim any more
 * @mark: as rapl_mark_move()
 * @now:  as rapl_mark_move()
 * @from: as rapl_mark_move()
 *
 * Context: any.
 * Return: true if the caller has to count from @from to @now.
 */
static inline bool rapl_mark_stop(unsigned long *mark, unsigned long now,
				  unsigned long *from)
{
	*from = xchg(mark, RAPL_MARK_STOPPED);
	return (long)(now - *from) > 0;
}

#endif /* RAPL_PMU_COUNTER_H */
