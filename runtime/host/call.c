// Starting processes, sending, calling: what the host does with exported functions.
//
// A call runs as a process of its own on the workers, and the host's thread waits for it; so it may do whatever a
// process may, and its fault is a result. What it and the thread share is a Call, of which each has a share: a thread
// that gives up because the runtime stops leaves first. Functions that only compute run on the calling thread instead
// (here.c).
#include <stdio.h>
#include <string.h>

#include "runtime/host/host.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"
#include "runtime/platform/futex.h"
#include "runtime/process/death.h"
#include "runtime/process/names.h"
#include "runtime/process/receive.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"

// ---- new processes

// Not runnable yet; its frame holds the arguments: a C value of that shape, or without a shape the words themselves.
// The status says why it is NULL.
static FlProcess *new_process(Seat *seat, const FlExport *export, FlResume resume, const FlType *frame_type,
                              const FlShape *shape, const void *arguments, fluffy_status *status) {
    *status = FLUFFY_NO_MEMORY;
    FlProcess *process = spawn_new(&seat->worker, resume, export->name, export->site);
    if (!process)
        return NULL;
    FlObject *frame = arena_allocate(&process->arena, &process->head.bump,
                                     sizeof(FlObject) + frame_type->object_words * sizeof(FlWord));
    ValueIn in = {&process->arena, &process->head.bump, seat, FLUFFY_OK};
    if (frame) {
        *frame = (FlObject){.type = frame_type->id};
        process->head.frame = frame;
        if (!shape)
            memcpy(object_words(frame), arguments, frame_type->object_words * sizeof(FlWord));
        if (!shape || value_in_fields(&in, frame_type, object_words(frame), shape, arguments))
            return process;
        *status = in.status;
    }
    death_drop(&seat->worker, process);
    return NULL;
}

static fluffy_status apply_name(Seat *seat, FlProcess *process, const char *name) {
    FlWord word;
    ValueIn in = {&process->arena, &process->head.bump, seat, FLUFFY_OK};
    static const FlShape text = {.kind = FL_SHAPE_STRING};
    fluffy_string string = fluffy_text(name);
    if (!value_in(&in, fl_program.types[FL_TYPE_STRING], &word, &text, (const char *)&string))
        return in.status;
    NamesResult result = names_register((const FlString *)word, process->head.pid);
    return result == NAMES_TAKEN ? FLUFFY_NAME_TAKEN : result == NAMES_NO_MEMORY ? FLUFFY_NO_MEMORY : FLUFFY_OK;
}

fluffy_status host_policy(Seat *seat, fluffy_overflow overflow, BoundPolicy *policy) {
    static const BoundPolicy policies[] = {BOUND_BLOCK, BOUND_DROP_NEWEST, BOUND_DROP_OLDEST, BOUND_CRASH};
    *policy = BOUND_BLOCK;
    if ((size_t)overflow >= sizeof policies / sizeof *policies)
        return seat_fail(seat, FLUFFY_INVALID, "`overflow` is none of the four");
    *policy = policies[overflow];
    return FLUFFY_OK;
}

static fluffy_status check_owner(Seat *seat, const fluffy_spawn_options *options) {
    if ((options->link || options->monitor) && !options->owner)
        return seat_fail(seat, FLUFFY_INVALID, "`link` and `monitor` need an `owner`");
    return options->link || options->monitor ? mailbox_check(seat, options->owner) : FLUFFY_OK;
}

static fluffy_status apply_options(Seat *seat, FlProcess *process, const fluffy_spawn_options *options) {
    if (options->memory_limit != 0)
        process->arena.limit = options->memory_limit;
    BoundPolicy policy;
    fluffy_status status = host_policy(seat, options->overflow, &policy);
    if (status == FLUFFY_OK)
        status = check_owner(seat, options);
    if (status != FLUFFY_OK)
        return status;
    if (options->mailbox != 0 && !bound_make(process, options->mailbox, policy))
        return FLUFFY_NO_MEMORY;
    if (options->stack_limit != 0) {
        FlSide *side = process_side(process);
        if (!side)
            return FLUFFY_NO_MEMORY;
        side->stack_limit = options->stack_limit;
    }
    if (options->name)
        status = apply_name(seat, process, options->name);
    if (status == FLUFFY_OK && (options->link || options->monitor) &&
        !mailbox_expect(options->owner, process->head.pid, options->link, options->monitor))
        status = FLUFFY_NO_MEMORY;
    return status;
}

fluffy_status fl_host_spawn(uint32_t exported, const FlShape *shape, const void *arguments,
                            const fluffy_spawn_options *options, fluffy_pid *pid) {
    const FlExport *export = host_export(exported);
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status;
    FlProcess *process = new_process(seat, export, export->start, export->frame, shape, arguments, &status);
    if (process) {
        status = options ? apply_options(seat, process, options) : FLUFFY_OK;
        FlPid made = process->head.pid;
        if (status == FLUFFY_OK) {
            process_hooks.wake(process);
            if (pid)
                *pid = made;
        } else {
            death_drop(&seat->worker, process);
        }
    }
    seat_leave(seat);
    return status;
}

// ---- sending

// The member of what the receiver's messages are that this shape becomes, found once.
static const FlType *planned(const FlExport *export, const FlShape *shape, FlPlan *plan) {
    // Relaxed: it points to what is constant.
    const FlType *type = __atomic_load_n(&plan->type, __ATOMIC_RELAXED);
    if (__builtin_expect(type != NULL, 1))
        return type;
    const FlType *all = export->message;
    if (all->kind != FL_KIND_UNION) {
        type = value_fits(all, shape) ? all : NULL;
    } else {
        for (uint32_t i = 0; i < all->field_count && !type; i++)
            type = value_fits(all->fields[i].type, shape) ? all->fields[i].type : NULL;
    }
    __atomic_store_n(&plan->type, type, __ATOMIC_RELAXED);
    return type;
}

// A record whose words are all numbers: written where it travels.
static FlMessage *flat_message(const FlType *type, const FlShape *shape, const char *value) {
    FlMessage *message = message_flat(type->id, type->object_words);
    if (!message)
        message = message_begin(type);
    if (!message)
        return NULL;
    message->from = 0;
    value_in_fields(NULL, type, object_words((FlObject *)message->head.root), shape, value);
    return message;
}

static FlMessage *record_message(ValueIn *in, const FlType *type, const FlShape *shape, const char *value) {
    FlMessage *message = message_begin(type);
    bool done = message && value_in_fields(in, type, object_words((FlObject *)message->head.root), shape, value);
    if (done && message_complete(message))
        return message;
    if (message)
        message_free(message);
    return NULL;
}

static FlMessage *other_message(ValueIn *in, const FlType *all, const FlShape *shape, const char *value) {
    FlWord words[4];
    if (all->kind == FL_KIND_UNION)
        return value_in(in, all, words, shape, value) ? message_copy(words[0]) : NULL;
    // As a member of a union that is there nowhere.
    FlField member = {.type = all};
    FlType one = {.kind = FL_KIND_UNION, .words = 1, .field_count = 1, .fields = &member};
    return value_in(in, &one, words, shape, value) ? message_copy(words[0]) : NULL;
}

static FlMessage *make_message(Seat *seat, const FlExport *export, const FlType *type, const FlShape *shape,
                               const char *value, fluffy_status *status) {
    if (type->kind == FL_KIND_RECORD && type->references == NULL)
        return flat_message(type, shape, value);
    ValueIn in = {&seat->arena, &seat->bump, seat, FLUFFY_OK};
    FlMessage *message = type->kind == FL_KIND_RECORD ? record_message(&in, type, shape, value)
                                                      : other_message(&in, export->message, shape, value);
    arena_deinit(&seat->arena, &seat->bump);
    if (in.status != FLUFFY_OK)
        *status = in.status;
    return message;
}

static fluffy_status send(Seat *seat, const FlExport *export, const FlShape *shape, FlPlan *plans, FlPid to,
                          const char *value) {
    uint32_t tag;
    const FlShape *variant = value_variant(shape, &value, &tag);
    const FlType *type = variant ? planned(export, variant, &plans[tag]) : NULL;
    if (!type)
        return seat_fail(seat, FLUFFY_INVALID,
                         variant ? "`%s` takes no such message" : "the message's tag names no shape", export->name);
    fluffy_status status = FLUFFY_NO_MEMORY;
    FlMessage *message = make_message(seat, export, type, variant, value, &status);
    if (!message)
        return status;
    message->to = to;
    BoundPatience patience = {.goes_on = host_open};
    if (__builtin_expect(seat->patience != 0, 0))
        patience.deadline = process_deadline(seat->patience);
    if (__builtin_expect(signal_route_from_host(message, &patience), 1))
        return FLUFFY_OK;
    message_free(message);
    return host_open() ? FLUFFY_FULL : FLUFFY_STOPPED;
}

fluffy_status fl_host_send(uint32_t exported, const FlShape *shape, FlPlan *plans, fluffy_pid to, const void *message) {
    if (__builtin_expect(!message, 0))
        return fl_host_null("message");
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    fluffy_status status = send(seat, host_export(exported), shape, plans, to, message);
    seat_leave(seat);
    return status;
}

// ---- calling

static void give_share(Call *call) {
    if (atomic_fetch_sub_explicit(&call->shares, 1, memory_order_acq_rel) != 1)
        return;
    if (call->message)
        message_free(call->message);
    memory_free(call);
}

// The result as the only field of an object, so that it can be copied like a message.
static void keep_result(FlProcess *self, Call *call, const FlType *type, const FlWord *words) {
    if (type->words == 0 || type->kind == FL_KIND_INT || type->kind == FL_KIND_BOOL || type->kind == FL_KIND_FLOAT ||
        type->kind == FL_KIND_PID) {
        call->words[0] = words[0];
        return;
    }
    FlObject *box = fl_alloc_slow(self, sizeof(FlObject) + call->export->box->object_words * sizeof(FlWord));
    *box = (FlObject){.type = call->export->box->id};
    memcpy(object_words(box), words, type->words * sizeof(FlWord));
    call->message = message_give(&self->arena, (FlWord)box);
    if (!call->message)
        process_out_of_memory(self);
}

void call_run(FlProcess *self, Call *call) {
    FlWord arguments[ARGUMENTS_MOST], result[RESULT_WORDS] = {0};
    memcpy(arguments, object_words(self->head.frame), call->export->arguments->object_words * sizeof(FlWord));
    call->export->call(self, arguments, result);
    keep_result(self, call, call->export->result, result);
    call->returned = true;
}

static void run_call(FlProcess *self) { call_run(self, self->side->service); }

void call_note_end(Call *call, const FlProcess *process) {
    const FlString *reason = process->side && process->side->report ? process->side->report : death_reason(process);
    if (!call->returned)
        snprintf(call->error, sizeof call->error, "%.*s", (int)reason->length, reason->bytes);
}

static void call_ends(ProcessWorker *worker, FlProcess *process) {
    Call *call = process->side->service;
    (void)worker;
    call_note_end(call, process);
    atomic_store_explicit(&call->done, 1, memory_order_release);
    futex_wake(&call->done, 1);
    give_share(call);
}

static Call *new_call(const FlExport *export) {
    Call *call = memory_allocate(sizeof *call);
    if (call)
        *call = (Call){.export = export, .shares = 2};
    return call;
}

// Runs it. The status of the start; `*done`: the call, of which the caller has a share.
static fluffy_status start_call(Seat *seat, const FlExport *export, const FlShape *shape, const void *arguments,
                                Call **done) {
    fluffy_status status;
    FlProcess *process = new_process(seat, export, run_call, export->arguments, shape, arguments, &status);
    if (!process)
        return status;
    Call *call = new_call(export);
    FlSide *side = call ? process_side(process) : NULL;
    if (!side) {
        memory_free(call);
        death_drop(&seat->worker, process);
        return FLUFFY_NO_MEMORY;
    }
    side->service = call;
    side->service_end = call_ends;
    process_hooks.wake(process);
    *done = call;
    return FLUFFY_OK;
}

static fluffy_status wait_for(Seat *seat, Call *call) {
    while (!atomic_load_explicit(&call->done, memory_order_acquire)) {
        if (!host_open())
            return FLUFFY_STOPPED;
        futex_wait(&call->done, 0, LOOK_NANOSECONDS);
    }
    return call->returned ? FLUFFY_OK : seat_fail(seat, FLUFFY_CRASHED, "%s", call->error);
}

fluffy_status call_take_result(Seat *seat, Call *call, const FlShape *shape, fluffy_scope *scope, void *out) {
    const FlWord *words = call->words;
    if (call->message)
        words = object_words((const FlObject *)call->message->head.root);
    fluffy_status status = value_out(scope, shape, call->export->result, words, out);
    if (status == FLUFFY_OTHER)
        return seat_fail(seat, FLUFFY_INVALID, "the result has another shape than `%s` promises", call->export->name);
    if (call->message && scope) {
        scope_keep(scope, call->message);
        call->message = NULL;
    }
    return status;
}

static fluffy_status call(Seat *seat, const FlExport *export, const FlShape *shape, const void *arguments,
                          const FlShape *result, fluffy_scope *scope, void *out) {
    Call *call = NULL;
    fluffy_status status = start_call(seat, export, shape, arguments, &call);
    if (status != FLUFFY_OK)
        return status;
    status = wait_for(seat, call);
    if (status == FLUFFY_OK)
        status = call_take_result(seat, call, result, scope, out);
    give_share(call);
    return status;
}

fluffy_status fl_host_call(uint32_t exported, const FlShape *shape, const void *arguments, const FlShape *result,
                           fluffy_scope *scope, void *out) {
    Seat *seat = seat_enter();
    if (!seat)
        return FLUFFY_STOPPED;
    const FlExport *export = host_export(exported);
    fluffy_status status = export->plain && !SANITIZED ? here_call(seat, export, shape, arguments, result, scope, out)
                                                       : call(seat, export, shape, arguments, result, scope, out);
    seat_leave(seat);
    return status;
}

fluffy_status call_words(Seat *seat, const FlExport *export, const uint64_t *arguments, uint64_t *result) {
    Call *call = NULL;
    fluffy_status status = start_call(seat, export, NULL, arguments, &call);
    if (status != FLUFFY_OK)
        return status;
    status = wait_for(seat, call);
    if (status == FLUFFY_OK)
        *result = call->words[0];
    give_share(call);
    return status;
}
