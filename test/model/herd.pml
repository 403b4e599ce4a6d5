/* Senders that go on at the worker of their receiver (runtime/sched/herd.h): each worker has a herd that only it takes from; who puts a
 * process in wakes the worker if it sleeps; the tick gives the herd of a busy worker to all.
 *
 * Proved: no process stays in a herd or in the global queue; the program is never declared over before all have ended, and always is then.
 *
 * mutant NO_LAST_LOOK: a worker that counted itself asleep does not look into its herd again
 * mutant LOOKS_BEFORE_PUSH: who puts a process in looks whether the worker sleeps before that is seen
 * mutant DISBAND_UNLOCKED: what the tick takes out of a herd is in no queue for a moment, outside of the idle lock
 */
#define WORKERS 2
#define TURNS 4 /* times that a process gives way, in all */

bool idle_locked;
byte herd[WORKERS], global;
bool asleep[WORKERS];
byte idle_count;
bool stopping;
byte alive = 2, turns;

inline lock_idle() { atomic { !idle_locked -> idle_locked = true } }
inline unlock_idle() { idle_locked = false }

inline wake_if_asleep(w) {
    lock_idle();
    if :: asleep[w] -> idle_count--; asleep[w] = false :: else fi;
    unlock_idle()
}

inline join_herd(own, w) {
#ifdef LOOKS_BEFORE_PUSH
    was = asleep[w];
    herd[w]++;
#else
    herd[w]++;
    was = asleep[w];
#endif
    if :: was && w != own -> wake_if_asleep(w) :: else fi
}

proctype worker(byte me) {
    bool found, was, stay;
    do
    :: stopping -> break
    :: else ->
        found = false;
        atomic { if :: herd[me] > 0 -> herd[me]--; found = true :: else fi };
        if :: !found -> atomic { if :: global > 0 -> global--; found = true :: else fi } :: else fi;
        if
        :: found ->
            if
            :: atomic { turns < TURNS -> turns++ }; join_herd(me, 1 - me)
            :: atomic { turns < TURNS -> turns++ }; join_herd(me, me)
            :: alive--
            fi
        :: else ->
            lock_idle();
            asleep[me] = true;
            idle_count++;
            stay = global == 0;
#ifndef NO_LAST_LOOK
            if :: herd[me] > 0 -> stay = false :: else fi;
#endif
            if
            :: stay && idle_count == WORKERS ->
                assert(alive == 0);
                stopping = true;
                asleep[1 - me] = false;
                stay = false
            :: else
            fi;
            if :: !stay -> idle_count--; asleep[me] = false :: else fi;
            unlock_idle();
            !asleep[me]
        fi;
        atomic { found = false; was = false; stay = false }
    od
}

inline disband(w) {
#ifndef DISBAND_UNLOCKED
    lock_idle();
#endif
    atomic { if :: herd[w] > 0 -> herd[w]--; taken = true :: else fi };
    if :: taken -> global++ :: else fi;
#ifndef DISBAND_UNLOCKED
    unlock_idle();
#endif
    if :: taken -> wake_if_asleep(0); wake_if_asleep(1) :: else fi;
    atomic { taken = false; w = 0 }
}

active proctype tick() {
    bool taken;
    byte w;
    do
    :: atomic { herd[0] > 0 && !asleep[0] -> w = 0 }; disband(w)
    :: atomic { herd[1] > 0 && !asleep[1] -> w = 1 }; disband(w)
    :: stopping -> break
    od
}
init { atomic { global = 2; run worker(0); run worker(1) } }

active proctype check() {
    timeout ->
    assert(stopping)
}
