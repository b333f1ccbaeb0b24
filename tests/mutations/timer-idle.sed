# SPDX-License-Identifier: GPL-2.0-only
# The timer goes on when the last event has stopped.
# file: rapl_pmu/instance.c
# case: 35-watts-16
s/period = rapl_instance_period\(inst\);/period = NSEC_PER_SEC * 2;/
s/^(\t*)hrtimer_try_to_cancel\(&inst->timer\);/\1;/
