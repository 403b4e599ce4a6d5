// Timers: a heap of deadlines for each worker, of waiting processes and of messages to be sent later.
//
// Invariants:
//  - A heap and all that its entries say about their places belong to its lock.
//  - A process's entry may be earlier than its deadline, or stand for none at all: it is set lazily. When it is due,
//  and only after PARKED was taken away from the
//    process (which makes us its owner), its deadline is looked at: it is woken, or armed and parked again.
//  - Arming and parking is one section of the lock: an entry in the heap is of a parked process, or one that will look
//  at its deadline itself before it waits.
//  - Who has an entry already that is early enough parks without the lock and then looks whether it still is there:
//  either who fires it finds PARKED, or the process finds it gone (test/model/timed.pml).
#ifndef FLUFFY_RUNTIME_SCHED_TIMERS_H
#define FLUFFY_RUNTIME_SCHED_TIMERS_H

#include "runtime/process/process.h"

typedef struct LaterMessage LaterMessage;

typedef struct TimerEntry {
    int64_t deadline;
    FlProcess *process;  // or NULL
    LaterMessage *later; // if process is NULL
} TimerEntry;

typedef struct Timers {
    pthread_mutex_t lock;
    TimerEntry *heap; // heap[1..count], the earliest first
    uint32_t count;
    uint32_t capacity;
    LaterMessage **later; // messages by the index in their id; owned
    uint32_t later_count;
    uint32_t later_capacity;
    LaterMessage *later_free;
    uint32_t shard; // 1 + index of the worker
    // The earliest deadline, INT64_MAX if none: written under the lock, read by the tick without (relaxed; the tick is
    // woken after it became earlier).
    _Atomic(int64_t) earliest;
} Timers;

void timers_init(Timers *timers, uint32_t shard);
void timers_deinit(Timers *timers);

typedef enum TimersPark { TIMERS_PARKED, TIMERS_ARMED, TIMERS_ARRIVED, TIMERS_NO_MEMORY } TimersPark;

// Parks a process that has a deadline. TIMERS_ARRIVED: it was not parked, something is in its mailbox, or it has to try
// again. TIMERS_ARMED: it was, and its entry is new or earlier than before.
TimersPark timers_park(Timers *timers, FlProcess *process);

// Takes a process's entry out of whichever heap it is in.
void timers_disarm(FlProcess *process);

// Wakes and sends what is due at `now`, at most so many; how many it might still have been. Any thread.
uint32_t timers_fire(Timers *timers, int64_t now, uint32_t most);

// The deadline of the earliest entry that can still wake a process, stale ones are dropped; INT64_MAX: there is none.
// When no process runs.
int64_t timers_next_live(Timers *timers);

#endif
