// The process of a supervisor is made first and not yet run: its specification is built in its own arena.
#include <string.h>

#include "runtime/memory/copy.h"
#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/roots.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"
#include "runtime/supervise/supervisor.h"

enum { RESTARTS_DEFAULT = 1, WITHIN_DEFAULT = 5000 }; // as in OTP
enum { CHILDREN_FIRST = 4 };

static const char *const strategies[] = {"one_for_one", "one_for_all", "rest_for_one"};
static const char *const kinds[] = {"permanent", "transient", "temporary"};

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

// Which of three words a text is, or -1.
static int word_index(const char *const *words, const FlString *text) {
    for (int i = 0; i < 3; i++) {
        if (strlen(words[i]) == text->length && memcmp(words[i], text->bytes, text->length) == 0)
            return i;
    }
    return -1;
}

void *fl_supervisor_new(FlProcess *self, FlString *strategy, int64_t restarts, int64_t within, const FlSite *site) {
    int index = strategy ? word_index(strategies, strategy) : STRATEGY_ONE_FOR_ONE;
    if (index < 0)
        process_panic(self, "a supervisor's strategy is one_for_one, one_for_all or rest_for_one", site);
    if (restarts < -1 || within < -1)
        process_panic(self, "a supervisor's restarts and within are not negative", site);
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
    side->service = supervisor;
    return supervisor;
}

// The template that was handed out last is filled in by now: what it refers to moves to the supervisor.
static void finish_template(FlProcess *self, Supervisor *supervisor) {
    FlProcess *process = supervisor->process;
    FlObject *frame = supervisor->unfinished;
    supervisor->unfinished = NULL;
    if (frame && !copy_into_arena(&process->arena, &process->head.bump, frame))
        process_out_of_memory(self);
}

static Child *new_child(FlProcess *self, Supervisor *supervisor) {
    if (supervisor->count == supervisor->capacity) {
        uint32_t capacity = supervisor->capacity ? 2 * supervisor->capacity : CHILDREN_FIRST;
        Child *children = memory_for(self, supervisor->process, capacity * sizeof(Child));
        if (supervisor->count > 0)
            memcpy(children, supervisor->children, supervisor->count * sizeof(Child));
        supervisor->children = children;
        supervisor->capacity = capacity;
    }
    return &supervisor->children[supervisor->count];
}

static bool has_child(const Supervisor *supervisor, FlString *id) {
    for (uint32_t i = 0; i < supervisor->count; i++) {
        if (reason_is(supervisor->children[i].id, id))
            return true;
    }
    return false;
}

FlObject *fl_supervisor_child(FlProcess *self, void *spec, FlString *id, FlResume resume, const FlType *frame_type,
                              const char *kind_name, FlString *restart, int64_t shutdown, bool starts_supervisor,
                              const FlSite *site) {
    Supervisor *supervisor = spec;
    FlProcess *process = supervisor->process;
    finish_template(self, supervisor);
    int kind = restart ? word_index(kinds, restart) : RESTART_PERMANENT;
    if (kind < 0)
        process_panic(self, "a child's restart is permanent, transient or temporary", site);
    if (shutdown < SHUTDOWN_DEFAULT)
        process_panic(self, "a child's shutdown time is not negative", site);
    if (has_child(supervisor, id))
        process_panic(self, "two children of a supervisor have the same id", site);
    Child *child = new_child(self, supervisor);
    FlWord own_id;
    uint64_t bytes = sizeof(FlObject) + frame_type->object_words * sizeof(FlWord);
    FlObject *frame = arena_allocate(&process->arena, &process->head.bump, bytes);
    if (!frame || !copy_value_into_arena(&process->arena, &process->head.bump, (FlWord)id, &own_id))
        process_out_of_memory(self);
    *frame = (FlObject){.type = frame_type->id};
    *child = (Child){.id = (const FlString *)own_id,
                     .resume = resume,
                     .frame = frame,
                     .kind_name = kind_name,
                     .site = site,
                     .shutdown = shutdown,
                     .kind = (RestartKind)kind,
                     .starts_supervisor = starts_supervisor,
                     .must_start = true};
    supervisor->count++;
    supervisor->unfinished = frame;
    return frame;
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

FlPid fl_supervisor_start(FlProcess *self, void *spec, const FlSite *site) {
    Supervisor *supervisor = spec;
    FlProcess *process = supervisor->process;
    FlPid pid = process->head.pid;
    finish_template(self, supervisor);
    // In a start function that its own supervisor runs: bound to that process until it is handed over, so that
    // neither outlives the other's failure.
    if (self->side && self->side->makes_supervisor) {
        process->side->supervisor = self->side->supervisor;
        if (!link_both(self, process))
            process_out_of_memory(self);
    }
    if (process->side->supervisor == 0 && !roots_add(pid))
        process_out_of_memory(self);
    supervisor->starter = fl_call_begin(self, pid);
    built(self, process);
    process_hooks.wake(process);
    FlWord ignored;
    fl_call_wait(self, supervisor->starter, pid, -1, &ignored, site);
    return pid;
}
