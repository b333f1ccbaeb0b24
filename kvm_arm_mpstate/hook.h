/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_ARM_MPSTATE_HOOK_H
#define KVM_ARM_MPSTATE_HOOK_H

#include <linux/types.h>

struct seq_file;

enum mpst_mode {
	MPST_MODE_AUTO,		/* hook; trace where another owner has a function */
	MPST_MODE_HOOK,
	MPST_MODE_TRACE,
};

/* Watch VMs go (before anything that may note one), and stop watching. */
int mpst_watch_start(void);
void mpst_watch_stop(void);

/* All functions or none. @mode becomes what was chosen. */
int mpst_hook_start(enum mpst_mode *mode);

/* When it returns, no task is in a handler nor on its way to one. */
void mpst_hook_stop(void);

/* One line per function: name, status, why not. */
void mpst_hook_show(struct seq_file *m);

#endif
