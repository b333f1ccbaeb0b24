// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMs seen, and debugfs "vms", which shows them.
 *
 * VMs are noted when a call of theirs passes our handlers and forgotten when
 * the kernel enters kvm_arch_destroy_vm(). No reference is taken, so no VM
 * lives longer for having been looked at: a noted VM cannot be freed while
 * table_lock is held, because its destruction has to pass the watch
 * first, and its vCPUs are freed after that. This rests on the watch seeing
 * every destruction, hence FTRACE_OPS_FL_PERMANENT in hook.c, and on the watch
 * being there before the first note and until after the last reader.
 *
 * The lock is raw and the table preallocated: notes come from ftrace callbacks
 * too (mode=trace), where PREEMPT_RT neither sleeps nor allocates.
 */
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "vms.h"
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
static struct hlist_head spare;
static struct vm_note *notes;
static atomic_long_t not_noted;

struct kvm *mpst_last_noted;

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

/**
 * mpst_note_other_vm - put a VM into the table, unless it is there
 * @kvm: alive while this runs; callers use mpst_note_vm()
 *
 * Context: any, also an ftrace callback.
 */
void notrace mpst_note_other_vm(struct kvm *kvm)
{
	struct vm_note *note;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	note = find_note(kvm);
	if (!note && hlist_empty(&spare)) {
		atomic_long_inc(&not_noted);
	} else {
		if (!note) {
			note = hlist_entry(spare.first, struct vm_note, node);
			hlist_del(&note->node);
			note->kvm = kvm;
			hlist_add_head(&note->node, bucket_of(kvm));
		}
		WRITE_ONCE(mpst_last_noted, kvm);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

/* As mpst_redirect_get(): the VM leaves the table before it is freed. */
void notrace mpst_watch_destroy(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct mpst_regs *regs)
{
	struct kvm *kvm = (struct kvm *)mpst_argument(regs, 0);
	struct vm_note *note;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	note = find_note(kvm);
	if (note) {
		hlist_del(&note->node);
		note->kvm = NULL;
		hlist_add_head(&note->node, &spare);
		if (mpst_last_noted == kvm)
			WRITE_ONCE(mpst_last_noted, NULL);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
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

/**
 * mpst_vms_show - debugfs "vms": a line a vCPU of each VM that was noted
 * @m: where it goes
 * @unused: the seq_file API's
 *
 * Return: 0 or -ENOMEM.
 */
int mpst_vms_show(struct seq_file *m, void *unused)
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
				   mpst_state_name(v->state));
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

/**
 * mpst_vms_init - make room for MAX_VMS notes
 *
 * Return: 0 or -ENOMEM.
 */
int mpst_vms_init(void)
{
	int i;

	notes = kvcalloc(MAX_VMS, sizeof(*notes), GFP_KERNEL);
	if (!notes)
		return -ENOMEM;
	for (i = MAX_VMS - 1; i >= 0; i--)
		hlist_add_head(&notes[i].node, &spare);
	return 0;
}

/**
 * mpst_vms_exit - give it back
 *
 * Context: no reader is left, and nobody who could note a VM.
 */
void mpst_vms_exit(void)
{
	kvfree(notes);
}
