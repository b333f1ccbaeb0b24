# SPDX-License-Identifier: GPL-2.0-only
# If this fails, the module does not work where return addresses are signed and branch
# targets checked.
# arch: aarch64
# cpu: max,lpa2=off
# tier: fast 7
# guest: mpstate mpstate_machine
# timeout: 240
exec mpstate_machine 'CPU features: detected: (Branch Target Identification|Address authentication)'
