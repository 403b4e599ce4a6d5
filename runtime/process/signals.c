#include "runtime/process/signals.h"

#include <string.h>

#include "runtime/memory/object.h"
#include "runtime/process/bound.h"
#include "runtime/process/call.h"
#include "runtime/process/death.h"
#include "runtime/process/mail.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/reference.h"
#include "runtime/process/side.h"
#include "runtime/process/slot.h"
#include "runtime/process/table.h"

#define STATIC_REASON(name, text)                                                                                      \
    static const struct {                                                                                              \
        FlObject header;                                                                                               \
        uint32_t length, points;                                                                                       \
        char bytes[(sizeof(text) + 7) & ~(size_t)7];                                                                   \
    } name##_text = {{FL_TYPE_STRING, FL_OBJECT_STATIC}, sizeof(text) - 1, sizeof(text) - 1, text};                    \
    const FlString *const reason_##name = (const FlString *)&name##_text;

STATIC_REASON(normal, "normal")
STATIC_REASON(shutdown, "shutdown")
STATIC_REASON(kill, "kill")
STATIC_REASON(killed, "killed")
STATIC_REASON(noproc, "noproc")
STATIC_REASON(no_memory, "out of memory")

bool reason_is(const FlString *reason, const FlString *other) {
    return reason->length == other->length && memcmp(reason->bytes, other->bytes, reason->length) == 0;
}

// ---- sending

// Where what is sent to this pid goes, or NULL: nowhere, or it is a reference. *bounded: into the queue of a bounded
// mailbox, to which replies to a call of its owner don't go.
static inline FlProcess *resolve(FlPid pid, bool *bounded) {
    *bounded = false;
    FlProcess *to = process_slot(pid);
    if (!to || process_pid(to) != pid)
        return NULL;
    FlPid owner = atomic_load_explicit(&to->alias_of, memory_order_relaxed);
    if (__builtin_expect(owner == 0, 1))
        return to;
    *bounded = owner == ALIAS_BOUNDED;
    if (owner == ALIAS_REFERENCE)
        return NULL;
    return *bounded ? to : process_slot(owner);
}

// What is sent to no process: on to the one that a reference stands for, or nowhere. true: `to` is a process now.
static __attribute__((noinline)) bool lead_on(FlMessage *message) {
    ReferenceLead lead = reference_lead(message);
    if (lead == LEAD_NOWHERE)
        signal_bounce(message);
    return lead == LEAD_ON;
}

void signal_route(FlMessage *message) {
    bool bounded;
    FlProcess *to = resolve(message->to, &bounded);
    if (__builtin_expect(!to, 0)) {
        if (lead_on(message))
            signal_route(message);
        return;
    }
    // Read before the message is given away.
    bool urgent = message->kind == SIGNAL_EXIT || message->kind == SIGNAL_LINK_EXIT;
    bool put = (bounded && bound_put(to, message)) || mailbox_push(to, message);
    if (!put)
        signal_bounce(message);
    else if (urgent)
        process_request(to, REQUEST_SIGNALS);
}

void process_request(FlProcess *process, uint32_t request) {
    atomic_fetch_or_explicit(&process->requests, request, memory_order_seq_cst);
    __atomic_store_n(&process->head.stack_limit, UINTPTR_MAX, __ATOMIC_SEQ_CST);
}

void process_request_no_memory(FlProcess *process, FlPid pid) {
    uint32_t others = (1u << REQUEST_SERIAL_SHIFT) - 1, fresh;
    uint32_t old = atomic_load_explicit(&process->requests, memory_order_relaxed);
    // A serial that is there already is this one, or that of a process which has ended: else the pid would be no longer
    // this one.
    do {
        if (process_pid(process) != pid)
            return;
        fresh = (old & others) | request_no_memory(pid);
    } while (!atomic_compare_exchange_weak_explicit(&process->requests, &old, fresh, memory_order_seq_cst,
                                                    memory_order_relaxed));
    __atomic_store_n(&process->head.stack_limit, UINTPTR_MAX, __ATOMIC_SEQ_CST);
}

void process_abandon(FlPid pid) {
    FlPid caller = call_owner(pid); // a reply address stands for its caller
    FlPid meant = caller > ALIAS_BOUNDED ? caller : pid;
    FlProcess *process = process_find(meant);
    if (!process)
        return;
    process_request_no_memory(process, meant);
    // Partner: mailbox_park.
    if (mailbox_unpark(process))
        process_hooks.wake(process);
}

bool signal_send(uint32_t kind, FlPid from, FlPid to) {
    FlMessage *message = message_signal(kind);
    if (!message)
        return false;
    message->from = from;
    message->to = to;
    signal_route(message);
    return true;
}

bool signal_send_reason(uint32_t kind, FlPid from, FlPid to, const FlString *reason) {
    FlMessage *message = message_copy((FlWord)reason);
    if (!message)
        return false;
    message->kind = kind;
    message->from = from;
    message->to = to;
    signal_route(message);
    return true;
}

bool signal_send_down(FlPid ended, FlPid to, const FlString *reason) {
    FlMessage *message = message_begin(fl_program.types[FL_TYPE_DOWN]);
    if (!message)
        return false;
    FlWord *words = object_words((FlObject *)message->head.root);
    words[0] = ended;
    words[1] = (FlWord)reason;
    if (!message_complete(message)) {
        message_free(message);
        return false;
    }
    message->kind = SIGNAL_DOWN;
    message->from = ended;
    message->to = to;
    signal_route(message);
    return true;
}

void signal_bounce(FlMessage *message) {
    FlPid from = message->from, ended = message->to;
    uint32_t kind = message->kind;
    bool told = true, request = message->flags & MESSAGE_REQUEST;
    message_free(message);
    if (kind == SIGNAL_LINK)
        told = signal_send_reason(SIGNAL_LINK_EXIT, ended, from, reason_noproc);
    if (kind == SIGNAL_MONITOR || request)
        told = signal_send_down(ended, from, reason_noproc);
    if (kind == SIGNAL_UNLINK)
        told = signal_send(SIGNAL_UNLINKED, ended, from);
    if (!told)
        process_abandon(from);
}

// ---- receiving

// The reply address of a call in progress, or NULL.
static FlProcess *find_call(FlProcess *self, FlPid alias) {
    FlProcess *call = self->side ? self->side->calls : NULL;
    while (call && process_pid(call) != alias)
        call = call->queue_next;
    return call;
}

// A message to another address than self's: of a call in progress, or stray.
static void accept_reply(FlProcess *self, FlMessage *message) {
    FlProcess *call = find_call(self, message->to);
    if (call && !call->first && (message->kind == MESSAGE_VALUE || message->kind == SIGNAL_DOWN)) {
        call->first = message;
    } else if (call) {
        message_free(message);
    } else {
        signal_bounce(message);
    }
}

// true: the message is kept, for a process of the runtime.
static bool accept_exit(FlProcess *self, FlMessage *message) {
    const FlString *reason = (const FlString *)message->head.root;
    bool own = message->from == self->head.pid;
    if (reason_is(reason, reason_kill)) {
        death_begin(self, reason_killed, NULL);
    } else if (self->flags & FLAG_SERVICE) {
        return true;
    } else if (!reason_is(reason, reason_normal) || own) {
        death_begin(self, reason, message);
        return false;
    }
    message_free(message);
    return false;
}

// true: as above.
static bool accept_link_exit(FlProcess *self, FlMessage *message) {
    Peer *peer = self->side ? peers_find(&self->side->peers, message->from) : NULL;
    const FlString *reason = (const FlString *)message->head.root;
    bool stands = peer && peer->linked;
    if (stands) {
        peer->linked = false;
        peers_trim(&self->side->peers, peer);
    }
    if (stands && (self->flags & FLAG_SERVICE))
        return true;
    if (stands && !reason_is(reason, reason_normal)) {
        death_begin(self, reason, message);
    } else {
        message_free(message);
    }
    return false;
}

// Whether the monitor that fired still stands; it then counts as a message from now on.
static bool accept_down(FlProcess *self, FlMessage *message) {
    Peer *peer = self->side ? peers_find(&self->side->peers, message->from) : NULL;
    if (!peer || peer->monitoring == 0) {
        message_free(message);
        return false;
    }
    peer->monitoring--;
    peer->reports++;
    message->kind = MESSAGE_VALUE;
    message->flags |= MESSAGE_REPORT;
    return true;
}

// Signals that change the set of peers. false: memory is out.
static bool accept_peer_signal(FlProcess *self, const FlMessage *message) {
    FlSide *side = process_side(self);
    Peer *peer = side ? peers_make(&side->peers, message->from) : NULL;
    if (!peer)
        return false;
    switch (message->kind) {
    case SIGNAL_LINK:
        if (peer->unlinking == 0)
            peer->linked = true;
        break;
    case SIGNAL_UNLINK:
        peer->linked = false;
        if (!signal_send(SIGNAL_UNLINKED, self->head.pid, message->from))
            process_abandon(message->from);
        break;
    case SIGNAL_UNLINKED:
        if (peer->unlinking > 0)
            peer->unlinking--;
        break;
    case SIGNAL_MONITOR:
        peer->watching++;
        break;
    case SIGNAL_LINKED:
        peer->linked = true;
        break;
    case SIGNAL_MONITORED:
        peer->monitoring++;
        break;
    }
    peers_trim(&side->peers, peer);
    return true;
}

static void keep(FlProcess *self, FlMessage *message) {
    message->head.next = NULL;
    *self->last = message;
    self->last = &message->head.next;
    self->mail_count++;
    if (__builtin_expect(self->arena.limit != 0, 0))
        mail_charge(self, message);
}

static void accept_all(FlProcess *self, FlMessage *message);

// Acts on one arrival. true: it is a message, to be kept.
static bool accept(FlProcess *self, FlMessage *message) {
    if (message->to != self->head.pid) {
        accept_reply(self, message);
        return false;
    }
    switch (message->kind) {
    case MESSAGE_VALUE:
        return true;
    case SIGNAL_EXIT:
        return accept_exit(self, message);
    case SIGNAL_LINK_EXIT:
        return accept_link_exit(self, message);
    case SIGNAL_DOWN:
        return accept_down(self, message);
    case SIGNAL_STARTED:
    case SIGNAL_SERVICE:
        if (self->flags & FLAG_SERVICE)
            return true;
        signal_bounce(message);
        return false;
    case SIGNAL_QUEUED:
        accept_all(self, bound_take(self)); // no token among them
        bound_settle(self);
        return false;
    case SIGNAL_DEMONITOR:
        call_forget(self, message->from);
        message_free(message);
        return false;
    case SIGNAL_LOOK: // what it waits for is done
        message_free(message);
        return false;
    default:
        if (!accept_peer_signal(self, message)) {
            signal_bounce(message);
            process_lacks_memory(self);
            return false;
        }
        message_free(message);
        return false;
    }
}

static void accept_all(FlProcess *self, FlMessage *message) {
    while (message) {
        FlMessage *next = message->head.next;
        if (accept(self, message))
            keep(self, message);
        message = next;
    }
}

static void warn_crowded(FlProcess *self) {
    FlSide *side = process_side(self);
    if (!side || side->crowded || side->bound)
        return;
    side->crowded = true;
    const FlMessage *newest = (const FlMessage *)((const char *)self->last - offsetof(FlMessage, head.next));
    process_hooks.crowded(self, newest->flags & MESSAGE_REQUEST ? call_owner(newest->from) : newest->from);
}

// Messages have joined the private list.
static inline void check_mail(FlProcess *self) {
    if (__builtin_expect(self->mail_count > MAILBOX_CROWDED, 0))
        warn_crowded(self);
    if (__builtin_expect(self->arena.limit != 0, 0))
        mail_check(self);
}

void process_drain(FlProcess *self) {
    accept_all(self, mailbox_drain(self, MAILBOX_EMPTY));
    check_mail(self);
    // Deaths are begun above, so that the whole list is dealt with first.
    if (self->side && self->side->reason && !(self->flags & FLAG_DYING))
        death_run(self);
}

void process_lacks_memory(FlProcess *self) {
    if (!(self->flags & FLAG_DYING) && reason_is(death_reason(self), reason_normal))
        self->flags |= FLAG_REPORT;
    death_begin(self, reason_no_memory, NULL);
}

void process_drain_limited(FlProcess *self) {
    if (self->arena.limit != 0 && !(self->flags & FLAG_DYING))
        process_drain(self);
}

// ---- what processes send

// A value, to a process that belongs to this thread and has an empty mailbox word: as if it drained it now.
static void hand_over(FlProcess *to, FlMessage *message) {
    if (__builtin_expect(message->to != to->head.pid, 0)) {
        accept_reply(to, message);
        return;
    }
    keep(to, message);
    check_mail(to);
}

// The same if that is nothing but linking it in; false: nothing was done.
static inline bool hand_over_plainly(FlProcess *to, FlMessage *message) {
    if (__builtin_expect(message->to != to->head.pid || to->arena.limit != 0 || to->mail_count >= MAILBOX_CROWDED, 0))
        return false;
    message->head.next = NULL;
    *to->last = message;
    to->last = &message->head.next;
    to->mail_count++;
    return true;
}

// A process that does not wait, itself or in the slot, gets a message. false: it is not this thread's.
static bool hand_to_runnable(ProcessWorker *worker, FlProcess *self, FlProcess *to, FlMessage *message) {
    if (to == self) {
        hand_over(to, message);
        return true;
    }
    if (atomic_load_explicit(&worker->last_in, memory_order_relaxed) != to || !slot_enter(worker))
        return false;
    bool ours = atomic_load_explicit(&worker->last_in, memory_order_relaxed) == to;
    if (ours)
        hand_over(to, message);
    slot_leave(worker);
    return ours;
}

static __attribute__((noinline)) void give_way(ProcessWorker *worker, FlProcess *self, FlProcess *to) {
    worker->flooded = to;
    process_request(self, REQUEST_PREEMPT);
}

// The receiver does not wait for messages: so many more, and self lets others run.
static inline void count_send(ProcessWorker *worker, FlProcess *self, FlProcess *to) {
    if (worker->sends_left > 0 && --worker->sends_left == 0)
        give_way(worker, self, to);
}

// To a process that self has taken over from PARKED.
static __attribute__((noinline)) void give_woken(ProcessWorker *worker, FlProcess *to, FlMessage *message) {
    hand_over(to, message);
    process_hooks.wake_here(worker, to);
}

// In whatever state the receiver is.
static __attribute__((noinline)) void give_slowly(FlProcess *self, FlProcess *to, FlMessage *message) {
    ProcessWorker *worker = (ProcessWorker *)self->worker;
    if (mailbox_empty(to) && hand_to_runnable(worker, self, to, message)) {
        count_send(worker, self, self); // it will run on this worker
        return;
    }
    switch (mailbox_put_or_unpark(to, message)) {
    case MAILBOX_PUT:
        count_send(worker, self, to);
        break;
    case MAILBOX_PUT_WAKE:
        give_woken(worker, to, message);
        break;
    case MAILBOX_PUT_CLOSED:
        signal_bounce(message);
        break;
    }
}

// The two frequent cases in few instructions: the receiver lies in the worker's slot, or it waits.
void signal_give(FlProcess *self, FlProcess *to, FlMessage *message) {
    ProcessWorker *worker = (ProcessWorker *)self->worker;
    uintptr_t state = atomic_load_explicit(&to->mailbox, memory_order_relaxed);
    if (state == MAILBOX_PARKED && mailbox_unpark_to_give(to)) {
        if (__builtin_expect(hand_over_plainly(to, message), 1))
            process_hooks.wake_here(worker, to);
        else
            give_woken(worker, to, message);
        return;
    }
    if (state == MAILBOX_EMPTY && atomic_load_explicit(&worker->last_in, memory_order_relaxed) == to &&
        slot_enter(worker)) {
        bool given =
            atomic_load_explicit(&worker->last_in, memory_order_relaxed) == to && hand_over_plainly(to, message);
        slot_leave(worker);
        if (__builtin_expect(given, 1)) {
            count_send(worker, self, self); // it will run on this worker
            return;
        }
    }
    give_slowly(self, to, message);
}

void signal_route_sent(FlProcess *self, FlMessage *message, const FlSite *site) {
    bool bounded;
    FlProcess *to = resolve(message->to, &bounded);
    if (!to) {
        if (lead_on(message))
            signal_route_sent(self, message, site);
        return;
    }
    if (bounded && bound_send(self, to, message, site))
        return;
    if (!bounded && (uint32_t)message->to != (uint32_t)process_pid(to)) // another slot: a reply address
        call_answer(self, message);
    signal_give(self, to, message);
}

bool signal_route_from_host(FlMessage *message, const BoundPatience *patience) {
    bool bounded;
    FlProcess *to = resolve(message->to, &bounded);
    if (!to && lead_on(message))
        return signal_route_from_host(message, patience);
    BoundSent sent = to && bounded ? bound_send_from_host(to, message, patience) : BOUND_ENDED;
    if (to && sent == BOUND_ENDED && !mailbox_push(to, message))
        signal_bounce(message);
    return sent != BOUND_FULL;
}

void signal_late(FlProcess *process, FlMessage *message) {
    bool own = message->to == process->head.pid, noted = false;
    if (own && message->flags & MESSAGE_REQUEST) {
        noted = call_received(process, message);
    } else if (own && message->kind == SIGNAL_DEMONITOR) {
        call_forget(process, message->from);
        noted = true;
    } else if (own &&
               (message->kind == SIGNAL_LINK || message->kind == SIGNAL_MONITOR || message->kind == SIGNAL_UNLINK)) {
        noted = accept_peer_signal(process, message);
    }
    if (noted)
        message_free(message);
    else
        signal_bounce(message);
}
