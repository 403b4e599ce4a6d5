// Calls of C functions. C of unknown depth does not fit a process's small stack: a call runs on a large stack that each
// thread makes with its first call; a blocking one on a thread of the pool. In sanitized programs, whose stacks are
// larger, it stays on the process's, so that the sanitizer knows it.
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/foreign/pass.h"
#include "runtime/memory/holds.h"
#include "runtime/platform/switch.h"
#include "runtime/pool/pool.h"
#include "runtime/value/heap.h"

enum { C_STACK = 8 << 20, GUARD = 64 << 10 };

// ---- jobs ----------------------------------------------------------------------------------------------------------

static void free_kept(Kept *kept) {
    while (kept) {
        Kept *next = kept->next;
        if (kept->handle)
            handle_unuse(kept->handle);
        if (kept->object)
            counted_down(kept->object);
        free(kept);
        kept = next;
    }
}

static void job_run(ProcessJob *head) {
    ForeignJob *job = (ForeignJob *)head;
    job->function->call(job->frame);
    job->ran = true;
}

static void job_free(ProcessJob *head) {
    ForeignJob *job = (ForeignJob *)head;
    if (job->ran)
        results_drop(job->function, job->frame, job->taken);
    else if (job->closing)
        call_with_pointer(job->function->params[0].type->function, job->closing);
    free_kept(job->kept);
    free(job);
}

static ForeignJob *new_job(FlProcess *self, const FlForeign *function) {
    uint64_t bytes = (sizeof(ForeignJob) + function->frame_bytes + 15) & ~(uint64_t)15;
    ForeignJob *job = memory_may_allocate() ? aligned_alloc(16, bytes) : NULL;
    if (!job)
        process_out_of_memory(self);
    memset(job, 0, bytes);
    job->job = (ProcessJob){.run = job_run, .free = job_free};
    job->function = function;
    return job;
}

// ---- failures ------------------------------------------------------------------------------------------------------

static void end_uses(ForeignCall *call) {
    while (call->used > 0)
        handle_unuse(call->handles[--call->used]);
}

// Of a blocking call that has returned the job is the process's, which ends.
static void give_up(ForeignCall *call) {
    if (call->job && !call->returned)
        job_free(&call->job->job);
    else if (!call->job && call->returned)
        results_drop(call->function, call->frame, call->taken);
    end_uses(call);
}

void call_fail(ForeignCall *call, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    give_up(call);
    process_panic(call->self, text, call->site);
}

void call_out_of_memory(ForeignCall *call) {
    give_up(call);
    process_out_of_memory(call->self);
}

// ---- memory --------------------------------------------------------------------------------------------------------

// A blocking call's is its job's; of another one it lies in the arena, as a filler.
char *call_room(ForeignCall *call, uint64_t bytes) {
    if (!call->job) {
        uint64_t whole = sizeof(FlObject) + object_round(bytes);
        FlObject *object = arena_allocate(&call->self->arena, &call->self->head.bump, whole);
        if (!object)
            call_out_of_memory(call);
        object_fill(object, whole);
        return (char *)(object + 1);
    }
    Kept *kept = memory_may_allocate() ? malloc(sizeof(Kept) + bytes) : NULL;
    if (!kept)
        call_out_of_memory(call);
    *kept = (Kept){.next = call->job->kept};
    call->job->kept = kept;
    return kept->bytes;
}

// ---- calls ---------------------------------------------------------------------------------------------------------

static void enter(void *function, void *frame) { ((const FlForeign *)function)->call(frame); }

// ---- the large stack of a thread: address space, of which what is used is committed

static __thread char *large;

// Its destructor gives a thread's stack back. There from the start of the runtime to its end, so that a library which
// is loaded and unloaded again and again does not use up the process's keys.
static struct {
    pthread_key_t key;
    bool made;
} end;

static void give_back(void *stack) { munmap(stack, C_STACK); }

void calls_start(void) { end.made = pthread_key_create(&end.key, give_back) == 0; }

void calls_stop(void) {
    if (end.made)
        pthread_key_delete(end.key);
    end.made = false;
}

static char *make_large(void) {
    int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
    char *stack = end.made ? mmap(NULL, C_STACK, PROT_READ | PROT_WRITE, kind, -1, 0) : MAP_FAILED;
    if (stack == MAP_FAILED)
        return NULL;
    mprotect(stack, GUARD, PROT_NONE);
    if (pthread_setspecific(end.key, stack) != 0) {
        give_back(stack);
        return NULL;
    }
    return large = stack;
}

// Not inlined: a process may go on in another thread. NULL: there is no address space.
static __attribute__((noinline)) char *large_stack(void) { return large ? large : make_large(); }

static void call_here(ForeignCall *call) {
    void *function = (void *)(uintptr_t)call->function;
    char *stack = SANITIZED ? NULL : large_stack();
    if (SANITIZED)
        enter(function, call->frame);
    else if (stack)
        platform_call_on(stack + C_STACK - 64, enter, function, call->frame);
    else
        call_fail(call, "`%s`: no memory for C's stack", call->function->name);
}

void fl_foreign_call(FlProcess *self, const FlForeign *function, const FlWord *arguments, FlWord *result, char *frame,
                     const FlSite *site) {
    ForeignCall call;
    call.self = self;
    call.function = function;
    call.site = site;
    call.job = function->blocking ? new_job(self, function) : NULL;
    call.frame = call.job ? call.job->frame : frame;
    call.returned = false;
    call.taken = 0;
    call.used = 0;
    call_put_arguments(&call, arguments);
    if (call.job)
        pool_run(self, &call.job->job);
    else
        call_here(&call);
    call.returned = true;
    call_take_results(&call, arguments, result);
    if (call.job)
        job_end(self);
    end_uses(&call);
}
