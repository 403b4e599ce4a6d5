// Threads for calls that may block: a process that makes one waits like in a receive, and its worker runs others.
//
// Threads are made as they are needed, up to POOL_MOST; they stay. A job that finds all of them busy waits for its
// turn. One lock guards the queue; nothing is done under it. In the seeded schedule there are none: whoever asks does
// the work, so that the order of everything depends on the seed alone.
#ifndef FLUFFY_RUNTIME_POOL_POOL_H
#define FLUFFY_RUNTIME_POOL_POOL_H

#include "runtime/process/job.h"

enum { POOL_MOST = 64 };

// When the runtime starts; `threads`: there may be some.
void pool_start(bool threads);

// When it stops and no process runs any more: waits for the threads that do nothing, and afterwards no thread touches a
// process. One that is still busy ends when its call returns.
void pool_stop(void);

// Has the job done, which has run and free, and is attached to self from then on (process/job.h): read its results,
// then job_end. If self ends meanwhile this does not return, and the job is freed by who has it last.
void pool_run(FlProcess *self, ProcessJob *job);

// Has a job done that is no process's, soon: its run and free are set. Any thread, on any stack: without a pool a
// thread is made for it, which the caller waits for.
void pool_give(ProcessJob *job);

#endif
