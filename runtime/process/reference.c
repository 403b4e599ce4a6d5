#include "runtime/process/reference.h"

#include "runtime/process/call.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

// In the embedded memory of the block; under its lock.
typedef struct Standing {
    FlPid process; // the present one, though it may have ended; 0: none
    bool awaited;  // there is one, or will be
    FlMessage *first, **last;
} Standing;

_Static_assert(sizeof(Standing) <= sizeof((FlProcess){0}.embedded), "a reference has room");
_Static_assert(offsetof(FlProcess, embedded) % _Alignof(Standing) == 0, "and it is aligned");

enum { LOCKS = 64 };
static struct {
    pthread_mutex_t mutex;
} __attribute__((aligned(64))) locks[LOCKS] = {[0 ... LOCKS - 1] = {PTHREAD_MUTEX_INITIALIZER}};

static pthread_mutex_t *lock_of(FlPid reference) { return &locks[(uint32_t)reference % LOCKS].mutex; }

static Standing *standing_in(FlProcess *slot) { return (Standing *)(void *)slot->embedded; }

static bool is_reference(FlProcess *slot, FlPid pid) {
    return slot && process_pid(slot) == pid &&
           atomic_load_explicit(&slot->alias_of, memory_order_relaxed) == ALIAS_REFERENCE;
}

// The lock is held. NULL: it has been freed.
static Standing *find(FlPid reference) {
    FlProcess *slot = process_slot(reference);
    return is_reference(slot, reference) ? standing_in(slot) : NULL;
}

// ---- who made it

FlPid reference_make(ProcessWorker *worker) {
    FlProcess *slot = process_allocate_alias(&worker->slots, ALIAS_REFERENCE);
    if (!slot)
        return 0;
    Standing *standing = standing_in(slot);
    *standing = (Standing){.last = &standing->first};
    return process_pid(slot);
}

static FlMessage *take_kept(Standing *standing) {
    FlMessage *first = standing->first;
    standing->first = NULL;
    standing->last = &standing->first;
    return first;
}

static void keep(Standing *standing, FlMessage *message) {
    message->head.next = NULL;
    *standing->last = message;
    standing->last = &message->head.next;
}

static void bounce_all(FlMessage *message) {
    while (message) {
        FlMessage *next = message->head.next;
        signal_bounce(message);
        message = next;
    }
}

void reference_free(ProcessWorker *worker, FlPid reference) {
    FlProcess *slot = process_slot(reference);
    pthread_mutex_lock(lock_of(reference));
    FlMessage *kept = take_kept(standing_in(slot));
    atomic_store_explicit(&slot->alias_of, 0, memory_order_relaxed);
    pthread_mutex_unlock(lock_of(reference));
    bounce_all(kept);
    process_release_alias(&worker->slots, slot);
}

// Those kept, into the mailbox of the process; those it is too late for are kept on. *wake: it was parked.
static void hand_over(Standing *standing, FlPid reference, FlProcess *process, bool *wake) {
    FlMessage *message = take_kept(standing);
    while (message) {
        FlMessage *next = message->head.next;
        message->to = standing->process;
        MailboxPut put = mailbox_put(process, message);
        if (put == MAILBOX_PUT_CLOSED) {
            message->to = reference;
            keep(standing, message);
        }
        *wake |= put == MAILBOX_PUT_WAKE;
        message = next;
    }
}

void reference_set(FlPid reference, FlPid process) {
    bool wake = false;
    FlProcess *slot = process_slot(process);
    pthread_mutex_lock(lock_of(reference));
    Standing *standing = find(reference);
    standing->process = process;
    standing->awaited = true;
    hand_over(standing, reference, slot, &wake);
    pthread_mutex_unlock(lock_of(reference));
    if (wake)
        process_hooks.wake(slot);
}

void reference_await(FlPid reference) {
    pthread_mutex_lock(lock_of(reference));
    Standing *standing = find(reference);
    standing->process = 0;
    standing->awaited = true;
    pthread_mutex_unlock(lock_of(reference));
}

void reference_clear(FlPid reference) {
    pthread_mutex_lock(lock_of(reference));
    Standing *standing = find(reference);
    standing->process = 0;
    standing->awaited = false;
    FlMessage *kept = take_kept(standing);
    pthread_mutex_unlock(lock_of(reference));
    bounce_all(kept);
}

// ---- anybody

FlPid reference_process(FlPid pid) {
    if (!is_reference(process_slot(pid), pid))
        return pid;
    pthread_mutex_lock(lock_of(pid));
    const Standing *standing = find(pid);
    FlPid process = standing ? standing->process : 0;
    pthread_mutex_unlock(lock_of(pid));
    return process != 0 ? process : pid;
}

// What the next process is to get: not what is meant for the one that has ended.
static bool is_to_be_kept(const FlMessage *message) {
    switch (message->kind) {
    case MESSAGE_VALUE:
    case SIGNAL_SERVICE:
        return true;
    case SIGNAL_MONITOR: // of a call
        return call_owner(message->from) != 0;
    default:
        return false;
    }
}

ReferenceLead reference_lead(FlMessage *message) {
    FlPid reference = message->to;
    if (!is_reference(process_slot(reference), reference))
        return LEAD_NOWHERE;
    ReferenceLead lead = LEAD_NOWHERE;
    pthread_mutex_lock(lock_of(reference));
    Standing *standing = find(reference);
    if (standing && process_find(standing->process)) {
        message->to = standing->process;
        lead = LEAD_ON;
    } else if (standing && standing->awaited && is_to_be_kept(message)) {
        keep(standing, message);
        lead = LEAD_KEPT;
    }
    pthread_mutex_unlock(lock_of(reference));
    return lead;
}
