/* The last-in slot of a worker (runtime/sched/parallel.c): the owner fills and empties it, the tick takes out what lies in it when the
 * owner does not get to it.
 *
 * Proved: each process that is woken is run once, by the owner or by whom the tick gives it to.
 *
 * mutant OWNER_LOADS: the owner takes the slot's process by a load and a store
 * mutant TICK_LOADS: the tick does
 * mutant FILL_STORES: the owner stores a process over the one that it saw in the slot, which it pushes
 */
#define MOST 3

byte slot; /* 0: empty */
chan ring = [4] of { byte };
chan global = [4] of { byte };
byte runs[MOST + 1];
bool finished;

active proctype owner() {
    byte woken = 1, before, next;
    do
    :: woken <= MOST -> /* parallel_wake */
        before = slot;
        if
        :: before == 0 -> slot = woken
        :: else ->
#ifdef FILL_STORES
            slot = woken;
#else
            atomic { before = slot; slot = woken };
#endif
            if :: before != 0 -> ring!before :: else fi
        fi;
        woken++
    :: true -> /* take_last_in */
#ifdef OWNER_LOADS
        next = slot;
        slot = 0;
#else
        next = slot;
        if :: next != 0 -> atomic { next = slot; slot = 0 } :: else fi;
#endif
        if
        :: next != 0 -> runs[next]++
        :: else ->
            if
            :: ring?[next] -> ring?next; runs[next]++
            :: else -> if :: woken > MOST -> break :: else fi
            fi
        fi
    od;
    finished = true
}

active proctype tick() {
    byte taken;
    do
    :: finished -> break
    :: else ->
#ifdef TICK_LOADS
        taken = slot;
        slot = 0;
#else
        atomic { taken = slot; slot = 0 };
#endif
        if :: taken != 0 -> global!taken :: else fi
    od;
    do
    :: global?[taken] -> global?taken; runs[taken]++
    :: else -> break
    od;
    assert(runs[1] == 1 && runs[2] == 1 && runs[3] == 1)
}
