// SPDX-License-Identifier: GPL-2.0-only
/*
 * What perf calls for an event: init, add, start, read, stop, del.
 *
 * An event lives on the CPU in charge of its instance, whatever CPU it was
 * opened on.  Its mark (hw.event_base) is the extended count of its meter at
 * which it was last brought up to date.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/nospec.h>
#include <linux/smp.h>

#include "event.h"
#include "timer.h"
#include "compat.h"

#define RAPL_EVENT_MASK	0xffULL

/* Set in hw_perf_event.flags: stopped only to be moved, keeps on counting. */
#define RAPL_EVENT_MOVING	BIT(0)

/* Count from @from to @now, which nobody else does: see rapl_mark_move(). */
static void rapl_event_count(struct perf_event *event,
			     const struct rapl_counter *c, u64 from, u64 now)
{
	/* Of the difference only where nothing is rounded. */
	if (likely(!c->unit.micro))
		rapl_event_add_energy(event, rapl_energy(now - from, c->unit));
	else
		rapl_event_add_energy(event, rapl_energy(now, c->unit) -
					     rapl_energy(from, c->unit));
}

/*
 * On any CPU of the package and without a lock: perf_event_read_local(), for
 * BPF, may even get here before the event is started, since perf lets it in as
 * soon as the event has its CPU.
 */
static void rapl_event_read(struct perf_event *event)
{
	struct rapl_meter *m = event->pmu_private;
	unsigned long now = rapl_meter_read(m), from;

	if (rapl_mark_move(&event->hw.event_base, now, &from))
		rapl_event_count(event, &m->counter, from, now);
}

/* perf calls start, stop, add and del on the CPU in charge, interrupts off. */
static void rapl_event_start(struct perf_event *event, int flags)
{
	u64 units;

	if (!(event->hw.state & PERF_HES_STOPPED))
		return;
	event->hw.state = 0;

	units = rapl_meter_start(event->pmu_private);
	if (event->hw.flags & RAPL_EVENT_MOVING)
		event->hw.flags &= ~RAPL_EVENT_MOVING;
	else
		WRITE_ONCE(event->hw.event_base, units);
}

static void rapl_event_stop(struct perf_event *event, int flags)
{
	struct rapl_meter *m = event->pmu_private;
	unsigned long now, from;

	if (event->hw.state & PERF_HES_STOPPED)
		return;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;

	now = rapl_meter_read(m);
	if (rapl_meter_stop(m))
		event->hw.flags |= RAPL_EVENT_MOVING;
	else if (rapl_mark_stop(&event->hw.event_base, now, &from))
		rapl_event_count(event, &m->counter, from, now);
}

static int rapl_event_add(struct perf_event *event, int flags)
{
	const struct rapl_meter *m = event->pmu_private;

	/* Opened on a CPU that has gone offline since. */
	if (READ_ONCE(m->instance->cpu) != smp_processor_id())
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

	if (!attr->config || attr->config > set->nr)
		return -EINVAL;
	i = array_index_nospec(attr->config - 1, set->nr);
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
	event->hw.event_base = RAPL_MARK_STOPPED;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (set->local_read)
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
}
