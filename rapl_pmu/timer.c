// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timer against wraps: it runs on the CPU in charge of an instance while an
 * event is active whose counter may wrap, and reads each of these once, however
 * many events there are: an event remembers the count at which it was last
 * brought up to date.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/cpu.h>
#include <linux/ktime.h>
#include <linux/printk.h>
#include <linux/smp.h>

#include "timer.h"
#include "compat.h"

/* Not where it is found: perf may hold a lock there that printk() wants. */
static void rapl_meter_tell(struct rapl_meter *m)
{
	unsigned int resets = READ_ONCE(m->counter.resets);

	if (resets == m->told)
		return;
	m->told = resets;
	pr_info_ratelimited("MSR 0x%x of package %d was reset or jumped, counting on from there\n",
			    m->counter.msr, m->instance->package);
}

/**
 * rapl_meter_update() - bring a meter up to date
 * @m: meter, of the instance of this CPU
 *
 * Context: interrupts off.
 */
void rapl_meter_update(struct rapl_meter *m)
{
	if (m->stamped)
		rapl_stamped_update(&m->counter, m->stamped);
	else
		rapl_counter_update(&m->counter);
}

/**
 * rapl_meter_rebase() - go on from here, whatever the MSR did meanwhile
 * @m:   meter, of the instance of this CPU
 * @now: boot time in ns, rather too early than too late
 *
 * Context: interrupts off.
 * Return: the extended count.
 */
u64 rapl_meter_rebase(struct rapl_meter *m, u64 now)
{
	if (!m->stamped)
		return rapl_counter_rebase(&m->counter, now);
	rapl_stamped_rebase(&m->counter, m->stamped, now);
	return atomic64_read(&m->counter.units);
}

/* Count from here; nobody has so far.  @now: as rapl_meter_rebase() */
static u64 rapl_meter_begin(struct rapl_meter *m, u64 now)
{
	/*
	 * Who looks at a stamped one holds its lock all the time.  One that is held
	 * for hwmon begins where no event is, and is read as it is: no one is added.
	 */
	if (m->stamped || READ_ONCE(m->instance->set->held))
		return rapl_meter_rebase(m, now);
	return rapl_counter_begin(&m->counter, now);
}

static void rapl_meter_tick(struct rapl_meter *m)
{
	if (m->stamped)
		rapl_stamped_tick(&m->counter, m->stamped);
	else
		rapl_counter_tick(&m->counter);
	rapl_meter_tell(m);
}

/*
 * To add an event, perf takes all others off its CPU and puts them on again
 * (ctx_resched() of kernel/events/core.c).  By perf's clock no time goes by
 * meanwhile, so nobody is told, and what is used is theirs: they go on from where
 * they were.  perf holds the PMU disabled from before the first is off until after
 * the last is on.  This is a turn, and tells it from an event that its owner
 * switches off and on.
 */
static DEFINE_PER_CPU(u64, rapl_turn);

/**
 * rapl_turn_over() - what is stopped on this CPU does not return
 *
 * Context: any.
 */
void rapl_turn_over(void)
{
	this_cpu_inc(rapl_turn);
}

/**
 * rapl_turn_now() - name of what perf is doing on this CPU
 *
 * Context: interrupts off.
 * Return: a number, not 0, that no other CPU and no other turn has.
 */
u64 rapl_turn_now(void)
{
	return (this_cpu_read(rapl_turn) + 1) * nr_cpu_ids + smp_processor_id();
}

/* Shortest period of the meters in use; 0 if there is none. */
static u64 rapl_instance_period(const struct rapl_instance *inst)
{
	u64 period = 0;
	unsigned int i;

	for (i = 0; i < inst->set->nr; i++) {
		const struct rapl_meter *m = &inst->meter[i];

		if (m->active && m->period && (!period || m->period < period))
			period = m->period;
	}
	return period;
}

static enum hrtimer_restart rapl_timer(struct hrtimer *timer)
{
	struct rapl_instance *inst =
		container_of(timer, struct rapl_instance, timer);
	unsigned long flags, active = 0;
	bool again = false;
	unsigned int i;
	u64 period;

	raw_spin_lock_irqsave(&inst->lock, flags);
	period = rapl_instance_period(inst);
	inst->period = period;
	for (i = 0; i < inst->set->nr; i++)
		if (inst->meter[i].active && inst->meter[i].period)
			active |= BIT(i);
	/* The last event stopped meanwhile, or this CPU is no longer ours. */
	if (!rapl_instance_is_here(inst))
		active = 0;
	/* An event that moves to another CPU may have started it there. */
	if (active && !hrtimer_is_queued(timer)) {
		hrtimer_forward_now(timer, ns_to_ktime(period));
		again = true;
	}
	raw_spin_unlock_irqrestore(&inst->lock, flags);

	for_each_set_bit(i, &active, inst->set->nr)
		rapl_meter_tick(&inst->meter[i]);

	return again ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

/* Runs on the CPU in charge, interrupts off. */
static void rapl_timer_restart(void *data)
{
	struct rapl_instance *inst = data;

	raw_spin_lock(&inst->lock);
	if (inst->nr_active)
		hrtimer_start(&inst->timer, ns_to_ktime(inst->period),
			      HRTIMER_MODE_REL_PINNED_HARD);
	raw_spin_unlock(&inst->lock);
}

/**
 * rapl_timer_kick() - start the timer on the CPU in charge if it is needed
 * @inst: instance
 *
 * Context: process context, CPUs neither come nor go.
 */
void rapl_timer_kick(struct rapl_instance *inst)
{
	if (inst->cpu >= 0)
		smp_call_function_single(inst->cpu, rapl_timer_restart, inst,
					 1);
}

/*
 * A counter that was said to be 64 bits wide is not: from now on it needs the
 * timer.  That it is not may be found in any context and on any CPU of the
 * instance, so it takes an interrupt and a worker to get to where the timer is.
 */
static void rapl_meter_narrowing(struct work_struct *work)
{
	struct rapl_meter *m = container_of(work, struct rapl_meter, narrowing);
	struct rapl_instance *inst = m->instance;

	pr_notice("MSR 0x%x of package %d has 32 bits, although this model's manual gives it 64: please report it\n",
		  m->counter.msr, inst->package);

	cpus_read_lock();
	raw_spin_lock_irq(&inst->lock);
	m->period = rapl_timer_ns(m->counter.unit);
	inst->nr_active += m->active;
	inst->period = rapl_instance_period(inst);
	raw_spin_unlock_irq(&inst->lock);
	rapl_timer_kick(inst);
	cpus_read_unlock();
}

static void rapl_meter_narrowed_irq(struct irq_work *work)
{
	schedule_work(&container_of(work, struct rapl_meter,
				    narrowed)->narrowing);
}

static void rapl_meter_narrowed(struct rapl_counter *c)
{
	irq_work_queue(&container_of(c, struct rapl_meter, counter)->narrowed);
}

/**
 * rapl_meter_start() - one more event counts here
 * @m: meter
 *
 * Context: the CPU in charge, interrupts off.
 * Return: extended count to count from.
 */
u64 rapl_meter_start(struct rapl_meter *m)
{
	struct rapl_instance *inst = m->instance;
	u64 turn = rapl_turn_now(), units;
	bool first, idle;

	/* psys of a package that does not have it */
	if (!m->present)
		return rapl_meter_read(m);

	raw_spin_lock(&inst->lock);
	/*
	 * What the counter did while nobody was counting is nobody's.  As the
	 * time that of the last scheduler tick will do: it is earlier.
	 */
	first = !m->active++ && !inst->migrating && m->left != turn;
	if (first)
		units = rapl_meter_begin(m, ktime_get_coarse_boottime_ns());
	if (m->period) {
		idle = !inst->nr_active++;
		if (idle && inst->left == turn) {
			/* Not anew: where many are opened it would never run. */
			hrtimer_start_expires(&inst->timer,
					      HRTIMER_MODE_ABS_PINNED_HARD);
			idle = false;
		}
		/* Anew only for a counter that cannot wait as long. */
		if (idle || m->period < inst->period) {
			inst->period = m->period;
			hrtimer_start(&inst->timer, ns_to_ktime(m->period),
				      HRTIMER_MODE_REL_PINNED_HARD);
		}
	}
	raw_spin_unlock(&inst->lock);

	return first ? units : rapl_meter_read(m);
}

/**
 * rapl_meter_stop() - one event fewer counts here
 * @m: meter
 *
 * Context: the CPU in charge, interrupts off.
 * Return: true if the event may be on its way to another CPU, and be started
 *         there at once: it is to go on counting from where it is then.
 */
bool rapl_meter_stop(struct rapl_meter *m)
{
	struct rapl_instance *inst = m->instance;
	bool migrating;

	if (!m->present)
		return false;

	raw_spin_lock(&inst->lock);
	if (!--m->active)
		m->left = rapl_turn_now();
	/*
	 * Only try: a timer that is running on another CPU sees for itself
	 * that there is nothing left to do, and may be waiting for the lock.
	 */
	if (m->period && !--inst->nr_active) {
		inst->left = rapl_turn_now();
		hrtimer_try_to_cancel(&inst->timer);
	}
	/* All that are on the CPU that was in charge before do. */
	migrating = inst->migrating && inst->cpu != smp_processor_id();
	raw_spin_unlock(&inst->lock);
	return migrating;
}

/**
 * rapl_instance_hold() - keep all listed counters going without an event
 * @inst: instance
 *
 * Context: the CPU in charge, interrupts off.
 */
void rapl_instance_hold(struct rapl_instance *inst)
{
	unsigned int i;

	for (i = 0; i < inst->set->nr; i++)
		if (rapl_meter_is_energy(&inst->meter[i]))
			rapl_meter_start(&inst->meter[i]);
}

/**
 * rapl_instance_release() - undo rapl_instance_hold()
 * @inst: instance
 *
 * Context: as rapl_instance_hold().
 */
void rapl_instance_release(struct rapl_instance *inst)
{
	unsigned int i;

	for (i = 0; i < inst->set->nr; i++) {
		struct rapl_meter *m = &inst->meter[i];

		if (!rapl_meter_is_energy(m))
			continue;
		rapl_meter_update(m);
		rapl_meter_stop(m);
	}
	/* Not one of perf's turns: what is held again begins anew. */
	rapl_turn_over();
}

/**
 * rapl_timer_init() - set up the timer of a new instance
 * @inst: instance, @set and the meters' @instance filled in
 */
void rapl_timer_init(struct rapl_instance *inst)
{
	unsigned int i;

	raw_spin_lock_init(&inst->lock);
	hrtimer_setup(&inst->timer, rapl_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	for (i = 0; i < inst->set->nr; i++) {
		struct rapl_meter *m = &inst->meter[i];

		m->counter.narrowed = rapl_meter_narrowed;
		init_irq_work(&m->narrowed, rapl_meter_narrowed_irq);
		INIT_WORK(&m->narrowing, rapl_meter_narrowing);
	}
}

/**
 * rapl_timer_free() - nothing of the timer runs any more after this
 * @inst: instance; no event is left
 *
 * Context: process context.
 */
void rapl_timer_free(struct rapl_instance *inst)
{
	unsigned int i;

	for (i = 0; i < inst->set->nr; i++) {
		irq_work_sync(&inst->meter[i].narrowed);
		cancel_work_sync(&inst->meter[i].narrowing);
	}
	hrtimer_cancel(&inst->timer);
}
