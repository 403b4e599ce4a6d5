/* A timed wait whose entry still is in the heap (runtime/sched/timers.c): the process parks without the timers' lock, then looks whether the
 * entry is there; who fires it takes it out, then looks for PARKED. The entry may be earlier than the deadline: then it is armed again.
 *
 * Proved: a process that waits is parked with an entry, or is about to run; it has waited until its deadline at the end.
 *
 * mutant LOOKS_FIRST: the process looks whether its entry is there before it parks, and not afterwards
 * mutant UNPARKS_FIRST: who fires the entry looks for PARKED before it takes the entry out
 * mutant PARKS_AGAIN: the tick, which looks at a process that waits (compact.c), lets it wait on without an entry
 * mutant KEEPS_PARKED: a process that finds its entry gone stays parked
 */
#define WAITS 3

bool locked;
bool parked;    /* the mailbox word says PARKED */
bool armed;     /* the entry is in the heap */
byte armed_for; /* and is due then */
byte deadline = 1, now;
bool runnable = true, done;
byte looks; /* of the tick, a second apart */

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

active proctype process() {
    bool was;
end_wait:
    do
    :: runnable ->
        runnable = false;
        /* each wait is for later than the one before, often with an entry that is due earlier */
        atomic {
            if
            :: now >= WAITS -> done = true; break
            :: else -> deadline = now + 1
            fi
        };
        if
        :: armed && armed_for <= deadline ->
            /* park_armed */
            parked = true;
#ifndef LOOKS_FIRST
            if
            :: !armed ->
#ifdef KEEPS_PARKED
                skip
#else
                atomic { was = parked; parked = false };
                if :: was -> runnable = true :: else fi
#endif
            :: else
            fi
#endif
        :: else ->
            lock();
            if
            :: !armed || armed_for > deadline -> armed_for = deadline; armed = true
            :: else
            fi;
            parked = true;
            unlock()
        fi
    /* a message or a stray wake-up */
    :: atomic { parked && now < WAITS -> parked = false; runnable = true }
    od
}

active proctype fire() {
    bool was;
    do
    :: done -> break
    :: atomic { now < WAITS -> now++ }
    :: armed && armed_for <= now ->
        lock();
        if
        :: armed && armed_for <= now ->
#ifdef UNPARKS_FIRST
            atomic { was = parked; parked = false };
            armed = false;
#else
            armed = false;
            atomic { was = parked; parked = false };
#endif
            if
            :: was && deadline > now -> armed_for = deadline; armed = true; parked = true
            :: was && deadline <= now -> runnable = true
            :: else
            fi
        :: else
        fi;
        unlock()
    :: atomic { parked && looks < 2 -> parked = false; looks++ };
        /* compact.c: try_one, let_wait */
        if
#ifdef PARKS_AGAIN
        :: parked = true
#else
        :: armed -> parked = true
        :: !armed -> runnable = true
#endif
        fi
    od
}

active proctype check() {
    timeout ->
    assert(done)
}
