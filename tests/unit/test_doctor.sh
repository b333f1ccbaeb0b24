#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test_doctor.sh - the table of troubles, rapl-doctor and the READMEs say the same
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

rows() { grep -v '^#' scripts/troubles.tsv; }

five_fields() { ! rows | awk -F '\t' 'NF != 5 || $1 !~ /^[a-z-]+$/ || $3 == "" || $4 == ""' | grep .; }
ids_unique() { ! rows | cut -f 1 | sort | uniq -d | grep .; }

# What the doctor can say has a row, and each row is said by it or harmless.
same_ids()
{
	diff <(sed '/^[[:space:]]*#/d; s/no problem found//' scripts/doctor | grep -oE '\bproblem [a-z]+' | cut -d' ' -f2 | sort -u) \
		<(rows | cut -f 1 | grep -v '^harmless-' | sort)
}

# The kernel messages quoted in the table are messages that the modules print.
messages_exist()
{
	local text bad=0
	while IFS= read -r text; do
		cat rapl_pmu/*.c kvm_arm_mpstate/*.c | tr -d '\n' | sed 's/"[[:space:]]*"//g' | grep -qF "$text" || { echo "no module says '$text'"; bad=1; }
	done <<-'TEXTS'
		belongs to the kernel's own rapl
		belongs to the powercap driver
		not a processor with RAPL that is known here
		MSR reads 0
		no energy MSR answers
		KVM is not up on this host
		ftrace is switched off
		is missing in this kernel or cannot be traced
		belongs to another IPMODIFY user
	TEXTS
	return $bad
}

point "each row has five fields" five_fields
point "each row has a name of its own" ids_unique
point "rapl-doctor knows the rows, and only these" same_ids
point "the READMEs' tables are the same" scripts/readme-table -c
point "the modules print what the table quotes" messages_exist
finish
