// Calls of C functions. C of unknown depth does not fit a process's small stack: a call runs on a large stack that each
// worker makes with its first call; a blocking one on a thread of the pool. In sanitized programs, whose stacks are
// larger, it stays on the process's, so that the sanitizer knows it.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/foreign/foreign.h"
#include "runtime/foreign/pass.h"
#include "runtime/memory/holds.h"
#include "runtime/platform/switch.h"
#include "runtime/pool/pool.h"
#include "runtime/process/run.h"
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

// ---- the large stack of a worker: address space, of which what is used is committed

static __attribute__((noinline)) char *make_stack(ProcessWorker *worker) {
    int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
    char *stack = mmap(NULL, C_STACK, PROT_READ | PROT_WRITE, kind, -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    mprotect(stack, GUARD, PROT_NONE);
    return worker->c_stack = stack;
}

// NULL: there is no address space.
static inline char *stack_of(const FlProcess *self) {
    ProcessWorker *worker = process_worker(self);
    return worker->c_stack ? worker->c_stack : make_stack(worker);
}

void foreign_worker_end(ProcessWorker *worker) {
    if (worker->c_stack)
        munmap(worker->c_stack, C_STACK);
}

static void call_here(ForeignCall *call) {
    void *function = (void *)(uintptr_t)call->function;
    char *stack = SANITIZED ? NULL : stack_of(call->self);
    if (SANITIZED)
        enter(function, call->frame);
    else if (stack)
        platform_call_on(stack + C_STACK - 64, enter, function, call->frame);
    else
        call_fail(call, "`%s`: no memory for C's stack", call->function->name);
}

static __attribute__((noinline)) void call_of_any(FlProcess *self, const FlForeign *function, const FlWord *arguments,
                                                  FlWord *result, char *frame, const FlSite *site) {
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

// ---- calls of numbers
//
// The larger part of calls that have to be quick. Each number has 8 bytes of the frame, of which C's thunk takes what
// it needs, the lowest first.

// What C's type can hold: from `least` on, `span` more. A float32 takes another look at all but 0.
static const struct {
    FlWord least, span;
} holds[] = {
    [FL_C_INT8] = {(FlWord)INT8_MIN, UINT8_MAX},
    [FL_C_UINT8] = {0, UINT8_MAX},
    [FL_C_INT16] = {(FlWord)INT16_MIN, UINT16_MAX},
    [FL_C_UINT16] = {0, UINT16_MAX},
    [FL_C_INT32] = {(FlWord)INT32_MIN, UINT32_MAX},
    [FL_C_UINT32] = {0, UINT32_MAX},
    [FL_C_INT64] = {0, UINT64_MAX},
    [FL_C_UINT64] = {0, INT64_MAX},
    [FL_C_FLOAT32] = {0, 0},
    [FL_C_FLOAT64] = {0, UINT64_MAX},
    [FL_C_BOOL] = {0, 1},
};

// false: one of them needs another look.
static inline bool numbers_put(const FlForeign *function, const FlWord *arguments, char *frame) {
    const FlCParam *param = function->params;
    for (uint64_t left = function->param_count; left > 0; left--, param++) {
        FlWord word = arguments[param->words];
        unsigned kind = param->type->kind;
        if (word - holds[kind].least > holds[kind].span)
            return false;
        memcpy(frame + param->offset, &word, sizeof word);
    }
    return true;
}

static inline FlWord number_taken(const FlCType *type, const char *from) {
    FlWord word;
    if (type->kind != FL_C_INT64 && type->kind != FL_C_FLOAT64)
        return number_of_c(type, from);
    memcpy(&word, from, sizeof word);
    return word;
}

typedef void StackFunction(void *frame, void *unused); // the C function's thunk, as far as registers are concerned

// Of numbers, which need nothing of all that follows. false: an argument does not fit, or there is no stack yet.
static inline bool call_of_numbers(FlProcess *self, const FlForeign *function, const FlWord *arguments, FlWord *result,
                                   char *frame) {
    char *stack = SANITIZED ? NULL : stack_of(self);
    if (!stack || !numbers_put(function, arguments, frame))
        return false;
    platform_call_on(stack + C_STACK - 64, (StackFunction *)(void (*)(void))function->call, frame, NULL);
    if (function->result)
        *result = number_taken(function->result, frame + function->result_offset);
    return true;
}

void fl_foreign_call(FlProcess *self, const FlForeign *function, const FlWord *arguments, FlWord *result, char *frame,
                     const FlSite *site) {
    if (!function->numbers || !call_of_numbers(self, function, arguments, result, frame))
        call_of_any(self, function, arguments, result, frame, site);
}
