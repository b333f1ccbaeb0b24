# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What PCP's installation would have done, in the guest's /srv/pcp, or where $pcp says: sourced by a case

pcp=${pcp:-/srv/pcp}
in_pcp() { chroot "$pcp" "$@"; }
# pcp_answers METRIC: does pmcd have it for CPU 0?
pcp_answers() { in_pcp pminfo -h localhost -f "$1" 2>/dev/null | grep -q 'inst .*cpu0.* value'; }

# start_pmcd: with one agent, the one for perf; pmproxy asks pmcd who it is
start_pmcd()
{
	mkdir -p "$pcp"/run/pcp "$pcp"/var/log/pcp/pmcd "$pcp"/var/lib/pcp/tmp
	open_tree "${pcp##*/}"
	printf 'root {\n\tperfevent 127:*:*\n\tpmcd\n}\npmcd {\n\thostname 2:0:21\n\tlabels 2:0:25\n}\n' >"$pcp"/tmp/names
	cat >"$pcp"/etc/pcp/pmcd/pmcd.conf <<-'AGENTS'
		pmcd 2 dso pmcd_init /var/lib/pcp/pmdas/pmcd/pmda_pmcd.so
		perfevent 127 pipe binary /usr/lib/pcp/pmdas/perfevent/pmdaperfevent -d 127 -U root
	AGENTS
	in_pcp /usr/lib/pcp/bin/pmcd -f -A -U root -n /tmp/names -l /tmp/pmcd.log &
}

# start_pmproxy: its metrics by HTTP, on port 44322; without a store for history
start_pmproxy()
{
	printf '[pmproxy]\npcp.enabled = false\nhttp.enabled = true\nredis.enabled = false\nsecure.enabled = false\n' \
		>"$pcp"/etc/pcp/pmproxy/pmproxy.conf
	for part in redis discover pmsearch pmseries; do
		printf '[%s]\nenabled = false\n' $part >>"$pcp"/etc/pcp/pmproxy/pmproxy.conf
	done
	in_pcp /usr/lib/pcp/bin/pmproxy -f -U root -l /tmp/pmproxy.log &
}
