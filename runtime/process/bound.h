// Bounded mailboxes: the option `mailbox` of a spawn, with what happens when it is full.
//
// All that is sent to the pid of such a process lies, in order of arrival, in a queue of its own under a lock, until
// the process drains. Counted against the limit is what processes send (MESSAGE_COUNTED), from the send until it is
// received; signals, timers, reports of death and calls' replies are never held up or dropped.
//
// Waking. The mailbox word stays the only thing that parks and wakes: who finds that no token is on its way pushes one
// (SIGNAL_QUEUED) into it when it puts something into the queue, both under the lock; the drain that meets the token
// takes it back and the whole queue with it, under the lock. So while something is in the queue, the token is in the
// word or in the hands of the drain, and what mailbox.h promises holds for the queue.
//
// Blocked senders wait in line (a BoundWait on the sender's own stack, its message outside of its arena). Room is never
// given back while somebody waits: the receiver that takes a counted message puts the first one's message into the
// queue in the same step under the lock, or the one that ends drops them all; then it sets `done` and sends
// SIGNAL_LOOK, allocated by the sender beforehand. `done` is set before the signal is pushed, and the sender parks only
// after it saw `done` not set: so the signal makes its park fail or finds it parked, and no wake-up is lost. A sender
// that ends leaves the line first (bound_leave), under the lock; after `done` nobody but the sender touches its wait.
//
// Threads of a host send too (BoundPatience): one that waits in line has no signal, but sleeps on `done`. And a host's
// mailbox (bound_make_open) is received from by another thread than its process: what that has drained counts until
// bound_taken, and what senders have dropped of it is the host's to free (bound_debt).
//
// Lifetime and locks. The bound belongs to the side block of its process. Others reach it only under the lock of the
// process's slot and after they have seen there that alias_of still says ALIAS_BOUNDED under the pid they mean: death
// takes that away under the lock before anything is freed. No two such locks are held at once; under one, the only
// thing done to others is a push into a mailbox word. Processes are woken, and signals sent, after it was released.
#ifndef FLUFFY_RUNTIME_PROCESS_BOUND_H
#define FLUFFY_RUNTIME_PROCESS_BOUND_H

#include "runtime/process/process.h"

typedef enum BoundPolicy { BOUND_BLOCK, BOUND_DROP_NEWEST, BOUND_DROP_OLDEST, BOUND_CRASH } BoundPolicy;

typedef struct FlBound FlBound;

// A sender in line; on its stack. side->blocked leads to it as long as it waits.
typedef struct BoundWait BoundWait;
struct BoundWait {
    BoundWait *next;    // in line; under the lock
    FlMessage *message; // the wait's until `done`
    FlMessage *room;    // the wait's until `done`; NULL: a host's thread waits
    FlPid to;
    _Atomic(uint32_t) done; // 1: release, under the lock; the sender reads it with acquire. Futex of a host's thread
};

// How long a host's thread waits for room.
typedef struct BoundPatience {
    int64_t deadline;      // nanoseconds of clock_now; 0: it does not wait
    bool (*goes_on)(void); // false: it gives up
} BoundPatience;

typedef enum BoundSent {
    BOUND_SENT,  // as its policy wants: put in, or dropped
    BOUND_FULL,  // "block", and there was no room in time; the message still is the caller's
    BOUND_ENDED, // the receiver has ended; the message still is the caller's
} BoundSent;

// NULL: "block". false: there is no such policy.
bool bound_policy(const FlString *text, BoundPolicy *policy);

// Bounds the mailbox of a process that nobody knows yet. limit > 0. false: memory is out.
bool bound_make(FlProcess *child, uint64_t limit, BoundPolicy policy);
// The same for a process whose messages another thread takes.
bool bound_make_open(FlProcess *child, uint64_t limit, BoundPolicy policy);

// Both put a message into the queue of `to`, whose alias_of said ALIAS_BOUNDED. false: it has ended, the message still
// is the caller's. bound_put: what doesn't count; any thread. bound_send: what self sends; on self's stack, may wait,
// may end self.
bool bound_put(FlProcess *to, FlMessage *message);
bool bound_send(FlProcess *self, FlProcess *to, FlMessage *message, const FlSite *site);
// What a host's thread sends; it may wait, as far as its patience goes.
BoundSent bound_send_from_host(FlProcess *to, FlMessage *message, const BoundPatience *patience);

// Owner, in a drain that met the token: everything in the queue, oldest first. After it was dealt with, bound_settle
// does what senders asked for in the meantime: drops the oldest messages, or begins the end of an overflown process.
FlMessage *bound_take(FlProcess *self);
void bound_settle(FlProcess *self);

// Owner: a counted message has left the private list.
void bound_received(FlProcess *self);

// Of bound_make_open. Any one thread at a time, which calls neither while the other thread is between the two steps of
// taking messages or freeing them: a counted message was taken; and how many of the oldest counted ones, of those that
// the process has drained and nobody has taken, are to be freed unseen.
void bound_taken(FlPid pid);
uint64_t bound_debt(FlPid pid);

// Self, which ends or is dropped, doesn't wait in line any more.
void bound_leave(FlProcess *self);

// By the last owner: there is no bound any more, who waited in line is done. What was in the queue, oldest first; in
// *rooms the signals to those who waited, linked by head.next, to be sent or freed.
FlMessage *bound_close(FlProcess *process, FlMessage **rooms);

// Messages in the queue; by the last owner.
uint32_t bound_queued(FlProcess *process);

#endif
