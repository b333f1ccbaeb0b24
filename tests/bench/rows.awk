# SPDX-License-Identifier: GPL-2.0-only
# rows.awk - the rows of rows.tsv on each kernel, from the figures, with a verdict
#
# usage: awk -v kernels='6.1 7' -f rows.awk rows.tsv FIGURES
# FIGURES: kernel arch name median lowest highest cell, parted by tabs, under a heading.
# Target: the ratio of ours to the rival at the most, <N below that, =N is for ours itself,
# - none; on the kernels of column "on", or all.
BEGIN {
	FS = OFS = "\t"
	print "table", "what", "kernel", "ours", "spread", "rival", "ratio", "target", "verdict", "cell"
}
FNR == 1 { file++; next }
file == 1 { row[++rows] = $0; next }
{
	mid[$1, $2, $3] = $4
	low[$1, $2, $3] = $5
	high[$1, $2, $3] = $6
	cell[$1, $2, $3] = $7
}
END {
	n = split(kernels, kernel, " ")
	for (i = 1; i <= rows; i++)
		for (k = 1; k <= n; k++)
			print_row(kernel[k])
}

function print_row(line,   a, o, r, target, ratio, best, worst)
{
	split(row[i], a, FS)
	o = line SUBSEP a[3] SUBSEP a[4]
	r = line SUBSEP a[3] SUBSEP a[5]
	if (!(o in mid) || !(r in mid))
		return
	target = a[7] == "" || a[7] == line ? a[6] : "-"
	ratio = over(mid[o], mid[r])
	best = over(low[o], high[r])
	worst = over(high[o], low[r])
	print a[1], a[2], line, sprintf("%.0f", mid[o]),
		sprintf("+%.0f-%.0f", high[o] - mid[o], mid[o] - low[o]),
		sprintf("%.0f", mid[r]), mid[r] ? sprintf("%.3f", ratio) : "-", target,
		target ~ /^=/ ? verdict(target, mid[o], low[o], high[o]) : verdict(target, ratio, best, worst),
		cell[o]
}

function over(a, b) { return b ? a / b : a ? 1e9 : 1 }

# A spread that reaches to the other side of the target leaves it open.
function verdict(target, got, best, worst)
{
	if (target == "-")
		return ""
	if (meets(target, best) != meets(target, worst))
		return "unsettled"
	return meets(target, got) ? "met" : "missed"
}

function meets(target, got)
{
	if (sub(/^</, "", target))
		return got < target + 0
	sub(/^=/, "", target)
	return got <= target + 0.00005
}
