// SPDX-License-Identifier: GPL-2.0-only
/*
 * One energy counter of rapl_pmu, with all who are at it at the same time: two events,
 * readers with and without perf's lock, the timer, CPU hotplug and suspend.
 *
 * CPUs 0 and 1 are of the counter's package, CPU 2 is of another one. A step of the model
 * is one access of the C code to what others see, and every order of them is tried. An
 * inline stands for the C function of its name; all that are stood for are in models.sum.
 *
 * Time and energy are one number, joules: the processor burns the highest power always, so
 * that an advance is energy exactly if the clock explains it, with nothing to spare. How an
 * advance is judged is calculated by energy.c. Left out are idle times, pace, resets other
 * than by suspend, early samples, counters of 64 bits and those with a stamp (tests/unit),
 * and loads and stores out of order.
 *
 * The kernel is taken at its word: a timer is late by LATE at most, and so is an event on
 * its way to another CPU; no CPU has its interrupts off for as long as a PERIOD.
 *
 * run alone: an event is started, stopped and started again (-DALONE)
 * run shared: two events count with one counter ()
 * run read: an event is read on another CPU without a lock (-DALONE -DREADER=1)
 * run sleep: the computer sleeps with an event open (-DALONE -DSUSPEND)
 * run hotplug: both CPUs of the package go and come (-DALONE -DHOTPLUG=2 -DLATE=0)
 * run turned: perf takes events off and on again, for others that are opened (-DOPENS=2 -DTICKS=3)
 * run turned_read: one event, again, while it is read (-DALONE -DOPENS=1 -DREADER=1 -DTICKS=3)
 * run turned_hotplug: as its CPU goes (-DALONE -DOPENS=1 -DHOTPLUG=1 -DLATE=0)
 * run moved: an event is opened while another one is on its way (-DMOVED -DHOTPLUG=1 -DLATE=0 -DTICKS=3)
 */

#ifndef TICKS
#define TICKS	4	/* energy in all */
#endif
#ifndef WRAP
#define WRAP	3	/* what a counter holds */
#endif
#define PERIOD	1	/* rapl_timer_ns(): enough for a timer that is started anew late */
#ifndef LATE
#define LATE	1
#endif
#define FREE	1	/* rapl_free_units() */

#define CPUS	3
#define NONE	3	/* no CPU */
#define NEVER	255
#define EVENTS	2
#define STOPPED	255	/* RAPL_MARK_STOPPED */

/* rapl_instance_is_here() and what rapl_meter_read() asks */
#define is_here(cpu)	((cpu) < 2)

/* ---- the machine ---- */

byte joules;			/* burnt since ever; the clock, too */
byte slept;			/* by what the MSR is ahead of it: a sleep leaves anything there */
bool asleep;
bool frozen;			/* all tasks */
byte calls;			/* system calls under way */
bool online[CPUS] = true;
bool irqs_off[CPUS];		/* the CPU is in an interrupt, or lets none in, */
byte until[CPUS] = NEVER;	/* but not for longer than this */

/* ---- struct rapl_counter ---- */

byte units;
byte base;
byte stamp;
bool counter_lock;

/* ---- struct rapl_instance, its meter and its timer ---- */

bool lock;
bool migrating;
byte in_use;
byte nr_active;
byte in_charge;			/* its cpu */
byte queued = NONE;		/* the timer is, on this CPU */
byte running = NONE;		/* its function is, on this CPU */
byte expires;
bool starting, kicked;		/* ... or will be at once */
byte deadline;			/* ... and has promised to have run */

/* ---- struct perf_event ---- */

bool opened[EVENTS];		/* rapl_instance_open() has listed it */
bool has_ctx[EVENTS];
bool attached[EVENTS];		/* to the context of its CPU */
byte event_cpu[EVENTS];
bool on_cpu[EVENTS];		/* between add and del; readers may come */
bool stopped[EVENTS] = true;	/* PERF_HES_STOPPED */
bool moving[EVENTS];		/* RAPL_EVENT_MOVING */
byte mark[EVENTS] = STOPPED;
byte count[EVENTS];
bool ctx_mutex[2];
bool ctx_online[2] = true;
bool dead[EVENTS];		/* all CPUs of its package went */

bool all_left;			/* @left of both is rapl_turn_now() */
bool left[EVENTS];		/* hw.last_tag is, */
byte left_at[EVENTS];		/* hw.config_base */

/* What an event has to count at least and at most */
short least[EVENTS], most[EVENTS];
bool carried[EVENTS];		/* on its way: what is used meanwhile is its own */
/*
 * When its owner stopped it just as another one was to move: perf starts it with that one,
 * if it moves, too, though it is off, and what was used in between may be counted.
 */
byte early[EVENTS];
/* perf takes it off for this moment only, when it is that late */
bool turned[EVENTS];
byte off_from[EVENTS], off_to[EVENTS];
byte readers[EVENTS];
byte events_left;
bool leaving;

/* ---- kernel ---- */

#define LOCK(l)		atomic { !l; l = true }
#define UNLOCK(l)	l = false
/* Who has a CPU's interrupts off has the CPU. */
#define IRQ_OFF(cpu)	atomic { !irqs_off[cpu]; irqs_off[cpu] = true }
#define IRQ_ON(cpu)	irqs_off[cpu] = false
/* In a task on this CPU: interrupts come before it, and so does who has them off. */
#define LOCK_IRQ(l, cpu)	IRQ_OFF(cpu); LOCK(l)
#define UNLOCK_IRQ(l, cpu)	UNLOCK(l); IRQ_ON(cpu)
#define CMPXCHG(var, old, new)	d_step { ok = (var == old); if :: ok -> var = new :: else fi }

#define CALL_BEGINS	!frozen
#define CALL_ENDS	calls--

/*
 * Time has gone by.  Nobody can tell but by a look at the clock or at the counter, so it
 * is soon enough to let it pass before each of these.  While somebody has promised to be
 * done by the deadline, there is an end to it.
 */
#define promised	(queued != NONE || running != NONE || \
	carried[0] || carried[1] || turned[0] || turned[1] || starting || kicked && in_use > 0)

#define may_pass(n)	(n == 0 || joules + n <= TICKS && !asleep && \
	joules + n <= until[0] && joules + n <= until[1] && joules + n <= until[2] && \
	(!promised || joules + n <= deadline))
#define AFTER(n, look)	d_step { may_pass(n); joules = joules + n; look }
#define TIME_PASSES(look)	\
	if	\
	:: AFTER(0, look)	\
	:: AFTER(1, look)	\
	:: AFTER(2, look)	\
	:: AFTER(3, look)	\
	:: AFTER(4, look)	\
	fi

/* What runs on_the_cpu by an interrupt is done within PERIOD.  No CPU offline is reached. */
#define ENTER(n, cpu)	d_step { online[cpu] && !irqs_off[cpu] && may_pass(n); \
	joules = joules + n; irqs_off[cpu] = true; until[cpu] = joules + PERIOD; ok = true }
/* perf lets go of the PMU: rapl_turn_over(). */
#define turn_over	d_step { left[0] = false; left[1] = false; left_at[0] = 0; left_at[1] = 0; all_left = false }
#define LEAVE(cpu)	d_step { irqs_off[cpu] = false; until[cpu] = NEVER }
#define IPI(cpu, on_the_cpu)	\
	if	\
	:: ENTER(0, cpu)	\
	:: ENTER(1, cpu)	\
	:: ENTER(2, cpu)	\
	:: ENTER(3, cpu)	\
	:: ENTER(4, cpu)	\
	:: d_step { !online[cpu]; ok = false }	\
	fi;	\
	if	\
	:: ok -> ok = false; on_the_cpu; turn_over; LEAVE(cpu)	\
	:: else	\
	fi

/* On a CPU of another package it is another counter. */
#define RDMSR(cpu)	assert(is_here(cpu)); TIME_PASSES(m = (joules + slept) % WRAP)

/* While the timer's function runs, it has still to look. */
#define new_deadline	deadline = (running == NONE -> expires + LATE : deadline)

/* A timer whose function is running stays where that is. */
inline hrtimer_start_expires(cpu)
{
	if
	:: running != NONE -> queued = running
	:: else -> queued = cpu
	fi
}

inline hrtimer_start(cpu)
{
	hrtimer_start_expires(cpu);
	expires = joules + PERIOD
}

inline hrtimer_try_to_cancel()
{
	if
	:: running == NONE -> queued = NONE
	:: else
	fi
}

inline hrtimer_cancel()
{
	d_step { running == NONE; queued = NONE; kicked = true }
}

/* ---- counter.c and counter.h ---- */

/* m: the MSR, u: extended count, b: base, next: what it becomes */
#define LOCALS	byte m, u, b, ahead, now, since, from, result, at; bool ok, first, was_moving

#define extend	((16 * WRAP + m - b - u) % WRAP)

inline rapl_counter_look(cpu)
{
	do
	:: TIME_PASSES(now = joules);
	   since = stamp;
	   u = units;
	   b = base;
	   RDMSR(cpu);
	   TIME_PASSES(since = joules - since; ahead = extend);
	   if
	   :: base == b -> break
	   :: else
	   fi
	od;
	ok = false	/* where break leads to: no d_step can be */
}

inline rapl_counter_judge(cpu)
{
	do
	:: rapl_counter_look(cpu);
	   CMPXCHG(units, u, u + ahead);
	   if
	   :: ok -> break
	   :: else
	   fi
	od;
	/*
	 * Nothing was reset here, so what is added has to be explained by the clock; by one
	 * more if a start is at it, which rapl_judge() has to spare.
	 */
	assert(ahead <= since + 1);
	stamp = now;
	result = u + ahead
}

inline rapl_counter_update(cpu)
{
	u = units;
	b = base;
	RDMSR(cpu);
	d_step { ahead = extend; ok = false; result = u };
	if
	:: ahead == 0
	:: else ->
		if
		:: ahead <= FREE -> CMPXCHG(units, u, u + ahead)
		:: else
		fi;
		if
		:: ok -> result = u + ahead
		:: else -> rapl_counter_judge(cpu)
		fi
	fi;
	d_step { u = 0; b = 0; m = 0; ahead = 0; now = 0; since = 0; ok = false }
}

inline rapl_counter_tick(cpu)
{
	TIME_PASSES(from = joules);
	rapl_counter_update(cpu);
	stamp = from;
	d_step { from = 0; result = 0 }
}

/* since: a clock that is too early */
inline rapl_counter_rebase(cpu)
{
	d_step { !counter_lock; counter_lock = true; u = units };
	RDMSR(cpu);
	base = (16 * WRAP + m - u) % WRAP;
	d_step { stamp = since; result = u; u = 0; m = 0; since = 0; UNLOCK(counter_lock) }
}

/* Who has still to write down what he saw before this finds another count. */
inline rapl_counter_begin(cpu)
{
	d_step { !counter_lock; counter_lock = true; u = units };
	do
	:: RDMSR(cpu);
	   base = (16 * WRAP + m - u - 1) % WRAP;
	   stamp = since;
	   CMPXCHG(units, u, u + 1);
	   if
	   :: ok -> break
	   :: else -> u = units
	   fi
	od;
	ok = false;	/* where break leads to: no d_step can be */
	d_step { result = u + 1; u = 0; m = 0; since = 0; UNLOCK(counter_lock) }
}

inline grow(i)
{
	count[i] = count[i] + result - from
}

/* rapl_mark_move() and rapl_event_count() */
inline rapl_mark_move(i)
{
	from = mark[i];
	do
	:: from == STOPPED || result <= from -> break
	:: else ->
		d_step {
			ok = (mark[i] == from);
			if
			:: ok -> mark[i] = result
			:: else -> from = mark[i]
			fi
		};
		if
		:: ok -> grow(i); break
		:: else
		fi
	od;
	ok = false;	/* again */
	d_step { from = 0; result = 0 }
}

inline rapl_mark_stop(i)
{
	d_step { from = mark[i]; mark[i] = STOPPED };
	if
	:: result > from -> grow(i)
	:: else -> left_at[i] = from
	fi;
	d_step { from = 0; result = 0 }
}

/* ---- timer.c ---- */

inline rapl_meter_read(cpu)
{
	if
	:: is_here(cpu) -> rapl_counter_update(cpu)
	:: else -> result = units
	fi
}

inline rapl_meter_start(cpu)
{
	d_step {
		!lock; lock = true;
		first = (in_use == 0 && !migrating && !all_left);
		in_use++;
		if
		:: first -> starting = true
		:: else
		fi;
		deadline = (first -> joules + PERIOD + LATE : deadline);
		since = joules
	};
	if
	:: first -> rapl_counter_begin(cpu)
	:: else
	fi;
	d_step {
		nr_active++;
		if
		:: nr_active == 1 && !all_left -> hrtimer_start(cpu)
		:: nr_active == 1 && all_left -> hrtimer_start_expires(cpu)
		:: else
		fi;
		expires = (first -> deadline - LATE : expires);	/* no time was lost since */
		starting = false;
		lock = false
	};
	if
	:: first -> first = false
	:: else -> rapl_meter_read(cpu)
	fi;
	new_deadline
}

/* was_moving: what it returns */
inline rapl_meter_stop(cpu)
{
	d_step {
		!lock; lock = true;
		in_use--;
		nr_active--;
		all_left = (in_use == 0);
		if
		:: nr_active == 0 -> hrtimer_try_to_cancel()
		:: else
		fi;
		if
		:: nr_active == 0 && !migrating && !turned[0] && !turned[1] -> expires = 0; deadline = 0
		:: else
		fi;
		was_moving = migrating && in_charge != cpu;
		lock = false
	}
}

/* On the CPU in charge, in process context */
inline rapl_timer_kick()
{
	d_step { !irqs_off[in_charge]; irqs_off[in_charge] = true };
	d_step {
		!lock;
		kicked = false;
		if
		:: nr_active > 0 -> hrtimer_start(in_charge); new_deadline
		:: else
		fi;
		irqs_off[in_charge] = false
	}
}

/* rapl_timer(), and what runs it: __run_hrtimer() */
active proctype Timer()
{
	LOCALS;
	byte cpu;
	bool again, busy;

end:	do
	:: d_step {
		queued != NONE && !irqs_off[queued] && !asleep &&
			(expires <= joules || may_pass(expires - joules));
		joules = (joules < expires -> expires : joules);
		cpu = queued;
		irqs_off[cpu] = true;
		until[cpu] = joules + PERIOD;
		running = cpu;
		queued = NONE
	   };
	   d_step {
		!lock;
		busy = (in_use > 0);
		if
		:: !is_here(cpu) -> busy = false
		:: else
		fi;
		/* hrtimer_forward_now() is not for a timer that is queued. */
		if
		:: busy && queued == NONE -> assert(queued == NONE); expires = joules + PERIOD; again = true
		:: else
		fi
	   };
	   if
	   :: busy -> rapl_counter_tick(cpu)
	   :: else
	   fi;
	   d_step {
		if
		:: again && queued == NONE -> queued = cpu
		:: else
		fi;
		running = NONE;
		deadline = expires + LATE;
		irqs_off[cpu] = false;
		until[cpu] = NEVER;
		cpu = 0;
		again = false;
		busy = false
	   }
	od
}

/* ---- event.c; with interrupts off and perf's lock of the context ---- */

inline rapl_event_start(i, cpu)
{
	if
	:: !stopped[i]
	:: else ->
		d_step {
			stopped[i] = false;
			was_moving = moving[i] && migrating;
			moving[i] = false;
			most[i] = most[i] - (carried[i] -> 0 : (was_moving -> early[i] : (turned[i] -> off_to[i] : joules)))
		};
		rapl_meter_start(cpu);
		if
		:: was_moving -> was_moving = false
		:: else -> mark[i] = (left[i] -> left_at[i] : result)
		fi;
		d_step {
			early[i] = 0;
			least[i] = least[i] - (carried[i] -> 0 : (turned[i] -> off_from[i] : joules));
			carried[i] = false;
			turned[i] = false;
			off_from[i] = 0; off_to[i] = 0;
			result = 0
		}
	fi
}

inline rapl_event_stop(i, cpu)
{
	if
	:: stopped[i]
	:: else ->
		d_step { stopped[i] = true; at = joules };
		rapl_meter_read(cpu);
		rapl_meter_stop(cpu);
		if
		:: was_moving -> moving[i] = true; rapl_mark_move(i)
		:: else -> left_at[i] = result; rapl_mark_stop(i); left[i] = true
		fi;
		d_step {
			least[i] = least[i] + (carried[i] -> 0 : at);
			most[i] = most[i] + (carried[i] -> 0 : joules);
			early[i] = (was_moving && !carried[i] -> joules : 0);
			off_from[i] = (turned[i] -> at : 0);
			off_to[i] = (turned[i] -> joules : 0);
			at = 0;
			was_moving = false
		}
	fi
}

inline rapl_event_add(i, cpu)
{
	on_cpu[i] = true;
	if
	:: in_charge != cpu && !left[i] -> on_cpu[i] = false	/* -ENODEV */
	:: else -> rapl_event_start(i, cpu)
	fi
}

inline rapl_event_del(i, cpu)
{
	rapl_event_stop(i, cpu);
	on_cpu[i] = false
}

/* ---- perf ---- */

inline perf_add(i, cpu)
{
	if
	:: attached[i] && !on_cpu[i] -> rapl_event_add(i, cpu)
	:: else
	fi
}

inline perf_del(i, cpu)
{
	if
	:: on_cpu[i] -> rapl_event_del(i, cpu)
	:: else
	fi
}

/*
 * ctx_resched(): all events are taken off, and put on again with the one that is new, which
 * comes before or after those that are there.
 */
inline perf_turn(cpu, new, before)
{
	d_step { turned[0] = on_cpu[0] && event_cpu[0] == cpu; turned[1] = on_cpu[1] && event_cpu[1] == cpu };
	j = 0;
	do
	:: j < EVENTS && turned[j] -> rapl_event_del(j, cpu); j++
	:: j < EVENTS && !turned[j] -> j++
	:: j == EVENTS -> break
	od;
	j = before;
	do
	:: j < before + EVENTS && (turned[j % 2] || j % 2 == new && attached[j % 2] && !on_cpu[j % 2]) ->
		rapl_event_add(j % 2, cpu);
		/* Not let on: only for it moves at once, with its mark. */
		assert(on_cpu[j % 2] || moving[j % 2] || !turned[j % 2]);
		d_step { turned[j % 2] = false; off_from[j % 2] = 0; off_to[j % 2] = 0; j++ }
	:: j < before + EVENTS && !(turned[j % 2] || j % 2 == new && attached[j % 2] && !on_cpu[j % 2]) -> j++
	:: j == before + EVENTS -> break
	od;
	j = 0
}

/* perf_event_ctx_lock(): the event may be on its way to another context. */
#define CTX_LOCK(i)	CTX_LOCK_OF(event_cpu[i])
#define CTX_LOCK_OF(c)	!ctx_mutex[c]; cpu = c; ctx_mutex[cpu] = true

/*
 * With -DMOVED the first event counts when the CPU begins to go, and the second one is
 * opened meanwhile.
 */
#ifdef MOVED
#define its_turn(i)	(i == 0 || leaving || events_left < 2)
#define may_go		(on_cpu[0] || events_left < 2)
#else
#define its_turn(i)	true
#define may_go		true
#endif

/* Somebody's event: opened, switched off and on, closed */
proctype Event(byte i; byte times)
{
	LOCALS;
	byte cpu, j;

	d_step {			/* rapl_instance_open() */
		CALL_BEGINS && !lock && its_turn(i);
		cpu = in_charge;
		event_cpu[i] = cpu;
		opened[i] = (cpu != NONE);
		calls++
	};
	if
	:: cpu == NONE -> goto out
	:: else
	fi;
	d_step {
		!ctx_mutex[cpu];
		ctx_mutex[cpu] = true;
		if
		:: ctx_online[cpu] -> attached[i] = true; has_ctx[i] = true
		:: else
		fi
	};
#ifdef OPENS
	IPI(cpu, perf_turn(cpu, i, i));
#else
	IPI(cpu, perf_add(i, cpu));
#endif
	d_step { ctx_mutex[cpu] = false; CALL_ENDS };
	do
	:: d_step { CALL_BEGINS && CTX_LOCK(i); calls++ };
	   assert(!has_ctx[i] || attached[i] && on_cpu[i] || dead[i] || leaving);	/* none is left behind */
	   IPI(cpu, perf_del(i, cpu));
	   d_step { times--; attached[i] = attached[i] && times > 0; ctx_mutex[cpu] = false; CALL_ENDS };
	   if
	   :: times == 0 -> break
	   :: else
	   fi;
	   d_step { CALL_BEGINS && CTX_LOCK(i); calls++ };
	   IPI(cpu, perf_add(i, cpu));
	   d_step { ctx_mutex[cpu] = false; CALL_ENDS }
	od;
	cpu = 0;
	/* rapl_instance_close() */
	d_step { !lock && readers[i] == 0; opened[i] = false; calls++ };
out:	times = 0;
	d_step {
		CALL_ENDS;
		events_left--;
		assert(least[i] <= count[i] && count[i] <= most[i]);
		least[i] = 0; most[i] = 0; count[i] = 0
	}
}

/* Reads an event on any CPU of its package: a BPF program, which takes no lock. */
proctype Reader(byte i; byte times)
{
	LOCALS;
	byte cpu;

end:	do
	:: d_step {
		times > 0 && on_cpu[i] && online[1] && !irqs_off[1];
		cpu = 1;
		irqs_off[cpu] = true;
		until[cpu] = joules + PERIOD;
		readers[i]++;
		times--
	   };
	   rapl_meter_read(cpu);	/* rapl_event_read() */
	   rapl_mark_move(i);
	   d_step { readers[i]--; irqs_off[cpu] = false; until[cpu] = NEVER; cpu = 0 }
	od
}

/* Others open events of this PMU on the CPU in charge, of counters that are none of ours. */
proctype Opens(byte times)
{
	LOCALS;
	byte cpu, j;

end:	do
	:: d_step { times > 0 && CALL_BEGINS && in_charge != NONE && (on_cpu[0] || on_cpu[1]) && CTX_LOCK_OF(in_charge); times--; calls++ };
	   IPI(cpu, perf_turn(cpu, EVENTS, 0));
	   d_step { ctx_mutex[cpu] = false; cpu = 0; CALL_ENDS }
	od
}

/* ---- instance.c and hotplug.c: in a task on the CPU that goes ---- */

#define opening(i, cpu)	(opened[i] && event_cpu[i] == cpu && !has_ctx[i])

inline perf_pmu_migrate_context(from_cpu, to_cpu)
{
	d_step {
		!ctx_mutex[0] && !ctx_mutex[1];
		ctx_mutex[0] = true;
		ctx_mutex[1] = true
	};
	i = 0;
	do
	:: i < EVENTS && attached[i] && event_cpu[i] == from_cpu ->
		carried[i] = on_cpu[i];
		IPI(from_cpu, perf_del(i, from_cpu));
		moved[i] = true;
		i++
	:: i < EVENTS && !(attached[i] && event_cpu[i] == from_cpu) -> i++
	:: i == EVENTS -> break
	od;
	i = 0;
	do
	:: i < EVENTS && moved[i] ->
		d_step { moved[i] = false; event_cpu[i] = to_cpu };
		IPI(to_cpu, perf_add(i, to_cpu));
		i++
	:: i < EVENTS && !moved[i] -> i++
	:: i == EVENTS -> break
	od;
	i = 0;
	d_step { ctx_mutex[0] = false; ctx_mutex[1] = false }
}

inline rapl_instance_leave(cpu)
{
	d_step {
		!irqs_off[cpu] && !lock;
		target = (online[1 - cpu] -> 1 - cpu : NONE);
		in_charge = target;
		leaving = true;
		dead[0] = dead[0] || target == NONE && opened[0];
		dead[1] = dead[1] || target == NONE && opened[1]
	};
	if
	:: target == NONE
	:: else ->
		!opening(0, cpu) && !opening(1, cpu);
		d_step { !irqs_off[cpu] && !lock; migrating = true };
		perf_pmu_migrate_context(cpu, target);
		d_step { !irqs_off[cpu] && !lock; migrating = false };
		hrtimer_cancel();
		rapl_timer_kick()
	fi;
	d_step { target = 0; leaving = false }
}

inline cpu_down(cpu)
{
	if
	:: in_charge == cpu -> rapl_instance_leave(cpu)	/* rapl_cpu_offline() */
	:: else
	fi;
	/* perf takes down what is left; it comes after those that were set up later. */
	d_step { !ctx_mutex[cpu]; ctx_mutex[cpu] = true; ctx_online[cpu] = false };
	i = 0;
	do
	:: i < EVENTS && attached[i] && event_cpu[i] == cpu ->
		IPI(cpu, perf_del(i, cpu));
		d_step { attached[i] = false; i++ }
	:: i < EVENTS && !(attached[i] && event_cpu[i] == cpu) -> i++
	:: i == EVENTS -> break
	od;
	i = 0;
	ctx_mutex[cpu] = false;
	/* stop_machine(): no CPU is in an interrupt.  A timer would go to any other CPU. */
	d_step {
		!irqs_off[0] && !irqs_off[1] && !irqs_off[2];
		assert(queued != cpu);
		online[cpu] = false
	}
}

inline cpu_up(cpu)
{
	d_step { online[cpu] = true; ctx_online[cpu] = true };
	if
	:: in_charge == NONE -> in_charge = cpu		/* rapl_cpu_online() */
	:: else
	fi
}

/* CPUs of the package go and come, the one in charge first. */
proctype Hotplug(byte times)
{
	LOCALS;
	byte cpu, target, i;
	bool moved[EVENTS];

	do
	:: times > 0 ->
		times--;
		may_go;
		if
		:: cpu = 0
		:: in_charge == 1 -> cpu = 1
		fi;
		if
		:: online[cpu] -> cpu_down(cpu)
		:: else -> cpu_up(cpu)
		fi;
		cpu = 0
	:: times == 0 -> break
	od
}

/* The computer sleeps: CPU 1 goes as any other, CPU 0 goes last and comes first. */
proctype Suspend()
{
	LOCALS;
	byte cpu, target, i;
	bool moved[EVENTS];

	d_step { calls == 0; frozen = true };
	cpu_down(1);
	IRQ_OFF(0);
	TIME_PASSES(asleep = true);
	if
	:: in_use > 0 -> rapl_counter_update(0)		/* rapl_suspend() */
	:: else
	fi;
	result = 0;
	if
	:: slept = 1
	:: slept = WRAP - 1
	:: slept = WRAP - joules % WRAP			/* reset to 0 */
	fi;
	if
	:: in_use > 0 -> since = joules; rapl_counter_rebase(0)	/* rapl_resume() */
	:: else
	fi;
	result = 0;
	asleep = false;
	IRQ_ON(0);
	cpu_up(1);
	frozen = false
}

init {
	atomic {
#ifdef ALONE
		events_left = 1;
		run Event(0, 2);
#else
		events_left = 2;
		run Event(0, 1);
		run Event(1, 1);
#endif
#ifdef READER
		run Reader(0, READER);
#endif
#ifdef OPENS
		run Opens(OPENS);
#endif
#ifdef HOTPLUG
		run Hotplug(HOTPLUG);
#endif
#ifdef SUSPEND
		if
		:: in_charge = 1	/* else 0 */
		:: skip
		fi;
		run Suspend();
#endif
		skip
	}
}
