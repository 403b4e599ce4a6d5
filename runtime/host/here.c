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
    atomic_store_explicit(&seat->called, 0, memory_order_relaxed);
    seat->suspended = seat->returned = false;
}

void here_end(Seat *seat) {
    if (seat->process)
        drop(seat);
}

static bool make_process(Seat *seat) {
    FlProcess *process = spawn_new(&seat->worker, NULL, "call", NULL);
    char *stack = process ? stack_take(&seat->worker.stacks) : NULL;
    if (!stack) {
        if (process)
            death_drop(&seat->worker, process);
        return false;
    }
    __atomic_store_n(&process->worker, (FlWorker *)&seat->worker, __ATOMIC_RELAXED);
    process->stack = stack;
    process->limit = (uintptr_t)stack + STACK_RESERVE;
    process->status = PROCESS_RUNNING;
    process_write_limit(&seat->worker, process);
    seat->process = process;
    atomic_store_explicit(&seat->called, process->head.pid, memory_order_relaxed);
    seat->top = stack_top(stack);
    return true;
}

// The seat's process, as that of a function; NULL: memory is out.
static __attribute__((noinline)) FlProcess *prepare(Seat *seat, const FlExport *export) {
    if (!seat->process && !make_process(seat))
        return NULL;
    seat->process->kind_name = export->name;
    seat->process->site = seat->process->spawned_at = export->site;
    return seat->process;
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

// Where a function returns that has given the thread back: who called it has gone on with something else meanwhile.
static void returned_late(void) {
    host_seat.returned = true;
    process_leave_for_good(host_seat.process, PROCESS_ENDED);
}

// The function has given the thread back: it is collected and goes on, until it has returned or ended.
static __attribute__((noinline)) bool go_on(Seat *seat) {
    FlProcess *process = seat->process;
    seat->suspended = true;
    platform_return_to(seat->top, returned_late);
    while (process->status != PROCESS_ENDED) {
        CollectingResult result = collecting_begin(process);
        while (result == COLLECTING_ON)
            result = collecting_step(process);
        process->status = PROCESS_RUNNING;
        platform_switch(&seat->worker.scheduler, process->context);
    }
    return seat->returned;
}

// The process ended in the call: tells why, as of any process. If the runtime is stopping, that has ended it.
static __attribute__((noinline)) fluffy_status crashed(Seat *seat) {
    FlProcess *process = seat->process;
    Call end = {0};
    call_note_end(&end, process);
    if (process->flags & FLAG_REPORT)
        report_crash(process);
    drop(seat);
    return host_open() ? seat_fail(seat, FLUFFY_CRASHED, "%s", end.error) : FLUFFY_STOPPED;
}

// ---- numbers

// What is left to do where not all has gone as it does most often. `returned`: without having been suspended.
static __attribute__((noinline)) fluffy_status finish_numbers(Seat *seat, bool returned) {
    fluffy_status status = FLUFFY_OK;
    if (returned || go_on(seat))
        clean(seat);
    else
        status = crashed(seat);
    seat_leave(seat);
    return status;
}

// For its process, whose function this is.
static inline fluffy_status call_numbers(Seat *seat, const FlExport *export, const uint64_t *arguments,
                                         uint64_t *result) {
    typedef void Function(void *, void *, void *); // as far as registers are concerned
    bool returned = platform_call_guarded(&seat->worker.scheduler, seat->top, (Function *)export->call, seat->process,
                                          (FlWord *)(uintptr_t)arguments, result);
    if (__builtin_expect(!returned || !untouched(seat->process), 0))
        return finish_numbers(seat, returned);
    seat_leave(seat);
    return FLUFFY_OK;
}

// The first call of a function, or after another one, and of those that the calling thread can't run.
static __attribute__((noinline)) fluffy_status call_prepared(const FlExport *export, const uint64_t *arguments,
                                                             uint64_t *result) {
    Seat *seat = seat_enter();
    fluffy_status status = FLUFFY_NO_MEMORY;
    if (!seat)
        return FLUFFY_STOPPED;
    if (export->plain && !SANITIZED && prepare(seat, export))
        return call_numbers(seat, export, arguments, result);
    if (!export->plain || SANITIZED)
        status = call_words(seat, export, arguments, result);
    seat_leave(seat);
    return status;
}

// Most often the seat's process is the function's: then this is all, and few registers have to be saved.
fluffy_status fl_host_call_words(uint32_t exported, const uint64_t *arguments, uint64_t *result) {
    const FlExport *export = host_export(exported);
    Seat *seat = seat_own();
    if (__builtin_expect(!seat_try(seat), 0))
        return call_prepared(export, arguments, result);
    if (__builtin_expect(seat->process && seat->process->kind_name == export->name, 1))
        return call_numbers(seat, export, arguments, result);
    seat_leave(seat);
    return call_prepared(export, arguments, result);
}

// ---- other values

static void run_values(void *process, void *call, void *unused) {
    (void)unused;
    call_run(process, call);
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
    FlProcess *process = prepare(seat, export);
    if (!process)
        return FLUFFY_NO_MEMORY;
    Call call = {.export = export};
    ValueIn in = {&process->arena, &process->head.bump, seat, FLUFFY_OK};
    if (!take_arguments(&in, process, export->arguments, shape, arguments)) {
        clean(seat);
        return in.status == FLUFFY_OK ? FLUFFY_NO_MEMORY : in.status;
    }
    if (!platform_call_guarded(&seat->worker.scheduler, seat->top, run_values, process, &call, NULL) && !go_on(seat))
        return crashed(seat);
    fluffy_status status = call_take_result(seat, &call, result, scope, out);
    if (call.message)
        message_free(call.message);
    clean(seat);
    return status;
}
