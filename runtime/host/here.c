// Calls that run on the calling thread, for functions that only compute: they neither wait nor know of processes.
//
// The thread has a process for that, with a stack of its own, which is in no queue and which nobody knows. The function
// runs on that stack, so that a fault can leave it, deep recursion has its segment, and a collection finds its roots.
// When all has gone well and nothing was allocated, the next call finds the process as this one did; else it is dropped
// or its arena emptied.
#include <stdio.h>
#include <string.h>

#include "runtime/host/host.h"
#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/run.h"
#include "runtime/process/spawn.h"
#include "runtime/process/table.h"
#include "runtime/report/report.h"
#include "runtime/sched/collecting.h"

static void drop(Seat *seat) {
    FlProcess *process = seat->process;
    if (process->stack)
        stack_give(&seat->worker.stacks, process->stack);
    process->stack = NULL;
    death_drop(&seat->worker, process);
    seat->process = NULL;
}

void here_end(Seat *seat) {
    if (seat->process)
        drop(seat);
}

static FlProcess *make_process(Seat *seat) {
    FlProcess *process = spawn_new(&seat->worker, NULL, "call", NULL);
    char *stack = process ? stack_take(&seat->worker.stacks) : NULL;
    if (!stack) {
        if (process)
            death_drop(&seat->worker, process);
        return NULL;
    }
    process->worker = (FlWorker *)&seat->worker;
    process->stack = stack;
    process->limit = (uintptr_t)stack + STACK_RESERVE;
    process_write_limit(&seat->worker, process);
    return seat->process = process;
}

static inline FlProcess *process_for(Seat *seat, const FlExport *export) {
    FlProcess *process = seat->process;
    if (__builtin_expect(!process, 0) && !(process = make_process(seat)))
        return NULL;
    process->kind_name = export->name;
    process->site = process->spawned_at = export->site;
    process->status = PROCESS_RUNNING;
    return process;
}

// Nothing but numbers on the process's own memory is left of the call; true most often.
static inline bool untouched(const FlProcess *process) {
    return process->head.bump.next == process->arena.embedded && !process->side && !process->arena.current &&
           !process->arena.holds;
}

static __attribute__((noinline)) void clean(Seat *seat) {
    FlProcess *process = seat->process;
    process->head.frame = NULL;
    if (process->side || seat->suspended)
        drop(seat);
    else
        arena_deinit(&process->arena, &process->head.bump);
}

// The function has given the thread back: it is collected and goes on, until it has returned or ended.
static __attribute__((noinline)) bool go_on(Seat *seat) {
    FlProcess *process = seat->process;
    seat->suspended = true;
    while (process->status != PROCESS_ENDED) {
        CollectingResult result = collecting_begin(process);
        while (result == COLLECTING_ON)
            result = collecting_step(process);
        process->status = PROCESS_RUNNING;
        platform_switch(&seat->worker.scheduler, process->context);
    }
    return seat->returned;
}

// The process ended in the call: tells why, as of any process.
static __attribute__((noinline)) fluffy_status crashed(Seat *seat) {
    FlProcess *process = seat->process;
    Call end = {0};
    call_note_end(&end, process);
    if (process->flags & FLAG_REPORT)
        report_crash(process);
    drop(seat);
    return seat_fail(seat, FLUFFY_CRASHED, "%s", end.error);
}

// It may be that who called it has gone on with something else meanwhile.
static inline void leave(Seat *seat) {
    if (__builtin_expect(!seat->suspended, 1))
        return;
    seat->returned = true;
    process_leave_for_good(seat->process, PROCESS_ENDED);
}

// false: it crashed.
static inline bool run(Seat *seat, void (*function)(void *seat, void *b, void *c), void *b, void *c) {
    seat->suspended = seat->returned = false;
    return __builtin_expect(
               platform_call_guarded(&seat->worker.scheduler, stack_top(seat->process->stack), function, seat, b, c),
               1) ||
           go_on(seat);
}

// ---- numbers

typedef struct Numbers {
    const FlExport *export;
    FlWord *arguments, *result;
} Numbers;

static void run_numbers(void *argument, void *given, void *unused) {
    Seat *seat = argument;
    const Numbers *numbers = given;
    (void)unused;
    numbers->export->call(seat->process, numbers->arguments, numbers->result);
    leave(seat);
}

fluffy_status here_call_words(Seat *seat, const FlExport *export, const uint64_t *arguments, uint64_t *result) {
    FlProcess *process = process_for(seat, export);
    if (__builtin_expect(!process, 0))
        return FLUFFY_NO_MEMORY;
    Numbers numbers = {export, (FlWord *)(uintptr_t)arguments, result};
    if (__builtin_expect(!run(seat, run_numbers, &numbers, NULL), 0))
        return crashed(seat);
    if (__builtin_expect(!untouched(process) || seat->suspended, 0))
        clean(seat);
    return FLUFFY_OK;
}

// ---- other values

static void run_values(void *argument, void *call, void *unused) {
    Seat *seat = argument;
    (void)unused;
    call_run(seat->process, call);
    leave(seat);
}

static bool take_arguments(ValueIn *in, FlProcess *process, const FlType *type, const FlShape *shape,
                           const void *arguments) {
    FlObject *frame =
        arena_allocate(&process->arena, &process->head.bump, sizeof(FlObject) + type->object_words * sizeof(FlWord));
    if (!frame)
        return false;
    *frame = (FlObject){.type = type->id};
    process->head.frame = frame;
    return value_in_fields(in, type, object_words(frame), shape, arguments);
}

fluffy_status here_call(Seat *seat, const FlExport *export, const FlShape *shape, const void *arguments,
                        const FlShape *result, fluffy_scope *scope, void *out) {
    FlProcess *process = process_for(seat, export);
    if (!process)
        return FLUFFY_NO_MEMORY;
    Call call = {.export = export};
    ValueIn in = {&process->arena, &process->head.bump, seat, FLUFFY_OK};
    if (!take_arguments(&in, process, export->arguments, shape, arguments)) {
        seat->suspended = false;
        clean(seat);
        return in.status == FLUFFY_OK ? FLUFFY_NO_MEMORY : in.status;
    }
    if (!run(seat, run_values, &call, NULL))
        return crashed(seat);
    fluffy_status status = call_take_result(seat, &call, result, scope, out);
    if (call.message)
        message_free(call.message);
    clean(seat);
    return status;
}
