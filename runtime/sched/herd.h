// Herds: senders that gave way to their receivers, beside the queues of runnable processes.
//
// Where several processes send to one as fast as they can, each message costs several times as much if sender and
// receiver are on two cores: it travels, and they meet in the mailbox word. So a sender that has sent many messages in
// a short time without waiting goes on in the herd of the worker that runs its receiver, which takes from there in turn
// with its ring. Thieves don't look there; only when a worker does not get to it for a tick, the tick gives the herd to
// all (parallel.c).
//
// No sender is forgotten: who puts one in looks afterwards whether the worker sleeps, and wakes it; a worker counts
// itself asleep before it looks into its herd for the last time (test/model/herd.pml).
#ifndef FLUFFY_RUNTIME_SCHED_HERD_H
#define FLUFFY_RUNTIME_SCHED_HERD_H

#include "runtime/sched/sched.h"

// Messages of a turn that has ended since the last one of the same worker did, that long ago at most, count as fast.
#define HERD_NANOSECONDS ((int64_t)64000)

// Any thread. Puts a process into a worker's herd.
void herd_push(FlWorker *worker, FlProcess *process);
// The one that has waited longest, or NULL. The owner; the tick.
FlProcess *herd_pop(FlWorker *worker);
// A hint to who does not hold the lock.
static inline bool herd_empty(FlWorker *worker) {
    return atomic_load_explicit(&worker->herd.count, memory_order_relaxed) == 0;
}

// The worker that runs the process, or did last; `worker` itself if there is none.
FlWorker *herd_keeper(FlWorker *worker, const FlProcess *process);

#endif
