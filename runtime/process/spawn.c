#include "runtime/process/spawn.h"

#include "runtime/memory/copy.h"
#include "runtime/memory/object.h"
#include "runtime/process/bound.h"
#include "runtime/process/death.h"
#include "runtime/process/names.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/table.h"

uint64_t spawn_memory_limit;

FlProcess *spawn_new(ProcessWorker *worker, FlResume resume, const char *kind_name, const FlSite *site) {
    FlProcess *process = process_allocate(&worker->slots);
    if (!process)
        return NULL;
    process->head.resume = resume;
    process->kind_name = kind_name;
    process->spawned_at = site;
    process->site = site;
    process->arena.limit = spawn_memory_limit;
    return process;
}

FlProcess *fl_spawn_begin(FlProcess *self, FlResume resume, const FlType *frame_type, const char *kind_name,
                          const FlSite *site) {
    FlProcess *child = spawn_new((ProcessWorker *)self->worker, resume, kind_name, site);
    if (!child)
        process_panic(self, "out of memory: no room for another process", site);
    uint64_t bytes = sizeof(FlObject) + frame_type->object_words * sizeof(FlWord);
    FlObject *frame = arena_allocate(&child->arena, &child->head.bump, bytes);
    if (!frame) {
        death_drop((ProcessWorker *)self->worker, child);
        process_out_of_memory(self);
    }
    *frame = (FlObject){.type = frame_type->id};
    child->head.frame = frame;
    return child;
}

// The spawn fails, and so does the spawner.
static _Noreturn void fail(FlProcess *self, FlProcess *child, const char *text, FlString *taken) {
    const FlSite *site = child->spawned_at;
    death_drop((ProcessWorker *)self->worker, child);
    if (taken)
        process_panic_name(self, taken, site);
    if (text)
        process_panic(self, text, site);
    process_out_of_memory(self);
}

static Peer *peer_of(FlProcess *process, FlPid pid) {
    FlSide *side = process_side(process);
    return side ? peers_make(&side->peers, pid) : NULL;
}

// Link and monitor stand before the child can do anything: both sides are ours as yet.
static bool connect(FlProcess *self, FlProcess *child, const FlSpawnOptions *options) {
    Peer *parent = peer_of(child, self->head.pid);
    Peer *peer = parent ? peer_of(self, child->head.pid) : NULL;
    if (!peer)
        return false;
    parent->linked = peer->linked = options->link;
    parent->watching = peer->monitoring = options->monitor;
    return true;
}

static void disconnect(FlProcess *self, FlProcess *child) {
    Peer *peer = self->side ? peers_find(&self->side->peers, child->head.pid) : NULL;
    if (!peer)
        return;
    peer->linked = false;
    peer->monitoring = 0;
    peers_trim(&self->side->peers, peer);
}

static void apply_bound(FlProcess *self, FlProcess *child, const FlSpawnOptions *options) {
    BoundPolicy policy;
    if (!bound_policy(options->overflow, &policy))
        fail(self, child, "`overflow` is \"block\", \"drop_newest\", \"drop_oldest\" or \"crash\"", NULL);
    if ((int64_t)options->mailbox <= 0)
        fail(self, child, "`mailbox` must be greater than 0", NULL);
    if (!bound_make(child, options->mailbox, policy))
        fail(self, child, NULL, NULL);
}

static void apply_options(FlProcess *self, FlProcess *child, const FlSpawnOptions *options) {
    if (options->bounded)
        apply_bound(self, child, options);
    if (options->memory_limit != 0) {
        child->arena.limit = options->memory_limit;
        if (!process_side(child))
            fail(self, child, NULL, NULL);
    }
    if (options->stack_limit != 0) {
        FlSide *side = process_side(child);
        if (!side)
            fail(self, child, NULL, NULL);
        side->stack_limit = options->stack_limit;
    }
    if (options->name) {
        NamesResult result = names_register(options->name, child->head.pid);
        if (result == NAMES_TAKEN)
            fail(self, child, NULL, options->name);
        if (result == NAMES_NO_MEMORY)
            fail(self, child, NULL, NULL);
    }
    if ((options->link || options->monitor) && !connect(self, child, options)) {
        disconnect(self, child);
        fail(self, child, NULL, NULL);
    }
}

// What the words of its frame refer to.
static void give_arguments(FlProcess *self, FlProcess *child) {
    process_give_words_ahead(self, child->head.frame);
    if (!copy_into_arena_from(&child->arena, &child->head.bump, child->head.frame, &self->arena))
        fail(self, child, NULL, NULL);
}

FlPid fl_spawn_end(FlProcess *self, FlProcess *child, const FlSpawnOptions *options) {
    if (object_type(child->head.frame)->references)
        give_arguments(self, child);
    if (options)
        apply_options(self, child, options);
    FlPid pid = child->head.pid;
    process_hooks.wake_here((ProcessWorker *)self->worker, child);
    return pid;
}
