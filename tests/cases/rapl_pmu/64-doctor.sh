# SPDX-License-Identifier: GPL-2.0-only
# If this fails, rapl-doctor overlooks what is broken or sends people the wrong way.
# tier: slow
# kernels: 6.1
# timeout: 300
# model: vendor=intel,packages=1,pkg0=65/45/5/0/90,absent=gpu
# guest: pmu doctor_case
# tools: setpriv
# intree: rapl msr
# files: scripts/doctor:usr/bin/rapl-doctor scripts/troubles.tsv:usr/share/power-kmods/troubles.tsv rapl_pmu/cpu_models.h:usr/src/power-kmods-0.9/rapl_pmu/cpu_models.h

. /usr/bin/doctor_case

modprobe() { /sbin/modprobe "$@"; }
depmod() { /sbin/depmod; }

release=$(uname -r)
build=/lib/modules/$release/build
updates=/lib/modules/$release/updates
own=/etc/modprobe.d/own.conf
mkdir -p /etc/modprobe.d

# A machine on which all is well, but for what the guest has not got: headers, dkms and perf
mend_all()
{
	mkdir -p "$build"
	touch "$build/Makefile"
	printf '#!/bin/sh\necho "power-kmods/0.9, %s, x86_64: installed"\n' "$release" >/usr/bin/dkms
	printf '#!/bin/sh\n' >/usr/bin/perf
	chmod +x /usr/bin/dkms /usr/bin/perf
}

# says LINE TEXT: that line of the screen has the text
says()
{
	out=$(rapl-doctor 2>&1)
	echo "$out" | grep "^$1 " | grep -qE -- "$2" || { echo "no line '$1' with '$2'"; echo "$out"; return 1; }
}

one_screen() { [ "$(rapl-doctor | wc -l)" -le 24 ] && [ "$(rapl-doctor | awk 'length > 160' | wc -l)" = 0 ]; }

plan 28
mend_all
modprobe msr
modprobe rapl_pmu
check "nothing broken: no problem, status 0" well
check "it fits on a screen" one_screen
check "kernel" says kernel "$release"
check "the processor's row" says cpu 'GenuineIntel family 0x6 model 0x5e: SKYLAKE PCDGS'
check "registers: what counts and what does not answer" says msrs 'unit a[0-9a-f]*, pkg counts, cores counts, ram counts, gpu -, psys counts'
check "who serves power" says power 'rapl_pmu: .*energy-pkg'
echo 3 >/proc/sys/kernel/perf_event_paranoid
check "what perf_event_paranoid means" says access "3: root only"
check "an unknown option: usage, status 2" sh -c 'rapl-doctor --nonsense 2>/dev/null; [ $? = 2 ]'

rmmod rapl_pmu
check "not loaded" finds notloaded 'modprobe rapl_pmu'
modprobe -i rapl
check "the kernel's own rapl came first" finds intree 'rmmod rapl; modprobe rapl_pmu'
pmu hold 30 power/energy-pkg@0 >/dev/null 2>&1 &
holder=$!
rapl_held() { [ "$(cat /sys/module/rapl/refcnt)" -gt 0 ]; }
if wait_for 5 rapl_held; then
	check "it is in use" finds busy 'pgrep'
else
	not_ok "it is in use" "pmu hold opened no event"
fi
kill $holder
wait $holder 2>/dev/null
check "its command mends it" sh -c 'rmmod rapl; /sbin/modprobe rapl_pmu; rapl-doctor >/dev/null'
rmmod rapl_pmu

echo 'blacklist rapl_pmu' >$own
check "blacklisted" finds blacklist "grep -rs 'blacklist.*rapl_pmu' /etc/modprobe.d"
check "its command shows where" sh -c "grep -rs 'blacklist.*rapl_pmu' /etc/modprobe.d | grep -q own.conf"
rm $own
modprobe rapl_pmu pmu_name=other
check "under another name" finds renamed 'grep -rs pmu_name'
rmmod rapl_pmu

cp "$updates/rapl_pmu.ko" /tmp/
sed "s/vermagic=${release%%-*}/vermagic=9.9.9/" /tmp/rapl_pmu.ko >"$updates/rapl_pmu.ko"
check "built for another kernel" finds vermagic "dkms install --force power-kmods/0.9 -k $release"
rm "$updates/rapl_pmu.ko"
depmod
check "not built" finds notbuilt "dkms autoinstall -k $release"
mkdir -p /var/lib/dkms/power-kmods/0.9/build
echo 'main.c:1: error: broken' >/var/lib/dkms/power-kmods/0.9/build/make.log
check "the build failed" finds buildfail 'dkms remove power-kmods/0.9 --all'
rm -r /var/lib/dkms
rm "$build/Makefile"
check "no headers" finds headers "apt install linux-headers-$release"
rm /usr/bin/dkms
check "no dkms" finds nodkms 'apt install dkms linux-headers-amd64'
check "no headers is said as well" says headers none
mend_all
cp /tmp/rapl_pmu.ko "$updates/"
depmod
modprobe rapl_pmu
check "mended: no problem" well
rm /usr/bin/perf
check "no perf" finds noperf 'apt install linux-perf'
mend_all

# As a user: the log, the registers and events are closed to him.
as_user() { /usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups rapl-doctor; }
user_told()
{
	out=$(as_user 2>&1)
	if ! echo "$out" | grep -q '\[paranoid\]' || ! echo "$out" | grep -q 'msrs .*sudo rapl-doctor'; then
		echo "$out"
		return 1
	fi
}
check "a user is told why he may not read, and to use sudo" user_told
echo 0 >/proc/sys/kernel/perf_event_paranoid
check "with paranoid 0 he may" as_user
echo 2 >/proc/sys/kernel/perf_event_paranoid
mv /usr/share/power-kmods/troubles.tsv /tmp/
check "without its table: a line that says so, status 2" sh -c 'rapl-doctor 2>&1 | grep -q "troubles.tsv is neither"; rapl-doctor 2>/dev/null; [ $? = 2 ]'
mv /tmp/troubles.tsv /usr/share/power-kmods/
check "the log has no splat of ours" refuse_dmesg 'rapl_pmu:.*(BUG|WARNING)'
check "unload" unload_mod rapl_pmu
