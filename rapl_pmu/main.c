// SPDX-License-Identifier: GPL-2.0-only
/*
 * RAPL energy counters as perf PMUs: power and, on AMD, power_core.
 *
 * The kernel has a driver of this kind, but the one in a given kernel does not
 * know the processors that came after it, and none of them counts energy right
 * above 400 W.  This one loads beside any kernel since 5.10 and takes the same
 * place, so that perf and turbostat find what they look for.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "cpu.h"
#include "pmu.h"
#include "compat.h"

static char *pmu_name = "power";
module_param(pmu_name, charp, 0444);
MODULE_PARM_DESC(pmu_name,
		 "name of the PMU (default: power), another one lets it run beside the kernel's own rapl");

static bool probe;
module_param(probe, bool, 0444);
MODULE_PARM_DESC(probe,
		 "try an unknown CPU: use the RAPL domains whose MSRs answer and advance (default: no)");

static bool hwmon;
module_param(hwmon, bool, 0444);
MODULE_PARM_DESC(hwmon,
		 "show the counters in hwmon, too, for root, and keep them going always (default: no)");

static bool rapl_name_valid(const char *name)
{
	size_t i, len = strlen(name);

	if (!len || len > RAPL_NAME_MAX || !isalpha(name[0]))
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum(name[i]) && name[i] != '_')
			return false;
	return true;
}

/*
 * A second PMU of the same name makes perf_pmu_register() fail, but only after
 * sysfs has dumped the stack.  PMUs are devices without a parent, that is,
 * folders right below /sys/devices, so look there first.
 */
static bool rapl_name_taken(const char *name)
{
	struct kernfs_node *kn;

	kn = kernfs_find_and_get(platform_bus.kobj.kset->kobj.sd, name);
	if (!kn)
		return false;
	kernfs_put(kn);
	return true;
}

static bool rapl_module_loaded(const char *name)
{
	struct kobject *kobj;

	kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
	if (!kobj)
		return false;
	kobject_put(kobj);
	return true;
}

/* Modules of the kernel that want "power" and "power_core", too. */
static const char *rapl_rivals[2] = { "rapl" };

static bool rapl_owns_power;

/*
 * A rival that is loaded, or about to be: it need not have its PMU yet, and must
 * not find the name taken when it wants it.
 */
static const char *rapl_rival_loaded(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rapl_rivals) && rapl_rivals[i]; i++)
		if (rapl_module_loaded(rapl_rivals[i]))
			return rapl_rivals[i];
	return NULL;
}

static int rapl_name_check(const char *name)
{
	const char *rival = rapl_owns_power ? rapl_rival_loaded() : NULL;

	if (!rival && !rapl_name_taken(name))
		return 0;

	if (rival == rapl_rivals[0])
		pr_err("PMU %s belongs to the kernel's own rapl: run 'rmmod rapl' first, or load with pmu_name=\n",
		       name);
	else if (rival)
		pr_err("PMU %s belongs to the powercap driver %s: run 'rmmod %s' first, or load with pmu_name=\n",
		       name, rival, rival);
	else if (rapl_owns_power && IS_BUILTIN(CONFIG_PERF_EVENTS_INTEL_RAPL))
		pr_err("PMU %s belongs to the kernel's own rapl, which is built in: load with pmu_name=\n",
		       name);
	else
		pr_err("PMU %s belongs to another driver: unload that first, or load with pmu_name=\n",
		       name);
	return -EEXIST;
}

/*
 * While we own "power", no rival can register.  On 5.10 and 6.1 the error path
 * of the kernel's own rapl then follows a NULL pointer in a CPU hotplug thread
 * and takes hotplug down for good; powercap gets a stack dump from sysfs.  So
 * they must not get that far.
 */
static int rapl_module_event(struct notifier_block *nb, unsigned long action,
			     void *data)
{
	const struct module *mod = data;
	unsigned int i;

	if (action != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	for (i = 0; i < ARRAY_SIZE(rapl_rivals) && rapl_rivals[i]; i++) {
		if (strcmp(mod->name, rapl_rivals[i]))
			continue;
		pr_notice("the kernel's own %s is kept out, PMU power is served here: run 'rmmod rapl_pmu' to use it\n",
			  rapl_rivals[i]);
		return notifier_from_errno(-EEXIST);
	}
	return NOTIFY_DONE;
}

static struct notifier_block rapl_module_nb = {
	.notifier_call = rapl_module_event,
};

static int __init rapl_init(void)
{
	struct rapl_cpu cpu;
	int err;

	if (!rapl_name_valid(pmu_name)) {
		pr_err("pmu_name= takes a letter and up to %d letters, digits or _ behind it\n",
		       RAPL_NAME_MAX - 1);
		return -EINVAL;
	}

	err = rapl_cpu_detect(&cpu, probe);
	if (err)
		return err;

	/* Before the check below: a rival that comes later is then kept out. */
	rapl_rivals[1] = cpu.rival;
	rapl_owns_power = !strcmp(pmu_name, "power");
	if (rapl_owns_power) {
		err = register_module_notifier(&rapl_module_nb);
		if (err)
			return err;
		/*
		 * One that came past the notifiers just before is not in
		 * /sys/module yet, where the check looks for it: some
		 * microseconds, during which it does not sleep.
		 */
		synchronize_rcu();
	}

	err = rapl_name_check(pmu_name);
	if (!err && cpu.core_msr) {
		char core[RAPL_NAME_MAX + sizeof(RAPL_CORE_SUFFIX)];

		snprintf(core, sizeof(core), "%s" RAPL_CORE_SUFFIX, pmu_name);
		err = rapl_name_check(core);
	}
	if (!err)
		err = rapl_pmu_start(&cpu, pmu_name, hwmon);
	if (err && rapl_owns_power)
		unregister_module_notifier(&rapl_module_nb);
	else if (!err && rapl_owns_power && cpu.rival)
		pr_notice("PMU power of this processor is otherwise served by powercap's %s, %s; that is kept out until 'rmmod rapl_pmu'\n",
			  cpu.rival, cpu.quirks & RAPL_Q_TPMI ?
			  "which knows energy-ram as well" :
			  "which perf stat -a adds up over all CPUs");
	return err;
}
module_init(rapl_init);

static void __exit rapl_exit(void)
{
	rapl_pmu_stop();
	if (rapl_owns_power)
		unregister_module_notifier(&rapl_module_nb);
}
module_exit(rapl_exit);

MODULE_DESCRIPTION("RAPL energy counters as perf PMUs (power, power_core)");
MODULE_AUTHOR("power-kmods developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMODS_VERSION);
