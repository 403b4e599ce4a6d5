// Queues of the parallel schedule: those of each worker, and the global queue.
//
// A worker has two queues. Processes that have run before stand in a ring, first in, first out: who woke first goes on
// first. Processes that have never run are taken newest first: a tree of processes that start others and wait for them
// is then walked depth first, and of a million of them some dozen are under way at once, whose memory is in the cache,
// instead of a whole level of the tree. Thieves take the oldest ones, from which the largest trees grow. So that none
// waits for ever, the owner too takes the oldest one after each tick; if it did so by count, each of these trees would
// be left for another before it is done, and they would pile up.
#ifndef FLUFFY_RUNTIME_SCHED_RING_H
#define FLUFFY_RUNTIME_SCHED_RING_H

#include "runtime/sched/sched.h"

// Owner. Puts the process among those that have run, or those that never ran; when these are too many, the older half
// moves to the global queue.
void ring_push(FlWorker *worker, FlProcess *process);
// Owner. NULL: there is none. In turn the oldest of those that have run, and one that never ran: the newest, now and
// then the oldest.
FlProcess *ring_pop(FlWorker *worker);
// Moves the older half of what a victim has to `worker`, which has nothing, and returns one of them; NULL: there was
// nothing.
FlProcess *ring_steal(FlWorker *worker, FlWorker *victim);
static inline bool ring_empty(FlWorker *worker) {
    return atomic_load_explicit(&worker->ring_head, memory_order_acquire) ==
               atomic_load_explicit(&worker->ring_tail, memory_order_acquire) &&
           (int32_t)(atomic_load_explicit(&worker->fresh_bottom, memory_order_acquire) -
                     atomic_load_explicit(&worker->fresh_top, memory_order_acquire)) <= 0;
}

// Any thread. Urgent processes come before all others.
void global_push(FlProcess *process, bool urgent);
// One process; what is fair of the rest moves to the worker's ring.
FlProcess *global_pop(FlWorker *worker);
FlProcess *global_pop_urgent(void);
bool global_empty(void);
// Whether something urgent waits.
bool global_urgent(void);
void global_reset(void);

#endif
