# SPDX-License-Identifier: GPL-2.0-only
# If this fails, unloading is not safe on PREEMPT_RT, where SET sleeps on its lock
# and a task can be preempted anywhere.
# An unload takes some 5 s there, seven grace periods of RCU-tasks: a quarter of 45's
# rounds, and a storm that leaves room for three more such machines beside it.
# arch: aarch64
# tier: slow
# guest: mpstate mpstate_cycles
# kernels: 6.12-rt
# append: watchdog_thresh=60
# timeout: 7200
exec mpstate_cycles 250 1000
