// The mailbox word: EMPTY, PARKED, CLOSED, or the newest message of a list.
//
// Protocol. A sender replaces EMPTY, PARKED or a list by its message (compare-and-swap); the one that replaces PARKED
// must wake the process. The receiver replaces a list by EMPTY when it drains, and EMPTY by PARKED when it parks, after
// everything that its next owner will read is written: if a message came in between, parking fails and the process goes
// on. So no wake-up is lost: a message is either seen by the drain before the park, or it makes the park fail, or it
// finds PARKED. Death replaces anything by CLOSED, once.
//
// process_abandon has no message: it sets a request, then takes PARKED away if it is there; who parks looks at the
// requests after PARKED was set; all four sequentially consistent. So one of the two sees the other.
//
// Two short ways around it, both for a process that does not run and belongs to the sending thread: it replaced PARKED
// (by EMPTY), or the process lies in the last-in slot of its worker and the word is EMPTY. Then the message is put
// right into the private list. The order of a sender's messages stays: those before it were drained already, or the
// word would not be EMPTY.
//
// test/model/mailbox.pml checks this over all interleavings.
#ifndef FLUFFY_RUNTIME_PROCESS_MAILBOX_H
#define FLUFFY_RUNTIME_PROCESS_MAILBOX_H

#include "runtime/process/process.h"

// What putting a message in found: PUT_CLOSED: the message still is the caller's. PUT_WAKE: the process was parked, and
// the caller must wake it.
typedef enum MailboxPut { MAILBOX_PUT, MAILBOX_PUT_WAKE, MAILBOX_PUT_CLOSED } MailboxPut;

// Any thread.
static inline MailboxPut mailbox_put(FlProcess *to, FlMessage *message) {
    uintptr_t old = atomic_load_explicit(&to->mailbox, memory_order_relaxed);
    do {
        if (old == MAILBOX_CLOSED)
            return MAILBOX_PUT_CLOSED;
        message->head.next = old <= MAILBOX_CLOSED ? NULL : (FlMessage *)old;
        // Release: the message's contents, for the drain. Acquire: when PARKED is replaced, all that the process wrote
        // before it parked.
    } while (!atomic_compare_exchange_weak_explicit(&to->mailbox, &old, (uintptr_t)message, memory_order_acq_rel,
                                                    memory_order_relaxed));
    return old == MAILBOX_PARKED ? MAILBOX_PUT_WAKE : MAILBOX_PUT;
}

// The same for a sender that need not put its message in if the process is parked, but takes the process over:
// MAILBOX_PUT_WAKE then means that the word is EMPTY, the message still is the caller's, and the process too, which is
// to be woken. Any thread.
static inline MailboxPut mailbox_put_or_unpark(FlProcess *to, FlMessage *message) {
    uintptr_t old = atomic_load_explicit(&to->mailbox, memory_order_relaxed), fresh;
    do {
        if (old == MAILBOX_CLOSED)
            return MAILBOX_PUT_CLOSED;
        message->head.next = old <= MAILBOX_CLOSED ? NULL : (FlMessage *)old;
        fresh = old == MAILBOX_PARKED ? MAILBOX_EMPTY : (uintptr_t)message;
        // As above.
    } while (
        !atomic_compare_exchange_weak_explicit(&to->mailbox, &old, fresh, memory_order_acq_rel, memory_order_relaxed));
    return old == MAILBOX_PARKED ? MAILBOX_PUT_WAKE : MAILBOX_PUT;
}

// For such a sender, of a process that it has seen parked: true: as MAILBOX_PUT_WAKE; false: nothing was done.
static inline bool mailbox_unpark_to_give(FlProcess *to) {
    uintptr_t old = MAILBOX_PARKED;
    return atomic_compare_exchange_strong_explicit(&to->mailbox, &old, MAILBOX_EMPTY, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

static inline bool mailbox_empty(FlProcess *process) {
    return atomic_load_explicit(&process->mailbox, memory_order_relaxed) == MAILBOX_EMPTY;
}

// Any thread. false: the mailbox is closed, the message still is the caller's.
static inline bool mailbox_push(FlProcess *to, FlMessage *message) {
    MailboxPut put = mailbox_put(to, message);
    if (put == MAILBOX_PUT_WAKE)
        process_hooks.wake(to);
    return put != MAILBOX_PUT_CLOSED;
}

// Takes PARKED away, and with it the right to schedule the process; false: it is not parked. Timers use it. Any thread.
static inline bool mailbox_unpark(FlProcess *process) {
    uintptr_t old = MAILBOX_PARKED;
    return atomic_compare_exchange_strong_explicit(&process->mailbox, &old, MAILBOX_EMPTY, memory_order_seq_cst,
                                                   memory_order_seq_cst);
}

// Owner, on another stack than the process's. false: something is in the mailbox or requested, the process goes on.
static inline bool mailbox_park(FlProcess *process) {
    uintptr_t old = MAILBOX_EMPTY;
    // Release: all that the process wrote, for who replaces PARKED.
    if (!atomic_compare_exchange_strong_explicit(&process->mailbox, &old, MAILBOX_PARKED, memory_order_seq_cst,
                                                 memory_order_relaxed))
        return false;
    // From here on it may be another's; a process that it does not mean is woken for nothing.
    uint32_t requests = atomic_load_explicit(&process->requests, memory_order_seq_cst);
    return __builtin_expect(!(requests & (REQUEST_NO_MEMORY | REQUEST_OVER_LIMIT)), 1) || !mailbox_unpark(process);
}

// Owner. Closes the mailbox if it is empty; false: something is in it, and nothing was done.
static inline bool mailbox_close_empty(FlProcess *self) {
    uintptr_t old = MAILBOX_EMPTY;
    // Release and sequentially consistent as in mailbox_drain.
    return atomic_compare_exchange_strong_explicit(&self->mailbox, &old, MAILBOX_CLOSED, memory_order_seq_cst,
                                                   memory_order_relaxed);
}

// Owner. Everything in the mailbox, oldest first; the mailbox becomes `state` (MAILBOX_EMPTY or MAILBOX_CLOSED).
static inline FlMessage *mailbox_drain(FlProcess *self, uintptr_t state) {
    if (state == MAILBOX_EMPTY && atomic_load_explicit(&self->mailbox, memory_order_relaxed) == MAILBOX_EMPTY)
        return NULL;
    // Acquire: the contents of the messages. Release of CLOSED: what a later owner of the slot must not see again.
    // Sequentially consistent for CLOSED: partner of who registers a name.
    uintptr_t list = atomic_exchange_explicit(&self->mailbox, state, memory_order_seq_cst);
    FlMessage *newest = list <= MAILBOX_CLOSED ? NULL : (FlMessage *)list;
    FlMessage *oldest = NULL;
    while (newest) {
        FlMessage *next = newest->head.next;
        newest->head.next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

#endif
