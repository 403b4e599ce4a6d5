// Queues of the parallel schedule: the ring of each worker, and the global queue.
#ifndef FLUFFY_RUNTIME_SCHED_RING_H
#define FLUFFY_RUNTIME_SCHED_RING_H

#include "runtime/sched/sched.h"

// Owner. Appends; when the ring is full, half of it moves to the global queue.
void ring_push(FlWorker *worker, FlProcess *process);
// Owner. The oldest, or NULL.
FlProcess *ring_pop(FlWorker *worker);
// Moves the older half of a victim's ring into the empty one of `worker` and returns one of them; NULL: there was
// nothing.
FlProcess *ring_steal(FlWorker *worker, FlWorker *victim);
static inline bool ring_empty(FlWorker *worker) {
    return atomic_load_explicit(&worker->ring_head, memory_order_acquire) ==
           atomic_load_explicit(&worker->ring_tail, memory_order_acquire);
}

// Any thread. Urgent processes come before all others.
void global_push(FlProcess *process, bool urgent);
// One process; what is fair of the rest moves to the worker's ring.
FlProcess *global_pop(FlWorker *worker);
FlProcess *global_pop_urgent(void);
bool global_empty(void);
void global_reset(void);

#endif
