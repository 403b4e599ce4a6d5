// The region of control blocks.
//
// Invariants: a slot, once used, stays readable until processes_deinit; its pid changes only in process_allocate. A
// free slot's mailbox is CLOSED.
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

// The slot that a pid leads to, whoever lives there now; NULL: no such slot was ever used. Any thread.
FlProcess *process_slot(FlPid pid);

// The living process with this pid, or NULL. Any thread; it may end at once.
FlProcess *process_find(FlPid pid);

// Calls visit for each slot ever used. For reports and the end of the runtime, when no process runs.
void processes_each(void (*visit)(void *context, FlProcess *process), void *context);

static inline bool process_closed(FlProcess *process) {
    return atomic_load_explicit(&process->mailbox, memory_order_relaxed) == MAILBOX_CLOSED;
}

#endif
