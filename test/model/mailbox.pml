/* The mailbox word (runtime/process/mailbox.h): senders push by compare-and-swap, the process drains by exchange and is parked by
 * compare-and-swap, timers take PARKED away and may park it again, who can't tell it something abandons it (a bit of `requests`).
 * The first sender also takes the short ways of processes (signal_give): of a parked process it replaces PARKED by EMPTY, puts its
 * message into the private list and wakes it; of one that lies in its worker's slot (hand_on.pml) and whose word is EMPTY likewise.
 *
 * Proved: every message is received once, in its sender's order; the process is never in two places at once; it never stays parked
 * with a message, an unseen request to end or a deadline that has passed.
 *
 * variant ABANDON
 * mutant PARK_STORES: parking stores PARKED instead of replacing EMPTY
 * mutant DRAIN_IN_TWO: the drain loads the list, then stores EMPTY
 * mutant PUSH_STORES: a push loads the word, then stores its message
 * mutant UNPARK_TWICE: a timer that finds PARKED leaves it there
 * mutant ABANDON ABANDON_BLIND: who parks a process does not look at its requests afterwards
 * mutant HANDS_PAST: a message is put into the private list though the word is not EMPTY
 * mutant HANDS_LATE: the process is woken before the message is in its list
 * mutant ARM_AFTER: the deadline is armed after the process was parked, in another section of the timers' lock
 */
#define EMPTY 0
#define PARKED 1
#define CLOSED 2
#define FIRST 3 /* of the messages: their numbers stand for their addresses */
#define SENDERS 2
#define EACH 2 /* the second sender sends one less */

byte word = EMPTY;
byte next[FIRST + SENDERS * EACH];
byte received[SENDERS];
bool running = true, runnable;  /* on a worker, in a run queue */
#ifdef ABANDON /* in place of timers, to keep the number of states small */
bool asked, seen;               /* REQUEST_NO_MEMORY, and that the process saw it */
#else
bool asked = true, seen = true;
#endif
bool timers_locked, armed, waits_with_deadline;
#ifdef ABANDON
bool late = true;
#else
bool late;                      /* the clock has passed the deadline */
#endif
bool ended;

inline lock() { atomic { !timers_locked -> timers_locked = true } }
inline unlock() { timers_locked = false }
inline wake() { atomic { assert(!running && !runnable && !ended); runnable = true } }

/* hand_over, by who owns the process: into the private list. */
inline hand_over() {
    d_step {
        assert(!running && number == received[me]);
        received[me]++
    }
}

/* mailbox_park; by who owns the process. */
inline park(result) {
#ifdef PARK_STORES
    word = PARKED; result = true;
#else
    atomic { if :: word == EMPTY -> word = PARKED; result = true :: else -> result = false fi }
#endif
#if defined(ABANDON) && !defined(ABANDON_BLIND)
    if
    :: result && asked -> atomic { if :: word == PARKED -> word = EMPTY; result = false :: else fi }
    :: else
    fi
#endif
}

proctype sender(byte me) {
    byte number, old, id;
    bool put, held;
    do
    :: number < EACH - me ->
        id = FIRST + me * EACH + number;
        put = false;
        /* hand_to_runnable: while it is held it can't be entered */
        if
        :: me == 0 && runnable ->
            atomic { if :: runnable -> runnable = false; held = true :: else fi };
#ifdef HANDS_PAST
            if :: held -> hand_over(); put = true :: else fi;
#else
            if :: held && word == EMPTY -> hand_over(); put = true :: else fi;
#endif
            atomic { if :: held -> held = false; runnable = true :: else fi }
        :: true
        fi;
        old = (put -> CLOSED : word);
        do
        :: old == CLOSED || put -> break
        :: else ->
            next[id] = (old < FIRST -> 0 : old);
#ifdef PUSH_STORES
            word = id; put = true
#else
            atomic { if
            :: word == old -> word = (old == PARKED && me == 0 -> EMPTY : id); put = true
            :: else -> old = word
            fi }
#endif
        od;
        if
        :: put && old == PARKED ->
#ifdef HANDS_LATE
            wake();
            if :: me == 0 -> hand_over() :: else fi
#else
            if :: me == 0 -> hand_over() :: else fi;
            wake()
#endif
        :: else
        fi;
        number++
    :: else -> break
    od
}

#ifdef ABANDON
/* process_abandon */
active proctype abandoner() {
    bool mine;
    asked = true;
    atomic { if :: word == PARKED -> word = EMPTY; mine = true :: else fi };
    if :: mine -> wake() :: else fi
}

#else
active proctype clock() { late = true }

/* timers_fire; an entry may be due before the deadline. */
active proctype timers() {
    bool mine, parked;
end:do
    :: armed ->
        lock();
        if
        :: armed ->
            armed = false;
            mine = false;
            atomic { if :: word == PARKED ->
#ifndef UNPARK_TWICE
                word = EMPTY;
#endif
                mine = true :: else fi };
            if
            :: mine && waits_with_deadline && !late ->
                armed = true;
                park(parked);
                if :: !parked -> wake() :: else fi
            :: mine && !waits_with_deadline ->
                park(parked);
                if :: !parked -> wake() :: else fi
            :: mine && waits_with_deadline && late -> wake()
            :: else
            fi
        :: else
        fi;
        unlock()
    od
}

#endif

active proctype process() {
    byte list, previous, following, from;
    bool parked, all;
    do
    :: /* goes on: process_leave, enter */
        if :: asked -> seen = true :: else fi;
        /* process_drain */
#ifdef DRAIN_IN_TWO
        list = word; word = EMPTY;
#else
        atomic { list = word; word = EMPTY };
#endif
        d_step {
        previous = 0;
        do
        :: list >= FIRST -> following = next[list]; next[list] = previous; previous = list; list = following
        :: else -> break
        od;
        do
        :: previous >= FIRST ->
            from = (previous - FIRST) / EACH;
            assert((previous - FIRST) % EACH == received[from]);
            received[from]++;
            previous = next[previous]
        :: else -> break
        od;
        list = 0; previous = 0; following = 0; from = 0;
        all = received[0] == EACH && received[1] == EACH - 1 && seen
        };
        if
        :: all && late -> break
        :: true -> break /* it may end whenever it likes */
        :: !all -> waits_with_deadline = false
        :: !late -> waits_with_deadline = true
        fi;
        atomic { running = false; parked = false };
        if
        :: waits_with_deadline ->
#ifdef ARM_AFTER
            park(parked);
            if :: parked && !late -> lock(); armed = true; unlock() :: else fi
#else
            lock(); armed = true; park(parked); unlock()
#endif
        :: else -> park(parked)
        fi;
        if :: !parked -> wake() :: else fi;
        atomic { runnable -> runnable = false; running = true }
    od;
    atomic { word = CLOSED; ended = true }
}

init { atomic { run sender(0); run sender(1) } }

active proctype check() {
    timeout ->
    assert(ended)
}
