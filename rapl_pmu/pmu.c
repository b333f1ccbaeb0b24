// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PMUs power and, on AMD, power_core: their sysfs files, registering them
 * with perf, and what the log says of them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "event.h"
#include "hotplug.h"
#include "hwmon.h"
#include "pmu.h"
#include "compat.h"

/* Each event comes with a file for its unit and one for its scale. */
#define RAPL_EVENT_ATTRS	3

/**
 * struct rapl_device - a PMU with its name and its files
 * @rp:         what perf and the events see
 * @name:       its name
 * @registered: perf knows it
 * @events:     attributes of the events folder
 * @events_group: the events folder
 * @groups:     attribute groups for perf
 */
struct rapl_device {
	struct rapl_pmu rp;
	char name[RAPL_NAME_MAX + sizeof(RAPL_CORE_SUFFIX)];
	bool registered;
	struct attribute *events[RAPL_EVENT_ATTRS * RAPL_NR_DOMAINS + 1];
	struct attribute_group events_group;
	const struct attribute_group *groups[4];
};

/* power, and power_core where there is one */
static struct rapl_device *rapl_devices[2];

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
	cpumask_var_t mask;
	ssize_t len;

	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;

	rapl_set_cpumask(&rp->set, mask);
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

/* RAPL_CODE_TIME and RAPL_STAMP_NS */
#define RAPL_TIME_EVENT(_name) {					\
	RAPL_ATTR(_name, "event=0x10"),					\
	RAPL_ATTR(_name ".unit", "ns"),					\
	RAPL_ATTR(_name ".scale", "10"),				\
}

static struct perf_pmu_events_attr rapl_events[][RAPL_EVENT_ATTRS] = {
	[RAPL_DOM_CORES] = RAPL_EVENT("energy-cores", "0x01"),
	[RAPL_DOM_PKG] = RAPL_EVENT("energy-pkg", "0x02"),
	[RAPL_DOM_RAM] = RAPL_EVENT("energy-ram", "0x03"),
	[RAPL_DOM_GPU] = RAPL_EVENT("energy-gpu", "0x04"),
	[RAPL_DOM_PSYS] = RAPL_EVENT("energy-psys", "0x05"),
	/* Not energy-*: ALUMET ends at one whose name it does not know. */
	[RAPL_DOM_TIME] = RAPL_TIME_EVENT("update-time"),
};

static struct perf_pmu_events_attr rapl_core_events[][RAPL_EVENT_ATTRS] = {
	RAPL_EVENT("energy-core", "0x01"),
};

/* The event itself, its unit and its scale */
static struct perf_pmu_events_attr *rapl_event_attrs(const struct rapl_set *set,
						     unsigned int i)
{
	return set->scope == RAPL_SCOPE_CORE ? rapl_core_events[i] :
					       rapl_events[i];
}

static void rapl_fill_groups(struct rapl_device *rd)
{
	const struct rapl_set *set = &rd->rp.set;
	struct attribute **to = rd->events;
	unsigned int i, j;

	for (i = 0; i < set->nr; i++)
		for (j = 0; j < RAPL_EVENT_ATTRS; j++)
			if (set->domains & BIT(i))
				*to++ = &rapl_event_attrs(set, i)[j].attr.attr;

	rd->events_group.name = "events";
	rd->events_group.attrs = rd->events;
	rd->groups[0] = &rapl_format_group;
	rd->groups[1] = &rd->events_group;
	rd->groups[2] = &rapl_cpumask_group;
}

/* ---- setting up -------------------------------------------------------- */

static void rapl_device_free(struct rapl_device *rd)
{
	if (!rd)
		return;
	rapl_set_free(&rd->rp.set);
	kfree(rd);
}

static struct rapl_device *rapl_device_alloc(const struct rapl_cpu *cpu,
					     const char *name,
					     enum rapl_scope scope)
{
	struct rapl_device *rd = kzalloc(sizeof(*rd), GFP_KERNEL);
	struct pmu *pmu;

	if (!rd)
		return NULL;
	if (rapl_set_init(&rd->rp.set, cpu, scope)) {
		kfree(rd);
		return NULL;
	}
	snprintf(rd->name, sizeof(rd->name), "%s%s", name,
		 scope == RAPL_SCOPE_CORE ? RAPL_CORE_SUFFIX : "");

	pmu = &rd->rp.pmu;
	pmu->module = THIS_MODULE;
	pmu->task_ctx_nr = perf_invalid_context;
	pmu->capabilities = PERF_PMU_CAP_NO_EXCLUDE;
	pmu->attr_groups = rd->groups;
	rapl_event_callbacks(pmu);
	return rd;
}

static void rapl_free_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rapl_devices); i++) {
		rapl_device_free(rapl_devices[i]);
		rapl_devices[i] = NULL;
	}
}

static int rapl_device_register(struct rapl_device *rd)
{
	int err;

	rapl_fill_groups(rd);
	err = perf_pmu_register(&rd->rp.pmu, rd->name, -1);
	if (err) {
		pr_err("PMU %s could not be registered: error %d\n", rd->name,
		       err);
		return err;
	}
	rd->registered = true;
	/* From here on its events can be moved, and so opened. */
	rapl_set_pmu(&rd->rp.set, &rd->rp.pmu);
	return 0;
}

static void rapl_device_unregister(struct rapl_device *rd)
{
	if (!rd || !rd->registered)
		return;
	/* No event is left, so hotplug has nothing to move any more. */
	rapl_set_pmu(&rd->rp.set, NULL);
	perf_pmu_unregister(&rd->rp.pmu);
}

/* ---- the log ----------------------------------------------------------- */

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

static void rapl_advertise_events(const struct rapl_device *rd)
{
	const struct rapl_set *set = &rd->rp.set;
	const struct rapl_meter *m;
	unsigned int i;
	char unit[16];

	for (i = 0; i < set->nr; i++) {
		m = rapl_set_sample(set, i);
		if (m && set->domains & BIT(i))
			pr_info("%s/%s/ unit %s\n", rd->name,
				rapl_event_attrs(set, i)->attr.attr.name,
				i == RAPL_DOM_TIME ? "10 ns" :
				rapl_unit_text(m->counter.unit, unit,
					       sizeof(unit)));
	}
}

static void rapl_advertise(void)
{
	const struct rapl_set *set = &rapl_devices[0]->rp.set;
	const struct rapl_meter *m = rapl_set_sample(set, RAPL_DOM_PKG);
	unsigned int counters = hweight32(set->domains);
	char unit[16], watch[48] = "64 bits wide";

	if (!m)
		m = rapl_set_sample(set, __ffs(set->domains));
	if (m->period)
		snprintf(watch, sizeof(watch), "looked at every %llu ms while in use",
			 m->period / NSEC_PER_MSEC);
	if (rapl_devices[1] && rapl_devices[1]->registered)
		counters += hweight32(rapl_devices[1]->rp.set.domains);

	pr_info("RAPL PMU detected, hardware unit %s, API unit 2^-32 J, %u counters, %s\n",
		rapl_unit_text(m->counter.unit, unit, sizeof(unit)), counters,
		watch);
	rapl_advertise_events(rapl_devices[0]);
	if (rapl_devices[1] && rapl_devices[1]->registered)
		rapl_advertise_events(rapl_devices[1]);
	if (set->cpu.unlisted)
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
	else
		why = "no energy MSR answers and counts";

	pr_info("%s family 0x%x model 0x%x stepping %u: %s\n", c->x86_vendor_id,
		c->x86, c->x86_model, c->x86_stepping, why);
}

static void rapl_show_sensors(void)
{
	int err = rapl_hwmon_start(&rapl_devices[0]->rp.set, rapl_devices[1] ?
				   &rapl_devices[1]->rp.set : NULL);

	if (err == -EOPNOTSUPP)
		pr_warn("hwmon=1 has no effect: this kernel was built without hwmon\n");
	else if (err)
		pr_err("hwmon=1: the hwmon device could not be registered: error %d\n",
		       err);
}

/* ---- module ------------------------------------------------------------ */

/**
 * rapl_pmu_start() - find the counters and register the PMUs
 * @cpu:   from rapl_cpu_detect()
 * @name:  of the package PMU; "_core" is added for that of the cores
 * @hwmon: show them in hwmon, too
 *
 * Context: process context, module init.
 * Return: 0, also if it was only that of the cores or hwmon's device that
 *         could not be registered, which is then said in the log; -ENODEV if no counter
 *         answers, -ENOMEM, or what perf_pmu_register() said.  After an error
 *         nothing is left.
 */
int rapl_pmu_start(const struct rapl_cpu *cpu, const char *name, bool hwmon)
{
	int err = -ENOMEM;

	rapl_devices[0] = rapl_device_alloc(cpu, name, cpu->per_die ?
					    RAPL_SCOPE_DIE :
					    RAPL_SCOPE_PACKAGE);
	if (!rapl_devices[0])
		goto err_free;
	if (cpu->core_msr) {
		rapl_devices[1] = rapl_device_alloc(cpu, name, RAPL_SCOPE_CORE);
		if (!rapl_devices[1])
			goto err_free;
	}

	err = rapl_instances_start();
	if (err)
		goto err_free;

	err = -ENODEV;
	if (!rapl_devices[0]->rp.set.domains) {
		rapl_explain(cpu);
		goto err_stop;
	}

	err = rapl_device_register(rapl_devices[0]);
	if (err)
		goto err_stop;
	/*
	 * From here on events may be open, and nothing can be taken back:
	 * without power_core, there is power.
	 */
	if (rapl_devices[1] && rapl_devices[1]->rp.set.domains)
		rapl_device_register(rapl_devices[1]);

	rapl_advertise();
	if (hwmon)
		rapl_show_sensors();
	return 0;

err_stop:
	rapl_instances_stop();
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

	rapl_hwmon_stop();
	for (i = 0; i < ARRAY_SIZE(rapl_devices); i++)
		rapl_device_unregister(rapl_devices[i]);
	rapl_instances_stop();
	rapl_free_all();
}
