// SPDX-License-Identifier: GPL-2.0-only
/*
 * A package, die or core: probing, the CPU in charge, the timer against wraps.
 *
 * One online CPU of an instance is in charge of it: perf's events live there,
 * whatever CPU of the instance they were opened on, and so does the timer.  When
 * that CPU goes offline, another one takes over.  The timer reads each counter
 * once, however many events there are: an event remembers the count at which it
 * was last brought up to date.
 *
 * pmu->scope of Linux 6.13, which lets the core pick the CPU, is not used: 5.10
 * to 6.12 need all this anyway, and two ways are worse than one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include "instance.h"
#include "compat.h"

/* How long a counter at 0 is watched for it to count. */
#define RAPL_WATCH_MS	24
#define RAPL_WATCH_STEP	4

/* What @here of an absent meter points to: no instance, on every CPU. */
static DEFINE_PER_CPU(struct rapl_instance *, rapl_nowhere);

/* ---- timer ------------------------------------------------------------- */

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

/* Shortest period of the meters in use; 0 if there is none. */
static u64 rapl_instance_period(const struct rapl_instance *inst)
{
	u64 period = 0;
	unsigned int i;

	for (i = 0; i < inst->set->nr; i++) {
		const struct rapl_meter *m = &inst->meter[i];

		if (m->active && (!period || m->period < period))
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
		if (inst->meter[i].active)
			active |= BIT(i);
	/* The last event stopped meanwhile, or this CPU is no longer ours. */
	if (*this_cpu_ptr(inst->set->by_cpu) != inst)
		active = 0;
	/* An event that moves to another CPU may have started it there. */
	if (active && !hrtimer_is_queued(timer)) {
		hrtimer_forward_now(timer, ns_to_ktime(period));
		again = true;
	}
	raw_spin_unlock_irqrestore(&inst->lock, flags);

	for_each_set_bit(i, &active, inst->set->nr) {
		rapl_counter_tick(&inst->meter[i].counter);
		rapl_meter_tell(&inst->meter[i]);
	}

	return again ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

/* Runs on the CPU in charge, interrupts off. */
static void rapl_timer_kick(void *data)
{
	struct rapl_instance *inst = data;

	raw_spin_lock(&inst->lock);
	if (inst->nr_active)
		hrtimer_start(&inst->timer, ns_to_ktime(inst->period),
			      HRTIMER_MODE_REL_PINNED_HARD);
	raw_spin_unlock(&inst->lock);
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
	bool first;
	u64 units;

	/* psys of a package that does not have it */
	if (!m->present)
		return rapl_meter_read(m);

	raw_spin_lock(&inst->lock);
	/*
	 * What the counter did while nobody was counting is nobody's.  As the
	 * time that of the last scheduler tick will do: it is earlier.
	 */
	first = !m->active++ && !inst->migrating;
	if (first)
		units = rapl_counter_rebase(&m->counter,
					    ktime_get_coarse_boottime_ns());
	/* Started anew only for a counter that cannot wait as long. */
	if (!inst->nr_active++ || m->period < inst->period) {
		inst->period = m->period;
		hrtimer_start(&inst->timer, ns_to_ktime(m->period),
			      HRTIMER_MODE_REL_PINNED_HARD);
	}
	raw_spin_unlock(&inst->lock);

	return first ? units : rapl_meter_read(m);
}

/**
 * rapl_meter_stop() - one event fewer counts here
 * @m: meter
 *
 * Context: the CPU in charge, interrupts off.
 * Return: true if the event is only on its way to another CPU and will be
 *         started there at once: it is to go on counting from where it is.
 */
bool rapl_meter_stop(struct rapl_meter *m)
{
	struct rapl_instance *inst = m->instance;
	bool migrating;

	if (!m->present)
		return false;

	raw_spin_lock(&inst->lock);
	m->active--;
	/*
	 * Only try: a timer that is running on another CPU sees for itself
	 * that there is nothing left to do, and may be waiting for the lock.
	 */
	if (!--inst->nr_active)
		hrtimer_try_to_cancel(&inst->timer);
	migrating = inst->migrating;
	raw_spin_unlock(&inst->lock);
	return migrating;
}

/* ---- probing ----------------------------------------------------------- */

/*
 * Is it more than an MSR that always answers 0, as that for the cores of server
 * processors does, and many under a hypervisor?  On a processor in no table it
 * has to be seen to count.
 */
static bool rapl_counter_counts(const struct rapl_counter *c, bool unlisted)
{
	unsigned int ms;
	u32 first, raw;

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
	u32 msr, raw;

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

	rapl_counter_init(&m->counter, msr, unit);
	m->period = rapl_timer_ns(unit);
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

	raw_spin_lock_init(&inst->lock);
	hrtimer_setup(&inst->timer, rapl_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	inst->set = set;
	inst->cpu = -1;
	for (i = 0; i < set->nr; i++) {
		inst->meter[i].instance = inst;
		inst->meter[i].here = &rapl_nowhere;
	}

	/*
	 * KVM answers 0, which no processor does: its counters would count
	 * whole joules, and it leaves them at 0, too.
	 */
	if (!rdmsrq_safe(set->cpu.unit_msr, &unit_msr) && unit_msr)
		for (i = 0; i < set->nr; i++)
			rapl_meter_setup(inst, i, unit_msr);

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
 * Context: CPU hotplug, may sleep; the caller sees to it that there is only one.
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

/* ---- the CPU in charge ------------------------------------------------- */

/* An online CPU of the instance other than this one, or -1. */
static int rapl_instance_other(const struct rapl_instance *inst,
			       unsigned int cpu)
{
	unsigned int i;

	for_each_online_cpu(i)
		if (i != cpu && *per_cpu_ptr(inst->set->by_cpu, i) == inst)
			return i;
	return -1;
}

static void rapl_set_migrating(struct rapl_instance *inst, bool migrating)
{
	raw_spin_lock_irq(&inst->lock);
	inst->migrating = migrating;
	raw_spin_unlock_irq(&inst->lock);
}

/**
 * rapl_instance_leave() - the CPU in charge goes offline
 * @inst: instance
 * @cpu:  the CPU
 *
 * Another CPU of the instance takes over, with the events and the timer.
 *
 * Context: CPU hotplug.
 */
void rapl_instance_leave(struct rapl_instance *inst, unsigned int cpu)
{
	int target = rapl_instance_other(inst, cpu);

	WRITE_ONCE(inst->cpu, target);

	/*
	 * With nowhere to go perf takes the events down with the CPU, and
	 * keeps what they had counted.  Before perf knows the PMU, there is no
	 * context to move (nor, up to 6.1, memory for one).
	 */
	if (target < 0 || !inst->set->pmu)
		return;

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
	smp_call_function_single(target, rapl_timer_kick, inst, 1);
}
