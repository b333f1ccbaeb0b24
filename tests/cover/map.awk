# SPDX-License-Identifier: GPL-2.0-only
# map.awk - for tests/cover/map, which has what comes in and goes out

function change(section, at, n) { while (n-- > 0) changed[section, at + n] = 1 }

BEGIN { split(sections, list, " "); for (i in list) ours[list[i]] = 1 }
FILENAME != file { file = FILENAME; part = FILENAME; sub(/.*\//, "", part) }
part == "sections" && $1 in ours { size[$1] = hex($5); align[$1] = $NF; next }
part == "alternatives" { length_of[n_alternatives++] = $1; next }

# ---- what the kernel changes
part == "relocations" && /^Relocation section/ {
	from = $3
	gsub(/'/, "", from)
	sub(/^\.rela/, "", from)
	next
}
part == "relocations" && /R_/ {
	offset = hex($1)
	if (from in ours) {
		arm = arm || $3 ~ /AARCH64/
		change(from, arm ? offset - offset % 4 : offset, $3 ~ /X86_64_64|X86_64_PC64/ ? 8 : 4)
		# where a jump goes that the loader completes; the processor counts from its end
		to = $6 == "-" ? -hex($7) : hex($7)
		completed[from, offset] = $5 == from ? to + (arm ? 0 : 4) : "out"
		next
	}
	to = $5
	at = $6 == "+" ? hex($7) : $6 == "-" ? -hex($7) : 0
	if (!(to in ours))
		next
	if (from == "__mcount_loc" || from == "__patchable_function_entries")
		change(to, at, arm ? 8 : 5)
	else if (from == ".return_sites" || from == ".call_sites" || from == ".static_call_sites")
		change(to, at, 5)
	else if (from == ".retpoline_sites")
		change(to, at, 6)
	else if (from == ".ibt_endbr_seal")
		change(to, at, 4)
	else if (from == ".smp_locks")
		change(to, at, 1)
	else if (from == "__jump_table" && offset % 16 == 0)
		change(to, at, arm ? 4 : 5)
	else if (from == ".altinstructions" && entry_size && offset % entry_size == 0)
		change(to, at, length_of[offset / entry_size])
	# a table of a switch, or the other side of a jump label
	if (from ~ /^\.rodata/ || from == "__jump_table")
		entry[to, at] = 1
	next
}

# ---- the code
function flush() {
	if (held != "")
		print held, symbol == "" ? "-" : symbol
	if (held_entry != "")
		print held_entry
	held = held_entry = ""
}
part == "code" && /^Disassembly of section/ {
	section = $4
	sub(/:$/, "", section)
	if (!listing)
		print "section", section, align[section], size[section]
	next
}
part == "code" && /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name); next }
part == "code" && /^[^ ].*:[0-9]+( \(discriminator [0-9]+\))?$/ { sub(/ \(disc.*/, ""); where = $0; next }
part == "code" && /^ *[0-9a-f]+:\t/ {
	split($0, field, "\t")
	at = hex(substr(field[1], match(field[1], /[0-9a-f]+:/), RLENGTH - 1))
	code = field[2]
	gsub(/ /, "", code)
	arm64 = field[2] ~ /^[0-9a-f]{8} *$/ || (length(code) == 8 && field[2] !~ /[0-9a-f] [0-9a-f]/)
	if (arm64)
		code = substr(code, 7, 2) substr(code, 5, 2) substr(code, 3, 2) substr(code, 1, 2)
	text = field[3] (field[4] == "" ? "" : " " field[4])
	split(text, word, " ")
	op = word[1]
	target = ""
	kind = "plain"
	if (arm64 ? op ~ /^(b\.|bc\.|cbn?z|tbn?z)/ : op ~ /^j/ && op !~ /^jmp/) {
		if (match(text, /[0-9a-f]+ </)) {
			target = substr(text, RSTART, RLENGTH - 2)
			kind = "branch"
		}
	} else if (arm64 ? op ~ /^(b|br|ret|brk)$/ : op ~ /^(jmp|ret|ud2)/) {
		kind = "end"
		if (match(text, /[0-9a-f]+ </))
			target = substr(text, RSTART, RLENGTH - 2)
	} else if (arm64 ? text ~ /^(nop|udf)/ : text ~ /^((cs |data16 )*nop|xchg +%ax,%ax|int3)/)
		kind = "pad"
	target = target == "" ? "" : hex(target)
	if (target != "" && (section, at + (arm64 ? 0 : length(code) / 2 - 4)) in completed)
		target = completed[section, at + (arm64 ? 0 : length(code) / 2 - 4)]
	if (listing) {
		flush()
		held = section " " at " " kind " " name " " (where == "" ? "?" : where) " " (target == "" ? "-" : target)
		symbol = op == "ud2" || op == "brk" ? op : ""
		if (match($0, /R_[A-Z0-9_]+\t[^ \t]+/)) {
			symbol = substr($0, RSTART, RLENGTH)
			sub(/.*\t/, "", symbol)
			sub(/[-+]0x[0-9a-f]+$/, "", symbol)
		}
		held_entry = (section, at) in entry ? section " " at " entry" : ""
		next
	}
	for (i = 0; i < length(code) / 2; i++)
		if ((section, at + i) in changed)
			code = substr(code, 1, 2 * i) ".." substr(code, 2 * i + 3)
	printf "%x %s%s\n", at, code, kind != "branch" ? "" : " " (target == "out" ? target : sprintf("%x", target))
}
END { if (listing) flush() }
