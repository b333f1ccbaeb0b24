# SPDX-License-Identifier: GPL-2.0-only
# source.awk - the module's source, each line with what of its code ran
#
#	awk -v top=TREE -f hex.awk -f source.awk LISTING RUN...
#
# The files are those of report.awk. In front of a line: nothing if no code is of it, "run", "part"
# if some of its instructions never ran, "NOT" if none did; and how many sides of its
# branches were taken, of how many. A line of an inline function has those of all its copies.

FILENAME == ARGV[1] {
	# of the tree; and what aligns code is never run
	if ($3 == "entry" || $3 == "pad" || !sub(/^\/build\//, "", $5))
		next
	at[$1, $2] = $5
	insns[$5]++
	if ($3 == "branch")
		sides[$5] += 2
	split($5, part, ":")
	if (!(part[1] in seen)) {
		seen[part[1]] = 1
		files[++n_files] = part[1]
	}
	next
}
{ key = $1 SUBSEP hex($2) }
key in at {
	if (!(key in hit)) {
		hit[key] = 1
		ran[at[key]]++
	}
	for (i = 3; i <= NF; i++)
		if (!((key, $i) in hit)) {
			hit[key, $i] = 1
			took[at[key]]++
		}
}
END {
	for (i = 1; i <= n_files; i++) {
		printf "%s---- %s\n", (i > 1 ? "\n" : ""), files[i]
		for (n = 1; (getline text <(top "/" files[i])) > 0; n++) {
			where = files[i] ":" n
			mark = !(where in insns) ? "" : !ran[where] ? "NOT" : ran[where] < insns[where] ? "part" : "run"
			branches = where in sides ? took[where] + 0 "/" sides[where] : ""
			printf "%4s %6s | %s\n", mark, branches, text
		}
	}
}
