# SPDX-License-Identifier: GPL-2.0-only
# hex.awk - for the other awk programs here
function hex(text,    i, v) {
	v = 0
	text = tolower(text)
	for (i = 1; i <= length(text); i++)
		v = v * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return v
}
