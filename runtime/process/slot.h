// The last-in slot of a worker: the process woken last, which runs next on the same worker, within its waker's slice.
//
// What lies in it belongs to the thread that runs the worker, though it does not run: that thread may put messages
// right into its private list. No thief takes it; but when the thread does not get to it for some ticks, the tick gives
// it to all (sched). So that the owner, many times in a microsecond, needs no locked instruction, it announces itself
// in `slot_busy`, and looks at `slot_wanted` afterwards; the tick sets `slot_wanted`, then looks at `slot_busy`, with a
// light fence on the owner's side and a heavy one on the tick's (platform/fence.h). While `slot_wanted` is set, both
// use locked instructions.
#ifndef FLUFFY_RUNTIME_PROCESS_SLOT_H
#define FLUFFY_RUNTIME_PROCESS_SLOT_H

#include "runtime/platform/fence.h"
#include "runtime/process/process.h"

// Owner. true: until slot_leave the slot is used by nobody else.
static inline bool slot_enter(ProcessWorker *worker) {
    atomic_store_explicit(&worker->slot_busy, true, memory_order_relaxed);
    fence_light();
    // Acquire: what the tick did to the slot before it gave it back.
    if (__builtin_expect(!atomic_load_explicit(&worker->slot_wanted, memory_order_acquire), 1))
        return true;
    atomic_store_explicit(&worker->slot_busy, false, memory_order_relaxed);
    return false;
}

// Release: all that was done to the slot and the process in it, for the tick.
static inline void slot_leave(ProcessWorker *worker) {
    atomic_store_explicit(&worker->slot_busy, false, memory_order_release);
}

// Owner: puts a process in; what lay there before, or NULL.
static inline FlProcess *slot_put(ProcessWorker *worker, FlProcess *process) {
    if (!slot_enter(worker))
        return atomic_exchange_explicit(&worker->last_in, process, memory_order_acq_rel);
    FlProcess *before = atomic_load_explicit(&worker->last_in, memory_order_relaxed);
    // Release: all of the process, for the tick.
    atomic_store_explicit(&worker->last_in, process, memory_order_release);
    slot_leave(worker);
    return before;
}

// Owner: takes out what is there, or NULL.
static inline FlProcess *slot_take(ProcessWorker *worker) {
    if (!atomic_load_explicit(&worker->last_in, memory_order_relaxed))
        return NULL;
    if (!slot_enter(worker))
        return atomic_exchange_explicit(&worker->last_in, NULL, memory_order_acquire);
    FlProcess *process = atomic_load_explicit(&worker->last_in, memory_order_relaxed);
    atomic_store_explicit(&worker->last_in, NULL, memory_order_relaxed);
    slot_leave(worker);
    return process;
}

// The tick: the same; NULL also if the owner is just there.
static inline FlProcess *slot_take_over(ProcessWorker *worker) {
    if (!atomic_load_explicit(&worker->last_in, memory_order_relaxed))
        return NULL;
    FlProcess *process = NULL;
    atomic_store_explicit(&worker->slot_wanted, true, memory_order_relaxed);
    fence_heavy();
    // Acquire: partner of slot_leave.
    if (!atomic_load_explicit(&worker->slot_busy, memory_order_acquire))
        process = atomic_exchange_explicit(&worker->last_in, NULL, memory_order_acq_rel);
    atomic_store_explicit(&worker->slot_wanted, false, memory_order_release);
    return process;
}

#endif
