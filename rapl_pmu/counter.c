// SPDX-License-Identifier: GPL-2.0-only
/*
 * One energy MSR as a count of 64 bits that never goes back.
 *
 * Whoever looks at the counter extends it: event, timer, or a neighbour on
 * another CPU, with one compare-and-exchange and no lock, since an event may be
 * read from NMI context (BPF).
 *
 * tests/unit compiles this file on the host, with an MSR of its own, and lets
 * threads loose on it.
 */
#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/ktime.h>
#endif

#include "counter.h"

/**
 * rapl_counter_init() - set up a counter that nobody uses yet
 * @c:    filled in; the MSR is not read, rapl_counter_rebase() has to follow
 * @msr:  address
 * @unit: what it counts; must be valid
 * @mask: %RAPL_NARROW, or %RAPL_WIDE if it is said to be; @narrowed has to be
 *        set then
 */
void rapl_counter_init(struct rapl_counter *c, u32 msr, struct rapl_unit unit,
		       u64 mask)
{
	c->msr = msr;
	c->mask = mask;
	c->unit = unit;
	c->free = rapl_free_units(unit);
	raw_spin_lock_init(&c->lock);
}

static void rapl_counter_set_base(struct rapl_counter *c, u64 base, u64 now)
{
	WRITE_ONCE(c->base, base);
	WRITE_ONCE(c->stamp, now);
}

/* Go on from here, with the count @step further. */
static u64 rapl_counter_restart(struct rapl_counter *c, u64 now,
				unsigned int step)
{
	s64 units;
	u64 raw;

	raw_spin_lock(&c->lock);
	units = atomic64_read(&c->units);
	do {
		if (!rapl_counter_raw(c, &raw)) {
			step = 0;
			break;
		}
		/* First the base, since others read the count first. */
		rapl_counter_set_base(c, raw - (units + step), now);
	} while (!atomic64_try_cmpxchg(&c->units, &units, units + step));
	WRITE_ONCE(c->pace, RAPL_PACE_UNKNOWN);
	WRITE_ONCE(c->tick, 0);
	raw_spin_unlock(&c->lock);
	return units + step;
}

/**
 * rapl_counter_rebase() - go on from here, whatever the MSR did meanwhile
 * @c:   counter; on this CPU the MSR must be its own
 * @now: boot time in ns, rather too early than too late
 *
 * After an announced reset, with nobody else looking.
 *
 * Context: interrupts off; takes the lock of the counter.
 * Return: the extended count, which stays as it is.
 */
u64 rapl_counter_rebase(struct rapl_counter *c, u64 now)
{
	return rapl_counter_restart(c, now, 0);
}

/**
 * rapl_counter_begin() - as rapl_counter_rebase(), while others may look
 * @c:   counter that nobody is counting; on this CPU the MSR must be its own
 * @now: as rapl_counter_rebase()
 *
 * Who looked before this, and has still to write down what he saw, would give
 * the event that begins what was used before.  So the count goes on by one,
 * with which his compare-and-exchange fails.
 *
 * Context: interrupts off; takes the lock of the counter.
 * Return: the extended count to count from.
 */
u64 rapl_counter_begin(struct rapl_counter *c, u64 now)
{
	return rapl_counter_restart(c, now, 1);
}

/**
 * struct rapl_look - one look at a counter
 * @units: extended count before
 * @next:  and now, if what the MSR did was energy
 * @now:   boot time in ns before the look
 */
struct rapl_look {
	s64 units;
	s64 next;
	u64 now;
};

/*
 * Is it only an early sample?  Those are over with the next update, which a
 * hypervisor makes within a second; who is behind the same count for longer was
 * reset.  If another CPU finds a new beginning meanwhile, the time is the younger
 * one, and an old one is not taken for it.
 */
static bool rapl_counter_lags(struct rapl_counter *c,
			      const struct rapl_look *look)
{
	u64 at = READ_ONCE(c->behind_at), since;

	barrier();
	since = READ_ONCE(c->behind);
	if (since && at == (u64)look->units)
		return (s64)(look->now - since) <= (s64)RAPL_STEP_NS;
	WRITE_ONCE(c->behind, look->now | 1);
	barrier();
	WRITE_ONCE(c->behind_at, look->units);
	return true;
}

static enum rapl_advance rapl_counter_look(struct rapl_counter *c,
					   struct rapl_look *look)
{
	enum rapl_advance advance;
	u64 stamp, elapsed, base, mask, msr;

	/*
	 * In this order: what happens between two of these reads, on another
	 * CPU or in the MSR, must make the time since the stamp look too long
	 * and the advance too short, never the reverse.  x86 keeps loads in
	 * order, barrier() is for the compiler.  Boot time goes on in
	 * suspend-to-idle, as the energy does.
	 */
	do {
		look->now = ktime_get_boot_fast_ns();
		stamp = READ_ONCE(c->stamp);
		barrier();
		look->units = atomic64_read(&c->units);
		barrier();
		base = READ_ONCE(c->base);
		mask = READ_ONCE(c->mask);
		if (!rapl_counter_raw(c, &msr))
			return RAPL_ADVANCE_BACKWARD;
		elapsed = ktime_get_boot_fast_ns() - stamp;
		/* Moved meanwhile: what was read does not belong together. */
	} while (READ_ONCE(c->base) != base || READ_ONCE(c->mask) != mask);

	look->next = rapl_extend(look->units, msr - base, mask);
	advance = rapl_judge(look->next - look->units, msr, elapsed,
			     READ_ONCE(c->pace), c->unit, mask);
	if (advance == RAPL_ADVANCE_BACKWARD && !rapl_counter_lags(c, look))
		return RAPL_ADVANCE_RESET;
	return advance;
}

/* The MSR was found set back, or not to be as wide as it is said to be. */
static void rapl_counter_mend(struct rapl_counter *c)
{
	struct rapl_look look;

	/*
	 * Only try: in an NMI the owner cannot go on before we do.  It mends
	 * what we would.
	 */
	if (!raw_spin_trylock(&c->lock))
		return;

	/* Look again: another CPU may have been here first. */
	switch (rapl_counter_look(c, &look)) {
	case RAPL_ADVANCE_RESET:
		rapl_counter_set_base(c, c->base + look.next - look.units,
				      look.now);
		WRITE_ONCE(c->resets, c->resets + 1);
		break;
	case RAPL_ADVANCE_NARROW:
		WRITE_ONCE(c->mask, RAPL_NARROW);
		c->narrowed(c);
		break;
	default:
		break;
	}
	raw_spin_unlock(&c->lock);
}

/**
 * rapl_counter_judge() - bring the extended count up to date, by the clock
 * @c: counter; on this CPU the MSR must be its own
 *
 * What rapl_counter_update() does where an advance is too large to be believed
 * at once.
 *
 * Context: interrupts off, any other, NMI too; any number of CPUs at once.
 * Return: the extended count.
 */
u64 rapl_counter_judge(struct rapl_counter *c)
{
	struct rapl_look look;

	do {
		switch (rapl_counter_look(c, &look)) {
		case RAPL_ADVANCE_OK:
			break;
		case RAPL_ADVANCE_NARROW:
			rapl_counter_mend(c);
			/* If somebody else is at it, the next one will see. */
			if (READ_ONCE(c->mask) == RAPL_NARROW)
				return rapl_counter_judge(c);
			return look.units;
		case RAPL_ADVANCE_RESET:
			rapl_counter_mend(c);
			fallthrough;
		default:
			return look.units;
		}
	} while (!atomic64_try_cmpxchg(&c->units, &look.units, look.next));

	WRITE_ONCE(c->stamp, look.now);
	return look.next;
}

/*
 * What the counter did since the last tick is its pace.  What came in a shorter
 * time says nothing of it.
 */
static void rapl_counter_pace(struct rapl_counter *c, u64 units, u64 now)
{
	u64 before = READ_ONCE(c->tick);

	if (before) {
		if ((s64)(now - before) < (s64)RAPL_STEP_NS)
			return;
		WRITE_ONCE(c->pace, rapl_pace(units - c->ticked, now - before));
	}
	/* After the update: a pace that is too high is the safe side. */
	WRITE_ONCE(c->tick, ktime_get_boot_fast_ns());
	c->ticked = units;
}

/**
 * rapl_counter_tick() - bring the count, its stamp and its pace up to date
 * @c: counter; on this CPU the MSR must be its own
 *
 * To be called at least once in rapl_timer_ns(), by one caller.
 *
 * Context: interrupts off.
 */
void rapl_counter_tick(struct rapl_counter *c)
{
	/* Before the update: a stamp that is too early is safe. */
	u64 now = ktime_get_boot_fast_ns();
	u64 units = rapl_counter_update(c);

	WRITE_ONCE(c->stamp, now);
	rapl_counter_pace(c, units, now);
}

/* ---- with a stamp ------------------------------------------------------ */

/* Under the lock.  False if the MSR does not answer. */
static bool rapl_stamped_look(struct rapl_counter *c, struct rapl_stamped *s)
{
	u64 now = ktime_get_boot_fast_ns(), raw, ns, steps;
	u32 units;

	if (rdmsrq_safe(c->msr, &raw))
		return false;
	if (raw == s->raw)
		return true;
	/* Since it was last seen to move */
	ns = ktime_get_boot_fast_ns() - c->stamp;
	units = (u32)raw - (u32)s->raw;
	steps = rapl_stamp_extend((raw >> 32) - (s->raw >> 32), ns);

	switch (rapl_judge(units, (u32)raw, ns, c->pace, c->unit,
			   RAPL_NARROW)) {
	case RAPL_ADVANCE_OK:
		if (!rapl_stamp_fits(steps, ns))
			break;
		atomic64_set(&c->units, atomic64_read(&c->units) + units);
		WRITE_ONCE(s->steps, s->steps + steps);
		goto out;
	case RAPL_ADVANCE_BACKWARD:
		/* An early sample?  Such are over after a step. */
		if (ns <= RAPL_STEP_NS)
			return true;
		break;
	default:
		break;
	}
	/* Neither half goes on. */
	WRITE_ONCE(c->resets, c->resets + 1);
out:
	s->raw = raw;
	c->stamp = now;
	return true;
}

/**
 * rapl_stamped_update() - bring count and stamp up to date, by one reading
 * @c: counter; on this CPU the MSR must be its own
 * @s: its stamp
 *
 * Context: interrupts off, any other, NMI too.
 * Return: false if nothing was read: the MSR did not answer, or another one was
 *         at it.
 */
bool rapl_stamped_update(struct rapl_counter *c, struct rapl_stamped *s)
{
	bool read;

	/* Only try: in an NMI the owner cannot go on before we do. */
	if (!raw_spin_trylock(&c->lock))
		return false;
	read = rapl_stamped_look(c, s);
	raw_spin_unlock(&c->lock);
	return read;
}

/**
 * rapl_stamped_rebase() - rapl_counter_rebase() of both
 * @c:   counter; on this CPU the MSR must be its own
 * @s:   its stamp
 * @now: boot time in ns, rather too early than too late
 *
 * Context: interrupts off; takes the lock of the counter.
 */
void rapl_stamped_rebase(struct rapl_counter *c, struct rapl_stamped *s,
			 u64 now)
{
	u64 raw;

	raw_spin_lock(&c->lock);
	if (!rdmsrq_safe(c->msr, &raw)) {
		s->raw = raw;
		c->stamp = now;
	}
	WRITE_ONCE(c->pace, RAPL_PACE_UNKNOWN);
	WRITE_ONCE(c->tick, 0);
	raw_spin_unlock(&c->lock);
}

/**
 * rapl_stamped_tick() - rapl_counter_tick() of both
 * @c: counter; on this CPU the MSR must be its own
 * @s: its stamp
 *
 * Context: interrupts off.
 */
void rapl_stamped_tick(struct rapl_counter *c, struct rapl_stamped *s)
{
	u64 now = ktime_get_boot_fast_ns();

	raw_spin_lock(&c->lock);
	rapl_stamped_look(c, s);
	rapl_counter_pace(c, atomic64_read(&c->units), now);
	raw_spin_unlock(&c->lock);
}
