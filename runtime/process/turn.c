// Turns: who runs on which stack.
//
// The scheduler runs on the stack of its thread and enters processes by process_run. But most turns end with a process
// that waits and another one that was woken meanwhile; then the worker is not given back:
//  - A process that waits without a stack returns, or one that has ended, and the next one that has none is called on
//    the same stack.
//  - A process that waits with its stack switches to a fresh one, on which it is parked (not before: who wakes it may
//    run it at once) and the next process goes on.
//  - To a process that has a stack the worker switches from a stack that nobody uses any more. That stack can't be
//    given to the cache before it is left, so it is kept as the worker's `empty`, the first that is taken again.
// What a turn's end needs beyond parking (a collection, a report) is done by the scheduler, which also goes
// on with a process that is being collected.
#include "runtime/process/run.h"

#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

// ---- stacks

static char *take_stack(ProcessWorker *worker) {
    char *stack = worker->empty;
    worker->empty = NULL;
    if (!stack)
        stack = stack_take(&worker->stacks);
    if (stack)
        sanitized_reused(&stack_slot(stack)->sanitized, stack, STACK_BYTES - 128);
    return stack;
}

// The one that runs, before it is left for good.
static void leave_stack(ProcessWorker *worker, char *stack) {
    if (worker->empty)
        stack_give(&worker->stacks, worker->empty);
    worker->empty = stack;
}

static void take_stack_back(ProcessWorker *worker, FlProcess *process) {
    stack_give(&worker->stacks, process->stack);
    process->stack = NULL;
}

// The slot that the caller runs on, if it runs on one.
static char *own_stack(void) { return (char *)((uintptr_t)platform_stack_pointer() & ~(uintptr_t)(STACK_BYTES - 1)); }

static SanitizedStack *described(char *stack) { return &stack_slot(stack)->sanitized; }

// ---- one turn begins

static void begin_turn(ProcessWorker *worker, FlProcess *process) {
    __atomic_store_n(&process->worker, (FlWorker *)worker, __ATOMIC_RELAXED);
    process->status = PROCESS_RUNNING;
    worker->sends_left = SENDS_AT_ONCE;
}

static void begin_on(ProcessWorker *worker, FlProcess *process, char *stack) {
    begin_turn(worker, process);
    process->stack = stack;
    process->limit = (uintptr_t)stack + STACK_RESERVE;
    process_write_limit(worker, process);
}

static void begin_again(ProcessWorker *worker, FlProcess *process) {
    begin_turn(worker, process);
    if (worker->counts_polls)
        process_write_limit(worker, process);
}

// ---- one turn after another

// Who leaves a stack for good gives its context to nobody. Where AddressSanitizer keeps variables beside the stack,
// they are gone before the switch writes there: these two are not sanitized.
#define LEAVES_FOR_GOOD __attribute__((no_sanitize("address")))
// What runs between a process's wait and its next turn is inlined: a call that never returns would stay on the
// processor's mind, see platform_switch_here.
#ifdef SANITIZER_ADDRESS
#define ENDS_IN_SWITCH static LEAVES_FOR_GOOD
#else
#define ENDS_IN_SWITCH static inline __attribute__((always_inline))
#endif

// The stack is left for good, and the worker given back by `left`.
LEAVES_FOR_GOOD static _Noreturn void give_worker_back(ProcessWorker *worker, char *stack, FlProcess *left) {
    FlContext unused;
    worker->left = left;
    leave_stack(worker, stack);
    sanitized_switch(&unused, worker->scheduler, described(stack), &worker->sanitized, true);
    __builtin_unreachable();
}

// The same for a process that has a stack.
ENDS_IN_SWITCH void switch_to(ProcessWorker *worker, char *stack, FlProcess *next) {
    FlContext unused;
    begin_again(worker, next);
    leave_stack(worker, stack);
    sanitized_switch(&unused, next->context, described(stack), described(next->stack), true);
    __builtin_unreachable();
}

// Nothing has to be done at the end of the turn but to park.
static bool just_waits(const FlProcess *self) {
    const FlSide *side = self->side;
    return !(self->flags & (FLAG_COLLECT | FLAG_STARTING)) && !arena_due(&self->arena) &&
           (!side || !side->segment || side->on_segment);
}

// Parks self, which needs no stack meanwhile. false: nothing was done.
static bool park(ProcessWorker *worker, FlProcess *self, char *stack) {
    if (self->status != PROCESS_PARKED || !just_waits(self))
        return false;
    self->stack = NULL; // from now on it may run elsewhere
    if (process_hooks.park(worker, self))
        return true;
    self->stack = stack;
    return false;
}

// Buries self, which has returned, if that is quickly done. false: nothing was done.
static bool end(ProcessWorker *worker, FlProcess *self) {
    if (!death_quiet(worker, self))
        return false;
    process_hooks.ended(worker);
    return true;
}

// On a stack that nobody else uses: worker->next, and what follows it. Never returns. Inlined as
// ENDS_IN_SWITCH says.
static inline __attribute__((always_inline)) void go_on(ProcessWorker *worker, char *stack) {
    for (;;) {
        FlProcess *self = worker->next;
        if (!self || self->status == PROCESS_COLLECTING)
            give_worker_back(worker, stack, NULL);
        worker->next = NULL;
        if (self->stack)
            switch_to(worker, stack, self);
        begin_on(worker, self, stack);
        if (atomic_load_explicit(&self->requests, memory_order_relaxed) != 0)
            process_take_requests(self);
        self->head.resume(self);
        worker = process_worker(self);
        if (!park(worker, self, stack) && !end(worker, self))
            process_leave_for_good(self, self->status == PROCESS_PARKED ? PROCESS_PARKED : PROCESS_ENDED);
    }
}

static void enter(void *argument) {
    sanitized_entered();
    go_on(argument, own_stack());
}

// On a fresh stack, after a process has left its own.
static void enter_after(void *argument) {
    FlProcess *waits = argument;
    sanitized_entered();
    ProcessWorker *worker = process_worker(waits);
    if (!process_hooks.park(worker, waits))
        give_worker_back(worker, own_stack(), waits);
    go_on(worker, own_stack());
}

// ---- one turn ends

static __attribute__((noinline)) void leave(FlProcess *self, ProcessStatus status, bool last) {
    self->status = status;
    ProcessWorker *worker = process_worker(self);
    worker->left = self;
    sanitized_switch(&self->context, worker->scheduler, described(self->stack), &worker->sanitized, last);
}

// Waits without giving the worker back. false: that is not possible. Inlined: each return from a function that was
// called before the switch is mispredicted after it.
static inline __attribute__((always_inline)) bool wait_here(FlProcess *self) {
    ProcessWorker *worker = process_worker(self);
    char *stack = just_waits(self) && !worker->counts_polls ? take_stack(worker) : NULL;
    if (!stack)
        return false;
    self->status = PROCESS_WAITING;
    FlContext context = platform_context(stack_top(stack), enter_after, self);
    sanitized_switch(&self->context, context, described(self->stack), described(stack), false);
    return true;
}

void process_pause(FlProcess *self, ProcessStatus status) { leave(self, status, false); }

void process_leave(FlProcess *self, ProcessStatus status) {
    leave(self, status, false);
    if (atomic_load_explicit(&self->requests, memory_order_relaxed) != 0)
        process_take_requests(self);
}

void process_wait(FlProcess *self) {
    if (arena_due(&self->arena) && process_collectable(self))
        self->head.frame = NULL; // collected while it waits; loaded long ago
    if (!wait_here(self))
        leave(self, PROCESS_WAITING, false);
    if (atomic_load_explicit(&self->requests, memory_order_relaxed) != 0)
        process_take_requests(self);
    process_drain(self);
}

_Noreturn void process_leave_for_good(FlProcess *self, ProcessStatus status) {
    leave(self, status, true);
    __builtin_unreachable();
}

// ---- the scheduler's side

// Whether a supervisor's child has begun to wait, or has computed for long.
static bool has_started(const FlProcess *process) {
    FlSide *side = process->side;
    if (process->status == PROCESS_YIELDED)
        return ++side->start_yields >= START_YIELDS && process_hooks.now() >= side->start_deadline;
    return process->status == PROCESS_WAITING || process->status == PROCESS_PARKED ||
           process->status == PROCESS_PRINTING;
}

static void tell_started(FlProcess *process) {
    if (!has_started(process))
        return;
    FlMessage *started = process->side->started;
    process->side->started = NULL;
    process->flags &= (uint8_t)~FLAG_STARTING;
    started->from = process->head.pid;
    started->to = process->side->supervisor;
    signal_route(started);
}

// What the end of its turn means for a process itself.
static void end_turn(ProcessWorker *worker, FlProcess *process) {
    if (process->flags & FLAG_STARTING)
        tell_started(process);
    FlSide *side = process->side;
    if (side && side->segment && !side->on_segment && process->status != PROCESS_YIELDED &&
        process->status != PROCESS_DUE)
        side_give_segment(side);
    if (process->status == PROCESS_PARKED || process->status == PROCESS_ENDED)
        take_stack_back(worker, process);
}

static void fail_to_enter(ProcessWorker *worker, FlProcess *process) {
    __atomic_store_n(&process->worker, (FlWorker *)worker, __ATOMIC_RELAXED);
    death_begin(process, reason_no_memory, NULL);
    process->flags |= FLAG_REPORT;
    process->status = PROCESS_ENDED;
}

FlProcess *process_run(ProcessWorker *worker, FlProcess *process) {
    char *stack = process->stack;
    FlContext context = process->context;
    if (stack) {
        begin_again(worker, process);
    } else if ((stack = take_stack(worker)) != NULL) {
        context = platform_context(stack_top(stack), enter, worker);
        worker->next = process;
    } else {
        fail_to_enter(worker, process);
        return process;
    }
    sanitized_switch(&worker->scheduler, context, &worker->sanitized, described(stack), false);
    if (worker->left)
        end_turn(worker, worker->left);
    return worker->left;
}
