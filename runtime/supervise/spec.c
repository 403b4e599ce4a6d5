// The process of a supervisor is made first and not yet run: its specification is built in its own arena.
#include <stdio.h>
#include <string.h>

#include "runtime/memory/copy.h"
#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/names.h"
#include "runtime/process/roots.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"
#include "runtime/process/table.h"
#include "runtime/supervise/supervisor.h"

enum { RESTARTS_DEFAULT = 1, WITHIN_DEFAULT = 5000 }; // as in OTP
enum { CHILDREN_FIRST = 4 };

static const char *const strategies[] = {"one_for_one", "one_for_all", "rest_for_one", NULL};
static const char *const kinds[] = {"permanent", "transient", "temporary", NULL};

void *supervisor_memory(FlProcess *process, uint64_t bytes) {
    uint64_t whole = sizeof(FlObject) + object_round(bytes);
    FlObject *filler = arena_allocate(&process->arena, &process->head.bump, whole);
    if (!filler)
        return NULL;
    object_fill(filler, whole);
    return memset(filler + 1, 0, whole - sizeof(FlObject));
}

static void *memory_for(FlProcess *self, FlProcess *process, uint64_t bytes) {
    void *memory = supervisor_memory(process, bytes);
    if (!memory)
        process_out_of_memory(self);
    return memory;
}

// When the supervisor ends, however: the stores of children that were added.
static void drop_stores(ProcessWorker *worker, FlProcess *process) {
    const Supervisor *supervisor = process->side->service;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        FlProcess *store = process_find(supervisor->children[i]->store);
        if (store)
            death_drop(worker, store);
    }
}

void *fl_supervisor_new(FlProcess *self, FlString *strategy, int64_t restarts, int64_t within, const FlSite *site) {
    int index = strategy ? word_index(self, strategies, strategy, "`strategy`", site) : STRATEGY_ONE_FOR_ONE;
    if (restarts < -1 || within < -1)
        process_panic(self, "`restarts` and `within` can't be negative", site);
    FlProcess *process = spawn_new((ProcessWorker *)self->worker, supervisor_run, "supervisor", site);
    if (!process)
        process_panic(self, "out of memory: no room for another process", site);
    process->flags |= FLAG_SERVICE;
    FlSide *side = process_side(process), *own = process_side(self);
    if (!side || !own) {
        death_drop((ProcessWorker *)self->worker, process);
        process_out_of_memory(self);
    }
    // From here on the end of self ends it too (death.c).
    process->queue_next = own->building;
    own->building = process;
    Supervisor *supervisor = memory_for(self, process, sizeof *supervisor);
    supervisor->process = process;
    supervisor->site = site;
    supervisor->strategy = (Strategy)index;
    supervisor->restarts = restarts < 0 ? RESTARTS_DEFAULT : restarts;
    if (within < 0)
        within = WITHIN_DEFAULT;
    supervisor->within = within > INT64_MAX / 1000000 ? INT64_MAX : within * 1000000;
    supervisor->stop_deadline = INT64_MAX;
    side->service = supervisor;
    side->service_end = drop_stores;
    return supervisor;
}

static const char *const autos[] = {"never", "any_significant", "all_significant", NULL};

void fl_supervisor_shutdown(FlProcess *self, void *spec, FlString *when, const FlSite *site) {
    Supervisor *supervisor = spec;
    supervisor->auto_shutdown = (AutoShutdown)word_index(self, autos, when, "`auto_shutdown`", site);
}

// A text of the specification, copied to the supervisor; NULL stays NULL.
static const FlString *own_text(FlProcess *self, FlProcess *process, FlString *text) {
    FlWord own;
    if (!text)
        return NULL;
    if (!copy_value_into_arena(&process->arena, &process->head.bump, (FlWord)text, &own))
        process_out_of_memory(self);
    return (const FlString *)own;
}

void fl_supervisor_name(FlProcess *self, void *spec, FlString *name) {
    Supervisor *supervisor = spec;
    supervisor->name = own_text(self, supervisor->process, name);
}

// The template that was handed out last is filled in by now: what it refers to moves to the supervisor.
static void finish_template(FlProcess *self, Supervisor *supervisor) {
    FlProcess *process = supervisor->process;
    FlObject *frame = supervisor->unfinished;
    supervisor->unfinished = NULL;
    if (frame && !copy_into_arena(&process->arena, &process->head.bump, frame))
        process_out_of_memory(self);
}

static void make_room(FlProcess *self, Supervisor *supervisor) {
    if (supervisor->count < supervisor->capacity)
        return;
    uint32_t capacity = supervisor->capacity ? 2 * supervisor->capacity : CHILDREN_FIRST;
    Child **children = memory_for(self, supervisor->process, capacity * sizeof(Child *));
    if (supervisor->count > 0)
        memcpy(children, supervisor->children, supervisor->count * sizeof(Child *));
    supervisor->children = children;
    supervisor->capacity = capacity;
}

void supervisor_append(FlProcess *self, Supervisor *supervisor, Child *child, FlPid store) {
    make_room(self, supervisor);
    child->index = supervisor->count;
    child->store = store;
    supervisor->children[supervisor->count++] = child;
    if (child->id)
        index_add(&supervisor->by_id, self, supervisor->process, index_key(child->id), child);
    mark_start(supervisor, child);
}

static RestartKind restart_kind(FlProcess *self, FlString *restart, const FlSite *site) {
    return restart ? (RestartKind)word_index(self, kinds, restart, "`restart`", site) : RESTART_PERMANENT;
}

// `in`: where the child stands from the first; NULL: it is added, and the supervisor decides.
static void check_options(FlProcess *self, const Supervisor *in, RestartKind kind, int64_t shutdown, bool significant,
                          const FlSite *site) {
    if (shutdown < SHUTDOWN_DEFAULT)
        process_panic(self, "`shutdown` can't be negative", site);
    if (significant && kind == RESTART_PERMANENT)
        process_panic(self, "a permanent child always starts again, so it can't be significant", site);
    if (significant && in && in->auto_shutdown == AUTO_NEVER)
        process_panic(self, "a significant child needs a supervisor with `auto_shutdown`", site);
}

static _Noreturn void refuse_id(FlProcess *self, const FlString *id, const FlSite *site) {
    char text[200];
    snprintf(text, sizeof text, "two children have the id \"%.*s\"", id->length < 120 ? (int)id->length : 120,
             id->bytes);
    process_panic(self, text, site);
}

void fl_supervisor_model(FlProcess *self, void *spec, FlString *restart, int64_t shutdown, bool significant,
                         const FlSite *site) {
    Supervisor *supervisor = spec;
    RestartKind kind = restart_kind(self, restart, site);
    check_options(self, supervisor, kind, shutdown, significant, site);
    if (supervisor->strategy != STRATEGY_ONE_FOR_ONE)
        process_panic(self, "children of one template have no order: their strategy is \"one_for_one\"", site);
    supervisor->dynamic = true;
    supervisor->model = (Child){.kind = kind, .shutdown = shutdown, .significant = significant};
}

FlObject *fl_supervisor_child(FlProcess *self, void *spec, FlString *id, FlResume resume, const FlType *frame_type,
                              const char *kind_name, FlString *restart, int64_t shutdown, bool starts_supervisor,
                              bool significant, FlString *name, const FlSite *site) {
    Supervisor *supervisor = spec;
    FlProcess *process = supervisor->process;
    finish_template(self, supervisor);
    RestartKind kind = restart_kind(self, restart, site);
    check_options(self, supervisor->request ? NULL : supervisor, kind, shutdown, significant, site);
    if (id && index_find(&supervisor->by_id, index_key(id), id))
        refuse_id(self, id, site);
    Child *child = memory_for(self, process, sizeof(Child));
    uint64_t bytes = sizeof(FlObject) + frame_type->object_words * sizeof(FlWord);
    FlObject *frame = arena_allocate(&process->arena, &process->head.bump, bytes);
    if (!frame)
        process_out_of_memory(self);
    *frame = (FlObject){.type = frame_type->id};
    *child = (Child){.id = own_text(self, process, id),
                     .name = own_text(self, process, name),
                     .resume = resume,
                     .frame = frame,
                     .kind_name = kind_name,
                     .site = site,
                     .shutdown = shutdown,
                     .kind = kind,
                     .significant = significant,
                     .starts_supervisor = starts_supervisor,
                     .deadline = INT64_MAX};
    supervisor_append(self, supervisor, child, 0);
    supervisor->unfinished = frame;
    return frame;
}

void *fl_supervisor_request(FlProcess *self, const FlSite *site) {
    Supervisor *request = fl_supervisor_new(self, NULL, -1, -1, site);
    request->request = true;
    return request;
}

static bool link_both(FlProcess *one, FlProcess *other) {
    FlSide *side = process_side(one), *other_side = process_side(other);
    Peer *peer = side ? peers_make(&side->peers, other->head.pid) : NULL;
    Peer *back = other_side ? peers_make(&other_side->peers, one->head.pid) : NULL;
    if (!peer || !back)
        return false;
    peer->linked = back->linked = true;
    return true;
}

// It is about to run: no longer the builder's.
static void built(FlProcess *self, FlProcess *process) {
    FlProcess **link = &self->side->building;
    while (*link != process)
        link = &(*link)->queue_next;
    *link = process->queue_next;
}

FlPid supervisor_seal(FlProcess *self, Supervisor *request) {
    finish_template(self, request);
    built(self, request->process);
    return request->process->head.pid;
}

static void take_name(FlProcess *self, const Supervisor *supervisor, const FlSite *site) {
    if (!supervisor->name)
        return;
    NamesResult result = names_register(supervisor->name, supervisor->process->head.pid);
    if (result == NAMES_TAKEN)
        process_panic_name(self, supervisor->name, site);
    if (result == NAMES_NO_MEMORY)
        process_out_of_memory(self);
}

FlPid fl_supervisor_start(FlProcess *self, void *spec, const FlSite *site) {
    Supervisor *supervisor = spec;
    FlProcess *process = supervisor->process;
    FlPid pid = process->head.pid;
    finish_template(self, supervisor);
    // In a start function that its own supervisor runs: bound to that process until it is handed over, so that
    // neither outlives the other's failure.
    if (self->side && self->side->makes_supervisor) {
        process->side->supervisor = self->side->supervisor;
        process->side->path = self->side->path;
        self->side->path = NULL;
        process->side->places = self->side->places;
        self->side->places = NULL;
        if (process->side->places)
            supervisor_take_places(supervisor, (ProcessWorker *)self->worker);
        if (!link_both(self, process))
            process_out_of_memory(self);
    }
    if (process->side->supervisor == 0 && !roots_add(pid))
        process_out_of_memory(self);
    take_name(self, supervisor, site);
    supervisor->starter = fl_call_begin(self, pid);
    built(self, process);
    process_hooks.wake(process);
    FlWord ignored;
    fl_call_wait(self, supervisor->starter, pid, -1, &ignored, site);
    return pid;
}
