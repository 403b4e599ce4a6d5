/* Workers that run out of work (runtime/sched/parallel.c): rings, the global queue, sleeping, waking, the decision that the program is
 * over. All processes but as many as fill
 * all workers but one may compute until the others have ended, so that each wake-up must find another worker; a timer makes one more process.
 *
 * Proved: what is runnable runs although one worker is busy; the program is never declared over while anything can still run; it always is
 * at the end.
 *
 * mutant NO_FENCE: who pushes looks for idle workers before its push is seen
 * mutant NO_LAST_LOOK: a worker that counted itself idle does not look at the queues again
 * variant THREE_WORKERS
 * mutant NO_CHAIN THREE_WORKERS: a woken worker that found work does not see to it that the rest is found
 * mutant KEEPS_SEARCHING: a worker goes to sleep while it still counts as searching
 * mutant HAND_ON_UNLOCKED: what the tick takes out of a worker's last-in slot is in no queue for a moment, outside of the idle lock
 * mutant LEFT_FIRST: who wakes nobody for what it pushes leaves that to the tick before its push is seen
 * mutant LEFT_TO_NOBODY: the tick does not look at what was left to it
 * mutant TIMER_UNLOCKED: a timer that fires leaves the heap before its process is in a queue, outside of the lock
 */
#ifdef THREE_WORKERS
#define WORKERS 3
#else
#define WORKERS 2
#endif
#define MOST 3 /* processes in all, beside the timer's */

bool idle_locked, timers_locked;
byte ring[WORKERS], global;
bool slot; /* a process is in the last-in slot, of worker 0 */
byte idle_count, searching_count;
bool asleep[WORKERS], searching[WORKERS];
bool stopping;
bool reluctant, left_to_tick; /* workers leave the waking to the tick */
#ifdef THREE_WORKERS /* no timer and no tick, to keep the number of states small */
bool timer;
#else
bool timer = true;
#endif
byte alive = 1, made = 1; /* processes that have not ended, and that were made */
byte computing;

inline lock_idle() { atomic { !idle_locked -> idle_locked = true } }
inline unlock_idle() { idle_locked = false }
inline look(result) { /* any_work */
    result = global > 0;
    if :: !result && ring[0] > 0 -> result = true :: else fi;
    if :: !result && ring[1] > 0 -> result = true :: else fi;
    if :: !result && ring[WORKERS - 1] > 0 -> result = true :: else fi
}
inline steal(victim, result) {
    if :: !result -> atomic { if :: ring[victim] > 0 -> ring[victim]--; result = true :: else fi } :: else fi
}
inline wake_some_worker(w) {
    lock_idle();
    w = 0;
    do
    :: w < WORKERS && searching_count == 0 ->
        if
        :: asleep[w] ->
            searching[w] = true;
            searching_count++;
            idle_count--;
            asleep[w] = false
        :: else
        fi;
        w++
    :: else -> break
    od;
    unlock_idle()
}
inline notify(w) {
    if
    :: idle_count > 0 && searching_count == 0 -> wake_some_worker(w)
    :: else
    fi
}
inline notify_others(w) {
    if
    :: reluctant -> left_to_tick = true
    :: else -> notify(w)
    fi
}
inline push(me, w) {
#ifdef NO_FENCE
    if
    :: idle_count > 0 && searching_count == 0 -> ring[me]++; wake_some_worker(w)
    :: else -> ring[me]++
    fi
#else
#ifdef LEFT_FIRST
    if
    :: reluctant -> left_to_tick = true; ring[me]++
    :: else -> ring[me]++; notify(w)
    fi
#else
    ring[me]++;
    notify_others(w)
#endif
#endif
}
inline stop_searching(me) {
    if :: searching[me] -> searching[me] = false; atomic { searching_count-- } :: else fi
}

proctype worker(byte me) {
    bool found, was, any, stay;
    byte w, idle;
    do
    :: stopping -> break
    :: else ->
        /* find_work */
        found = false;
        if :: me == 0 && slot -> atomic { found = slot; slot = false } :: else fi;
        if :: !found -> atomic { if :: ring[me] > 0 -> ring[me]--; found = true :: else fi } :: else fi;
        if :: !found -> atomic { if :: global > 0 -> global--; found = true :: else fi } :: else fi;
        steal((me + 1) % WORKERS, found);
        steal((me + WORKERS - 1) % WORKERS, found);
        if
        :: found ->
            was = searching[me];
            stop_searching(me);
#ifndef NO_CHAIN
            look(any);
            if :: was && any -> notify_others(w) :: else fi;
#endif
            /* the process */
            do
            :: atomic { made < MOST -> made++; alive++ }; push(me, w)
#ifndef THREE_WORKERS
            :: atomic { made < MOST && me == 0 && !slot -> made++; alive++; slot = true }
#endif
            :: atomic { computing < WORKERS - 1 -> computing++ }; atomic { alive <= computing && !timer -> break }
            :: true -> break
            od;
            atomic { alive--; found = false; was = false; any = false; w = 0 }
        :: else ->
            /* sleep_until_woken */
#ifndef THREE_WORKERS
            if :: reluctant = true :: true fi;
#endif
#ifndef KEEPS_SEARCHING
            stop_searching(me);
#endif
            lock_idle();
            asleep[me] = true;
            atomic { idle_count++; idle = idle_count };
#ifdef NO_LAST_LOOK
            any = false;
#else
            look(any);
#endif
            stay = !any && !stopping;
            if
            :: stay && idle == WORKERS ->
                /* sched_quiescent */
                atomic { !timers_locked -> timers_locked = true };
                any = timer;
                timers_locked = false;
                if
                :: !any ->
                    look(any);
                    if
                    :: !any && idle_count == WORKERS ->
                        assert(alive == 0);
                        stopping = true;
                        asleep[(me + 1) % WORKERS] = false;
                        asleep[(me + WORKERS - 1) % WORKERS] = false;
                        stay = false
                    :: else
                    fi
                :: else
                fi
            :: else
            fi;
            if :: !stay -> atomic { idle_count-- }; asleep[me] = false :: else fi;
            atomic { unlock_idle(); stay = false; any = false; idle = 0 };
            !asleep[me]
        fi
    od
}

#ifndef THREE_WORKERS
active proctype tick() {
    byte w;
    bool taken;
#ifdef TIMER_UNLOCKED
    atomic { timer = false; alive++ };
    global++;
#else
    atomic { !timers_locked -> timers_locked = true };
    atomic { timer = false; alive++ };
    global++;
    timers_locked = false;
#endif
    notify(w);
    /* hand_on: the process that worker 0 runs does not get to a poll */
    do
    :: slot ->
#ifndef HAND_ON_UNLOCKED
        lock_idle();
#endif
        atomic { taken = slot; slot = false };
        if :: taken -> global++ :: else fi;
#ifndef HAND_ON_UNLOCKED
        unlock_idle();
#endif
        notify(w)
#ifndef LEFT_TO_NOBODY
    :: left_to_tick ->
        /* wake_for_left */
        reluctant = false;
        left_to_tick = false;
        look(taken);
        if :: taken -> notify(w) :: else fi
#endif
    :: stopping -> break
    od
}
#endif

init { atomic { ring[0] = 1; made = 1;
    run worker(0);
    run worker(1);
    if :: WORKERS == 3 -> run worker(2) :: else fi
}  }

active proctype check() {
    timeout ->
    assert(stopping)
}
