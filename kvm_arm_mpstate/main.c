// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_GET_MP_STATE, KVM_SET_MP_STATE and KVM_CAP_MP_STATE for arm64 hosts, by an
 * ftrace hook: on a host whose handlers are stubs it supplies them, on one that
 * has its own it takes over with the same answers. It adds tracepoints, for what
 * guests ask of PSCI as well, and a view of the VMs it has seen. rmmod undoes it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <generated/utsrelease.h>

#include "hook.h"
#include "mpstate.h"
#include "psci.h"
#include "vms.h"
#include "compat.h"

static char *mode = "auto";
module_param(mode, charp, 0444);
MODULE_PARM_DESC(mode, "auto: hook, or trace where another owner has a function; hook: hook or fail; trace: only observe (auto)");

static char *abi = "stopped";
module_param(abi, charp, 0444);
MODULE_PARM_DESC(abi, "stopped: off is KVM_MP_STATE_STOPPED; v2: off is KVM_MP_STATE_HALTED, as the series was first posted (stopped)");

static char *suspended = "reject";
module_param(suspended, charp, 0444);
MODULE_PARM_DESC(suspended, "SET SUSPENDED on kernels before 5.19: reject, or runnable: power on (reject)");

/* Index of @value in @choices, or -EINVAL and a line that lists them. */
static int __init pick_choice(const char *name, const char *value,
			      const char *const *choices, int n)
{
	int i = match_string(choices, n, value);

	if (i < 0)
		pr_err("%s=%s is unknown: use %s%s%s%s%s\n", name, value,
		       choices[0], n > 2 ? ", " : "", n > 2 ? choices[1] : "",
		       " or ", choices[n - 1]);
	return i;
}

/*
 * The offsets into live vCPUs are those of the headers this was built against.
 * The loader does not see to that: with MODVERSIONS it ignores the release, and
 * weak-modules (RHEL) hands the module of one kernel to the next.
 */
static bool __init is_own_kernel(void)
{
	const char *running = init_utsname()->release;

	if (!strcmp(running, UTS_RELEASE))
		return true;
	pr_err("built for Linux %s, but this is %s: build it for this one (dkms install --force power-kmods/%s -k %s)\n",
	       UTS_RELEASE, running, KMODS_VERSION, running);
	return false;
}

static const struct file_operations probe_fops = {
	.owner = THIS_MODULE,
};

/*
 * KVM is up exactly if its misc device is there; without EL2, or with
 * kvm-arm.mode=none, its init gave up before registering that. No exported
 * symbol tells on every kernel (kvm_debugfs_dir is gone in 6.12), but the
 * minor does: it is fixed, and registering a taken one is refused. Any other
 * error says nothing about KVM.
 */
static int __init find_kvm(void)
{
	struct miscdevice probe = {
		.minor = KVM_MINOR,
		.name = KBUILD_MODNAME,
		.fops = &probe_fops,
		.mode = 0400,
	};

	int err = misc_register(&probe);

	if (err == -EBUSY)
		return 0;
	if (err) {
		pr_err("cannot ask whether KVM is up: error %d\n", err);
		return err;
	}
	misc_deregister(&probe);
	pr_err("KVM is not up on this host (no EL2, or kvm-arm.mode=none): nothing to hook\n");
	return -ENODEV;
}

/*
 * The capability comes last and goes first: a VMM that is told 1 finds handlers,
 * whenever it asks.
 */
static struct mpst_hook redirects[] = {
	MPST_HOOK(kvm_arch_vcpu_ioctl_get_mpstate, mpst_redirect_get, MPST_REDIRECT),
	MPST_HOOK(kvm_arch_vcpu_ioctl_set_mpstate, mpst_redirect_set, MPST_REDIRECT),
	MPST_HOOK(kvm_vm_ioctl_check_extension, mpst_redirect_check, MPST_REDIRECT),
};

/* The same functions in the same order, for mode=trace. */
static struct mpst_hook observers[] = {
	MPST_HOOK(kvm_arch_vcpu_ioctl_get_mpstate, mpst_observe_get, MPST_OBSERVE),
	MPST_HOOK(kvm_arch_vcpu_ioctl_set_mpstate, mpst_observe_set, MPST_OBSERVE),
	MPST_HOOK(kvm_vm_ioctl_check_extension, mpst_observe_check, MPST_OBSERVE),
};

/* What guests do; each of them may be missing. */
static struct mpst_hook psci[] = {
	MPST_HOOK(kvm_psci_call, mpst_observe_psci, MPST_OBSERVE),
	MPST_HOOK(kvm_reset_vcpu, mpst_observe_reset, MPST_OBSERVE),
};

/* The end of VMs: there before the first is noted and after the last. */
static struct mpst_hook watch[] = {
	MPST_HOOK(kvm_arch_destroy_vm, mpst_watch_destroy, MPST_OBSERVE),
};

enum { MODE_AUTO, MODE_HOOK, MODE_TRACE };
static const char *const modes[] = { "auto", "hook", "trace" };
static int chosen;

/* The one that could not be had; @why follows its name in a sentence. */
static const struct mpst_hook *find_culprit(const struct mpst_hook *hooks, int n)
{
	int i;

	for (i = 0; i < n - 1; i++)
		if (hooks[i].why)
			break;
	return &hooks[i];
}

static int start_watch(void)
{
	int err = mpst_hooks_start(watch, ARRAY_SIZE(watch));

	if (err == -EBUSY) {
		pr_err("ftrace is switched off: sysctl kernel.ftrace_enabled=1, then load again\n");
		return -EOPNOTSUPP;
	}
	if (err)
		pr_err("%s %s: nothing to hook, see available_filter_functions\n",
		       watch[0].name, watch[0].why);
	return err;
}

static void start_psci(void)
{
	static const char *const events[] = { "psci_call", "vcpu_reset" };
	int i;

	for (i = 0; i < ARRAY_SIZE(psci); i++)
		if (mpst_hooks_start(&psci[i], 1))
			pr_warn("%s %s: no %s events\n", psci[i].name,
				psci[i].why, events[i]);
}

/* @chosen becomes hook or trace. */
static int start_handlers(void)
{
	const struct mpst_hook *culprit;
	int err;

	if (chosen != MODE_TRACE) {
		err = mpst_hooks_start(redirects, ARRAY_SIZE(redirects));
		if (!err) {
			chosen = MODE_HOOK;
			return 0;
		}
		culprit = find_culprit(redirects, ARRAY_SIZE(redirects));
		if (err != -EBUSY)
			pr_err("%s %s: nothing to hook, see available_filter_functions\n",
			       culprit->name, culprit->why);
		else if (chosen == MODE_HOOK)
			pr_err("%s %s: see enabled_functions, and remove that, or load with mode=trace\n",
			       culprit->name, culprit->why);
		if (err != -EBUSY || chosen == MODE_HOOK)
			return err;
		pr_warn("%s %s: mode=trace, the kernel's own handlers stay\n",
			culprit->name, culprit->why);
	}
	chosen = MODE_TRACE;
	err = mpst_hooks_start(observers, ARRAY_SIZE(observers));
	if (err) {
		culprit = find_culprit(observers, ARRAY_SIZE(observers));
		pr_err("%s %s: nothing to observe, see available_filter_functions\n",
		       culprit->name, culprit->why);
	}
	return err;
}

/* From any state; when it returns, no task is in our text but this one. */
static void stop_all(void)
{
	mpst_hooks_stop(observers, ARRAY_SIZE(observers));
	mpst_hooks_stop(redirects, ARRAY_SIZE(redirects));
	mpst_hooks_stop(psci, ARRAY_SIZE(psci));
	mpst_hooks_stop(watch, ARRAY_SIZE(watch));
	mpst_hooks_wait();
}

static void show_hook(struct seq_file *m, const struct mpst_hook *hook, const char *why)
{
	seq_printf(m, "%s %s%s%s\n", hook->name, mpst_hook_status(hook),
		   why ? ", " : "", why ?: "");
}

static int hooks_show(struct seq_file *m, void *unused)
{
	const struct mpst_hook *shown = chosen == MODE_TRACE ? observers : redirects;
	int i;

	seq_printf(m, "mode %s\n", modes[chosen]);
	for (i = 0; i < ARRAY_SIZE(redirects); i++)
		show_hook(m, &shown[i], redirects[i].why);
	for (i = 0; i < ARRAY_SIZE(psci); i++)
		show_hook(m, &psci[i], psci[i].why);
	for (i = 0; i < ARRAY_SIZE(watch); i++)
		show_hook(m, &watch[i], watch[i].why);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hooks);
DEFINE_SHOW_ATTRIBUTE(mpst_counts);
DEFINE_SHOW_ATTRIBUTE(mpst_vms);

static struct dentry *folder;

/* debugfs may be off or locked down; the handlers do not depend on it. */
static void publish(void)
{
	folder = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("hooks", 0444, folder, NULL, &hooks_fops);
	debugfs_create_file("counts", 0444, folder, NULL, &mpst_counts_fops);
	debugfs_create_file("vms", 0400, folder, NULL, &mpst_vms_fops);
}

static int __init read_parameters(void)
{
	static const char *const abis[] = { "stopped", "v2" };
	static const char *const policies[] = { "reject", "runnable" };
	int i;

	chosen = pick_choice("mode", mode, modes, ARRAY_SIZE(modes));
	if (chosen < 0)
		return chosen;
	i = pick_choice("abi", abi, abis, ARRAY_SIZE(abis));
	if (i < 0)
		return i;
	mpst_rules.abi_v2 = i;
	i = pick_choice("suspended", suspended, policies, ARRAY_SIZE(policies));
	if (i < 0)
		return i;
	mpst_rules.suspended_runs = i;
	mpst_rules.knows_suspended = MPST_KNOWS_SUSPENDED;
	return 0;
}

static int __init mpst_init(void)
{
	int err;

	err = read_parameters();
	if (err)
		return err;
	if (!is_own_kernel())
		return -ENOEXEC;
	err = find_kvm();
	if (err)
		return err;
	err = mpst_vms_init();
	if (err) {
		pr_err("no memory for the table of VMs\n");
		return err;
	}
	err = start_watch();
	if (!err) {
		start_psci();
		err = start_handlers();
	}
	if (err) {
		stop_all();
		mpst_vms_exit();
		return err;
	}

	publish();
	pr_info("version %s, mode=%s abi=%s, state in %s under %s, SUSPENDED %s\n",
		KMODS_VERSION, modes[chosen], abi,
		MPST_LAYOUT_STATE, MPST_LAYOUT_LOCK,
		MPST_KNOWS_SUSPENDED ? "known" :
		mpst_rules.suspended_runs ? "taken for RUNNABLE" : "rejected");
	return 0;
}

static void __exit mpst_exit(void)
{
	/* first who reads the table, then who writes it, then what both rest on */
	debugfs_remove_recursive(folder);
	stop_all();
	mpst_vms_exit();
}

module_init(mpst_init);
module_exit(mpst_exit);

MODULE_DESCRIPTION("KVM_{GET,SET}_MP_STATE for arm64 hosts by an ftrace hook");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMODS_VERSION);
