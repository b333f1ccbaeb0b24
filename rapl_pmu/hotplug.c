// SPDX-License-Identifier: GPL-2.0-only
/*
 * All instances of a kind, kept up to date with the CPUs that come and go, and
 * with suspend.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "hotplug.h"
#include "timer.h"
#include "compat.h"

/* Guards the sets and their instances against hotplug. */
static DEFINE_MUTEX(rapl_mutex);
static LIST_HEAD(rapl_sets);
static enum cpuhp_state rapl_cpuhp_state;

static int rapl_cpu_online(unsigned int cpu)
{
	struct rapl_set *set;
	int err = -ENOMEM;

	mutex_lock(&rapl_mutex);
	list_for_each_entry(set, &rapl_sets, node) {
		struct rapl_instance *inst = rapl_instance_find(set, cpu);

		if (!inst)
			goto out;
		*per_cpu_ptr(set->by_cpu, cpu) = inst;
	}
	/* Only now: if it failed for one set, the CPU goes down again. */
	list_for_each_entry(set, &rapl_sets, node)
		rapl_instance_join(*per_cpu_ptr(set->by_cpu, cpu), cpu);
	err = 0;
out:
	mutex_unlock(&rapl_mutex);
	return err;
}

static int rapl_cpu_offline(unsigned int cpu)
{
	struct rapl_set *set;

	mutex_lock(&rapl_mutex);
	list_for_each_entry(set, &rapl_sets, node) {
		struct rapl_instance *inst = *per_cpu_ptr(set->by_cpu, cpu);

		if (inst && inst->cpu == cpu)
			rapl_instance_leave(inst, cpu);
	}
	mutex_unlock(&rapl_mutex);
	return 0;
}

/* ---- suspend ----------------------------------------------------------- */

/*
 * S3 and S4 may reset the counters.  Both callbacks run on the last CPU that
 * is online, with interrupts off.  On the way down everything else is asleep
 * already, on the way up still asleep: no energy is used between the last look
 * before and the first look after that belongs to anybody's event.
 */
static void rapl_syscore_each(void (*fn)(struct rapl_meter *m))
{
	struct rapl_set *set;
	unsigned int i;

	list_for_each_entry(set, &rapl_sets, node) {
		struct rapl_instance *inst = *this_cpu_ptr(set->by_cpu);

		for (i = 0; inst && i < set->nr; i++)
			if (inst->meter[i].active)
				fn(&inst->meter[i]);
	}
}

static int rapl_suspend(RAPL_SYSCORE_ARG)
{
	rapl_syscore_each(rapl_meter_update);
	return 0;
}

static void rapl_resume_meter(struct rapl_meter *m)
{
	rapl_meter_rebase(m, ktime_get_boot_fast_ns());
}

static void rapl_resume(RAPL_SYSCORE_ARG)
{
	rapl_syscore_each(rapl_resume_meter);
}

RAPL_SYSCORE(rapl_syscore, rapl_suspend, rapl_resume);

/* ---- sets -------------------------------------------------------------- */

/**
 * rapl_set_init() - set up an empty set
 * @set:   filled in, all zero before
 * @cpu:   from rapl_cpu_detect()
 * @scope: what an instance is
 *
 * Context: process context, before rapl_instances_start().
 * Return: 0 or -ENOMEM.
 */
int rapl_set_init(struct rapl_set *set, const struct rapl_cpu *cpu,
		  enum rapl_scope scope)
{
	set->by_cpu = alloc_percpu(struct rapl_instance *);
	if (!set->by_cpu)
		return -ENOMEM;
	set->cpu = *cpu;
	set->scope = scope;
	set->nr = scope == RAPL_SCOPE_CORE ? 1 : RAPL_NR_DOMAINS;
	set->local_read = scope != RAPL_SCOPE_CORE;
	INIT_LIST_HEAD(&set->instances);
	mutex_lock(&rapl_mutex);
	list_add_tail(&set->node, &rapl_sets);
	mutex_unlock(&rapl_mutex);
	return 0;
}

/**
 * rapl_set_free() - give back what rapl_set_init() and probing took
 * @set: set; no event is left
 *
 * Context: process context, after rapl_instances_stop().
 */
void rapl_set_free(struct rapl_set *set)
{
	struct rapl_instance *inst, *next;

	mutex_lock(&rapl_mutex);
	list_del(&set->node);
	mutex_unlock(&rapl_mutex);

	list_for_each_entry_safe(inst, next, &set->instances, node)
		rapl_instance_free(inst);
	free_percpu(set->by_cpu);
}

/**
 * rapl_set_pmu() - whose events move from now on when a CPU goes
 * @set: set
 * @pmu: PMU that perf knows, or NULL: nobody's
 *
 * Context: process context.
 */
void rapl_set_pmu(struct rapl_set *set, struct pmu *pmu)
{
	mutex_lock(&rapl_mutex);
	WRITE_ONCE(set->pmu, pmu);
	mutex_unlock(&rapl_mutex);
}

/**
 * rapl_set_cpumask() - the CPUs in charge, one for each instance
 * @set:  set
 * @mask: to which they are added
 *
 * Context: process context.
 */
void rapl_set_cpumask(struct rapl_set *set, struct cpumask *mask)
{
	struct rapl_instance *inst;

	mutex_lock(&rapl_mutex);
	list_for_each_entry(inst, &set->instances, node)
		if (inst->cpu >= 0)
			cpumask_set_cpu(inst->cpu, mask);
	mutex_unlock(&rapl_mutex);
}

static void rapl_set_hold_here(void *inst)
{
	rapl_instance_hold(inst);
}

static void rapl_set_release_here(void *inst)
{
	rapl_instance_release(inst);
}

/**
 * rapl_set_hold() - keep all counters going without an event, or no longer
 * @set:  set, or NULL
 * @hold: which of the two
 *
 * Context: process context.
 */
void rapl_set_hold(struct rapl_set *set, bool hold)
{
	struct rapl_instance *inst;

	if (!set)
		return;
	cpus_read_lock();
	mutex_lock(&rapl_mutex);
	WRITE_ONCE(set->held, hold);
	list_for_each_entry(inst, &set->instances, node)
		if (inst->cpu >= 0)
			smp_call_function_single(inst->cpu, hold ?
						 rapl_set_hold_here :
						 rapl_set_release_here,
						 inst, 1);
	mutex_unlock(&rapl_mutex);
	cpus_read_unlock();
}

/**
 * rapl_set_next() - the instances of a set, one by one
 * @set:  set, or NULL
 * @inst: the one before, or NULL for the first
 *
 * An instance stays for as long as its set.
 *
 * Context: process context.
 * Return: the next one, or NULL if there is none.
 */
struct rapl_instance *rapl_set_next(struct rapl_set *set,
				    struct rapl_instance *inst)
{
	struct list_head *next;

	if (!set)
		return NULL;
	mutex_lock(&rapl_mutex);
	next = inst ? inst->node.next : set->instances.next;
	mutex_unlock(&rapl_mutex);
	return next == &set->instances ? NULL :
	       list_entry(next, struct rapl_instance, node);
}

/**
 * rapl_set_sample() - some meter of a domain
 * @set: set
 * @i:   which of its meters
 *
 * Return: that of the first instance that has it, or NULL.
 */
const struct rapl_meter *rapl_set_sample(const struct rapl_set *set,
					 unsigned int i)
{
	const struct rapl_instance *inst;

	list_for_each_entry(inst, &set->instances, node)
		if (inst->meter[i].present)
			return &inst->meter[i];
	return NULL;
}

/**
 * rapl_instances_start() - find the instances of all sets, and keep up with
 *                          hotplug and suspend
 *
 * Context: process context; probes the counters on each CPU.
 * Return: 0 or a negative errno, and nothing was started.
 */
int rapl_instances_start(void)
{
	int state;

	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN,
				  "perf/x86/rapl_pmu:online",
				  rapl_cpu_online, rapl_cpu_offline);
	if (state < 0)
		return state;
	rapl_cpuhp_state = state;
	register_syscore(&rapl_syscore);
	return 0;
}

/**
 * rapl_instances_stop() - undo rapl_instances_start()
 *
 * Context: process context; no event is left.
 */
void rapl_instances_stop(void)
{
	unregister_syscore(&rapl_syscore);
	/* Nothing to undo on the CPUs, and no events to move. */
	cpuhp_remove_state_nocalls(rapl_cpuhp_state);
}
