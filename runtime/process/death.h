// How a process ends.
//
// 1. death_begin notes why; the first reason wins. 2. death_run, on the process's own stack, runs its defers (innermost
// first) with a reserve of time and memory, then gives the worker back for good. 3. The scheduler reports a crash, then
// death_bury, on its own stack: names are free, the mailbox closes, links and monitors are told, everything is freed. A
// process that returns from its entry skips the first two. A panic in a defer ends that defer; the next one goes on.
//
// Most processes return from their entry, and nobody has to be told anything: death_quiet, on their own stack, is all.
#ifndef FLUFFY_RUNTIME_PROCESS_DEATH_H
#define FLUFFY_RUNTIME_PROCESS_DEATH_H

#include "runtime/process/process.h"

#define DEATH_NANOSECONDS ((int64_t)5000000000)    // for the defers of a dying process
#define DEATH_BYTES ((uint64_t)1 << 20)            // beyond its memory limit
#define DEATH_BYTES_UNLIMITED ((uint64_t)64 << 20) // if it has none: it is not collected any more

// Notes the reason if there is none yet. `message` holds the reason's text; taken over, may be NULL (the text is static
// or in the arena).
void death_begin(FlProcess *self, const FlString *reason, FlMessage *message);

// Ends self, whose reason is noted, on its own stack.
_Noreturn void death_run(FlProcess *self);

// While dying: ends self at once if its reserve of time is used up. At polls.
void death_check_time(FlProcess *self);

// Scheduler, on its own stack, process->status is PROCESS_ENDED and its stack given back: the rest.
void death_bury(ProcessWorker *worker, FlProcess *process);
// Self has returned from its entry: if nothing is to be done but to free it, that is done, and true; it is gone then.
// false: the scheduler has to bury it. On any stack of the worker.
bool death_quiet(ProcessWorker *worker, FlProcess *process);
// Frees a process that never runs again, telling nobody: when the runtime stops.
void death_drop(ProcessWorker *worker, FlProcess *process);

// Why it ended: "normal" if nothing was noted.
const FlString *death_reason(const FlProcess *process);

#endif
