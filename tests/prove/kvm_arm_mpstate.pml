// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_arm_mpstate from insmod to rmmod: two tasks of a VMM that enter its callbacks and
 * handlers, a guest that switches one of the vCPUs on, VMs that end and others that come
 * to the same memory, and who reads debugfs "vms".
 *
 * A step of the model is one access of the C code to what others see, and every order of
 * them is tried. An inline stands for the C function of its name; all that are stood for
 * are in models.sum. Left out is what a SET means (state.c), and what is only observed.
 *
 * The kernel is taken at its word: nobody enters a callback any more when
 * unregister_ftrace_function() returns, but who is inside may still be;
 * synchronize_rcu_tasks() waits until each task has slept or was in user mode since;
 * removing a file of debugfs waits for who is reading it.
 *
 * run unload: no code and no memory is used once it is gone ()
 */

#define TASKS	3	/* two of a VMM and the reader of debugfs */
#define LIVES	2	/* VMs that each of the two lives through */

/* ---- the module ---- */

bool loaded;			/* its text and data */
bool table;			/* memory of the notes */
bool published;			/* debugfs */
bool hook_get, hook_set, watch;
byte mpst_inside;
bool noted, mpst_last_noted;	/* the VM that is at the one address there is */
bool table_lock;

/* ---- the kernel ---- */

bool awake[TASKS];		/* in a callback or handler, and has not slept there */
bool awaited[TASKS];		/* by a grace period */
bool reading;
bool vm;			/* the memory of a VM */
byte users;
bool off;			/* power state of vCPU 0, ... */
bool reset;			/* ... CPU_ON has a reset for it, ... */
bool asked;			/* ... and KVM_REQ_SLEEP */
bool state_lock;
bool by_set, by_guest;		/* who has switched it on */
byte tasks_left = 3;

/* The task runs code of the module here. */
#define TEXT		assert(loaded)
#define IN(i)		awake[i] = true
#define OUT(i)		d_step { awake[i] = false; awaited[i] = false }
/* May sleep here, or not */
#define SLEEPS(i)	if :: OUT(i); IN(i) :: skip fi
#define LOCK(l)		atomic { !l; l = true }
#define UNLOCK(l)	l = false

inline synchronize_rcu_tasks()
{
	d_step { awaited[0] = awake[0]; awaited[1] = awake[1]; awaited[2] = awake[2] };
	!awaited[0] && !awaited[1] && !awaited[2]
}

/* ---- vms.c ---- */

inline mpst_note_vm()
{
	TEXT;
	if
	:: mpst_last_noted
	:: else ->
		LOCK(table_lock);
		TEXT;
		assert(table);
		noted = true;
		mpst_last_noted = true;
		UNLOCK(table_lock)
	fi;
	assert(noted || !watch)		/* a VM that calls is in the table */
}

inline mpst_watch_destroy()
{
	TEXT;
	LOCK(table_lock);
	TEXT;
	assert(table);
	if
	:: noted ->
		noted = false;
		if
		:: mpst_last_noted -> mpst_last_noted = false
		:: else
		fi
	:: else
	fi;
	UNLOCK(table_lock);
	TEXT
}

/* kvm_put_kvm(), and with the last reference kvm_arch_destroy_vm() and the end */
inline put_vm(i)
{
	d_step { users--; last = (users == 0) };
	if
	:: last ->
		if
		:: d_step { watch; IN(i) };
		   mpst_watch_destroy();
		   OUT(i)
		:: !watch
		fi;
		last = false;
		vm = false
	:: else
	fi
}

/* ---- mpstate.c ---- */

/* A tracer that may sleep, or none */
inline tracer(i)
{
	if
	:: mpst_inside++; SLEEPS(i); TEXT; mpst_inside--; TEXT
	:: skip
	fi
}

inline ioctl_get(i)
{
	TEXT;
	mpst_note_vm();
	tracer(i);
	TEXT
}

/* Of vCPU 0, by its own thread: on if it is off, and off if it is on */
inline ioctl_set(i)
{
	TEXT;
	mpst_inside++;			/* mpst_enter() */
	mpst_note_vm();
	if				/* mpst_lock_state(): a mutex up to Linux 6.3 */
	:: OUT(i); LOCK(state_lock); IN(i)
	:: LOCK(state_lock)
	fi;
	TEXT;
	if
	:: off -> off = false; by_set = true
	:: else -> off = true; asked = true; by_set = false
	fi;
	UNLOCK(state_lock);
	tracer(i);
	TEXT;
	mpst_inside--;			/* mpst_leave() */
	TEXT
}

/* ---- processes ---- */

/* A thread of the VMM: its reference to the VM is a file that it has open. */
proctype Vmm(byte i)
{
	byte lives = LIVES;
	bool last;

	do
	:: lives > 0 ->
		lives--;
		/* There is one address: no new VM before the old one's memory is free. */
		d_step {
			!vm || users > 0;
			vm = true;
			users++
		};
		if
		:: i == 0 ->		/* KVM_SET_MP_STATE */
			if
			:: d_step { hook_set; IN(i) };
			   TEXT;	/* mpst_redirect_set() */
			   ioctl_set(i);
			   OUT(i)
			:: !hook_set
			fi
		:: i == 1 ->		/* KVM_GET_MP_STATE */
			if
			:: d_step { hook_get; IN(i) };
			   TEXT;	/* mpst_redirect_get() */
			   ioctl_get(i);
			   OUT(i)
			:: !hook_get
			fi
		fi;
		put_vm(i)
	:: lives == 0 -> break
	od;
	tasks_left--
}

/* PSCI CPU_ON of vCPU 0 by another one: the kernel's own code */
proctype Guest()
{
	LOCK(state_lock);
	if
	:: off ->
		reset = true;
		off = false;
		/* Who has been switched on by a SET runs, and is not reset under way. */
		assert(!by_set);
		by_guest = true
	:: else
	fi;
	UNLOCK(state_lock)
}

/* cat vms */
proctype Reader()
{
	bool last, got;

	if
	:: d_step { published; reading = true } ->
		TEXT;			/* mpst_vms_show(), get_vm() */
		LOCK(table_lock);
		assert(table);
		if
		:: noted ->
			assert(vm);	/* it is looked at */
			if
			:: d_step { users > 0; users++; got = true }	/* refcount_inc_not_zero() */
			:: else
			fi
		:: else
		fi;
		UNLOCK(table_lock);
		if
		:: got ->
			assert(vm && users > 0);
			TEXT;
			put_vm(2);
			TEXT
		:: else
		fi;
		reading = false
	:: tasks_left < 3
	fi;
	tasks_left--
}

/* hook.c, main.c: mpst_init(), which may fail, and mpst_exit() */
proctype Rmmod()
{
	d_step { loaded = true; table = true };
	watch = true;
	if
	:: hook_get = true;
	   if
	   :: hook_set = true; published = true
	   :: hook_get = false		/* another IPMODIFY user has the second one */
	   fi
	:: skip
	fi;

	d_step { !reading; published = false };
	hook_set = false;		/* stop_all(): from the last hook to the first */
	hook_get = false;
	watch = false;
	synchronize_rcu_tasks();	/* mpst_hooks_wait() */
	mpst_inside == 0;
	synchronize_rcu_tasks();
	table = false;			/* mpst_vms_exit() */
	loaded = false
}

init {
	atomic {
		run Rmmod();
		run Vmm(0);
		run Vmm(1);
		run Reader();
		run Guest()
	}
}
