/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timer against wraps.
 */
#ifndef RAPL_PMU_TIMER_H
#define RAPL_PMU_TIMER_H

#include "instance.h"

void rapl_timer_init(struct rapl_instance *inst);
void rapl_timer_free(struct rapl_instance *inst);
void rapl_timer_kick(struct rapl_instance *inst);

void rapl_turn_over(void);
u64 rapl_turn_now(void);

void rapl_meter_update(struct rapl_meter *m);
u64 rapl_meter_rebase(struct rapl_meter *m, u64 now);
u64 rapl_meter_start(struct rapl_meter *m);
bool rapl_meter_stop(struct rapl_meter *m);
void rapl_instance_hold(struct rapl_instance *inst);
void rapl_instance_release(struct rapl_instance *inst);

#endif /* RAPL_PMU_TIMER_H */
