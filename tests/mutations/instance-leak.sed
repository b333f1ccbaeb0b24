# SPDX-License-Identifier: GPL-2.0-only
# Unloading forgets the instances.
# file: rapl_pmu/hotplug.c
# case: 70-reload
/hrtimer_cancel\(&inst->timer\);/{n;s/kfree\(inst\);/;/}
