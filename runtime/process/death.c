#include "runtime/process/death.h"

#include "runtime/process/bound.h"
#include "runtime/process/call.h"
#include "runtime/process/job.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/names.h"
#include "runtime/process/places.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/process/whence.h"

enum { PANICS_IN_DEFERS = 64 }; // then the rest of the defers is skipped: each one nests on the stack

void death_begin(FlProcess *self, const FlString *reason, FlMessage *message) {
    FlSide *side = process_side(self);
    if (!side) {
        if (!self->side)
            self->side = &side_of_last_resort;
    } else if (!side->reason) {
        side->reason = reason;
        side->reason_message = message;
        message = NULL;
    }
    if (message)
        message_free(message);
}

const FlString *death_reason(const FlProcess *process) {
    return process->side && process->side->reason ? process->side->reason : reason_normal;
}

static void raise_limits(FlProcess *self, FlSide *side) {
    side->death_deadline = process_hooks.now() + DEATH_NANOSECONDS;
    uint64_t more = self->arena.limit != 0 ? DEATH_BYTES : DEATH_BYTES_UNLIMITED;
    if (self->arena.limit < self->arena.bytes)
        self->arena.limit = self->arena.bytes;
    self->arena.limit += more;
    self->arena.threshold = ARENA_NEVER;
    self->limit -= side->on_segment ? SEGMENT_RESERVE : FL_STACK_SLACK / 4;
    if (__atomic_load_n(&self->head.stack_limit, __ATOMIC_RELAXED) != UINTPTR_MAX)
        __atomic_store_n(&self->head.stack_limit, self->limit, __ATOMIC_RELAXED);
}

static bool may_run_defers(FlProcess *self) {
    FlSide *side = self->side;
    return side != &side_of_last_resort && side->panics < PANICS_IN_DEFERS &&
           process_hooks.now() < side->death_deadline;
}

_Noreturn void death_run(FlProcess *self) {
    if (self->flags & FLAG_DYING) {
        if (self->side != &side_of_last_resort)
            self->side->panics++;
    } else {
        self->flags |= FLAG_DYING;
        whence_note(self);
        bound_leave(self);
        job_leave(self);
        if (self->side != &side_of_last_resort)
            raise_limits(self, self->side);
    }
    while (self->head.defers && may_run_defers(self)) {
        FlDefer *defer = self->head.defers;
        self->head.defers = defer->next;
        defer->run(self, defer->environment);
    }
    process_leave_for_good(self, PROCESS_ENDED);
}

void death_check_time(FlProcess *self) {
    if (process_hooks.now() < self->side->death_deadline)
        return;
    self->head.defers = NULL;
    process_leave_for_good(self, PROCESS_ENDED);
}

static void each_message(FlProcess *process, FlMessage *message, void (*end)(FlProcess *process, FlMessage *message)) {
    while (message) {
        FlMessage *next = message->head.next;
        if (message->kind != SIGNAL_QUEUED)
            end(process, message);
        message = next;
    }
}

static void route(FlProcess *process, FlMessage *message) {
    (void)process;
    signal_route(message);
}

static void discard(FlProcess *process, FlMessage *message) {
    (void)process;
    message_free(message);
}

static void tell_peer(FlProcess *process, const Peer *peer, const FlString *reason) {
    FlPid self = process->head.pid;
    bool told = true;
    if (peer->linked)
        told &= signal_send_reason(SIGNAL_LINK_EXIT, self, peer->pid, reason);
    for (uint32_t i = 0; i < peer->watching; i++)
        told &= signal_send_down(self, peer->pid, reason);
    if (peer->monitoring)
        signal_send(SIGNAL_DEMONITOR, self, peer->pid);
    // Who can't be told must not wait for ever: it shares our lack of memory.
    if (!told)
        process_abandon(peer->pid);
}

// Whom that is told has no more to do with the process.
static void tell_peers(FlProcess *process) {
    FlSide *side = process->side;
    if (!side || (side->peers.capacity == 0 && side->caller == 0))
        return;
    Peers *peers = &side->peers;
    const FlString *reason = death_reason(process);
    if (side->caller != 0 && !signal_send_down(process->head.pid, side->caller, reason))
        process_abandon(side->caller);
    for (uint32_t i = 0; i < peers->capacity; i++) {
        if (peers->places[i].pid != 0)
            tell_peer(process, &peers->places[i], reason);
    }
    side->caller = 0;
    peers_deinit(peers);
}

// What came too late for the process itself: those who linked or monitored it in time are told the true reason, and
// before the mailbox closes. Else somebody whose link was noted could find it closed, be told "noproc" by its next
// monitor, and hear of the link's end only afterwards. Who waits for room in the mailbox goes on.
static void close_mailbox(FlProcess *process) {
    enum { ROUNDS = 1000 }; // if others send all the time, it closes on them
    FlMessage *rooms, *queued = bound_close(process, &rooms);
    names_end(process); // before anybody is told
    each_message(process, queued, signal_late);
    tell_peers(process);
    for (int left = ROUNDS; !mailbox_close_empty(process); left--) {
        each_message(process, mailbox_drain(process, left > 0 ? MAILBOX_EMPTY : MAILBOX_CLOSED), signal_late);
        tell_peers(process);
        if (left == 0)
            break;
    }
    each_message(process, rooms, route);
}

// Supervisors that it was building never run. When the runtime stops they may already have been dropped.
static void drop_building(ProcessWorker *worker, FlProcess *process) {
    FlProcess *next = process->side ? process->side->building : NULL;
    while (next && !process_closed(next)) {
        FlProcess *supervisor = next;
        next = supervisor->queue_next;
        death_drop(worker, supervisor);
    }
}

static void free_all(ProcessWorker *worker, FlProcess *process) {
    calls_end(worker, process, false);
    job_leave(process);
    drop_building(worker, process);
    if (process->side && process->side->service_end)
        process->side->service_end(worker, process);
    if (process->side && process->side->places)
        places_release(worker, process->side->places);
    each_message(process, process->first, discard);
    if (process->timeout.shard != 0)
        process_hooks.disarm(process);
    side_free(process);
    arena_deinit(&process->arena, &process->head.bump);
    process_release(&worker->slots, process);
}

void death_bury(ProcessWorker *worker, FlProcess *process) {
    calls_note(process, process->first);
    if (process->side)
        side_give_segment(process->side); // who hears of the end may need as much
    close_mailbox(process);
    calls_end(worker, process, true);
    free_all(worker, process);
}

bool death_quiet(ProcessWorker *worker, FlProcess *process) {
    enum { LOUD = FLAG_MAIN | FLAG_DYING | FLAG_REPORT | FLAG_SERVICE | FLAG_STARTING };
    if (process->status != PROCESS_RUNNING || process->flags & LOUD || process->side || process->first ||
        process->timeout.shard != 0 || !mailbox_close_empty(process))
        return false;
    names_forget(process);
    if (process->arena.bytes != 0)
        arena_deinit(&process->arena, &process->head.bump);
    process_release(&worker->slots, process);
    return true;
}

void death_drop(ProcessWorker *worker, FlProcess *process) {
    bound_leave(process);
    FlMessage *rooms;
    each_message(process, bound_close(process, &rooms), discard);
    each_message(process, rooms, discard);
    each_message(process, mailbox_drain(process, MAILBOX_CLOSED), discard);
    names_forget(process);
    free_all(worker, process);
}
