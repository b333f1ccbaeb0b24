# SPDX-License-Identifier: GPL-2.0-only
# If this fails, removing the module under load crashes the host or gives VMMs
# wrong answers: it is loaded and unloaded while a storm of GET and SET and a
# running guest go on, with tracing on every other time.
# The soft lockup watchdog has slack: loading walks all of the kernel's functions
# without a pause, and a starved emulator makes seconds of that.
# tier: @tier@
# kernels: @kernels@
# guest: mpstate
# append: watchdog_thresh=60
# timeout: @timeout@

rounds=@rounds@

plan_kvm 7

mpstate storm 7200 /tmp/over @pause@ >/tmp/storm 2>&1 &
storm=$!
is_running() { grep -q '^storm: running' /tmp/storm; }
# A task that sleeps in our text when rmmod has come back would wake up in freed
# memory, which need not show: its stack has then addresses without a name. Only
# a sleeping task's stack can be trusted, and nobody but us puts one of these to
# sleep without signals.
in_freed_text()
{
	for task in "/proc/$storm/task"/*; do
		read -r _ _ state _ <"$task/stat" || continue
		[ "$state" = D ] || continue
		stack=$(cat "$task/stack")
		read -r _ _ state _ <"$task/stat" || continue
		[ "$state" = D ] || continue
		case $stack in *'] 0xffff'*) echo "asleep in the module that is gone: $stack"; return 0 ;; esac
	done
	return 1
}
run_cycles()
{
	n=0
	while [ $n -lt "$rounds" ]; do
		n=$((n + 1))
		modprobe kvm_arm_mpstate || { echo "load $n"; return 1; }
		[ $((n % 2)) = 0 ] || echo 1 >/sys/kernel/tracing/events/kvm_arm_mpstate/enable
		# 5 to 35 ms loaded: unload catches the storm at different places
		sleep 0.0$((n % 4))5
		rmmod kvm_arm_mpstate || { echo "unload $n"; return 1; }
		! in_freed_text || { echo "round $n"; return 1; }
		kill -0 $storm 2>/dev/null || { echo "the storm died in round $n"; return 1; }
	done
}
all_right() { [ "$rc" -eq 0 ] || { cat /tmp/storm; return 1; }; }

check "a storm of GET and SET beside a running guest" wait_for 60 is_running
check "$rounds loads and unloads meanwhile" run_cycles
check "the module is gone" is_gone kvm_arm_mpstate
check "no function is hooked" no_hooks
check "the storm is still running" kill -0 $storm
touch /tmp/over
wait $storm
rc=$?
diag "$(tail -n 1 /tmp/storm)"
check "every call got an allowed answer" all_right
check "and it loads once more" load_mod kvm_arm_mpstate
