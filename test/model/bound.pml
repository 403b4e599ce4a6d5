/* A bounded mailbox that lets its senders wait (runtime/process/bound.h): a queue under a lock, the token in the mailbox word, the line
 * of blocked senders, their SIGNAL_ROOM; senders that are ended while they wait, a receiver that ends.
 *
 * Proved: never more than LIMIT counted messages; each is received once, in its sender's order; no sender waits for ever, no
 * receiver waits while something is in its queue.
 *
 * mutant TOKEN_TWICE: the drain gives the token back after it took the queue, without the lock
 * mutant DONE_LATE: `done` is set after SIGNAL_ROOM was sent
 * mutant ROOM_TO_ALL: a message taken makes room that anybody may take, and wakes the first in line
 * mutant END_FORGETS: a receiver that ends does not tell those in line
 * mutant LEAVE_UNLOCKED: a sender that ends looks at `done` before it takes the lock
 */
#define EMPTY 0
#define PARKED 1
#define CLOSED 2
#define SOMETHING 3
#define SENDERS 2
#define EACH 2
#define LIMIT 1

bool locked;
byte word = EMPTY;             /* of the receiver: SOMETHING is a list with the token */
bool runnable;                 /* the receiver is in a run queue */
bool announced, closed;
byte count;                    /* counted messages, in the queue or drained */
#define UNCOUNTED 4            /* a signal's number; a message's is sender * EACH + n */
chan queue = [5] of { byte };
chan line = [SENDERS] of { byte, byte };
byte drained[5];
bool signal_seen, signal_put;
byte received[SENDERS];        /* number of messages received or lost with their sender */
bool done[SENDERS];
byte sender_word[SENDERS];
bool sender_runnable[SENDERS];
byte finished;
bool receiver_ended;

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

/* announce: pushes the token; `to_wake` says that the receiver was parked. */
inline announce(to_wake) {
    to_wake = false;
    if
    :: !announced ->
        announced = true;
        atomic { if :: word == PARKED -> to_wake = true; word = SOMETHING
                    :: word == EMPTY -> word = SOMETHING
                    :: else fi }
    :: else
    fi
}
inline wake_receiver() { atomic { assert(!runnable); runnable = true } }
inline send_room(to) {
    atomic { if :: sender_word[to] == PARKED -> sender_word[to] = SOMETHING; sender_runnable[to] = true
                :: sender_word[to] == EMPTY -> sender_word[to] = SOMETHING
                :: else fi }
}

proctype sender(byte me) {
    byte n, id;
    bool wakes, parked, was_done, gone;
    do
    :: n < EACH && !gone ->
        id = me * EACH + n;
        lock();
        if
        :: closed -> unlock()
        :: !closed && count < LIMIT ->
            count++;
            queue!id;
            announce(wakes);
            unlock();
            if :: wakes -> wake_receiver() :: else fi
        :: else ->
            done[me] = false;
            line!me, id;
            unlock();
            do
            :: done[me] -> break
            :: !done[me] ->
                /* process_wait */
                atomic { if :: sender_word[me] == EMPTY -> sender_word[me] = PARKED; parked = true :: else -> parked = false fi };
                if :: parked -> atomic { sender_runnable[me] -> sender_runnable[me] = false } :: else fi;
                atomic { sender_word[me] = EMPTY }
            :: !done[me] && me == 1 -> /* ended while it waits: bound_leave */
#ifdef LEAVE_UNLOCKED
                was_done = done[me];
                lock();
#else
                lock();
                was_done = done[me];
#endif
                if
                :: !was_done ->
                    assert(line??[eval(me), _]);
                    line??eval(me), _
                :: else
                fi;
                unlock();
                gone = true;
                break
            od
        fi;
        n++
    :: else -> break
    od;
    atomic { sender_word[me] = CLOSED; finished++ }
}

active proctype signaller() { /* bound_put */
    bool wakes;
    lock();
    if
    :: closed -> unlock()
    :: else ->
        queue!UNCOUNTED;
        signal_put = true;
        announce(wakes);
        unlock();
        if :: wakes -> wake_receiver() :: else fi
    fi
}

active proctype receiver() {
    byte length, i, id, first, rooms;
    bool wakes, parked, room;
    do
    :: atomic { length = word; if :: word == SOMETHING -> word = EMPTY :: else fi };
        if
        :: length == SOMETHING -> /* bound_take */
            lock();
            length = 0;
            do :: queue?[id] -> queue?id; drained[length] = id; length++ :: else -> break od;
#ifdef TOKEN_TWICE
            unlock();
            announced = false;
#else
            announced = false;
            unlock();
#endif
            i = 0;
            do
            :: i < length && drained[i] == UNCOUNTED -> signal_seen = true; i++
            :: i < length && drained[i] != UNCOUNTED -> /* bound_received */
                assert(drained[i] % EACH >= received[drained[i] / EACH]);
                received[drained[i] / EACH] = drained[i] % EACH + 1;
                room = false;
                lock();
                count--;
                if
                :: line?[first, id] ->
                    line?first, id;
#ifndef ROOM_TO_ALL
                    count++;
                    queue!id;
                    announce(wakes);
                    assert(!wakes);
#ifndef DONE_LATE
                    done[first] = true;
#endif
#endif
                    room = true
                :: else
                fi;
                unlock();
                if
                :: room ->
                    send_room(first)
#ifdef DONE_LATE
                    ; done[first] = true
#endif
                :: else
                fi;
                assert(count <= LIMIT);
                i++
            :: else -> break
            od
        :: else ->
            if
            :: true -> break /* it may end */
            :: true ->
                atomic { if :: word == EMPTY -> word = PARKED; parked = true :: else -> parked = false fi };
                if :: parked -> end: atomic { runnable -> runnable = false } :: else fi
            fi
        fi
    od;
    /* death: bound_close */
    lock();
    closed = true;
    rooms = 0;
    do :: queue?[id] -> queue?id :: else -> break od;
    do
    :: line?[first, id] ->
        line?first, id;
#ifndef END_FORGETS
        done[first] = true;
        rooms = rooms | (1 << first)
#endif
    :: else -> break
    od;
    unlock();
    atomic { word = CLOSED };
    i = 0;
    do
    :: i < SENDERS -> if :: rooms & (1 << i) -> send_room(i) :: else fi; i++
    :: else -> break
    od;
    receiver_ended = true
}

init { atomic { run sender(0); run sender(1) } }

active proctype check() {
    timeout ->
    assert(finished == SENDERS);
    assert(receiver_ended || signal_seen == signal_put);
    assert(receiver_ended || (word == PARKED && empty(queue)))
}
