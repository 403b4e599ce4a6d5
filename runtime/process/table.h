// The region of control blocks.
//
// Invariants: a slot, once used, stays readable until processes_deinit; its pid changes only in process_allocate. A
// free slot's mailbox is CLOSED. No pid comes twice, nor in another run of the runtime in the same program (a host may
// still have it), before 2^32 processes have lived in one slot.
#ifndef FLUFFY_RUNTIME_PROCESS_TABLE_H
#define FLUFFY_RUNTIME_PROCESS_TABLE_H

#include "runtime/process/process.h"

// Reserves the region. false: there is no address space. Before any other use, by one thread.
bool processes_init(void);
// Releases it, after all processes were buried or dropped and no thread uses it.
void processes_deinit(void);

// A fresh process with a new pid, an empty mailbox and arena; nobody knows it yet. NULL: too many, or memory is out.
FlProcess *process_allocate(ProcessCache *cache);
// Gives the slot back. Its mailbox is CLOSED.
void process_release(ProcessCache *cache, FlProcess *process);

// Gives all that the cache has back, when nobody uses it any more.
void processes_give_back(ProcessCache *cache);

// The same of a reply address of `owner` (call.h), or of a reference (reference.h): only pid, alias_of, `first`,
// `called` and queue_next mean anything. Its mailbox is never open: a message to an earlier process of the slot would
// stay there.
FlProcess *process_allocate_alias(ProcessCache *cache, FlPid owner);
void process_release_alias(ProcessCache *cache, FlProcess *alias);

// The region, for process_slot alone. `used`: slots handed out at least once; written under the table's lock (release).
extern struct ProcessRegion {
    FlProcess *slots;
    _Atomic(uint32_t) used;
} process_region;

// The slot that a pid leads to, whoever lives there now; NULL: no such slot was ever used. Any thread.
static inline FlProcess *process_slot(FlPid pid) {
    uint32_t index = (uint32_t)pid;
    if (index >= atomic_load_explicit(&process_region.used, memory_order_acquire))
        return NULL;
    return &process_region.slots[index];
}

// The living process with this pid, or NULL. Any thread; it may end at once.
FlProcess *process_find(FlPid pid);

// Calls visit for each slot ever used. For reports and the end of the runtime, when no process runs.
void processes_each(void (*visit)(void *context, FlProcess *process), void *context);

static inline bool process_closed(FlProcess *process) {
    return atomic_load_explicit(&process->mailbox, memory_order_relaxed) == MAILBOX_CLOSED;
}

#endif
