// SPDX-License-Identifier: GPL-2.0-only
/*
 * What perf calls for an event: init, add, start, read, stop, del.
 *
 * An event lives on the CPU in charge of its instance, whatever CPU it was
 * opened on.  Its mark (hw.event_base) is the extended count of its meter at
 * which it was last brought up to date.  One that is stopped keeps it, for the rest
 * of the turn, in hw.config_base.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>

#include "event.h"
#include "timer.h"
#include "compat.h"

#define RAPL_EVENT_MASK	0xffULL

/* Set in hw_perf_event.flags: stopped only to be moved, keeps on counting. */
#define RAPL_EVENT_MOVING	BIT(0)

/* ... and: the group's first one has just read for it, too. */
#define RAPL_EVENT_SERVED	BIT(1)

/* ---- groups with a stamp ----------------------------------------------- */

/*
 * A group with energy-pkg and update-time gets both from one rdmsr: its first
 * event reads, the others take what that found.
 *
 * perf starts, reads and stops the events of a group one right after the other,
 * in the group's order, on the CPU in charge and without interrupts, so what was
 * found cannot be old.  Its transactions for this (PERF_PMU_TXN_READ) are not
 * used: there are none where a software event leads the group, in samples, and
 * when a group is stopped, which is where "perf stat" gets its numbers from.
 */
static bool rapl_event_is_time(const struct perf_event *event)
{
	return event->attr.config == RAPL_CODE_TIME;
}

static bool rapl_event_is_pkg(const struct perf_event *event)
{
	return event->attr.config == RAPL_DOM_PKG + 1;
}

/* Is @other, of the group of @event, served by the same reading? */
static bool rapl_event_shares(const struct perf_event *event,
			      const struct perf_event *other)
{
	return other->pmu == event->pmu &&
	       (rapl_event_is_time(other) || rapl_event_is_pkg(other));
}

/* Those that are switched off one by one are passed over by perf. */
static struct perf_event *rapl_group_first(struct perf_event *event)
{
	struct perf_event *leader = event->group_leader, *other;

	if (rapl_event_shares(event, leader) &&
	    leader->state >= PERF_EVENT_STATE_INACTIVE)
		return leader;
	for_each_sibling_event(other, leader)
		if (rapl_event_shares(event, other) &&
		    other->state >= PERF_EVENT_STATE_INACTIVE)
			return other;
	return event;
}

static bool rapl_group_has_time(struct perf_event *event)
{
	struct perf_event *leader = event->group_leader, *other;

	if (rapl_event_shares(event, leader) && rapl_event_is_time(leader))
		return true;
	for_each_sibling_event(other, leader)
		if (rapl_event_shares(event, other) &&
		    rapl_event_is_time(other))
			return true;
	return false;
}

/*
 * For an event that is being opened.  One that leads has nobody beside it yet, and
 * no context whose mutex perf could hold.
 */
static bool rapl_joins_time(struct perf_event *event)
{
	return event->group_leader != event && rapl_group_has_time(event);
}

/* What the first event of a group has read serves all the others. */
static void rapl_group_serve(struct perf_event *first)
{
	struct perf_event *leader = first->group_leader, *other;

	/* Opened without, it is also read without them. */
	if (!(first->attr.read_format & PERF_FORMAT_GROUP))
		return;
	for_each_sibling_event(other, leader)
		if (other != first && rapl_event_shares(first, other))
			other->hw.flags |= RAPL_EVENT_SERVED;
}

/* The extended count or stamp now; where it cannot be read, that of the mark. */
static unsigned long rapl_event_stamped(struct perf_event *event,
					struct rapl_meter *m)
{
	struct perf_event *first = rapl_group_first(event);
	bool served = event->hw.flags & RAPL_EVENT_SERVED;

	event->hw.flags &= ~RAPL_EVENT_SERVED;
	if (event == first || !served) {
		if (!rapl_instance_is_here(m->instance) ||
		    !rapl_stamped_update(&m->counter, m->stamped))
			return READ_ONCE(event->hw.event_base);
		if (event == first)
			rapl_group_serve(event);
	}
	if (rapl_event_is_time(event))
		return READ_ONCE(m->stamped->steps);
	return atomic64_read(&m->counter.units);
}

/* energy-pkg counts by the stamped MSR for as long as a stamp is beside it. */
static void rapl_event_choose(struct perf_event *event)
{
	const struct rapl_meter *m = event->pmu_private;
	struct rapl_instance *inst = m->instance;

	if (!rapl_event_is_pkg(event) || !inst->meter[RAPL_DOM_TIME].stamped)
		return;
	event->pmu_private = &inst->meter[rapl_group_has_time(event) ?
					  RAPL_DOM_TIME : RAPL_DOM_PKG];
}

static void rapl_event_stays(struct perf_event *event)
{
	event->event_caps &= ~PERF_EV_CAP_READ_ACTIVE_PKG;
	event->group_caps &= ~PERF_EV_CAP_READ_ACTIVE_PKG;
}

/*
 * Reading by other CPUs of the package stops for a group that gets a stamp: one
 * after the other it is.  Those that are just at it have interrupts off.  perf
 * holds the mutex of the group's context.
 */
static void rapl_group_stays(struct perf_event *event)
{
	struct perf_event *leader = event->group_leader, *other;

	if (leader == event)
		return;
	rapl_event_stays(leader);
	for_each_sibling_event(other, leader)
		rapl_event_stays(other);
	synchronize_rcu();
}

/* ---- off and on again --------------------------------------------------- */

/* perf begins or ends to hold the PMU disabled on this CPU: see rapl_turn_now(). */
static void rapl_event_turn(struct pmu *pmu)
{
	rapl_turn_over();
}

/* Was the event taken off in this turn? */
static bool rapl_event_returns(const struct perf_event *event)
{
	return event->hw.last_tag == rapl_turn_now();
}

/* ---- callbacks --------------------------------------------------------- */

/* The count now of a meter that is not simply read on this CPU */
static unsigned long rapl_event_apart(struct perf_event *event,
				      struct rapl_meter *m)
{
	if (m->stamped)
		return rapl_event_stamped(event, m);
	return atomic64_read(&m->counter.units);
}

/* Count from @from to @now, which nobody else does: see rapl_mark_move(). */
static void rapl_event_count(struct perf_event *event,
			     const struct rapl_counter *c, u64 from, u64 now)
{
	/* Of the difference only where nothing is rounded. */
	if (likely(!c->unit.micro))
		rapl_event_grow(event, rapl_energy(now - from, c->unit));
	else
		rapl_event_grow(event, rapl_energy(now, c->unit) -
				       rapl_energy(from, c->unit));
}

/* As rapl_event_count(), of a time too. */
static void rapl_event_settle(struct perf_event *event,
			      const struct rapl_counter *c, u64 from, u64 now)
{
	if (rapl_event_is_time(event))
		rapl_event_grow(event, now - from);
	else
		rapl_event_count(event, c, from, now);
}

/*
 * On any CPU of the package and without a lock: perf_event_read_local(), for
 * BPF, may even get here before the event is started, since perf lets it in as
 * soon as the event has its CPU.
 */
static void rapl_event_read(struct perf_event *event)
{
	struct rapl_meter *m = event->pmu_private;
	unsigned long now, from;

	if (likely(this_cpu_read(*m->here) == m->instance)) {
		now = rapl_counter_update(&m->counter);
		if (rapl_mark_move(&event->hw.event_base, now, &from))
			rapl_event_count(event, &m->counter, from, now);
		return;
	}
	now = rapl_event_apart(event, m);
	if (rapl_mark_move(&event->hw.event_base, now, &from))
		rapl_event_settle(event, &m->counter, from, now);
}

/* perf calls start, stop, add and del on the CPU in charge, interrupts off. */
static void rapl_event_start(struct perf_event *event, int flags)
{
	struct rapl_meter *m = event->pmu_private, *before = m;
	bool moving;
	u64 units;

	if (!(event->hw.state & PERF_HES_STOPPED))
		return;
	event->hw.state = 0;

	/* Not if it was its owner who stopped it, as another one was to move. */
	moving = event->hw.flags & RAPL_EVENT_MOVING &&
		 READ_ONCE(m->instance->migrating);
	event->hw.flags &= ~RAPL_EVENT_MOVING;
	if (!moving)
		rapl_event_choose(event);
	m = event->pmu_private;
	units = rapl_meter_start(m);
	if (m->stamped)
		units = rapl_event_stamped(event, m);
	if (rapl_event_returns(event) && m == before)
		units = event->hw.config_base;
	if (!moving)
		WRITE_ONCE(event->hw.event_base, units);
}

/*
 * Where an event has too many samples, newer kernels stop the whole group until
 * the next tick ("perf: Fix the throttle logic for a group"), and take no time
 * off: what was used meanwhile would be missing.  Counting on costs nothing.
 * The value is MAX_INTERRUPTS of kernel/events/core.c.
 */
static bool rapl_event_throttled(const struct perf_event *event, int flags)
{
	return event->hw.interrupts == U64_MAX && !(flags & PERF_EF_UPDATE);
}

static void rapl_event_stop(struct perf_event *event, int flags)
{
	struct rapl_meter *m = event->pmu_private;
	unsigned long now, from;
	bool counts;

	if (event->hw.state & PERF_HES_STOPPED)
		return;
	if (rapl_event_throttled(event, flags))
		return;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;

	now = m->stamped ? rapl_event_stamped(event, m) : rapl_meter_read(m);
	/* On its way it has its mark, to go on from there on the next CPU. */
	if (rapl_meter_stop(m)) {
		event->hw.flags |= RAPL_EVENT_MOVING;
		counts = rapl_mark_move(&event->hw.event_base, now, &from);
	} else {
		counts = rapl_mark_stop(&event->hw.event_base, now, &from);
		event->hw.config_base = counts ? now : from;
		event->hw.last_tag = rapl_turn_now();
	}
	if (counts)
		rapl_event_settle(event, &m->counter, from, now);
}

static int rapl_event_add(struct perf_event *event, int flags)
{
	const struct rapl_meter *m = event->pmu_private;

	/*
	 * Opened on a CPU that has gone offline since.  One that returns is still to
	 * be moved.
	 */
	if (READ_ONCE(m->instance->cpu) != smp_processor_id() &&
	    !rapl_event_returns(event))
		return -ENODEV;

	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (flags & PERF_EF_START)
		rapl_event_start(event, flags);
	return 0;
}

static void rapl_event_del(struct perf_event *event, int flags)
{
	rapl_event_stop(event, PERF_EF_UPDATE);
}

static void rapl_event_destroy(struct perf_event *event)
{
	struct rapl_meter *m = event->pmu_private;

	rapl_instance_close(m->instance, event);
}

static int rapl_event_init(struct perf_event *event)
{
	const struct perf_event_attr *attr = &event->attr;
	const struct rapl_set *set = &to_rapl_pmu(event->pmu)->set;
	struct rapl_instance *inst;
	struct rapl_meter *m;
	unsigned int i;

	/* Before anything else, or perf's search for the right PMU ends here */
	if (attr->type != event->pmu->type)
		return -ENOENT;

	if (is_sampling_event(event) || event->cpu < 0 ||
	    event->attach_state & PERF_ATTACH_TASK)
		return -EINVAL;
	if (attr->config & ~RAPL_EVENT_MASK || rapl_more_config(attr))
		return -EINVAL;
	/* The core looks at the other exclude_ bits. */
	if (attr->exclude_callchain_kernel || attr->exclude_callchain_user)
		return -EINVAL;

	i = attr->config - 1;
	if (rapl_event_is_time(event))
		i = RAPL_DOM_TIME;
	else if (i >= RAPL_DOM_TIME)
		return -EINVAL;
	if (i >= set->nr)
		return -EINVAL;
	i = array_index_nospec(i, set->nr);
	if (!(set->domains & BIT(i)))
		return -EINVAL;

	/* Not before its CPU's going would be noticed. */
	if (!READ_ONCE(set->pmu))
		return -ENODEV;
	inst = *per_cpu_ptr(set->by_cpu, event->cpu);
	if (!inst || !cpu_online(event->cpu))
		return -ENODEV;
	m = &inst->meter[i];
	/*
	 * Where it is not present, as the platform's in all packages but one,
	 * nothing is counted: perf must be able to add the instances up.
	 */
	if (rapl_instance_open(inst, event))
		return -ENODEV;

	event->destroy = rapl_event_destroy;
	event->pmu_private = m;
	event->hw.flags = 0;
	event->hw.last_tag = 0;
	event->hw.event_base = RAPL_MARK_STOPPED;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (rapl_event_is_time(event))
		rapl_group_stays(event);
	else if (set->local_read && !rapl_joins_time(event))
		event->event_caps |= PERF_EV_CAP_READ_ACTIVE_PKG;
	return 0;
}

/**
 * rapl_event_callbacks() - fill in what perf calls for an event
 * @pmu: the PMU in a struct rapl_pmu
 */
void rapl_event_callbacks(struct pmu *pmu)
{
	pmu->event_init = rapl_event_init;
	pmu->add = rapl_event_add;
	pmu->del = rapl_event_del;
	pmu->start = rapl_event_start;
	pmu->stop = rapl_event_stop;
	pmu->read = rapl_event_read;
	/* perf has one of its own only for a PMU without either. */
	pmu->pmu_disable = rapl_event_turn;
	pmu->pmu_enable = rapl_event_turn;
}
