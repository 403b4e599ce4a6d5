/* The last-in slot of a worker (runtime/process/slot.h): the owner fills and empties it, and puts messages into the private list of the
 * process that lies in it; the tick takes that process out when the owner does not get to it. The owner uses no locked instructions as
 * long as nobody else wants the slot. That of two stores followed by loads of the other's word one load sees the other's store is
 * what the pair of fences (runtime/platform/fence.h) is for; here it holds because a model's steps are in one order.
 *
 * Proved: each process that is woken is run once, by the owner or by whom the tick gives it to; and nobody else has it while the owner
 * puts a message into its list.
 *
 * mutant OWNER_SILENT: the owner does not say that it is at the slot
 * mutant OWNER_BLIND: the owner does not look whether the tick wants it
 * mutant OWNER_LATE: the owner looks before it says that it is at the slot
 * mutant TICK_BLIND: the tick does not look whether the owner is there
 * mutant TICK_SILENT: the tick does not say that it wants it
 * mutant OWNER_LOADS: the owner takes the slot's process by a load and a store while the tick wants it
 */
#define MOST 3

byte slot; /* 0: empty */
bool busy, wanted;
chan ring = [4] of { byte };
chan global = [4] of { byte };
byte runs[MOST + 1];
byte listed; /* whose private list the owner is about to change */
bool finished;

/* slot_enter */
inline enter(entered) {
#ifdef OWNER_LATE
    entered = !wanted;
    busy = true;
#else
#ifndef OWNER_SILENT
    busy = true;
#endif
#ifdef OWNER_BLIND
    entered = true;
#else
    entered = !wanted;
#endif
#endif
    if :: !entered -> busy = false :: else fi
}

active proctype owner() {
    byte woken = 1, before, next;
    bool entered;
    do
    :: woken <= MOST -> /* slot_put */
        enter(entered);
        if
        :: entered -> before = slot; slot = woken; busy = false
        :: else -> atomic { before = slot; slot = woken }
        fi;
        if :: before != 0 -> ring!before :: else fi;
        woken++
    :: slot != 0 -> /* hand_to_runnable */
        enter(entered);
        if
        :: entered -> listed = slot; listed = 0; busy = false
        :: else
        fi
    :: true -> /* slot_take */
        next = slot;
        if
        :: next != 0 ->
            enter(entered);
            if
            :: entered -> next = slot; slot = 0; busy = false
            :: else ->
#ifdef OWNER_LOADS
                next = slot;
                slot = 0
#else
                atomic { next = slot; slot = 0 }
#endif
            fi
        :: else
        fi;
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
    :: else -> /* slot_take_over */
        taken = 0;
#ifndef TICK_SILENT
        wanted = true;
#endif
        if
#ifndef TICK_BLIND
        :: busy
#endif
        :: else -> atomic { taken = slot; slot = 0 }
        fi;
        wanted = false;
        if
        :: taken != 0 ->
            assert(listed != taken);
            global!taken
        :: else
        fi
    od;
    do
    :: global?[taken] -> global?taken; runs[taken]++
    :: else -> break
    od;
    assert(runs[1] == 1 && runs[2] == 1 && runs[3] == 1)
}
