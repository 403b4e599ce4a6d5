#include "runtime/process/job.h"

#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

// Jobs that were given and neither left nor seen by their process to be done. Changed by processes that run, so that
// the last worker to go idle sees it: relaxed, ordered by the idle lock.
static _Atomic(uint32_t) awaited;

bool jobs_any(void) { return atomic_load_explicit(&awaited, memory_order_relaxed) != 0; }

static void count(ProcessJob *job, bool is_awaited) {
    if (is_awaited != job->is_awaited)
        atomic_fetch_add_explicit(&awaited, is_awaited ? 1 : UINT32_MAX, memory_order_relaxed);
    job->is_awaited = is_awaited;
}

void job_begin(FlProcess *self, ProcessJob *job) {
    FlSide *side = process_side(self);
    job->look = side ? message_signal(SIGNAL_LOOK) : NULL;
    if (!job->look) {
        if (!side || side->job != job)
            job->free(job);
        process_out_of_memory(self);
    }
    job->look->to = self->head.pid;
    side->job = job;
    atomic_store_explicit(&job->state, JOB_GIVEN, memory_order_relaxed); // nobody else has it
    job->is_awaited = false;
    count(job, true);
}

void job_of_nobody(ProcessJob *job) {
    job->look = NULL;
    job->is_awaited = false;
    atomic_store_explicit(&job->state, JOB_LEFT, memory_order_relaxed); // nobody else has it
}

void job_done_here(ProcessJob *job) {
    message_free(job->look);
    atomic_store_explicit(&job->state, JOB_DONE, memory_order_relaxed);
    count(job, false);
}

// false: the process has left the job, which is freed.
static bool set_done(ProcessJob *job) {
    // Release: the results, for the process. Acquire: that it has let go of the job.
    if (atomic_exchange_explicit(&job->state, JOB_DONE, memory_order_acq_rel) != JOB_LEFT)
        return true;
    job->free(job);
    return false;
}

void job_done(ProcessJob *job) {
    FlMessage *look = job->look;
    if (set_done(job))
        signal_route(look);
    else if (look)
        message_free(look);
}

void job_drop(ProcessJob *job) {
    FlMessage *look = job->look;
    set_done(job);
    if (look)
        message_free(look);
}

void job_wait(FlProcess *self) {
    FlSide *side = self->side;
    int64_t deadline = self->deadline;
    bool dying = self->flags & FLAG_DYING;
    self->deadline = dying ? side->death_deadline : INT64_MAX;
    // Acquire: partner of job_done.
    while (atomic_load_explicit(&side->job->state, memory_order_acquire) != JOB_DONE) {
        process_wait(self);
        if (dying)
            death_check_time(self);
    }
    self->deadline = deadline;
    count(side->job, false);
}

void job_end(FlProcess *self) {
    ProcessJob *job = self->side->job;
    self->side->job = NULL;
    job->free(job);
}

void job_leave(FlProcess *self) {
    ProcessJob *job = self->side ? self->side->job : NULL;
    if (!job)
        return;
    self->side->job = NULL;
    count(job, false);
    // As in set_done.
    if (atomic_exchange_explicit(&job->state, JOB_LEFT, memory_order_acq_rel) == JOB_DONE)
        job->free(job);
}
