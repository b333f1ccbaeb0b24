# SPDX-License-Identifier: GPL-2.0-only
# tools.awk - what 72-tools measured, a row for each program and rate, less what the same machine
# executes and is interrupted by without the program
#
# usage: awk -f tools.awk FIGURES, as for rows.awk; prints nothing if it has no such figures
BEGIN { FS = OFS = "\t" }
split($3, part, ".") == 4 && part[1] == "tools" { figure[part[2], part[3], part[4]] = $4 }
END {
	if (!(("loop_perf", 1, "error") in figure))
		exit
	print "read by", "Hz", "readings/s", "error", "readings of 0", "million instructions/s",
		"IPIs/s to its package", "IPIs/s to the other", "interrupts/s of isolated CPUs"
	rows("loop_perf", "rapl_pmu: a loop of read()")
	rows("perf_stat", "rapl_pmu: perf stat -I")
	rows("alumet_perf", "rapl_pmu: ALUMET")
	rows("pcp_pmval", "rapl_pmu: PCP (pmval)")
	rows("loop_intree", "in-tree rapl: a loop of read()")
	rows("loop_powercap", "powercap: a loop of pread()")
	rows("alumet_powercap", "powercap: ALUMET")
	rows("loop_msr", "/dev/cpu/N/msr: a loop of pread()")
}

function rows(tool, text,   hz)
{
	for (hz = 1; hz <= 1000; hz *= hz < 100 ? 100 : 10)
		print text, hz, sprintf("%.0f", figure[tool, hz, "readings"]),
			sprintf("%+.4f %%", figure[tool, hz, "error"]),
			sprintf("%.1f %%", figure[tool, hz, "zero"]),
			sprintf("%.1f", more(tool, hz, "executed")), sprintf("%.0f", more(tool, hz, "own")),
			sprintf("%.0f", more(tool, hz, "other")), sprintf("%.0f", more(tool, hz, "isolated"))
}

# A machine that has nothing to do is not interrupted the same number of times each time.
function more(tool, hz, what,   n)
{
	n = figure[tool, hz, what] - figure["nothing", hz, what]
	return n > 0 ? n : 0
}
