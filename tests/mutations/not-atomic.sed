# SPDX-License-Identifier: GPL-2.0-only
# Two readers count the same energy. The gap is some instructions wide, which two
# emulated CPUs do not hit: it is stretched. Stretched alone, 83-bpf passes.
# file: rapl_pmu/event.c
# case: 83-bpf
s/\} while \(!try_cmpxchg\(&event->hw\.event_base, &prev, now\)\);/for (int i = 0; i < 300; i++) cpu_relax(); event->hw.event_base = now; } while (0);/
