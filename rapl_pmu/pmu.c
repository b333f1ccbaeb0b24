// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PMUs: counters, events, the timer against wraps, CPU hotplug, suspend.
 *
 * Each set of counters in the machine (a package, a die, a core) is an
 * instance.  One online CPU of the instance is in charge of it: perf's events
 * live there, whatever CPU of the instance they were opened on, and so does
 * the timer.  When that CPU goes offline, another one takes over.
 *
 * A counter is extended to 64 bits by whoever looks at it, event, timer or
 * neighbour, with one compare-and-exchange and no lock, since an event may be
 * read from NMI context (BPF).  An event remembers the extended count at which
 * it was last brought up to date.  So the timer only reads the counters, once
 * each, however many events there are.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>
#include <linux/tracepoint-defs.h>

#include <asm/asm.h>

#include "pmu.h"
#include "compat.h"

#define RAPL_EVENT_MASK	0xffULL

/* Each event comes with a file for its unit and one for its scale. */
#define RAPL_EVENT_ATTRS	3

/* How long a counter that must be seen to count is watched. */
#define RAPL_WATCH_MS	24
#define RAPL_WATCH_STEP	4

struct rapl_instance;

/**
 * struct rapl_counter - one energy MSR of one instance
 * @units:    extended count; its low half is the MSR less @base
 * @base:     moves only when the MSR was reset or nobody was counting
 * @msr:      its address
 * @here:     per CPU: @instance on the CPUs that read this counter, and anything
 *            else where they read another one or none
 * @free:     advance that is believed without a look at the clock
 * @unit:     what it counts
 * @present:  the MSR answers on this instance
 * @active:   started events, under the instance's lock
 * @resets:   how often the MSR was found set back, under the instance's lock
 * @told:     of these, how many the log has; the timer's
 * @period:   rapl_timer_ns() of @unit
 * @stamp:    boot time of some update no later than that of @units
 * @instance: where it belongs
 *
 * What a reader needs comes first and together.
 */
struct rapl_counter {
	atomic64_t units;
	struct rapl_instance * __percpu *here;
	struct rapl_instance *instance;
	u32 base;
	u32 msr;
	u32 free;
	struct rapl_unit unit;
	bool present;
	unsigned int active;
	unsigned int resets;
	unsigned int told;
	u64 period;
	u64 stamp;
};

/**
 * struct rapl_instance - the counters of one package, die or core
 * @lock:      guards @active of the counters, @nr_active, @period, starting the
 *             timer and moving a base
 * @timer:     runs on @cpu while an event is active
 * @pmu:       whose instance it is
 * @node:      in the list of @pmu
 * @cpu:       online CPU in charge, -1 if all are offline
 * @nr_active: started events
 * @period:    what the timer was last set to, 0 while it is off
 * @migrating: @cpu is going offline, its events are on their way
 * @package:   physical package number
 * @die:       die in @package, 0 unless the PMU counts by die or core
 * @core:      core in @die, 0 unless the PMU counts by core
 * @counter:   by enum rapl_domain; power_core uses the first
 */
struct rapl_instance {
	raw_spinlock_t lock;
	struct hrtimer timer;
	struct rapl_pmu *pmu;
	struct list_head node;
	int cpu;
	unsigned int nr_active;
	u64 period;
	bool migrating;
	int package;
	int die;
	int core;
	struct rapl_counter counter[];
};

enum rapl_scope {
	RAPL_SCOPE_PACKAGE,
	RAPL_SCOPE_DIE,
	RAPL_SCOPE_CORE,
};

/**
 * struct rapl_pmu - one PMU: power or power_core
 * @pmu:        what perf sees
 * @name:       its name
 * @scope:      what an instance is
 * @nr:         counters in each instance
 * @domains:    mask of those that answer anywhere
 * @instances:  all that were ever online, under rapl_mutex
 * @by_cpu:     instance of each CPU that was ever online
 * @local_read: the whole physical package shares an instance
 * @registered: perf knows it, under rapl_mutex
 * @cpu:        how to get at the MSRs
 * @events:     attributes of the events folder
 * @events_group: the events folder
 * @groups:     attribute groups for @pmu
 */
struct rapl_pmu {
	struct pmu pmu;
	char name[RAPL_NAME_MAX + sizeof(RAPL_CORE_SUFFIX)];
	enum rapl_scope scope;
	unsigned int nr;
	unsigned int domains;
	struct list_head instances;
	struct rapl_instance * __percpu *by_cpu;
	bool local_read;
	bool registered;
	struct rapl_cpu cpu;
	struct attribute *events[RAPL_EVENT_ATTRS * RAPL_NR_DOMAINS + 1];
	struct attribute_group events_group;
	const struct attribute_group *groups[4];
};

/* Guards the lists of instances, and hotplug against (un)registering. */
static DEFINE_MUTEX(rapl_mutex);

/* Where an absent counter is read: no instance, that is, on no CPU. */
static DEFINE_PER_CPU(struct rapl_instance *, rapl_nowhere);

static struct rapl_pmu *rapl_pmus[2];
static enum cpuhp_state rapl_cpuhp_state;

/* Set in hw_perf_event.flags: stopped only to be moved, keeps on counting. */
#define RAPL_EVENT_MOVING	BIT(0)

static struct rapl_pmu *to_rapl_pmu(struct pmu *pmu)
{
	return container_of(pmu, struct rapl_pmu, pmu);
}

/* ---- counters ---------------------------------------------------------- */

/* The upper half is reserved and was seen to hold garbage. */
static bool rapl_counter_raw(const struct rapl_counter *c, u32 *raw)
{
	u64 value;

	if (!c->present || rdmsrq_safe(c->msr, &value))
		return false;
	*raw = value;
	return true;
}

/*
 * The same for the most frequent reader, with not an instruction too many:
 * where the MSR faults, the exception leaves @fallback in place.  Not by way of
 * paravirt, Xen emulates the instruction itself as well.  The caller has to look
 * whether msr:read_msr is traced, which would not see it.
 */
static __always_inline u32 rapl_counter_peek(const struct rapl_counter *c,
					     u32 fallback)
{
	u32 low = fallback, high;

	asm volatile("1: rdmsr\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : "+a" (low), "=d" (high) : "c" (c->msr));
	return low;
}

/* Is the counter that of the CPU we run on? */
static __always_inline bool rapl_counter_here(const struct rapl_counter *c)
{
	return this_cpu_read(*c->here) == c->instance;
}

/*
 * Let the count go on from here, whatever the MSR did since the last look.
 * Nobody may be counting, or the lock be held and the MSR have been reset.
 * @now is boot time, rather too early than too late.
 */
static u64 rapl_counter_rebase(struct rapl_counter *c, u64 now)
{
	u64 units = atomic64_read(&c->units);
	u32 raw;

	if (rapl_counter_raw(c, &raw)) {
		WRITE_ONCE(c->base, raw - (u32)units);
		WRITE_ONCE(c->stamp, now);
	}
	return units;
}

static void rapl_counter_reset(struct rapl_counter *c)
{
	unsigned long flags;
	u64 units;
	u32 raw;

	/* Whoever holds the lock starts, or has seen the same. */
	if (!raw_spin_trylock_irqsave(&c->instance->lock, flags))
		return;

	units = atomic64_read(&c->units);
	if (rapl_counter_raw(c, &raw)) {
		u32 delta = raw - c->base - (u32)units;

		/* Unless another CPU was here first. */
		if (delta > c->free) {
			rapl_counter_rebase(c, ktime_get_boot_fast_ns());
			c->resets++;
		}
	}
	raw_spin_unlock_irqrestore(&c->instance->lock, flags);
}

/*
 * Bring the extended count up to date and return it.
 *
 * Any context with interrupts off, NMI too, on any CPU of the instance; on
 * another CPU the MSR is another counter, so the old count has to do.
 */
static u64 rapl_counter_update(struct rapl_counter *c)
{
	u64 stamp, now = 0;
	s64 units;
	u32 raw, delta;

	units = atomic64_read(&c->units);
	if (!rapl_counter_here(c))
		return units;

	do {
		/*
		 * The order matters: the stamp is no younger than the count,
		 * and the count no younger than the MSR.  x86 keeps loads in
		 * order, the barrier is for the compiler.
		 */
		stamp = READ_ONCE(c->stamp);
		barrier();
		units = atomic64_read(&c->units);
		if (!rapl_counter_raw(c, &raw))
			return units;

		raw -= READ_ONCE(c->base);
		delta = raw - (u32)units;
		if (!delta)
			return units;
		if (delta <= c->free)
			continue;

		/*
		 * Boot time: it goes on in suspend-to-idle, and so does the
		 * energy.
		 */
		now = ktime_get_boot_fast_ns();
		switch (rapl_judge(delta, now - stamp, rapl_wrap_ns(c->unit))) {
		case RAPL_ADVANCE_OK:
			break;
		case RAPL_ADVANCE_RESET:
			rapl_counter_reset(c);
			fallthrough;
		default:
			return units;
		}
	} while (!atomic64_try_cmpxchg(&c->units, &units,
				       rapl_extend(units, raw)));

	if (now)
		WRITE_ONCE(c->stamp, now);
	return rapl_extend(units, raw);
}

/* ---- timer ------------------------------------------------------------- */

/* Not where it is found: perf may hold a lock there that printk() wants. */
static void rapl_counter_tell(struct rapl_counter *c)
{
	unsigned int resets = READ_ONCE(c->resets);

	if (resets == c->told)
		return;
	c->told = resets;
	pr_info_ratelimited("MSR 0x%x of package %d was reset or jumped, counting on from there\n",
			    c->msr, c->instance->package);
}

/* Shortest period of the counters in use; 0 if there is none. */
static u64 rapl_instance_period(const struct rapl_instance *inst)
{
	u64 period = 0;
	unsigned int i;

	for (i = 0; i < inst->pmu->nr; i++) {
		const struct rapl_counter *c = &inst->counter[i];

		if (c->active && (!period || c->period < period))
			period = c->period;
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
	for (i = 0; i < inst->pmu->nr; i++)
		if (inst->counter[i].active)
			active |= BIT(i);
	/* The last event stopped meanwhile, or this CPU is no longer ours. */
	if (*this_cpu_ptr(inst->pmu->by_cpu) != inst)
		active = 0;
	/* An event that moves to another CPU may have started it there. */
	if (active && !hrtimer_is_queued(timer)) {
		hrtimer_forward_now(timer, ns_to_ktime(period));
		again = true;
	}
	raw_spin_unlock_irqrestore(&inst->lock, flags);

	for_each_set_bit(i, &active, inst->pmu->nr) {
		struct rapl_counter *c = &inst->counter[i];
		u64 now = ktime_get_boot_fast_ns();

		/* A stamp from before the update keeps it on the safe side. */
		rapl_counter_update(c);
		WRITE_ONCE(c->stamp, now);
		rapl_counter_tell(c);
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

/* ---- events ------------------------------------------------------------ */

/*
 * Add to the event what the counter did up to @now.
 *
 * Readers on two CPUs may get here at once: perf_event_read_local() takes no
 * lock.  local64_t is not atomic between CPUs, so do both steps with what is.
 */
static __always_inline void rapl_event_add_up(struct perf_event *event,
					      const struct rapl_counter *c,
					      unsigned long now)
{
	unsigned long prev = READ_ONCE(event->hw.event_base);
	u64 energy;

	BUILD_BUG_ON(sizeof(event->hw.event_base) != sizeof(u64));

	do {
		/* The other reader came later and was done first. */
		if ((long)(now - prev) <= 0)
			return;
	} while (!try_cmpxchg(&event->hw.event_base, &prev, now));

	/* Of the difference only where nothing is rounded. */
	if (likely(!c->unit.micro))
		energy = rapl_energy(now - prev, c->unit);
	else
		energy = rapl_energy(now, c->unit) - rapl_energy(prev, c->unit);
	atomic_long_add(energy, &event->count.a.a);
}

/* The whole way; out of line, as the next: readers are to need no stack frame. */
static noinline void rapl_event_catch_up(struct perf_event *event,
					 struct rapl_counter *c)
{
	rapl_event_add_up(event, c, rapl_counter_update(c));
}

/* Another event of the counter, or the timer, was here since. */
static noinline void rapl_event_add_up_late(struct perf_event *event,
					    const struct rapl_counter *c,
					    u64 units)
{
	rapl_event_add_up(event, c, units);
}

/* The MSR is @delta units ahead of @units. */
static noinline void rapl_event_moved(struct perf_event *event,
				      struct rapl_counter *c, u64 units,
				      u32 delta)
{
	s64 seen = units;

	/*
	 * Too far to be believed at once, or another CPU was first: look again,
	 * with the clock.
	 */
	if (unlikely(delta > c->free ||
		     !atomic64_try_cmpxchg(&c->units, &seen, units + delta)))
		rapl_event_catch_up(event, c);
	else
		rapl_event_add_up(event, c, units + delta);
}

/*
 * Mostly the counter, which moves once in a millisecond, stands where it did.
 *
 * The order matters as in rapl_counter_update(): the count is no younger than
 * the MSR.  If the base moves on another CPU meanwhile, because of a reset, delta
 * is by what the MSR was set back, and that is too far to be believed here.  Even
 * if energy made up for it, this count would fall short by as much as the next
 * look then finds.
 */
static __always_inline void rapl_event_update(struct perf_event *event)
{
	struct rapl_counter *c = event->pmu_private;
	u32 seen, delta;
	u64 units;

	if (unlikely(!rapl_counter_here(c) || tracepoint_enabled(read_msr))) {
		rapl_event_catch_up(event, c);
		return;
	}

	units = atomic64_read(&c->units);
	seen = (u32)units + READ_ONCE(c->base);
	delta = rapl_counter_peek(c, seen) - seen;
	if (delta)
		rapl_event_moved(event, c, units, delta);
	else if (units != READ_ONCE(event->hw.event_base))
		rapl_event_add_up_late(event, c, units);
}

static void rapl_event_read(struct perf_event *event)
{
	rapl_event_update(event);
}

/* perf calls start, stop, add and del on the CPU in charge, interrupts off. */
static void rapl_event_start(struct perf_event *event, int flags)
{
	struct rapl_counter *c = event->pmu_private;
	struct rapl_instance *inst = c->instance;
	bool first;
	u64 units;

	if (!(event->hw.state & PERF_HES_STOPPED))
		return;
	event->hw.state = 0;
	/* psys of a package that does not have it */
	if (!c->present)
		return;

	raw_spin_lock(&inst->lock);
	/*
	 * What the counter did while nobody was counting is nobody's.  The time
	 * of the last tick will do, it is earlier.
	 */
	first = !c->active++ && !inst->migrating;
	if (first)
		units = rapl_counter_rebase(c, ktime_get_coarse_boottime_ns());
	/* Started anew only for a counter that cannot wait as long. */
	if (!inst->nr_active++ || c->period < inst->period) {
		inst->period = c->period;
		hrtimer_start(&inst->timer, ns_to_ktime(c->period),
			      HRTIMER_MODE_REL_PINNED_HARD);
	}
	raw_spin_unlock(&inst->lock);

	if (event->hw.flags & RAPL_EVENT_MOVING)
		event->hw.flags &= ~RAPL_EVENT_MOVING;
	else
		event->hw.event_base = first ? units : rapl_counter_update(c);
}

static void rapl_event_stop(struct perf_event *event, int flags)
{
	struct rapl_counter *c = event->pmu_private;
	struct rapl_instance *inst = c->instance;

	if (event->hw.state & PERF_HES_STOPPED)
		return;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (!c->present)
		return;

	rapl_event_update(event);

	raw_spin_lock(&inst->lock);
	c->active--;
	/*
	 * Only try: a timer that is running on another CPU sees for itself
	 * that there is nothing left to do, and may be waiting for the lock.
	 */
	if (!--inst->nr_active)
		hrtimer_try_to_cancel(&inst->timer);
	if (inst->migrating)
		event->hw.flags |= RAPL_EVENT_MOVING;
	raw_spin_unlock(&inst->lock);
}

static int rapl_event_add(struct perf_event *event, int flags)
{
	struct rapl_counter *c = event->pmu_private;

	/* Opened on a CPU that has gone offline since. */
	if (READ_ONCE(c->instance->cpu) != smp_processor_id())
		return -ENODEV;
#ifdef CONFIG_CGROUP_PERF
	/* Nobody can tell which group's energy it is. */
	if (event->cgrp)
		return -EINVAL;
#endif

	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (flags & PERF_EF_START)
		rapl_event_start(event, flags);
	return 0;
}

static void rapl_event_del(struct perf_event *event, int flags)
{
	rapl_event_stop(event, PERF_EF_UPDATE);
}

static int rapl_event_init(struct perf_event *event)
{
	const struct perf_event_attr *attr = &event->attr;
	struct rapl_pmu *rp = to_rapl_pmu(event->pmu);
	struct rapl_instance *inst;
	struct rapl_counter *c;
	unsigned int i;
	int cpu;

	/* Before anything else, or perf's search for the right PMU ends here */
	if (attr->type != event->pmu->type)
		return -ENOENT;

	if (is_sampling_event(event) || event->cpu < 0 ||
	    event->attach_state & PERF_ATTACH_TASK)
		return -EINVAL;
	if (attr->config & ~RAPL_EVENT_MASK || attr->config1 || attr->config2)
		return -EINVAL;
	/* The core looks at the other exclude_ bits. */
	if (attr->exclude_callchain_kernel || attr->exclude_callchain_user)
		return -EINVAL;

	if (!attr->config || attr->config > rp->nr)
		return -EINVAL;
	i = array_index_nospec(attr->config - 1, rp->nr);
	if (!(rp->domains & BIT(i)))
		return -EINVAL;

	inst = *per_cpu_ptr(rp->by_cpu, event->cpu);
	if (!inst || !cpu_online(event->cpu))
		return -ENODEV;
	c = &inst->counter[i];
	/*
	 * The platform has one counter, in one of the packages: on the others
	 * there is nothing to count, but perf must be able to add them up.
	 */
	if (!c->present && i != RAPL_DOM_PSYS)
		return -ENODEV;
	cpu = READ_ONCE(inst->cpu);
	if (cpu < 0)
		return -ENODEV;

	event->cpu = cpu;
	event->pmu_private = c;
	event->hw.flags = 0;
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (rp->local_read)
		event->event_caps |= PERF_EV_CAP_READ_ACTIVE_PKG;
	return 0;
}

/* ---- sysfs ------------------------------------------------------------- */

PMU_FORMAT_ATTR(event, "config:0-7");

static struct attribute *rapl_format_attrs[] = {
	&format_attr_event.attr,
	NULL,
};

static const struct attribute_group rapl_format_group = {
	.name = "format",
	.attrs = rapl_format_attrs,
};

/* Built here and now: it names one CPU of each instance at any moment. */
static ssize_t cpumask_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct rapl_pmu *rp = to_rapl_pmu(dev_get_drvdata(dev));
	struct rapl_instance *inst;
	cpumask_var_t mask;
	ssize_t len;

	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;

	mutex_lock(&rapl_mutex);
	list_for_each_entry(inst, &rp->instances, node)
		if (inst->cpu >= 0)
			cpumask_set_cpu(inst->cpu, mask);
	mutex_unlock(&rapl_mutex);

	len = sysfs_emit(buf, "%*pbl\n", cpumask_pr_args(mask));
	free_cpumask_var(mask);
	return len;
}
static DEVICE_ATTR_RO(cpumask);

static struct attribute *rapl_cpumask_attrs[] = {
	&dev_attr_cpumask.attr,
	NULL,
};

static const struct attribute_group rapl_cpumask_group = {
	.attrs = rapl_cpumask_attrs,
};

/* 2^-32 to the last digit: turbostat and perf scale by what it says here. */
#define RAPL_SCALE	"2.3283064365386962890625e-10"

#define RAPL_ATTR(_name, _text) {					\
	.attr = {							\
		.attr = { .name = _name, .mode = 0444 },		\
		.show = perf_event_sysfs_show,				\
	},								\
	.event_str = _text,						\
}

#define RAPL_EVENT(_name, _config) {					\
	RAPL_ATTR(_name, "event=" _config),				\
	RAPL_ATTR(_name ".unit", "Joules"),				\
	RAPL_ATTR(_name ".scale", RAPL_SCALE),				\
}

static struct perf_pmu_events_attr rapl_events[][RAPL_EVENT_ATTRS] = {
	[RAPL_DOM_CORES] = RAPL_EVENT("energy-cores", "0x01"),
	[RAPL_DOM_PKG] = RAPL_EVENT("energy-pkg", "0x02"),
	[RAPL_DOM_RAM] = RAPL_EVENT("energy-ram", "0x03"),
	[RAPL_DOM_GPU] = RAPL_EVENT("energy-gpu", "0x04"),
	[RAPL_DOM_PSYS] = RAPL_EVENT("energy-psys", "0x05"),
};

static struct perf_pmu_events_attr rapl_core_events[][RAPL_EVENT_ATTRS] = {
	RAPL_EVENT("energy-core", "0x01"),
};

/* The event itself, its unit and its scale */
static struct perf_pmu_events_attr *rapl_event_attrs(const struct rapl_pmu *rp,
						     unsigned int i)
{
	return rp->scope == RAPL_SCOPE_CORE ? rapl_core_events[i] :
					      rapl_events[i];
}

static void rapl_fill_groups(struct rapl_pmu *rp)
{
	struct attribute **to = rp->events;
	unsigned int i, j;

	for (i = 0; i < rp->nr; i++)
		for (j = 0; j < RAPL_EVENT_ATTRS; j++)
			if (rp->domains & BIT(i))
				*to++ = &rapl_event_attrs(rp, i)[j].attr.attr;

	rp->events_group.name = "events";
	rp->events_group.attrs = rp->events;
	rp->groups[0] = &rapl_format_group;
	rp->groups[1] = &rp->events_group;
	rp->groups[2] = &rapl_cpumask_group;
}

/* ---- instances and hotplug --------------------------------------------- */

/*
 * Does the MSR answer here?  Some have to be seen to count as well: those that
 * are in doubt, and under a hypervisor all, since many of them answer 0 where
 * they have nothing.  On bare metal 0 is a fine value: an idle GPU stays there.
 */
static bool rapl_counter_probe(const struct rapl_counter *c, bool advance,
			       bool nonzero)
{
	unsigned int ms;
	u32 first, raw;

	if (!rapl_counter_raw(c, &first))
		return false;

	for (ms = 0; advance || (nonzero && !first); ms += RAPL_WATCH_STEP) {
		if (ms >= RAPL_WATCH_MS)
			return false;
		usleep_range(1000 * RAPL_WATCH_STEP, 1500 * RAPL_WATCH_STEP);
		if (!rapl_counter_raw(c, &raw))
			return false;
		if (raw != first)
			break;
	}
	return true;
}

static void rapl_counter_setup(struct rapl_instance *inst, unsigned int i,
			       u64 unit_msr)
{
	const struct rapl_cpu *cpu = &inst->pmu->cpu;
	struct rapl_counter *c = &inst->counter[i];
	bool guest = boot_cpu_has(X86_FEATURE_HYPERVISOR);

	c->instance = inst;
	if (inst->pmu->scope == RAPL_SCOPE_CORE) {
		c->msr = cpu->core_msr;
		c->unit = rapl_cpu_unit(cpu, unit_msr, RAPL_DOM_CORES);
		guest = false;
	} else {
		if (!(cpu->domains & BIT(i)))
			return;
		c->msr = cpu->msr[i];
		c->unit = rapl_cpu_unit(cpu, unit_msr, i);
	}
	if (!rapl_unit_valid(c->unit))
		return;

	c->period = rapl_timer_ns(c->unit);
	c->free = rapl_free_units(c->unit);
	c->present = true;
	c->present = rapl_counter_probe(c, cpu->unlisted,
					guest || cpu->doubtful & BIT(i));
	if (c->present) {
		c->here = inst->pmu->by_cpu;
		inst->pmu->domains |= BIT(i);
	}
}

/* Runs on a CPU of the new instance. */
static struct rapl_instance *rapl_instance_new(struct rapl_pmu *rp)
{
	struct rapl_instance *inst;
	u64 unit_msr;
	unsigned int i;

	inst = kzalloc(struct_size(inst, counter, rp->nr), GFP_KERNEL);
	if (!inst)
		return NULL;

	raw_spin_lock_init(&inst->lock);
	hrtimer_setup(&inst->timer, rapl_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	inst->pmu = rp;
	inst->cpu = -1;
	for (i = 0; i < rp->nr; i++) {
		inst->counter[i].instance = inst;
		inst->counter[i].here = &rapl_nowhere;
	}

	/*
	 * KVM answers 0, which no processor does: its counters would count
	 * whole joules, and it leaves them at 0, too.
	 */
	if (!rdmsrq_safe(rp->cpu.unit_msr, &unit_msr) && unit_msr)
		for (i = 0; i < rp->nr; i++)
			rapl_counter_setup(inst, i, unit_msr);

	list_add_tail(&inst->node, &rp->instances);
	return inst;
}

static struct rapl_instance *rapl_instance_find(struct rapl_pmu *rp, int cpu)
{
	struct rapl_instance *inst = *per_cpu_ptr(rp->by_cpu, cpu);
	int package = topology_physical_package_id(cpu);
	int die = 0, core = 0;

	if (inst)
		return inst;

	if (rp->scope != RAPL_SCOPE_PACKAGE)
		die = topology_die_id(cpu);
	if (rp->scope == RAPL_SCOPE_CORE)
		core = topology_core_id(cpu);

	list_for_each_entry(inst, &rp->instances, node) {
		/* A package of several dies: no reading from the neighbour. */
		if (inst->package == package && inst->die != die)
			rp->local_read = false;
		if (inst->package == package && inst->die == die &&
		    inst->core == core)
			return inst;
	}

	inst = rapl_instance_new(rp);
	if (inst) {
		inst->package = package;
		inst->die = die;
		inst->core = core;
	}
	return inst;
}

static int rapl_cpu_online_pmu(struct rapl_pmu *rp, unsigned int cpu)
{
	struct rapl_instance *inst = rapl_instance_find(rp, cpu);

	if (!inst)
		return -ENOMEM;
	*per_cpu_ptr(rp->by_cpu, cpu) = inst;
	if (inst->cpu < 0)
		WRITE_ONCE(inst->cpu, cpu);
	return 0;
}

/* An online CPU of the instance other than this one, or -1. */
static int rapl_instance_other(const struct rapl_instance *inst,
			       unsigned int cpu)
{
	unsigned int i;

	for_each_online_cpu(i)
		if (i != cpu && *per_cpu_ptr(inst->pmu->by_cpu, i) == inst)
			return i;
	return -1;
}

static void rapl_set_migrating(struct rapl_instance *inst, bool migrating)
{
	raw_spin_lock_irq(&inst->lock);
	inst->migrating = migrating;
	raw_spin_unlock_irq(&inst->lock);
}

static void rapl_cpu_offline_pmu(struct rapl_pmu *rp, unsigned int cpu)
{
	struct rapl_instance *inst = *per_cpu_ptr(rp->by_cpu, cpu);
	int target;

	if (!inst || inst->cpu != cpu)
		return;

	target = rapl_instance_other(inst, cpu);
	WRITE_ONCE(inst->cpu, target);

	/*
	 * With nowhere to go perf takes the events down with the CPU, and
	 * keeps what they had counted.  Before perf knows the PMU, there is no
	 * context to move (nor, up to 6.1, memory for one).
	 */
	if (target < 0 || !rp->registered)
		return;

	rapl_set_migrating(inst, true);
	perf_pmu_migrate_context(&rp->pmu, cpu, target);
	rapl_set_migrating(inst, false);

	/*
	 * An event that was opened on the target before the last one had left
	 * this CPU found the timer running, and it was running here.  It would
	 * be moved with the CPU's other timers, to any package.
	 */
	hrtimer_cancel(&inst->timer);
	smp_call_function_single(target, rapl_timer_kick, inst, 1);
}

static int rapl_cpu_online(unsigned int cpu)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&rapl_mutex);
	for (i = 0; i < ARRAY_SIZE(rapl_pmus) && !err; i++)
		if (rapl_pmus[i])
			err = rapl_cpu_online_pmu(rapl_pmus[i], cpu);
	mutex_unlock(&rapl_mutex);
	return err;
}

static int rapl_cpu_offline(unsigned int cpu)
{
	unsigned int i;

	mutex_lock(&rapl_mutex);
	for (i = 0; i < ARRAY_SIZE(rapl_pmus); i++)
		if (rapl_pmus[i])
			rapl_cpu_offline_pmu(rapl_pmus[i], cpu);
	mutex_unlock(&rapl_mutex);
	return 0;
}

/* ---- suspend ----------------------------------------------------------- */

/*
 * S3 and S4 may reset the counters.  Both callbacks run on the last CPU that
 * is online, with interrupts off and before respectively after all else, so
 * what is counted here is all there is.
 */
static void rapl_syscore_each(void (*fn)(struct rapl_counter *c))
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(rapl_pmus); i++) {
		struct rapl_instance *inst;

		if (!rapl_pmus[i])
			continue;
		inst = *this_cpu_ptr(rapl_pmus[i]->by_cpu);
		for (j = 0; inst && j < rapl_pmus[i]->nr; j++)
			if (inst->counter[j].active)
				fn(&inst->counter[j]);
	}
}

static void rapl_suspend_counter(struct rapl_counter *c)
{
	rapl_counter_update(c);
}

static int rapl_suspend(RAPL_SYSCORE_ARG)
{
	rapl_syscore_each(rapl_suspend_counter);
	return 0;
}

static void rapl_resume_counter(struct rapl_counter *c)
{
	rapl_counter_rebase(c, ktime_get_boot_fast_ns());
}

static void rapl_resume(RAPL_SYSCORE_ARG)
{
	rapl_syscore_each(rapl_resume_counter);
}

RAPL_SYSCORE(rapl_syscore, rapl_suspend, rapl_resume);

/* ---- setting up -------------------------------------------------------- */

static void rapl_pmu_free(struct rapl_pmu *rp)
{
	struct rapl_instance *inst, *next;

	if (!rp)
		return;

	list_for_each_entry_safe(inst, next, &rp->instances, node) {
		hrtimer_cancel(&inst->timer);
		kfree(inst);
	}
	free_percpu(rp->by_cpu);
	kfree(rp);
}

static struct rapl_pmu *rapl_pmu_alloc(const struct rapl_cpu *cpu,
				       const char *name, enum rapl_scope scope)
{
	struct rapl_pmu *rp = kzalloc(sizeof(*rp), GFP_KERNEL);

	if (!rp)
		return NULL;

	INIT_LIST_HEAD(&rp->instances);
	rp->by_cpu = alloc_percpu(struct rapl_instance *);
	if (!rp->by_cpu) {
		kfree(rp);
		return NULL;
	}

	snprintf(rp->name, sizeof(rp->name), "%s%s", name,
		 scope == RAPL_SCOPE_CORE ? RAPL_CORE_SUFFIX : "");
	rp->scope = scope;
	rp->nr = scope == RAPL_SCOPE_CORE ? 1 : RAPL_NR_DOMAINS;
	rp->local_read = scope != RAPL_SCOPE_CORE;
	rp->cpu = *cpu;

	rp->pmu.module = THIS_MODULE;
	rp->pmu.task_ctx_nr = perf_invalid_context;
	rp->pmu.capabilities = PERF_PMU_CAP_NO_EXCLUDE;
	rp->pmu.attr_groups = rp->groups;
	rp->pmu.event_init = rapl_event_init;
	rp->pmu.add = rapl_event_add;
	rp->pmu.del = rapl_event_del;
	rp->pmu.start = rapl_event_start;
	rp->pmu.stop = rapl_event_stop;
	rp->pmu.read = rapl_event_read;
	return rp;
}

static int rapl_pmu_register(struct rapl_pmu *rp)
{
	int err;

	rapl_fill_groups(rp);

	mutex_lock(&rapl_mutex);
	err = perf_pmu_register(&rp->pmu, rp->name, -1);
	rp->registered = !err;
	mutex_unlock(&rapl_mutex);

	if (err)
		pr_err("PMU %s could not be registered: error %d\n", rp->name,
		       err);
	return err;
}

static void rapl_pmu_unregister(struct rapl_pmu *rp)
{
	bool registered;

	if (!rp)
		return;

	/* No event is left, so hotplug has nothing to move any more. */
	mutex_lock(&rapl_mutex);
	registered = rp->registered;
	rp->registered = false;
	mutex_unlock(&rapl_mutex);

	if (registered)
		perf_pmu_unregister(&rp->pmu);
}

static void rapl_free_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rapl_pmus); i++) {
		rapl_pmu_free(rapl_pmus[i]);
		rapl_pmus[i] = NULL;
	}
}

static const char *rapl_unit_text(struct rapl_unit unit, char *buf, size_t len)
{
	if (unit.micro)
		snprintf(buf, len, "2^%u uJ", unit.exp);
	else if (unit.exp)
		snprintf(buf, len, "2^-%u J", unit.exp);
	else
		snprintf(buf, len, "1 J");
	return buf;
}

/* The first instance that has the counter speaks for all. */
static const struct rapl_counter *rapl_sample(const struct rapl_pmu *rp,
					      unsigned int i)
{
	const struct rapl_instance *inst;

	list_for_each_entry(inst, &rp->instances, node)
		if (inst->counter[i].present)
			return &inst->counter[i];
	return NULL;
}

static void rapl_advertise_pmu(const struct rapl_pmu *rp)
{
	const struct rapl_counter *c;
	unsigned int i;
	char unit[16];

	for (i = 0; i < rp->nr; i++) {
		c = rapl_sample(rp, i);
		if (c)
			pr_info("%s/%s/ unit %s\n", rp->name,
				rapl_event_attrs(rp, i)->attr.attr.name,
				rapl_unit_text(c->unit, unit, sizeof(unit)));
	}
}

static void rapl_advertise(void)
{
	const struct rapl_pmu *rp = rapl_pmus[0];
	const struct rapl_counter *c = rapl_sample(rp, RAPL_DOM_PKG);
	unsigned int counters = hweight32(rp->domains);
	char unit[16];

	if (!c)
		c = rapl_sample(rp, __ffs(rp->domains));
	if (rapl_pmus[1])
		counters += hweight32(rapl_pmus[1]->domains);

	pr_info("RAPL PMU detected, hardware unit %s, API unit 2^-32 J, %u counters, looked at every %llu ms while in use\n",
		rapl_unit_text(c->unit, unit, sizeof(unit)), counters,
		c->period / NSEC_PER_MSEC);
	rapl_advertise_pmu(rp);
	if (rapl_pmus[1])
		rapl_advertise_pmu(rapl_pmus[1]);
	if (rp->cpu.unlisted)
		pr_notice("family 0x%x model 0x%x is in no table and was accepted by probe=1: please report whether its numbers are right\n",
			  boot_cpu_data.x86, boot_cpu_data.x86_model);
}

/* Why there is no counter. */
static void rapl_explain(const struct rapl_cpu *cpu)
{
	const struct cpuinfo_x86 *c = &boot_cpu_data;
	const char *why;
	u64 unit_msr;

	if (rdmsrq_safe(cpu->unit_msr, &unit_msr))
		why = "the power unit MSR does not answer";
	else if (!unit_msr)
		why = "the power unit MSR reads 0, as under a hypervisor that has no RAPL";
	else if (cpu->unlisted)
		why = "no energy MSR answers and advances";
	else if (boot_cpu_has(X86_FEATURE_HYPERVISOR))
		why = "no energy MSR answers with more than 0 under this hypervisor";
	else
		why = "no energy MSR answers";

	pr_info("%s family 0x%x model 0x%x stepping %u: %s\n", c->x86_vendor_id,
		c->x86, c->x86_model, c->x86_stepping, why);
}

/**
 * rapl_pmu_start() - find the counters and register the PMUs
 * @cpu:  from rapl_cpu_detect()
 * @name: of the package PMU; "_core" is added for that of the cores
 *
 * Context: process context, module init.
 * Return: 0; -ENODEV if no counter answers, -ENOMEM, or what
 *         perf_pmu_register() said.  After an error nothing is left behind.
 */
int rapl_pmu_start(const struct rapl_cpu *cpu, const char *name)
{
	unsigned int i;
	int err = -ENOMEM;

	rapl_pmus[0] = rapl_pmu_alloc(cpu, name, cpu->per_die ?
				      RAPL_SCOPE_DIE : RAPL_SCOPE_PACKAGE);
	if (!rapl_pmus[0])
		goto err_free;
	if (cpu->core_msr) {
		rapl_pmus[1] = rapl_pmu_alloc(cpu, name, RAPL_SCOPE_CORE);
		if (!rapl_pmus[1])
			goto err_free;
	}

	/* Calls rapl_cpu_online() for each CPU, which probes the counters. */
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "perf/x86/rapl_pmu:online",
				rapl_cpu_online, rapl_cpu_offline);
	if (err < 0)
		goto err_free;
	rapl_cpuhp_state = err;

	err = -ENODEV;
	if (!rapl_pmus[0]->domains) {
		rapl_explain(cpu);
		goto err_cpuhp;
	}

	for (i = 0; i < ARRAY_SIZE(rapl_pmus); i++) {
		/* Hotplug may find its instances, but nobody can open it. */
		if (!rapl_pmus[i] || !rapl_pmus[i]->domains)
			continue;
		err = rapl_pmu_register(rapl_pmus[i]);
		if (err)
			goto err_unregister;
	}

	register_syscore(&rapl_syscore);
	rapl_advertise();
	return 0;

err_unregister:
	while (i--)
		rapl_pmu_unregister(rapl_pmus[i]);
err_cpuhp:
	/* Nothing to undo on the CPUs, and no events to move. */
	cpuhp_remove_state_nocalls(rapl_cpuhp_state);
err_free:
	rapl_free_all();
	return err;
}

/**
 * rapl_pmu_stop() - undo rapl_pmu_start()
 *
 * Context: process context, module exit: perf holds a reference to the module
 *          for each open event, so there is none.
 */
void rapl_pmu_stop(void)
{
	unsigned int i;

	unregister_syscore(&rapl_syscore);
	for (i = 0; i < ARRAY_SIZE(rapl_pmus); i++)
		rapl_pmu_unregister(rapl_pmus[i]);
	cpuhp_remove_state_nocalls(rapl_cpuhp_state);
	rapl_free_all();
}
