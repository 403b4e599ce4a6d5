#include "runtime/process/run.h"

#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

// ---- polls

static bool is_out_of_memory(const FlProcess *self, uint32_t requests) {
    uint32_t meant = request_no_memory(self->head.pid);
    return requests & REQUEST_NO_MEMORY && requests >> REQUEST_SERIAL_SHIFT == meant >> REQUEST_SERIAL_SHIFT;
}

void process_take_requests(FlProcess *self) {
    ProcessWorker *worker = process_worker(self);
    uintptr_t limit = worker->counts_polls ? UINTPTR_MAX : self->limit;
    // In this order, and sequentially consistent: partner of process_request.
    __atomic_store_n(&self->head.stack_limit, limit, __ATOMIC_SEQ_CST);
    uint32_t requests = atomic_exchange_explicit(&self->requests, 0, memory_order_seq_cst);
    if (is_out_of_memory(self, requests))
        process_lacks_memory(self);
    if (requests & REQUEST_OVER_LIMIT && !(self->flags & FLAG_DYING))
        process_over_limit(self);
    if (self->flags & FLAG_DYING) {
        death_check_time(self);
    } else if (requests & (REQUEST_SIGNALS | REQUEST_NO_MEMORY)) {
        process_drain(self);
    } else if (requests & REQUEST_PREEMPT) {
        process_drain_limited(self);
    }
    if (requests & REQUEST_PREEMPT)
        process_leave(self, PROCESS_YIELDED);
}

static void count_poll(FlProcess *self) {
    ProcessWorker *worker = process_worker(self);
    if (--worker->polls_left > 0)
        return;
    worker->polls_left = process_hooks.draw_slice(self->worker);
    process_drain_limited(self);
    process_leave(self, PROCESS_YIELDED);
}

bool process_collectable(const FlProcess *process) {
    const FlSide *side = process->side;
    return !(process->flags & (FLAG_DYING | FLAG_SERVICE)) &&
           (!side || (!side->reason && !side->building && !side->still));
}

void process_pause_due(FlProcess *self) {
    uint32_t sends = process_worker(self)->sends_left;
    process_pause(self, PROCESS_DUE);
    process_worker(self)->sends_left = sends;
}

void process_collect(FlProcess *self) {
    if (!arena_due(&self->arena) || !process_collectable(self))
        return;
    self->head.frame = NULL;
    if (process_worker(self)->counts_polls)
        process_pause_due(self);
    else
        process_leave(self, PROCESS_DUE);
}

void process_poll(FlProcess *self) {
    process_take_requests(self);
    if (process_worker(self)->counts_polls)
        count_poll(self);
    process_collect(self);
}

void process_poll_still(FlProcess *self) {
    FlSide *side = process_side(self);
    if (!side)
        process_out_of_memory(self);
    side->still = true;
    process_poll(self);
    side->still = false;
}

// ---- the large segment
//
// Of a segment, which is only address space, a process may at first use SEGMENT_FIRST bytes; each time it has used them
// up it is granted as much again, as long as all segments together stay below what the platform allows. So a hundred
// processes that recurse without end don't use up the memory of the machine: some end sooner.

static bool take_segment(FlSide *side) {
    size_t wanted = SEGMENT_BYTES;
    while (side->stack_limit > wanted)
        wanted *= 2;
    side->segment_bytes = wanted;
    side->segment = segment_take(&side->segment_bytes);
    if (!side->segment)
        return false;
    size_t first = side->segment_bytes < SEGMENT_FIRST ? side->segment_bytes : SEGMENT_FIRST;
    if (segment_grant(first)) {
        side->segment_granted = first;
        return true;
    }
    side_give_segment(side);
    return false;
}

// The lowest that the process may come to, whatever is granted.
static uintptr_t segment_end(const FlSide *side) {
    uintptr_t limit = (uintptr_t)side->segment + STACK_RESERVE + SEGMENT_RESERVE;
    uintptr_t own = (uintptr_t)side->segment + side->segment_bytes - side->stack_limit;
    return side->stack_limit != 0 && own > limit ? own : limit;
}

static uintptr_t segment_limit(const FlSide *side) {
    uintptr_t end = segment_end(side);
    uintptr_t limit = (uintptr_t)side->segment + side->segment_bytes - side->segment_granted;
    return limit > end ? limit : end;
}

// Not a poll: nothing may happen between the limit of one stack and running on it.
static void set_limit(FlProcess *self, uintptr_t limit) {
    self->limit = limit;
    bool counts = process_worker(self)->counts_polls;
    __atomic_store_n(&self->head.stack_limit, counts ? UINTPTR_MAX : limit, __ATOMIC_SEQ_CST);
    // If this overwrote a poison, its bit is already there: partner of process_request.
    if (atomic_load_explicit(&self->requests, memory_order_seq_cst) != 0)
        __atomic_store_n(&self->head.stack_limit, UINTPTR_MAX, __ATOMIC_RELAXED);
}

// Whether the process, which runs on its segment, has been granted what it needs to come down to `lowest`. Not while it
// is dying: its defers have their reserve.
static bool grow_segment(FlProcess *self, uintptr_t lowest) {
    FlSide *side = self->side;
    if (!side || !side->on_segment || self->flags & FLAG_DYING)
        return false;
    while (lowest < self->limit) {
        size_t more = side->segment_bytes - side->segment_granted;
        if (more > side->segment_granted)
            more = side->segment_granted;
        if (self->limit == segment_end(side) || !segment_grant(more))
            return false;
        side->segment_granted += more;
        set_limit(self, segment_limit(side));
    }
    return true;
}

bool process_poll_stack(FlProcess *self, uint64_t bytes) {
    process_poll(self);
    uintptr_t lowest = (uintptr_t)__builtin_frame_address(0) - bytes;
    return lowest < self->limit && !grow_segment(self, lowest);
}

typedef struct ThunkCall {
    void (*thunk)(FlProcess *self, void *arguments);
    FlProcess *self;
    void *arguments;
} ThunkCall;

static void call_thunk(void *argument, void *unused) {
    ThunkCall *call = argument;
    (void)unused;
    call->thunk(call->self, call->arguments);
}

static _Noreturn void overflow(FlProcess *self, const FlSide *side, const FlSite *site) {
    bool refused = !(self->flags & FLAG_DYING) && segment_limit(side) != segment_end(side);
    process_panic(self,
                  refused ? "stack overflow: all processes together have no memory left for stacks" : "stack overflow",
                  site);
}

void fl_run_on_segment(FlProcess *self, void (*thunk)(FlProcess *self, void *arguments), void *arguments,
                       const FlSite *site) {
    FlSide *side = process_side(self);
    if (!side)
        process_out_of_memory(self);
    if (side->on_segment)
        overflow(self, side, site);
    if (!side->segment && !take_segment(side))
        process_panic(self, "stack overflow: no memory for a larger stack", site);
    uintptr_t limit = self->limit;
    side->on_segment = true;
    stack_slot(self->stack)->deep = true;
    side->slot_pointer = platform_stack_pointer();
    set_limit(self, segment_limit(side));
    char *bottom = side->segment, *top = bottom + side->segment_bytes;
    ThunkCall call = {thunk, self, arguments};
    sanitized_call_on(bottom, top, &stack_slot(self->stack)->sanitized, call_thunk, &call, NULL);
    side->on_segment = false;
    set_limit(self, limit);
}
