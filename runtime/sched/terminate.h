// The end of a program that was asked for from outside, by a signal: the root supervisors stop, the newest first, each
// as its parent would stop it; then the program ends. Other processes just stop with it: their defers do not run.
#ifndef FLUFFY_RUNTIME_SCHED_TERMINATE_H
#define FLUFFY_RUNTIME_SCHED_TERMINATE_H

#include "runtime/process/process.h"

// Asks for it, with this exit status, not 0; the first one counts. Any thread; it may also come before the program
// starts.
void sched_terminate(int status);

// What was asked for, 0: nothing. Any thread.
int terminate_status(void);

// After the end: a program that starts later was asked for nothing.
void terminate_reset(void);

// Begins it, once, if it was asked for. The tick (worker is NULL) or the worker of the seeded schedule.
void terminate_begin(ProcessWorker *worker);

#endif
