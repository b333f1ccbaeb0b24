// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's view: debugfs kvm_arm_mpstate/{hooks,counts,vms}.
 *
 * VMs are noted when a call of theirs passes our handlers and forgotten when
 * the kernel enters kvm_arch_destroy_vm(). No reference is taken, so no VM
 * lives longer for having been looked at: a noted VM cannot be freed while
 * table_lock is held, because its destruction has to pass mpst_forget_vm()
 * first, and its vCPUs are freed after that. This rests on the watch seeing
 * every destruction, hence FTRACE_OPS_FL_PERMANENT in hook.c, and on the watch
 * being there before the first note and until after the last reader.
 *
 * The lock is raw and the table preallocated: notes come from ftrace callbacks
 * too (mode=trace), where PREEMPT_RT neither sleeps nor allocates.
 */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "hook.h"
#include "mpstate.h"
#include "view.h"
#include "compat.h"

#define HASH_BITS_VM	7
#define MAX_VMS		1024
#define MAX_VCPUS_SHOWN	512

struct vm_note {
	struct hlist_node node;
	struct kvm *kvm;	/* NULL: free */
};

struct vcpu_shown {
	int id;
	unsigned int state;
	bool reset;
	unsigned long pc;
};

struct vm_shown {
	int pid;
	int vcpus;
	struct vcpu_shown vcpu[MAX_VCPUS_SHOWN];
};

static DEFINE_RAW_SPINLOCK(table_lock);
static struct hlist_head table[1 << HASH_BITS_VM];
static struct hlist_head unused;
static struct vm_note *notes;
static atomic_long_t not_noted;

struct kvm *mpst_last_noted;

static struct dentry *folder;
static const char *mode_shown;

static notrace struct hlist_head *bucket_of(struct kvm *kvm)
{
	return &table[hash_ptr(kvm, HASH_BITS_VM)];
}

static notrace struct vm_note *find_note(struct kvm *kvm)
{
	struct vm_note *note;

	hlist_for_each_entry(note, bucket_of(kvm), node)
		if (note->kvm == kvm)
			return note;
	return NULL;
}

void notrace mpst_note_other_vm(struct kvm *kvm)
{
	struct vm_note *note;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	note = find_note(kvm);
	if (!note && hlist_empty(&unused)) {
		atomic_long_inc(&not_noted);
	} else {
		if (!note) {
			note = hlist_entry(unused.first, struct vm_note, node);
			hlist_del(&note->node);
			note->kvm = kvm;
			hlist_add_head(&note->node, bucket_of(kvm));
		}
		WRITE_ONCE(mpst_last_noted, kvm);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

void notrace mpst_forget_vm(struct kvm *kvm)
{
	struct vm_note *note;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	note = find_note(kvm);
	if (note) {
		hlist_del(&note->node);
		note->kvm = NULL;
		hlist_add_head(&note->node, &unused);
		if (mpst_last_noted == kvm)
			WRITE_ONCE(mpst_last_noted, NULL);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

static const char *state_name(unsigned int state)
{
	switch (state) {
	case MPST_RUNNABLE:
		return "runnable";
	case MPST_STOPPED:
		return "stopped";
	case MPST_SUSPENDED:
		return "suspended";
	}
	return "unknown";
}

/* False if slot @i holds no VM. */
static bool copy_vm(int i, struct vm_shown *shown)
{
	struct kvm_vcpu *vcpu;
	unsigned long flags;
	struct kvm *kvm;
	int n;

	raw_spin_lock_irqsave(&table_lock, flags);
	kvm = notes[i].kvm;
	if (kvm) {
		shown->pid = kvm->userspace_pid;
		shown->vcpus = min_t(int, atomic_read(&kvm->online_vcpus),
				     MAX_VCPUS_SHOWN);
		for (n = 0; n < shown->vcpus; n++) {
			vcpu = kvm_get_vcpu(kvm, n);
			shown->vcpu[n].id = vcpu->vcpu_id;
			shown->vcpu[n].state = mpst_read_state(vcpu);
			shown->vcpu[n].reset =
				READ_ONCE(vcpu->arch.reset_state.reset);
			shown->vcpu[n].pc =
				READ_ONCE(vcpu->arch.reset_state.pc);
		}
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
	return kvm;
}

static int vms_show(struct seq_file *m, void *unused_v)
{
	struct vm_shown *shown;
	int i, n;

	shown = kvmalloc(sizeof(*shown), GFP_KERNEL);
	if (!shown)
		return -ENOMEM;

	seq_puts(m, "# vm_pid vcpu state cpu_on_reset pc\n");
	for (i = 0; i < MAX_VMS; i++) {
		if (!copy_vm(i, shown))
			continue;
		if (!shown->vcpus)
			seq_printf(m, "# vm_pid %d has no vcpus yet\n", shown->pid);
		for (n = 0; n < shown->vcpus; n++) {
			struct vcpu_shown *v = &shown->vcpu[n];

			seq_printf(m, "%d %d %s ", shown->pid, v->id,
				   state_name(v->state));
			if (v->reset)
				seq_printf(m, "pending 0x%lx\n", v->pc);
			else
				seq_puts(m, "none -\n");
		}
	}
	if (atomic_long_read(&not_noted))
		seq_printf(m, "# table full: %ld calls of other VMs not noted\n",
			   atomic_long_read(&not_noted));
	kvfree(shown);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vms);

static int counts_show(struct seq_file *m, void *unused_v)
{
	static const unsigned int states[] = {
		MPST_RUNNABLE, MPST_STOPPED, MPST_SUSPENDED,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		seq_printf(m, "get %s %ld\n", state_name(states[i]),
			   atomic_long_read(&mpst_counts.get[states[i]]));
	for (i = 0; i < ARRAY_SIZE(states); i++)
		seq_printf(m, "set %s %ld\n", state_name(states[i]),
			   atomic_long_read(&mpst_counts.set[states[i]]));
	seq_printf(m, "set rejected %ld\n", atomic_long_read(&mpst_counts.refused));
	seq_printf(m, "check_extension %ld\n",
		   atomic_long_read(&mpst_counts.capability));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counts);

static int hooks_show(struct seq_file *m, void *unused_v)
{
	seq_printf(m, "mode %s\n", mode_shown);
	mpst_hook_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hooks);

int mpst_view_init(void)
{
	int i;

	notes = kvcalloc(MAX_VMS, sizeof(*notes), GFP_KERNEL);
	if (!notes)
		return -ENOMEM;
	for (i = MAX_VMS - 1; i >= 0; i--)
		hlist_add_head(&notes[i].node, &unused);
	return 0;
}

void mpst_view_exit(void)
{
	kvfree(notes);
}

/* debugfs may be off or locked down; the handlers do not depend on it. */
void mpst_view_publish(const char *mode)
{
	mode_shown = mode;
	folder = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("hooks", 0444, folder, NULL, &hooks_fops);
	debugfs_create_file("counts", 0444, folder, NULL, &counts_fops);
	debugfs_create_file("vms", 0400, folder, NULL, &vms_fops);
}

void mpst_view_withdraw(void)
{
	debugfs_remove_recursive(folder);
}
