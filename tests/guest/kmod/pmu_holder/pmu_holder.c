// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has a name that a perf PMU wants: some other driver's PMU, without events.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/perf_event.h>

static char *name = "power";
module_param(name, charp, 0444);

static int holder_event_init(struct perf_event *event)
{
	return -ENOENT;
}

static struct pmu holder = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_invalid_context,
	.event_init = holder_event_init,
};

static int __init holder_init(void)
{
	return perf_pmu_register(&holder, name, -1);
}

static void __exit holder_exit(void)
{
	perf_pmu_unregister(&holder);
}

module_init(holder_init);
module_exit(holder_exit);

MODULE_DESCRIPTION("Test: a PMU of another driver");
MODULE_LICENSE("GPL");
