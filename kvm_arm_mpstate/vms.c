// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMs seen, and debugfs "vms", which shows them.
 *
 * VMs are noted when a call of theirs passes our handlers or observers, and
 * forgotten when the kernel enters kvm_arch_destroy_vm(). A note holds no
 * reference: a noted VM cannot be freed while table_lock is held, because its
 * destruction has to pass the watch first. This rests on the watch seeing every
 * destruction, hence FTRACE_OPS_FL_PERMANENT in hook.c, and on the watch being
 * there before the first note and until after the last reader. A reader takes a
 * reference under the lock, if there is one left to take, and looks at the
 * vCPUs outside of it.
 *
 * The lock is raw and the table preallocated: notes come from ftrace callbacks
 * too, where PREEMPT_RT neither sleeps nor allocates.
 */
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "vms.h"
#include "compat.h"

#define HASH_BITS_VM	9
#define MAX_VMS		4096

struct vm_note {
	struct hlist_node node;
	struct kvm *kvm;	/* NULL: free */
	pid_t pid;		/* of the process that made the call */
};

static DEFINE_RAW_SPINLOCK(table_lock);
static struct hlist_head table[1 << HASH_BITS_VM];
static struct hlist_head spare;
static struct vm_note *notes;
static bool overflowed;

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
 * The calling process is taken for its VMM: KVM answers no other.
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
		overflowed = true;
	} else {
		if (!note) {
			note = hlist_entry(spare.first, struct vm_note, node);
			hlist_del(&note->node);
			note->kvm = kvm;
			note->pid = task_tgid_nr(current);
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

/*
 * The VM of slot @i with a reference, or NULL if there is none, or one that ends.
 * kvm_get_kvm_safe() in substance, which 5.10 has not exported.
 */
static struct kvm *get_vm(int i, pid_t *pid)
{
	unsigned long flags;
	struct kvm *kvm;

	raw_spin_lock_irqsave(&table_lock, flags);
	kvm = notes[i].kvm;
	if (kvm && !refcount_inc_not_zero(&kvm->users_count))
		kvm = NULL;
	*pid = notes[i].pid;
	raw_spin_unlock_irqrestore(&table_lock, flags);
	return kvm;
}

static void show_vcpu(struct seq_file *m, struct kvm_vcpu *vcpu, pid_t pid)
{
	pid_t thread = mpst_vcpu_thread(vcpu);

	seq_printf(m, "%d %d ", pid, vcpu->vcpu_id);
	if (thread)
		seq_printf(m, "%d ", thread);
	else
		seq_puts(m, "- ");
	seq_printf(m, "%s ", mpst_state_name(mpst_read_state(vcpu)));
	if (READ_ONCE(vcpu->arch.reset_state.reset))
		seq_printf(m, "pending 0x%lx\n",
			   READ_ONCE(vcpu->arch.reset_state.pc));
	else
		seq_puts(m, "none -\n");
}

/**
 * mpst_vms_show - debugfs "vms": a line a vCPU of each VM that was noted
 * @m: where it goes
 * @unused: the seq_file API's
 *
 * Context: process, may sleep; it may end a VM that nobody else holds any more.
 * Return: 0.
 */
int mpst_vms_show(struct seq_file *m, void *unused)
{
	struct kvm *kvm;
	int i, n, vcpus;
	pid_t pid;

	seq_puts(m, "# VMs seen since load, by an MP_STATE or a PSCI call; others are not here\n");
	if (READ_ONCE(overflowed))
		seq_printf(m, "# there were more than %d at a time: not all are here\n",
			   MAX_VMS);
	seq_puts(m, "# vm_pid vcpu thread state cpu_on_reset pc\n");
	for (i = 0; i < MAX_VMS; i++) {
		kvm = get_vm(i, &pid);
		if (!kvm)
			continue;
		vcpus = atomic_read(&kvm->online_vcpus);
		if (!vcpus)
			seq_printf(m, "# vm_pid %d has no vcpus yet\n", pid);
		for (n = 0; n < vcpus; n++)
			show_vcpu(m, kvm_get_vcpu(kvm, n), pid);
		kvm_put_kvm(kvm);
		cond_resched();
	}
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
