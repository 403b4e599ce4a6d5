// Work that another thread does for a process, which waits for it on its stack: calls that may block their thread.
//
// Protocol. A job is given (job_begin), done (job_done, by the thread that worked on it) or left (its process ends
// first). `state` says which came first: both sides exchange it, and who finds that the other one was there before
// frees the job. The one that works on it touches the job only, no process and no arena; what it needs is copied into
// the job, what it gives is taken out by the process.
//
// While it is attached to its process (from job_begin to job_end) a job is freed if the process ends, whatever it is
// doing: so its results may be made values, which can end the process, without losing them. A process has one at a
// time.
//
// No wake-up is lost: DONE is set before the signal (SIGNAL_LOOK, made beforehand) is pushed into the mailbox, and the
// process waits only after it saw another state; so the signal makes its park fail or finds it parked.
#ifndef FLUFFY_RUNTIME_PROCESS_JOB_H
#define FLUFFY_RUNTIME_PROCESS_JOB_H

#include "runtime/process/process.h"

typedef enum JobState { JOB_GIVEN, JOB_DONE, JOB_LEFT } JobState;

typedef struct ProcessJob ProcessJob;
struct ProcessJob {
    void (*run)(ProcessJob *job);  // does the work; any thread
    void (*free)(ProcessJob *job); // whoever has it last; any thread. The job is part of a larger struct, or NULL
    ProcessJob *next;              // in the queue of who does it
    FlMessage *look;               // the signal; of who does it. NULL: there is nobody to tell
    _Atomic(int) state;            // JobState; exchanged (acquire, release) by both sides
    bool is_awaited;               // it counts for jobs_any; the process's
};

// Attaches a job, which may be the one that is attached already and done. run and free are set. May end self, and then
// frees the job.
void job_begin(FlProcess *self, ProcessJob *job);

// The job is no process's: whoever has done it frees it. run and free are set.
void job_of_nobody(ProcessJob *job);

// It has been done, without another thread.
void job_done_here(ProcessJob *job);

// By the thread that has done it: the job is not its own any more. job_drop: the runtime stops, no process runs again.
void job_done(ProcessJob *job);
void job_drop(ProcessJob *job);

// Waits until the job is done. May end self.
void job_wait(FlProcess *self);

// Detaches the job and frees it.
void job_end(FlProcess *self);

// Self ends: the job it has is left. Nothing, if it has none.
void job_leave(FlProcess *self);

// Whether some process waits for a job, and so will run again. It counts until the process has seen that the job is
// done: not until it is woken, which the thread that wakes it would have to say afterwards, perhaps when the process
// has ended and nobody looks any more.
bool jobs_any(void);

#endif
