// SPDX-License-Identifier: GPL-2.0-only
/*
 * A package, die or core: probing, and the CPU in charge.
 *
 * One online CPU of an instance is in charge of it: perf's events live there,
 * whatever CPU of the instance they were opened on, and so does the timer.
 * When that CPU goes offline, another one takes over.
 *
 * pmu->scope of Linux 6.13, which lets the core pick the CPU, is not used: 5.10
 * to 6.12 need all this anyway, and two ways are worse than one.
 */
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/topology.h>

#include "timer.h"
#include "compat.h"

/* How long a counter at 0 is watched for it to count. */
#define RAPL_WATCH_MS	24
#define RAPL_WATCH_STEP	4

/* How long a CPU that goes offline waits for perf_event_open(), at most */
#define RAPL_OPENING_MS	1000

/* What @here of an absent meter points to: no instance, on every CPU. */
static DEFINE_PER_CPU(struct rapl_instance *, rapl_nowhere);

/* ---- probing ----------------------------------------------------------- */

/*
 * Is it more than an MSR that always answers 0, as that for the cores of server
 * processors does, and many under a hypervisor?  On a processor in no table it
 * has to be seen to count.
 */
static bool rapl_counter_counts(const struct rapl_counter *c, bool unlisted)
{
	unsigned int ms;
	u64 first, raw;

	if (!rapl_counter_raw(c, &first))
		return false;
	if (first && !unlisted)
		return true;

	for (ms = 0; ms < RAPL_WATCH_MS; ms += RAPL_WATCH_STEP) {
		usleep_range(1000 * RAPL_WATCH_STEP, 1500 * RAPL_WATCH_STEP);
		if (rapl_counter_raw(c, &raw) && raw != first)
			return true;
	}
	return false;
}

/*
 * The same counter as the package's, with the time of its update.  What feeds it
 * once a second, a hypervisor, is not seen to move, and no such one was heard of.
 */
static void rapl_time_setup(struct rapl_instance *inst, struct rapl_meter *m)
{
	unsigned int ms;
	u64 first, raw;

	m->period = min(m->period, RAPL_STAMP_TIMER_NS);
	if (rdmsrq_safe(m->counter.msr, &first))
		return;
	for (ms = 0; ms < RAPL_WATCH_MS && !m->present; ms += RAPL_WATCH_STEP) {
		usleep_range(1000 * RAPL_WATCH_STEP, 1500 * RAPL_WATCH_STEP);
		if (!rdmsrq_safe(m->counter.msr, &raw))
			m->present = raw >> 32 != first >> 32;
	}
	if (m->present)
		m->stamped = &inst->stamped;
}

/*
 * A counter that answers here is used, whatever it reads: what feeds it in a
 * virtual machine may start later.  For the same reason the package is listed
 * at 0, too; another counter is if it counts on one instance at least.
 */
static void rapl_meter_setup(struct rapl_instance *inst, unsigned int i,
			     u64 unit_msr)
{
	struct rapl_set *set = inst->set;
	const struct rapl_cpu *cpu = &set->cpu;
	struct rapl_meter *m = &inst->meter[i];
	struct rapl_unit unit;
	u32 msr;
	u64 raw;

	if (set->scope == RAPL_SCOPE_CORE) {
		msr = cpu->core_msr;
		unit = rapl_cpu_unit(cpu, unit_msr, RAPL_DOM_CORES);
		unit.watts = RAPL_MAX_CORE_WATTS;
	} else {
		if (!(cpu->domains & BIT(i)))
			return;
		msr = cpu->msr[i];
		unit = rapl_cpu_unit(cpu, unit_msr, i);
	}
	if (!rapl_unit_valid(unit))
		return;

	rapl_counter_init(&m->counter, msr, unit,
			  cpu->wide ? RAPL_WIDE : RAPL_NARROW);
	m->period = cpu->wide ? 0 : rapl_timer_ns(unit);
	if (i == RAPL_DOM_TIME) {
		rapl_time_setup(inst, m);
		return;
	}
	m->present = rapl_counter_raw(&m->counter, &raw);
	if (!m->present)
		return;
	m->here = set->by_cpu;

	if (set->domains & BIT(i))
		return;
	if ((i == RAPL_DOM_PKG && !cpu->unlisted) ||
	    rapl_counter_counts(&m->counter, cpu->unlisted))
		set->domains |= BIT(i);
}

/* Runs on a CPU of the new instance. */
static struct rapl_instance *rapl_instance_new(struct rapl_set *set)
{
	struct rapl_instance *inst;
	u64 unit_msr;
	unsigned int i;

	inst = kzalloc(struct_size(inst, meter, set->nr), GFP_KERNEL);
	if (!inst)
		return NULL;

	inst->set = set;
	inst->cpu = -1;
	INIT_LIST_HEAD(&inst->events);
	rapl_timer_init(inst);
	for (i = 0; i < set->nr; i++) {
		struct rapl_meter *m = &inst->meter[i];

		m->instance = inst;
		m->here = &rapl_nowhere;
	}

	/*
	 * KVM answers 0, which no processor does: its counters would count
	 * whole joules, and it leaves them at 0, too.
	 */
	if (!rdmsrq_safe(set->cpu.unit_msr, &unit_msr) && unit_msr)
		for (i = 0; i < set->nr; i++)
			rapl_meter_setup(inst, i, unit_msr);

	/* perf adds the instances up: all have it, or it is of no use. */
	if (set->cpu.domains & RAPL_TIME && !set->pmu) {
		if (!inst->meter[RAPL_DOM_TIME].present)
			set->unstamped = true;
		set->domains &= ~RAPL_TIME;
		if (!set->unstamped)
			set->domains |= RAPL_TIME;
	}

	list_add_tail(&inst->node, &set->instances);
	return inst;
}

/**
 * rapl_instance_find() - instance of a CPU
 * @set: what kind of instance
 * @cpu: the CPU that this runs on
 *
 * One that was never seen before is made, and its counters are probed.
 *
 * Context: CPU hotplug, may sleep; the caller sees to it that there is only
 *          one.
 * Return: the instance, or NULL if there is no memory for it.
 */
struct rapl_instance *rapl_instance_find(struct rapl_set *set, unsigned int cpu)
{
	struct rapl_instance *inst = *per_cpu_ptr(set->by_cpu, cpu);
	int package = topology_physical_package_id(cpu);
	int die = 0, core = 0;

	if (inst)
		return inst;

	if (set->scope != RAPL_SCOPE_PACKAGE)
		die = topology_die_id(cpu);
	if (set->scope == RAPL_SCOPE_CORE)
		core = topology_core_id(cpu);

	list_for_each_entry(inst, &set->instances, node) {
		/* A package of several dies: no reading from the neighbour. */
		if (inst->package == package && inst->die != die)
			set->local_read = false;
		if (inst->package == package && inst->die == die &&
		    inst->core == core)
			return inst;
	}

	inst = rapl_instance_new(set);
	if (inst) {
		inst->package = package;
		inst->die = die;
		inst->core = core;
	}
	return inst;
}

/**
 * rapl_instance_free() - give an instance back
 * @inst: instance; no event is left
 *
 * Context: process context.
 */
void rapl_instance_free(struct rapl_instance *inst)
{
	rapl_timer_free(inst);
	kfree(inst);
}

/* ---- the CPU in charge ------------------------------------------------- */

/*
 * An online CPU of the instance other than this one, or -1.  One that is isolated
 * from the kernel's own work (isolcpus=, nohz_full=) only if there is no other.
 */
static int rapl_instance_other(const struct rapl_instance *inst,
			       unsigned int cpu)
{
	int isolated = -1;
	unsigned int i;

	for_each_online_cpu(i) {
		if (i == cpu || *per_cpu_ptr(inst->set->by_cpu, i) != inst)
			continue;
		if (!rapl_cpu_isolated(i))
			return i;
		if (isolated < 0)
			isolated = i;
	}
	return isolated;
}

/**
 * rapl_instance_open() - give an event to the CPU in charge
 * @inst:  instance
 * @event: event that is being opened; its cpu is set
 *
 * Context: process context.
 * Return: 0, or -ENODEV if no CPU of the instance is online.
 */
int rapl_instance_open(struct rapl_instance *inst, struct perf_event *event)
{
	int err = -ENODEV;

	raw_spin_lock_irq(&inst->lock);
	if (inst->cpu >= 0) {
		event->cpu = inst->cpu;
		list_add_tail(&event->active_entry, &inst->events);
		err = 0;
	}
	raw_spin_unlock_irq(&inst->lock);
	return err;
}

/**
 * rapl_instance_close() - an event goes
 * @inst:  instance
 * @event: event that rapl_instance_open() was called for
 *
 * Context: process context.
 */
void rapl_instance_close(struct rapl_instance *inst, struct perf_event *event)
{
	raw_spin_lock_irq(&inst->lock);
	list_del_init(&event->active_entry);
	raw_spin_unlock_irq(&inst->lock);
}

/* Has perf still to take an event to this CPU, from where it could be moved? */
static bool rapl_instance_opening(struct rapl_instance *inst, int cpu)
{
	const struct perf_event *event;
	bool opening = false;

	raw_spin_lock_irq(&inst->lock);
	list_for_each_entry(event, &inst->events, active_entry)
		if (event->cpu == cpu && !READ_ONCE(event->ctx))
			opening = true;
	raw_spin_unlock_irq(&inst->lock);
	return opening;
}

static void rapl_set_migrating(struct rapl_instance *inst, bool migrating)
{
	raw_spin_lock_irq(&inst->lock);
	WRITE_ONCE(inst->migrating, migrating);
	raw_spin_unlock_irq(&inst->lock);
}

/* With the events and the timer, which goes on where @target is; -1: nowhere. */
static void rapl_instance_move(struct rapl_instance *inst, int cpu, int target)
{
	unsigned int ms;

	raw_spin_lock_irq(&inst->lock);
	WRITE_ONCE(inst->cpu, target);
	raw_spin_unlock_irq(&inst->lock);

	if (target < 0 && inst->set->held) {
		local_irq_disable();
		rapl_instance_release(inst);
		local_irq_enable();
	}

	/*
	 * With nowhere to go perf takes the events down with the CPU, and
	 * keeps what they had counted.  Before perf knows the PMU, there is no
	 * context to move (nor, up to 6.1, memory for one).
	 */
	if (target < 0 || !inst->set->pmu)
		return;

	/* Who opens an event now gets @target, others are waited for. */
	for (ms = 0; ms < RAPL_OPENING_MS; ms++) {
		if (!rapl_instance_opening(inst, cpu))
			break;
		usleep_range(1000, 1500);
	}

	rapl_set_migrating(inst, true);
	perf_pmu_migrate_context(inst->set->pmu, cpu, target);
	rapl_set_migrating(inst, false);

	/*
	 * The last event to leave @cpu stopped the timer there and the first
	 * one on @target started it there, but not if one was opened on @target
	 * before the last had left: then the timer is still that of @cpu, and
	 * the kernel would take it, with all of that CPU's timers, to a CPU
	 * that may be of another package.
	 */
	hrtimer_cancel(&inst->timer);
	rapl_timer_kick(inst);
}

/**
 * rapl_instance_join() - a CPU came online
 * @inst: its instance
 * @cpu:  the CPU
 *
 * It takes over if nobody is in charge, or a CPU that is isolated and this one
 * is not.
 *
 * Context: CPU hotplug, on @cpu.
 */
void rapl_instance_join(struct rapl_instance *inst, unsigned int cpu)
{
	if (inst->cpu < 0) {
		WRITE_ONCE(inst->cpu, cpu);
		if (inst->set->held) {
			local_irq_disable();
			rapl_instance_hold(inst);
			local_irq_enable();
		}
	} else if (rapl_cpu_isolated(inst->cpu) && !rapl_cpu_isolated(cpu)) {
		rapl_instance_move(inst, inst->cpu, cpu);
	}
}

/**
 * rapl_instance_leave() - the CPU in charge goes offline
 * @inst: instance
 * @cpu:  the CPU
 *
 * Another CPU of the instance takes over, with the events and the timer.
 *
 * Context: CPU hotplug, on @cpu.
 */
void rapl_instance_leave(struct rapl_instance *inst, unsigned int cpu)
{
	rapl_instance_move(inst, cpu, rapl_instance_other(inst, cpu));
}
