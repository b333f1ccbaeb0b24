// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters as sensors of hwmon, for programs that read no perf: microjoule
 * since the module was loaded.  So that nothing is missing between two readings,
 * however far apart, the counters are kept going all the time.
 */
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/hwmon.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "hotplug.h"
#include "hwmon.h"
#include "timer.h"
#include "compat.h"

/**
 * struct rapl_sensors - the hwmon device
 * @sets:     packages and cores; the latter may be NULL
 * @platform: its parent: tools such as sensors pass over what has none
 * @dev:      itself
 * @chip:     what hwmon is told
 * @infos:    of the kinds of sensors, which are one
 * @info:     of the energies
 * @config:   which files each has; a 0 behind the last
 * @channel:  meter and label of each
 */
struct rapl_sensors {
	struct rapl_set *sets[2];
	struct platform_device *platform;
	struct device *dev;
	struct hwmon_chip_info chip;
	const struct hwmon_channel_info *infos[2];
	struct hwmon_channel_info info;
	u32 *config;
	struct {
		struct rapl_meter *meter;
		char label[32];
	} channel[];
};

static struct rapl_sensors *rapl_sensors;

/* Who reads energy often enough, learns what others compute (CVE-2020-12912). */
static umode_t rapl_hwmon_visible(const void *data,
				  enum hwmon_sensor_types type, u32 attr,
				  int channel)
{
	return attr == hwmon_energy_input ? 0400 : 0444;
}

static void rapl_hwmon_update(void *meter)
{
	rapl_meter_update(meter);
}

static int rapl_hwmon_read(struct device *dev, enum hwmon_sensor_types type,
			   u32 attr, int channel, long *val)
{
	const struct rapl_sensors *s = dev_get_drvdata(dev);
	struct rapl_meter *m = s->channel[channel].meter;
	int cpu;

	/* Without a CPU that is online it stays at what it was. */
	cpus_read_lock();
	cpu = READ_ONCE(m->instance->cpu);
	if (cpu >= 0)
		smp_call_function_single(cpu, rapl_hwmon_update, m, 1);
	cpus_read_unlock();
	*val = rapl_energy_uj(atomic64_read(&m->counter.units),
			      m->counter.unit);
	return 0;
}

static int rapl_hwmon_read_string(struct device *dev,
				  enum hwmon_sensor_types type, u32 attr,
				  int channel, const char **str)
{
	const struct rapl_sensors *s = dev_get_drvdata(dev);

	*str = s->channel[channel].label;
	return 0;
}

static const struct hwmon_ops rapl_hwmon_ops = {
	.is_visible = rapl_hwmon_visible,
	.read = rapl_hwmon_read,
	.read_string = rapl_hwmon_read_string,
};

/* Which of the dies of its package it is; the numbers of the kernel may go on. */
static unsigned int rapl_die_index(struct rapl_instance *inst)
{
	struct rapl_instance *other = NULL;
	unsigned int n = 0;

	while ((other = rapl_set_next(inst->set, other)) && other != inst)
		n += other->package == inst->package;
	return n;
}

/* As amd_energy and others named them; "_die1" is ours. */
static void rapl_sensor_label(char *label, size_t len,
			      const struct rapl_meter *m, unsigned int domain,
			      unsigned int core)
{
	static const char *const suffix[RAPL_NR_DOMAINS] = {
		[RAPL_DOM_CORES] = "_cores",
		[RAPL_DOM_PKG] = "",
		[RAPL_DOM_RAM] = "_dram",
		[RAPL_DOM_GPU] = "_gpu",
		[RAPL_DOM_PSYS] = "_psys",
	};
	struct rapl_instance *inst = m->instance;
	unsigned int index;
	char die[16] = "";

	if (inst->set->scope == RAPL_SCOPE_CORE) {
		snprintf(label, len, "Ecore%03u", core);
		return;
	}
	index = rapl_die_index(inst);
	if (index)
		snprintf(die, sizeof(die), "_die%u", index);
	snprintf(label, len, "Esocket%d%s%s", inst->package, die,
		 suffix[domain]);
}

/* How many sensors there are; with @s its @max are filled in. */
static unsigned int rapl_sensors_find(struct rapl_set *const sets[2],
				      struct rapl_sensors *s, unsigned int max)
{
	unsigned int i, domain, core, n = 0;
	struct rapl_instance *inst;

	for (i = 0; i < 2; i++) {
		core = 0;
		for (inst = rapl_set_next(sets[i], NULL); inst;
		     inst = rapl_set_next(sets[i], inst), core++) {
			for (domain = 0; domain < sets[i]->nr; domain++) {
				struct rapl_meter *m = &inst->meter[domain];

				if (!rapl_meter_is_energy(m))
					continue;
				if (s && n < max) {
					s->channel[n].meter = m;
					rapl_sensor_label(s->channel[n].label,
							  sizeof(s->channel[n].label),
							  m, domain, core);
					s->config[n] = HWMON_E_INPUT |
						       HWMON_E_LABEL;
				}
				n++;
			}
		}
	}
	return n;
}

static void rapl_sensors_free(struct rapl_sensors *s)
{
	kfree(s->config);
	kfree(s);
}

static void rapl_sensors_hold(struct rapl_sensors *s, bool hold)
{
	rapl_set_hold(s->sets[0], hold);
	rapl_set_hold(s->sets[1], hold);
}

/**
 * rapl_hwmon_start() - keep all counters going, and show them in hwmon
 * @packages: the set of power
 * @cores:    that of power_core, or NULL
 *
 * Shown are the counters of what is online now, or was since the module was
 * loaded.
 *
 * Context: process context, after rapl_instances_start().
 * Return: 0 or a negative errno, and nothing was started.
 */
int rapl_hwmon_start(struct rapl_set *packages, struct rapl_set *cores)
{
	struct rapl_set *const sets[2] = { packages, cores };
	unsigned int n = rapl_sensors_find(sets, NULL, 0);
	struct rapl_sensors *s;
	int err = -ENOMEM;

	s = kzalloc(struct_size(s, channel, n), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->config = kcalloc(n + 1, sizeof(*s->config), GFP_KERNEL);
	if (!s->config)
		goto err_free;
	s->sets[0] = packages;
	s->sets[1] = cores;
	/* What came meanwhile is left out. */
	rapl_sensors_find(sets, s, n);
	s->info.type = hwmon_energy;
	s->info.config = s->config;
	s->infos[0] = &s->info;
	s->chip.ops = &rapl_hwmon_ops;
	s->chip.info = s->infos;

	s->platform = platform_device_register_simple("rapl_pmu", -1, NULL, 0);
	err = PTR_ERR_OR_ZERO(s->platform);
	if (err)
		goto err_free;
	rapl_sensors_hold(s, true);
	s->dev = hwmon_device_register_with_info(&s->platform->dev, "rapl_pmu",
						 s, &s->chip, NULL);
	err = PTR_ERR_OR_ZERO(s->dev);
	if (err)
		goto err_release;
	rapl_sensors = s;
	return 0;

err_release:
	rapl_sensors_hold(s, false);
	platform_device_unregister(s->platform);
err_free:
	rapl_sensors_free(s);
	return err;
}

/**
 * rapl_hwmon_stop() - undo rapl_hwmon_start(), if it was called
 *
 * Context: process context, before rapl_instances_stop().  Files that are still
 *          open read -ENODEV from now on.
 */
void rapl_hwmon_stop(void)
{
	struct rapl_sensors *s = rapl_sensors;

	if (!s)
		return;
	hwmon_device_unregister(s->dev);
	rapl_sensors_hold(s, false);
	platform_device_unregister(s->platform);
	rapl_sensors_free(s);
	rapl_sensors = NULL;
}
