/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packages, dies and cores: which counters each has, and the CPU in charge.
 */
#ifndef RAPL_PMU_INSTANCE_H
#define RAPL_PMU_INSTANCE_H

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "counter.h"
#include "cpu.h"

struct perf_event;
struct pmu;
struct rapl_instance;

/**
 * struct rapl_meter - one counter of one instance, and who uses it
 * @counter:  the MSR as a count; of no use unless @present
 * @here:     the instance of each CPU.  Where it is not @instance, the MSR is
 *            another counter: rapl_meter_read() looks before it reads.  For a
 *            meter that is not @present it is no instance on any CPU
 * @instance: where it belongs
 * @present:  the MSR answers on this instance
 * @stamped:  the counter's stamp where it has one, or NULL.  Such a counter is
 *            read by the CPU in charge only, and @here is no instance, so that
 *            the way of all others need not ask
 * @active:   started events, under the instance's lock
 * @left:     rapl_turn_now() when the last one was stopped, under the same
 * @period:   rapl_timer_ns() of the counter's unit, 0: needs no timer
 * @told:     how many of the counter's resets the log has; the timer's
 * @narrowed: the counter needs a timer after all: on the way to where ...
 * @narrowing: ... the timer can be started
 *
 * What a reader needs comes first and together.
 */
struct rapl_meter {
	struct rapl_counter counter;
	struct rapl_instance * __percpu *here;
	struct rapl_instance *instance;
	bool present;
	struct rapl_stamped *stamped;
	unsigned int active;
	u64 left;
	u64 period;
	unsigned int told;
	struct irq_work narrowed;
	struct work_struct narrowing;
};

enum rapl_scope {
	RAPL_SCOPE_PACKAGE,
	RAPL_SCOPE_DIE,
	RAPL_SCOPE_CORE,
};

/**
 * struct rapl_set - all instances of a kind: what one PMU counts on
 * @cpu:        how to get at the MSRs
 * @scope:      what an instance is
 * @nr:         meters in each instance
 * @domains:    mask of those that are listed: they count on some instance
 * @local_read: a whole physical package shares an instance
 * @held:       all counters are kept going without an event; under rapl_mutex
 * @unstamped:  an instance has no stamp, so that none is listed
 * @by_cpu:     instance of each CPU that was ever online
 * @instances:  all that were ever online, under rapl_mutex
 * @pmu:        whose events move when a CPU goes, NULL while perf does not know
 *              the PMU; under rapl_mutex
 * @node:       in the list of all sets, under rapl_mutex
 */
struct rapl_set {
	struct rapl_cpu cpu;
	enum rapl_scope scope;
	unsigned int nr;
	unsigned int domains;
	bool local_read;
	bool held;
	bool unstamped;
	struct rapl_instance * __percpu *by_cpu;
	struct list_head instances;
	struct pmu *pmu;
	struct list_head node;
};

/**
 * struct rapl_instance - the counters of one package, die or core
 * @lock:      guards @active and @left of the meters, @nr_active, @left, @period,
 *             @migrating, @events and starting the timer
 * @timer:     runs on @cpu while an event is active that needs it
 * @set:       where it belongs
 * @node:      in @set
 * @cpu:       online CPU in charge, -1 if all are offline
 * @events:    open events, by perf_event.active_entry
 * @nr_active: started events that need the timer
 * @left:      rapl_turn_now() when the last of these was stopped
 * @period:    what the timer was last set to
 * @migrating: another CPU takes over, the events are on their way
 * @package:   physical package number
 * @die:       die in @package, 0 unless the set is by die or core
 * @core:      core in @die, 0 unless the set is by core
 * @stamped:   of the meter of %RAPL_DOM_TIME
 * @meter:     by enum rapl_domain; a set of cores uses the first
 */
struct rapl_instance {
	raw_spinlock_t lock;
	struct hrtimer timer;
	struct rapl_set *set;
	struct list_head node;
	int cpu;
	struct list_head events;
	unsigned int nr_active;
	u64 left;
	u64 period;
	bool migrating;
	int package;
	int die;
	int core;
	struct rapl_stamped stamped;
	struct rapl_meter meter[];
};

/**
 * rapl_meter_read() - count of a meter now
 * @m: meter
 *
 * Context: interrupts off, any other, NMI too; on any CPU.
 * Return: the extended count; on a CPU of another instance, or where the meter
 *         is not present, that of the last look.
 */
static inline u64 rapl_meter_read(struct rapl_meter *m)
{
	if (this_cpu_read(*m->here) != m->instance)
		return atomic64_read(&m->counter.units);
	return rapl_counter_update(&m->counter);
}

/* Does it count energy, and is it listed? */
static inline bool rapl_meter_is_energy(const struct rapl_meter *m)
{
	return m->present && !m->stamped &&
	       m->instance->set->domains & BIT(m - m->instance->meter);
}

/* Is this CPU one of those that the instance's MSRs can be read on? */
static inline bool rapl_instance_is_here(const struct rapl_instance *inst)
{
	return *this_cpu_ptr(inst->set->by_cpu) == inst;
}

struct rapl_instance *rapl_instance_find(struct rapl_set *set,
					 unsigned int cpu);
int rapl_instance_open(struct rapl_instance *inst, struct perf_event *event);
void rapl_instance_close(struct rapl_instance *inst, struct perf_event *event);
void rapl_instance_free(struct rapl_instance *inst);
void rapl_instance_join(struct rapl_instance *inst, unsigned int cpu);
void rapl_instance_leave(struct rapl_instance *inst, unsigned int cpu);

#endif /* RAPL_PMU_INSTANCE_H */
