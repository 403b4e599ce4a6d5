// Running a process: entering it on a stack, giving the worker back, polls.
//
// Requests. Who wants something sets a bit in `requests`, then poisons stack_limit. The slow path of a poll restores
// the limit, then takes the bits by exchange; all four are sequentially consistent, so no request is lost. Entering a
// process writes the limit too, with a plain store and a look at the bits: there a poison may get lost, but not its
// bit, which the next poll after the tick's next poison finds.
#ifndef FLUFFY_RUNTIME_PROCESS_RUN_H
#define FLUFFY_RUNTIME_PROCESS_RUN_H

#include "runtime/process/process.h"

#define SEGMENT_BYTES SANITIZER_SEGMENT // default size of the large segment
enum {
    STACK_RESERVE = FL_STACK_SLACK + SANITIZER_SLACK, // below the limit, of every stack
    SEGMENT_FIRST = 1 << 20,                          // of a segment, that a process may use at first
    SEGMENT_RESERVE = 64 << 10, // of a segment, further: for the defers of a process that ran out of it
    // Messages to processes that don't wait, after which the sender gives way: so that the receiver gets to them while
    // they are in the cache, and a mailbox does not grow for a whole time slice.
    SENDS_AT_ONCE = 256,
};

// The worker that runs self. It may be another one each time the process goes on: always read anew.
static inline ProcessWorker *process_worker(const FlProcess *self) {
    return (ProcessWorker *)*(FlWorker *volatile const *)&self->worker;
}

// Owner: the limit of its stack, for the generated code's checks; poisoned where every poll is counted.
static inline void process_write_limit(ProcessWorker *worker, FlProcess *process) {
    uintptr_t limit = worker->counts_polls ? UINTPTR_MAX : process->limit;
    __atomic_store_n(&process->head.stack_limit, limit, __ATOMIC_RELAXED);
}

// Scheduler: runs a process that is in no queue, and after it, on the same stack, those that ProcessHooks.park or ended
// names, until the worker is given back. Returns who gave it back; process->status says why. If that is PROCESS_PARKED
// or PROCESS_ENDED, its stack is already back in the worker's cache. NULL: the last one has parked or is gone, and
// there is nothing to settle.
FlProcess *process_run(ProcessWorker *worker, FlProcess *process);

// Gives the worker back, keeping the stack; returns when the process is scheduled again. Requests are dealt with then,
// but by process_pause not.
void process_leave(FlProcess *self, ProcessStatus status);
void process_pause(FlProcess *self, ProcessStatus status);
// The seeded schedule: it is collected, and its turn goes on as if nothing had been, wherever that was due.
void process_pause_due(FlProcess *self);
_Noreturn void process_leave_for_good(FlProcess *self, ProcessStatus status);

// Before a value, or what the words of an object outside of self's arena refer to, is given to another process:
// promotes what is large (memory/promote.h) in steps, so that others of the worker need not wait for it. (send.c)
void process_give_ahead(FlProcess *self, FlWord root);
void process_give_words_ahead(FlProcess *self, FlObject *object);

// Takes and does what is requested. On the process's own stack; may not return.
void process_take_requests(FlProcess *self);

// Whether what refers to the process's arena is on its stacks and in head.frame alone, so that a collection finds it.
// Not if it is dying (its reason), runs for the runtime (its service) or builds a supervisor. Owner.
bool process_collectable(const FlProcess *process);

// A poll of the runtime's, for self in the midst of something whose values are half made: nothing is collected. May not
// return.
void process_poll_still(FlProcess *self);

// Owner, on self's stack, at a place where all live variables are on it: gives the worker back to be collected, if that
// is due. `frame` is no root any more.
void process_collect(FlProcess *self);

#endif
