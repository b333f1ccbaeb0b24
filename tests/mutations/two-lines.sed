# SPDX-License-Identifier: GPL-2.0-only
# A refusal that says more than its one line, under another name.
# file: rapl_pmu/main.c
# case: 60-conflict
s/^\treturn -EEXIST;/\tprintk(KERN_INFO "power: not loaded\\n");\n&/
