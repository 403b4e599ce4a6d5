// When processes are collected, and how a collection that takes long is interrupted: between its steps the process
// waits in a run queue like one that was preempted (PROCESS_COLLECTING), so that others run, and any worker takes the
// next step.
//
// Owner: who has the process off its run queue.
#ifndef FLUFFY_RUNTIME_SCHED_COLLECTING_H
#define FLUFFY_RUNTIME_SCHED_COLLECTING_H

#include "runtime/process/process.h"

typedef enum CollectingResult {
    COLLECTING_NOTHING, // no collection was due
    COLLECTING_DONE,    // the process's status is what it was before
    COLLECTING_ON,      // its status is PROCESS_COLLECTING: it is to be queued, and then given to collecting_step
} CollectingResult;

// Of a process that has just given the worker back and goes on, waits or parks.
CollectingResult collecting_begin(FlProcess *process);

// Of a process whose status is PROCESS_COLLECTING. COLLECTING_DONE or COLLECTING_ON.
CollectingResult collecting_step(FlProcess *process);

#endif
