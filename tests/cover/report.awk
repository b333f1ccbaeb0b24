# SPDX-License-Identifier: GPL-2.0-only
# report.awk - what of a module's code ran: by function, and each side of a branch that did not
#
#	awk -v top=TREE -v module= -v out=DIR -f hex.awk -f report.awk REASONS LISTING RUN...
#
# LISTING is of tests/cover/map -l, RUN what the plugin left. Prints one line with the totals:
# blocks run, all, sides run, all, sides missing with a reason, without one.
# Leaves DIR/table.md and DIR/missing.tsv (function, place, times, its source line, reason).

function source(where, back,    file, line, n, text) {
	file = where
	if (!sub(/^\/build\//, "", file))
		return ""
	line = file
	sub(/:.*/, "", file)
	sub(/^[^:]*:/, "", line)
	if (!(file in lines_of)) {
		n = 0
		while ((getline text <(top "/" file)) > 0)
			line_of[file, ++n] = text
		close(top "/" file)
		lines_of[file] = n
	}
	text = line_of[file, line - back]
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	gsub(/\t/, " ", text)
	return text
}
function place(where) {
	sub(/^\/build\//, "", where)
	sub(/^\/usr\/src\/linux-headers-[^\/]*\//, "", where)
	sub(/^\.\//, "", where)
	return where
}
# Is it of this function? "trace_*" is of all that begin so. "*" is of all, too, but only for
# branches that something got to: nothing in general says why code was never tried.
function is_of(wanted, name, there) {
	if (wanted == "*")
		return there
	if (sub(/\*$/, "", wanted))
		return index(name, wanted) == 1
	return name == wanted
}
# Which reason is there for a side of this branch? The first that fits: a function, words
# of the source line or of the place, "*" for any. Words with " | " are of the line before, too.
function reason(name, where, there,    i, text, both) {
	text = place(where) " " source(where)
	both = source(where, 1) " | " source(where)
	for (i = 1; i <= n_reasons; i++)
		if (is_of(r_function[i], name, there) && (r_words[i] == "*" || index(text, r_words[i]) ||
							  r_words[i] ~ / [|] / && index(both, r_words[i]))) {
			r_used[i] = 1
			return r_why[i]
		}
	return ""
}

{ part = FILENAME == ARGV[1] ? 1 : FILENAME == ARGV[2] ? 2 : 3 }
part == 1 {
	if (/^#/ || !NF)
		next
	split($0, field, "\t")
	if (field[1] != module)
		next
	r_function[++n_reasons] = field[2]
	r_words[n_reasons] = field[3]
	r_why[n_reasons] = field[4]
	next
}
part == 2 && $3 == "entry" { leader[$1, $2] = 1; next }
part == 2 {
	key = $1 SUBSEP $2
	order[++n] = key
	kind[key] = $3
	name[key] = $4
	sub(/\.(isra|constprop|part|cold)(\.[0-9]+)?$/, "", name[key])
	where[key] = $5
	if ($4 != previous_name)
		leader[key] = 1
	if (previous_kind == "branch")
		leader[key] = 1
	# Where nothing gets on from above, and perhaps only a table or an exception leads to
	after_end = previous_kind == "end" || after_end && previous_kind == "pad"
	if (after_end && $3 != "pad")
		leader[key] = 1
	if ($6 != "-") {
		leader[$1, $6] = 1
		target[key] = $1 SUBSEP $6
	}
	symbol[key] = $7
	number[key] = n
	previous_name = $4
	previous_kind = $3
	next
}
{
	at = $1 SUBSEP hex($2)
	hit[at] = 1
	if (/ on/)
		on[at] = 1
	if (/ away/)
		away[at] = 1
}
# Does the way from there end in what the compiler or the kernel's headers put into each
# module to catch faults? That nothing gets there is what all tests are for.
function guard(at,    i, key) {
	for (i = number[at]; i && i <= n && i < number[at] + 20; i++) {
		key = order[i]
		if (symbol[key] ~ /^__ubsan_handle/)
			return "guard: UBSAN"
		if (symbol[key] == "__stack_chk_fail")
			return "guard: stack protector"
		if (symbol[key] == "ud2" || symbol[key] == "brk")
			return "guard: WARN_ON() and BUG_ON() of headers"
		if (kind[key] != "plain")
			return ""
	}
	return ""
}
END {
	for (i = 1; i <= n; i++) {
		key = order[i]
		f = name[key]
		# the place that the kernel wants in front of each function
		if (f ~ /^__pfx_|-0x/)
			continue
		if (!(f in seen)) {
			seen[f] = 1
			functions[++n_functions] = f
			split(place(where[key]), p, ":")
			home[f] = p[1]
		}
		if (key in leader) {
			blocks[f]++
			ran[f] += key in hit
		}
		if (kind[key] != "branch")
			continue
		got = (key in on) + (key in away)
		sides[f] += 2
		took[f] += got
		if (got < 2) {
			# One side is missing: to where it leads. Both are: there is no side to tell.
			why = got ? guard(key in away ? order[i + 1] : target[key]) : ""
			if (why == "")
				why = reason(f, where[key], key in hit)
			m = f "\t" place(where[key]) "\t" (key in hit ? (key in on ? "never away" : key in away ? "never on" : "?") : "never there") "\t" source(where[key]) "\t" why
			if (!(m in times))
				missing[++n_missing] = m
			times[m] += 2 - got
			if (why != "")
				explained += 2 - got
			else
				unexplained[f] += 2 - got
		}
	}
	print "| function | in | blocks | run | branch sides | run | missing without a reason |" >(out "/table.md")
	print "|---|---|---:|---:|---:|---:|---:|" >(out "/table.md")
	for (i = 1; i <= n_functions; i++) {
		f = functions[i]
		printf "| %s | %s | %d | %d | %d | %d | %d |\n", f, home[f], blocks[f], ran[f], sides[f], took[f], unexplained[f] >(out "/table.md")
		all_blocks += blocks[f]
		all_ran += ran[f]
		all_sides += sides[f]
		all_took += took[f]
		left += unexplained[f]
	}
	for (i = 1; i <= n_missing; i++)
		print times[missing[i]] "\t" missing[i] >(out "/missing.tsv")
	printf "%d %d %d %d %d %d\n", all_ran, all_blocks, all_took, all_sides, explained, left
	for (i = 1; i <= n_reasons; i++)
		if (!r_used[i])
			print "coverage: no branch needs the reason \"" r_function[i] " " r_words[i] "\"" >"/dev/stderr"
}
