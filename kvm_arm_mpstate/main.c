// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_GET_MP_STATE, KVM_SET_MP_STATE and KVM_CAP_MP_STATE for arm64 hosts, by an
 * ftrace hook: on a host whose handlers are stubs it supplies them, on one that
 * has its own it takes over with the same answers, and adds tracepoints and a
 * view of every VM's power states. rmmod undoes it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "hook.h"
#include "mpstate.h"
#include "view.h"
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
static int pick_choice(const char *name, const char *value,
		       const char *const *choices, int n)
{
	int i = match_string(choices, n, value);

	if (i < 0)
		pr_err("%s=%s is unknown: use %s%s%s%s%s\n", name, value,
		       choices[0], n > 2 ? ", " : "", n > 2 ? choices[1] : "",
		       " or ", choices[n - 1]);
	return i;
}

static const struct file_operations probe_fops = {
	.owner = THIS_MODULE,
};

/*
 * KVM is up exactly if its misc device is there; without EL2, or with
 * kvm-arm.mode=none, its init gave up before registering that. No exported
 * symbol tells on every kernel (kvm_debugfs_dir is gone in 6.12), but the
 * minor does: it is fixed, and registering a taken one is refused.
 */
static bool kvm_is_up(void)
{
	struct miscdevice probe = {
		.minor = KVM_MINOR,
		.name = KBUILD_MODNAME,
		.fops = &probe_fops,
		.mode = 0400,
	};

	int err = misc_register(&probe);

	if (!err)
		misc_deregister(&probe);
	return err == -EBUSY;
}

static int __init mpst_init(void)
{
	static const char *const modes[] = { "auto", "hook", "trace" };
	static const char *const abis[] = { "stopped", "v2" };
	static const char *const policies[] = { "reject", "runnable" };
	enum mpst_mode chosen;
	int err;

	err = pick_choice("mode", mode, modes, ARRAY_SIZE(modes));
	if (err < 0)
		return err;
	chosen = err;
	err = pick_choice("abi", abi, abis, ARRAY_SIZE(abis));
	if (err < 0)
		return err;
	mpst_rules.abi_v2 = err;
	err = pick_choice("suspended", suspended, policies, ARRAY_SIZE(policies));
	if (err < 0)
		return err;
	mpst_rules.suspended_runs = err;
	mpst_rules.knows_suspended = MPST_KNOWS_SUSPENDED;

	if (!kvm_is_up()) {
		pr_err("KVM is not up on this host (no EL2, or kvm-arm.mode=none): nothing to hook\n");
		return -ENODEV;
	}

	err = mpst_view_init();
	if (err) {
		pr_err("no memory for the table of VMs\n");
		return err;
	}
	err = mpst_watch_start();
	if (err)
		goto free_view;
	err = mpst_hook_start(&chosen);
	if (err)
		goto stop_watch;

	mpst_view_publish(modes[chosen]);
	pr_info("version %s, mode=%s abi=%s, state in %s under %s, SUSPENDED %s\n",
		KMODS_VERSION, modes[chosen], abi,
		MPST_LAYOUT_STATE, MPST_LAYOUT_LOCK,
		MPST_KNOWS_SUSPENDED ? "known" :
		mpst_rules.suspended_runs ? "taken for RUNNABLE" : "rejected");
	return 0;

stop_watch:
	mpst_watch_stop();
free_view:
	mpst_view_exit();
	return err;
}

static void __exit mpst_exit(void)
{
	/* readers, then writers of the table, then the watch both rest on */
	mpst_view_withdraw();
	mpst_hook_stop();
	mpst_watch_stop();
	mpst_view_exit();
}

module_init(mpst_init);
module_exit(mpst_exit);

MODULE_DESCRIPTION("KVM_{GET,SET}_MP_STATE for arm64 hosts by an ftrace hook");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMODS_VERSION);
